"""`mockdl serve`: the interface in a browser, with one encoder for all visitors."""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from interviewer.cli.common import level_names, open_services, parse_name, say
from interviewer.errors import EncoderError, UsageError
from interviewer.paths import WORKER_SOCKET

if TYPE_CHECKING:
    from interviewer.services import Services
    from interviewer.web.web_server import Address, Limits


def serve(
    host: Annotated[
        str, typer.Option(help="Where to listen; anything but this machine is warned about.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any that is free.")] = 8321,
    level: Annotated[
        str | None,
        typer.Option(help="What the home screen offers: junior, mid, senior or staff.", autocompletion=level_names),
    ] = None,
    mode: Annotated[str | None, typer.Option(help="What it offers: interview or practice.")] = None,
    count: Annotated[int | None, typer.Option(min=1, max=50, help="How many questions it offers.")] = None,
    name: Annotated[
        list[str] | None,
        typer.Option(help="A further name by which browsers reach it, as behind a proxy. Repeatable."),
    ] = None,
    most_visitors: Annotated[
        int, typer.Option(min=1, max=1000, help="Windows that may be open at a time, some 60 MB each.")
    ] = 8,
    idle_minutes: Annotated[
        float, typer.Option(min=0, help="After how long a window that nobody uses is closed; 0 for never.")
    ] = 120,
) -> None:
    """Show mockdl in a browser. Ctrl-C ends it.

    The address that is printed holds a token, and nothing is served without it. All visitors share one
    encoder, and your journal: whoever has the address sees your sessions.
    """
    _check_extra()
    offered = _offers(level, mode, count)
    if not _is_loopback(host):
        say(
            f"Warning: {host} can be reached from other machines. Whoever has the address that follows can read and "
            "delete your sessions,\nand it travels unencrypted: only do this in a network that you trust."
        )
    from interviewer.web.web_server import Address, Limits

    address = Address(host, port, secrets.token_urlsafe(24), tuple(name or ()))
    with open_services() as services:
        _serve(services, address, Limits(most_visitors, idle_minutes * 60 if idle_minutes > 0 else None), offered)
    with suppress(OSError):  # the terminal may be what has ended
        say("Stopped. What was submitted is saved.")


def _check_extra() -> None:
    if importlib.util.find_spec("textual_serve") is None:
        raise UsageError(
            "`mockdl serve` needs the package textual-serve, which is not installed.",
            todo="`pip install -c constraints.txt '.[serve]'` in the checkout, or `pip install textual-serve`.",
        )


def _offers(level: str | None, mode: str | None, count: int | None) -> dict[str, str]:
    """Settings for the visitors' apps, as environment variables."""
    from interviewer.core.bank.kinds import Level
    from interviewer.core.interview.session import Mode

    offered = {
        "MOCKDL_LEVEL": parse_name(level, Level, "level").value if level else "",
        "MOCKDL_MODE": parse_name(mode, Mode, "mode").value if mode else "",
        "MOCKDL_COUNT": str(count or ""),
    }
    return {name: value for name, value in offered.items() if value}


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _serve(services: Services, address: Address, limits: Limits, offered: dict[str, str]) -> None:
    from interviewer.web.web_server import WebServer

    server = WebServer([sys.executable, "-P", "-m", "interviewer.cli.visitor"], address, _announce, limits)
    with _encoder_for_all(services) as shared:
        os.environ.update({**offered, **_python_path(), WORKER_SOCKET: shared})  # what the visitors inherit
        server.run()


@contextmanager
def _encoder_for_all(services: Services) -> Iterator[str]:
    """Where visitors find the encoder; "" where programs cannot meet, and each visitor then has one of its own."""
    with ExitStack() as stack:
        shared = ""
        try:
            shared = stack.enter_context(closing(services.bridge())).address
        except EncoderError as error:
            say(f"{error.what} Each window loads one of its own, some 0.7 GB each.")
            services.engine().stop()
        yield shared


def _announce(url: str) -> None:
    print(url, flush=True)
    with suppress(OSError):  # a terminal that closes at this moment ends the server in order, as it does later
        say("Open this address in a browser; keep it to yourself. Ctrl-C ends mockdl for everyone.")


def _python_path() -> dict[str, str]:
    """In a checkout the checkout, since it may not be installed."""
    root = Path(__file__).resolve().parents[2]
    if not (root / "pyproject.toml").is_file():
        return {}
    return {"PYTHONPATH": os.pathsep.join(filter(None, (str(root), os.environ.get("PYTHONPATH"))))}
