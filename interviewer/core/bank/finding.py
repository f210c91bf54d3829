"""One thing that is wrong in a pack, with the place where a person can mend it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from interviewer.core.text import clean
from interviewer.errors import BankError

Severity = Literal["error", "warning", "note"]
"""A note hangs on the grader of the day or on similarity alone: it is listed and fails nothing."""


class Finding(NamedTuple):
    """A defect of a pack."""

    path: Path
    line: int
    """Counted from 1; 0 when the whole file is meant."""
    field: str
    """Where in the file, e.g. `key_points[2].weight`; "" for the whole file."""
    message: str
    severity: Severity = "error"

    def __str__(self) -> str:
        """One line, whatever the file is called and holds."""
        place = f"{self.path}:{self.line}" if self.line else str(self.path)
        field = f" {self.field}:" if self.field else ""
        return clean(f"{place}:{field} {self.message}").replace("\n", " ")


def bank_error(findings: Sequence[Finding]) -> BankError:
    """Build the error that lists all `findings` at once."""
    count = len(findings)
    listing = "\n".join(f"  {finding}" for finding in findings)
    return BankError(
        f"The question pack has {count} error{'s' if count != 1 else ''}:\n{listing}",
        kept="No session was started and no file was changed.",
        todo="Mend the places named, then run `mockdl pack check` again.",
    )
