"""Sessions as a list, one line each, with the ones to compare marked."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from interviewer.core.progress.record import Record
from interviewer.tui.safe_text import fit, fit_right, show
from interviewer.wording.verdicts import local_time

_FIXED = 2 + 16 + 2 + 2 + 7 + 4 + 2 + 13 + 9
"""Cells of a line beside the title: mark, time, gaps, level, score, state, grader."""


class SessionList(OptionList):
    """Past sessions; Enter opens one."""

    HELP = "Past sessions, newest first. Enter opens one."

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, compact=True)
        self.records: list[Record] = []
        self.marked: tuple[str, ...] = ()
        """Ids to compare, in the order they were marked; two at most."""

    @property
    def current(self) -> Record | None:
        """The session under the cursor."""
        return self.records[self.highlighted] if self.highlighted is not None and self.records else None

    def show_records(self, records: Sequence[Record]) -> None:
        """List these, with the cursor on the same session as before where it is still there."""
        current = self.current
        place = self.highlighted or 0
        self.records = list(records)
        ids = [each.id for each in self.records]
        self.marked = tuple(each for each in self.marked if each in ids)
        self.set_options([Option(self._line(each), id=each.id) for each in self.records])
        if ids:
            self.highlighted = ids.index(current.id) if current and current.id in ids else min(place, len(ids) - 1)

    def toggle_mark(self) -> None:
        """Mark the session under the cursor, or take its mark away; a third mark replaces the first."""
        record = self.current
        if record is None:
            return
        if record.id in self.marked:
            self.marked = tuple(each for each in self.marked if each != record.id)
        else:
            self.marked = (*self.marked[-1:], record.id)
        self.show_records(self.records)

    def on_resize(self) -> None:
        """Set the lines anew to the width."""
        self.show_records(self.records)

    def _line(self, record: Record) -> Content:
        mark = f"{self.marked.index(record.id) + 1} " if record.id in self.marked else "  "
        width = max(8, self.scrollable_content_region.width - 2 - _FIXED)
        parts = [
            mark + fit(local_time(record.started_at), 16),
            fit(describe_title(record), width),
            fit(record.level, 7) + fit_right(describe_score(record), 4),
            fit(describe_state(record), 14) + fit("demo" if record.demo else record.grading, 8),
        ]
        return show("  ".join(parts))


def describe_title(record: Record) -> str:
    """Its name, or what it was about."""
    return record.name or ", ".join(record.topics) or f"{record.planned} question{'s' * (record.planned != 1)}"


def describe_score(record: Record) -> str:
    """The score as a whole number, or a dash."""
    return "-" if record.value is None else f"{record.value:.0f}"


def describe_state(record: Record) -> str:
    """The band of a finished session, or that it is not finished."""
    return record.band if record.finished else "unfinished"
