"""The process of a command: its standard streams, and whose the files are that it makes."""

from __future__ import annotations

import codecs
import errno
import io
import json
import os
import re
import signal
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from types import FrameType, ModuleType
from typing import Any

_PRIVATE = 0o077
_GRACE = 5
"""Seconds from a hang-up to the end of the process in any case."""
_users_umask = [0o022]
"""What the user has set, to be respected in what is written for them."""
_PLAIN = {
    "●": "*", "○": "o", "◐": "+", "✗": "x", "✓": "v", "─": "-", "│": "|", "→": "->", "…": "...", "≥": ">=", "≤": "<=",
    "≈": "~", "≠": "!=", "−": "-", "×": "x", "·": ".", "“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-",
}  # fmt: skip
"""Signs of the reports in ASCII."""


_PLUGINS = "pydantic.plugin._loader"


class _NoPlugins(ModuleType):
    """Stands where pydantic looks for plugins: its own module imports what reads packages' metadata, mail and archives
    (a twentieth of a start) before it finds that none are wanted."""

    get_plugins = tuple

    def __getattr__(self, name: str) -> Any:
        """Whatever else a later pydantic keeps there."""
        if name.startswith("__"):
            raise AttributeError(name)
        del sys.modules[_PLUGINS]
        return getattr(import_module(_PLUGINS), name)


class _Closed(io.TextIOBase):
    """Stands where standard output was closed: who writes hears of it."""

    def write(self, text: str, /) -> int:
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))


def prepare_process() -> None:
    """Make files private, have no sign end a command that the output's encoding lacks, and closed streams be there."""
    # A plugin of pydantic's would be handed every answer that is validated, and looking for one takes time.
    if os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__") == "__all__":
        sys.modules.setdefault(_PLUGINS, _NoPlugins(_PLUGINS))
    if (umask := os.umask(_PRIVATE)) != _PRIVATE:
        _users_umask[0] = umask
    if sys.stdout is None:
        sys.stdout = _Closed()
    if sys.stderr is None:  # else what is said there would get into standard output
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - open until the end
    if isinstance(sys.stdout, io.TextIOWrapper):
        codecs.register_error("mockdl", _in_ascii)
        sys.stdout.reconfigure(errors="mockdl")


def _in_ascii(error: UnicodeError) -> tuple[str, int]:
    """Handle an encoding error: the nearest that ASCII has."""
    assert isinstance(error, UnicodeEncodeError)
    text = error.object[error.start : error.end]
    near = (_PLAIN.get(sign) or unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode() for sign in text)
    return "".join(each or "?" for each in near), error.end


def escape_json(text: str) -> str:
    """JSON with escapes for what standard output cannot say, so that nothing of it is replaced."""
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return re.sub(r"[^\x00-\x7f]", lambda found: json.dumps(found[0])[1:-1], text)
    return text


@contextmanager
def users_rights() -> Iterator[None]:
    """Files made within are written for the user to hand on, with the rights that they have set."""
    before = os.umask(_users_umask[0])
    try:
        yield
    finally:
        os.umask(before)


def end_with_terminal() -> None:
    """Let a terminal that closes end the program, also where it was started with hang-ups ignored."""
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is not None and signal.getsignal(hangup) is signal.SIG_IGN:
        signal.signal(hangup, signal.SIG_DFL)
    interrupt_when_told()


def interrupt_when_told() -> None:
    """Have a request to end and a hang-up do what Ctrl-C does: what was typed is kept, and the terminal as it was."""
    for name, handler in (("SIGTERM", signal.default_int_handler), ("SIGHUP", _hang_up)):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, handler)


def _hang_up(number: int, frame: FrameType | None) -> None:
    """The same with an end to it: who writes to a terminal that is gone may wait for ever."""
    signal.alarm(_GRACE)
    signal.default_int_handler(number, frame)


def conclude_output(error: OSError) -> int:
    """Say that standard output takes no more, and return the exit code.

    Raises:
        OSError: the error, when it has to do with something else.
    """
    if not _takes_no_more(error):
        raise error
    with suppress(OSError, ValueError, AttributeError):  # so that Python's own last flush succeeds
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    if error.errno == errno.EPIPE:  # whoever reads has had enough
        return 1
    reason = "it is closed" if isinstance(sys.stdout, _Closed) else error.strerror
    told = f"mockdl: standard output could not be written: {reason}. What was saved before is safe."
    with suppress(OSError):  # both may have been the terminal that is gone
        print(told, file=sys.stderr)
    return 5


def _takes_no_more(error: OSError) -> bool:
    if isinstance(sys.stdout, _Closed):
        return error.errno == errno.EBADF
    try:
        sys.stdout.flush()
        os.write(sys.stdout.fileno(), b"\n")  # where what failed is not kept to be flushed
    except (OSError, ValueError):
        return True
    return error.errno == errno.EPIPE
