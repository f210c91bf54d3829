"""Every test runs in a home of its own and without the internet."""

from __future__ import annotations

import ipaddress
import os
import signal
import socket
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

if "PYTEST_XDIST_WORKER" in os.environ:
    # Set before torch is imported, here and in every process a test starts: threads of several workers that share
    # the cores spend their time waiting for each other.
    os.environ.setdefault("OMP_NUM_THREADS", "1")

# As a shell leaves them for what it starts in the background, or `nohup`; every process a test starts would inherit
# that, and wait for a signal that never comes.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

from interviewer.bank import load_bank
from interviewer.core.bank.content import Bank
from interviewer.embedding import SentenceEncoder, load_encoder
from interviewer.grading import OfflineGrader, build_grader
from interviewer.paths import WORKER_SOCKET, built_in_pack
from interviewer.services import wiring
from tests.support.readings import RememberedReadings
from tests.support.shared_worker import worker_to_share
from tests.support.warm import folder_of_the_run, move_in, warm

# A busy machine is no fault of what is tested.
settings.register_profile("patient", deadline=None)
settings.register_profile("thorough", max_examples=50 * settings().max_examples, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "patient"))

LOADS_ENCODER = {"encoder", "readings", "grader", "two_threads"}
"""Fixtures that bring torch, and all but the last the real weights, into this process."""
SHARES_WORKER = "shared_worker"
"""The fixture that starts the real worker, once for all tests that name it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mockdl")
    group.addoption("--kills", type=int, default=20, help="how often tests/reliability/test_kills.py kills a session")
    group.addoption("--kills-seed", type=int, default=0, help="the first of its seeds")
    group.addoption("--kills-record", metavar="FILE", help="append what it found to this file, a line a kill")


def pytest_configure(config: pytest.Config) -> None:
    if "not encoder" in config.getoption("markexpr"):
        guard = str(Path(__file__).parent / "support" / "without_encoder")
        os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (guard, os.environ.get("PYTHONPATH"))))
        import_module("tests.support.without_encoder.sitecustomize")


@pytest.hookimpl(tryfirst=True)  # before those without a wanted mark are left out, and before they are handed out
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        if LOADS_ENCODER.intersection(fixtures):
            item.add_marker(pytest.mark.encoder)
            # On one worker: each would else load the encoder, and read the same rubrics, which takes most of the time.
            item.add_marker(pytest.mark.xdist_group("encoder"))
        elif SHARES_WORKER in fixtures:
            item.add_marker(pytest.mark.encoder)
            item.add_marker(pytest.mark.xdist_group(SHARES_WORKER))
        else:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.partition("::")[0]))


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> SentenceEncoder:
    """The real one."""
    folder: Path = tmp_path_factory.mktemp("encoder")
    return load_encoder("default", "cpu", cache=folder)


@pytest.fixture
def two_threads() -> Iterator[None]:
    """Two threads of torch, however many there are; a test leaves as many behind."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    left = torch.get_num_threads()
    torch.set_num_threads(before)
    assert left == 2


@pytest.fixture(scope="session")
def readings(encoder: SentenceEncoder) -> RememberedReadings:
    """What `grader` reads with; tests of the reading itself have it read anew."""
    reader = encoder.reader()
    assert reader is not None
    return RememberedReadings(reader)


@pytest.fixture(scope="session")
def grader(encoder: SentenceEncoder, readings: RememberedReadings) -> OfflineGrader:
    """The real one; it keeps the rubrics it has read, and each text is read once."""
    return build_grader(encoder, None, readings)


@pytest.fixture(autouse=True)
def home(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A private MOCKDL_HOME; no setting or key of the developer's machine gets in.

    Where a test has the real worker it finds the caches that a first start leaves.
    """
    folder = tmp_path / "home"
    move_in(folder, monkeypatch)
    if request.node.get_closest_marker("encoder") and not LOADS_ENCODER.intersection(request.fixturenames):
        warm(folder, folder_of_the_run(tmp_path_factory))
    return folder


@pytest.fixture(scope="session")
def worker_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the worker of `shared_worker` is met."""
    folder = tmp_path_factory.mktemp("worker") / "home"
    with worker_to_share(folder, folder_of_the_run(tmp_path_factory)) as address:
        yield address


@pytest.fixture
def shared_worker(home: Path, worker_address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs that a test starts ask a real worker that is there already, and start none of their own.

    Not for tests of the start, the log, the encoder's settings or the death of a worker, nor where packs are added.
    """
    monkeypatch.setenv(WORKER_SOCKET, worker_address)


@pytest.fixture(autouse=True)
def no_internet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Connecting anywhere but loopback or a local socket fails the test."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = address[0]
            if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
                raise AssertionError(f"a test opened a connection to {address}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def bank_read_once(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    """The built-in bank takes half a second to validate and never changes; a test's own pack is read as always."""

    def load(roots: Sequence[Path], *, cache: Path | None = None) -> Bank:
        return bank if tuple(roots) == (built_in_pack(),) else load_bank(roots, cache=cache)

    monkeypatch.setattr(wiring, "load_bank", load)


@pytest.fixture(scope="session")
def bank() -> Bank:
    """The built-in bank."""
    return load_bank([built_in_pack()])
