"""`mockdl` with the stub worker in place of the encoder; everything else is the real thing.

Started by tests as `python -m tests.support.stub_program COMMAND ...`, with any of these words among the options:

- `heartbeat=SECONDS`: look that often whether a browser is still there
- `as-on-windows`: what Windows lacks is lacking: local sockets, signals for the event loop
- `nowhere-to-meet`: programs cannot meet at all
"""

from __future__ import annotations

import asyncio
import socket
import sys
import types
from collections.abc import Sequence
from typing import Any

from interviewer.cli import main
from interviewer.web import web_server
from interviewer.worker import meeting_point
from interviewer.worker.engine import WorkerEngine


def prepare(words: Sequence[str]) -> None:
    """Make this process what the words say."""
    for word in words:
        name, _, value = word.partition("=")
        if name == "heartbeat":
            web_server.Limits.__new__.__defaults__ = (8, None, float(value))
        elif name == "as-on-windows":
            _lack(AF_UNIX=None)
            setattr(asyncio.SelectorEventLoop, "add_signal_handler", _refuse)  # noqa: B010 - for mypy
        elif name == "nowhere-to-meet":
            _lack(AF_UNIX=None, socket=_refuse)


def _lack(**others: Any) -> None:
    """Put these in place of what the sockets' module has; None takes a name away."""
    known = {**vars(socket), **others}
    there = {name: value for name, value in known.items() if value is not None}
    setattr(meeting_point, "socket", types.SimpleNamespace(**there))  # noqa: B010 - for mypy


def _refuse(*given: object) -> None:
    """No event loop of Windows takes a signal; no socket can be had."""
    raise NotImplementedError if given else OSError("no sockets")


if __name__ == "__main__":
    defaults = WorkerEngine.__init__.__kwdefaults__
    assert defaults is not None
    defaults["command"] = (sys.executable, "-m", "tests.support.stub_worker")
    words = [
        word for word in sys.argv[1:] if word.partition("=")[0] in ("heartbeat", "as-on-windows", "nowhere-to-meet")
    ]
    prepare(words)
    sys.argv = ["mockdl", *(word for word in sys.argv[1:] if word not in words)]
    main()
