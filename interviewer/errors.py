"""The errors a user can meet, each with the three things they need to know.

Every error says what happened, what was kept, and what to do next. The command
line turns them into one short text on stderr and the exit code of the class, so
no traceback reaches a user for anything that was foreseen.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class MockdlError(Exception):
    """Base of all foreseen errors.

    Args:
        what: what happened, one sentence.
        kept: what was saved or left untouched, or "" when nothing was at stake.
        todo: what the user can do next.
    """

    exit_code = 1

    def __init__(self, what: str, *, kept: str = "", todo: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.kept = kept
        self.todo = todo

    def __str__(self) -> str:
        return "\n".join(part for part in (self.what, self.kept, self.todo) if part)


class UsageError(MockdlError):
    """A flag or argument that cannot be honoured (unknown level, topic, format)."""

    exit_code = 2


class SettingsError(MockdlError):
    """A settings file or environment variable that cannot be used."""

    exit_code = 3


class BankError(MockdlError):
    """A question pack that cannot be read or is not valid."""

    exit_code = 4


class StorageError(MockdlError):
    """The journal could not be opened, read or written."""

    exit_code = 5


class ElsewhereError(StorageError):
    """A session that another window has open, or has gone on with."""


class EncoderError(MockdlError):
    """The sentence encoder or its worker process could not do its work."""

    exit_code = 6


class IndexStoreError(MockdlError):
    """The search index could not be built, or is not there yet."""

    exit_code = 6


def nearest_names(name: str, known: Iterable[str], *, most: int = 3) -> list[str]:
    """Return up to `most` known names that look like `name`, best first."""
    return difflib.get_close_matches(name.lower(), sorted(known), n=most, cutoff=0.5)
