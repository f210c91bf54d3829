"""A pack as its author meets it: what its files hold, and what can be asked of whoever reads and begins them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from interviewer.core.bank.content import Item
from interviewer.core.bank.finding import Finding
from interviewer.core.bank.kinds import Kind, Level, Standard

if TYPE_CHECKING:
    from interviewer.core.bank.natural import NaturalAnswer

NATURAL_ENDING = ".natural.jsonl"


def natural_file(rubric: Path) -> Path:
    """Where the natural answers of a rubric's file lie."""
    return rubric.with_name(rubric.stem + NATURAL_ENDING)


class PackReading(NamedTuple):
    """All that was found in one pack."""

    root: Path
    items: dict[str, Item]
    findings: list[Finding]
    sources: dict[str, tuple[Path, Path]]
    """Question id -> (question file, rubric file)."""


class PackFiles(Protocol):
    """Whoever knows the files of packs; the package `interviewer.bank` is one."""

    def read_pack(self, root: Path) -> PackReading:
        """Read one pack without raising on defects: they come back as findings."""
        ...

    def check_bank(self, reading: PackReading) -> list[Finding]:
        """The findings of all content rules, in file order."""
        ...

    def read_known_hard(self, root: Path) -> tuple[dict[str, str], list[Finding]]:
        """Question id -> why its golden order is still broken, and what is wrong with that list."""
        ...

    def read_natural(self, reading: PackReading) -> tuple[dict[str, tuple[NaturalAnswer, ...]], list[Finding]]:
        """The natural answers of a pack by question id, for questions that have a file, and what is wrong with them."""
        ...

    def locate_findings(self, findings: Iterable[Finding]) -> list[Finding]:
        """Give a line to each finding that names a field but no line yet."""
        ...

    def write_starter(
        self, pack: Path, question_id: str, *, topic: str, level: Level, kind: Kind, standard: Standard
    ) -> tuple[Path, Path]:
        """Write the two files of a new question; `UsageError` when that cannot be."""
        ...
