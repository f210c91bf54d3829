"""Two sessions side by side, topic by topic."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Static

from interviewer.core.progress.record import Record
from interviewer.core.progress.trends import Compared, compare, differences
from interviewer.tui.safe_text import fit, show
from interviewer.tui.widgets.key_footer import KeyFooter
from interviewer.tui.widgets.page import Page
from interviewer.tui.widgets.record_view import bar
from interviewer.tui.widgets.session_list import describe_score, describe_state, describe_title
from interviewer.tui.widgets.too_small import TooSmall
from interviewer.wording.verdicts import local_time


class CompareScreen(Screen[None]):
    """The older session at the left, the newer at the right, and what changed."""

    CSS_PATH = "progress.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,c", "app.pop_screen", "Back", id="back", tooltip="Back to the list"),
        Binding("question_mark", "app.help", "Help", id="help-letter", show=False),
    ]

    def __init__(self, first: Record, second: Record) -> None:
        super().__init__()
        self._pair = (first, second)

    def compose(self) -> ComposeResult:
        """One scrolling page."""
        yield Static("Two sessions side by side", id="title", markup=False)
        with Page(id="page"):
            yield Static("", id="text", markup=False)
        yield KeyFooter()
        yield TooSmall()

    def on_resize(self) -> None:
        """Set the text anew to the width."""
        lines = describe_pair(*self._pair, max(60, min(110, self.size.width - 6)))
        self.query_one("#text", Static).update(show("\n".join(lines)))


def describe_pair(first: Record, second: Record, width: int) -> list[str]:
    """The comparison as lines of text."""
    column = (width - 26) // 2
    both = (first, second)
    lines = [*differences(first, second)]
    lines += [""] if lines else []
    for name, values in (
        ("", [f"1: {local_time(each.started_at)}" for each in both]),
        ("", [describe_title(each) for each in both]),
        ("level, mode", [f"{each.level}, {each.mode}" for each in both]),
        ("graded", [each.grading for each in both]),
        ("score", [_whole(each) for each in both]),
    ):
        values[1] = values[1].replace("1: ", "2: ", 1)
        lines.append(f"{fit(name, 22)}  {fit(values[0], column)} {fit(values[1], column)}".rstrip())
    lines += ["", f"{fit('topic', 22)}  {fit('1', column)} {fit('2', column)}".rstrip()]
    lines += [_topic_line(each, column) for each in compare(first, second)]
    return lines


def _whole(record: Record) -> str:
    if record.value is None:
        return f"- {describe_state(record)}"
    return f"{describe_score(record)} ({record.low:.0f} to {record.high:.0f}) {describe_state(record)}"


def _topic_line(each: Compared, column: int) -> str:
    change = ""
    if each.change is not None:
        arrow = "▲" if each.change >= 1 else "▼" if each.change <= -1 else "="
        change = f"{arrow} {each.change:+.0f}" if arrow != "=" else "= same"
    label = each.topic if each.series == "offline" else f"{each.topic} (judged)"
    cells = [_cell(value, column - 9 * (number == 1)) for number, value in enumerate((each.first, each.second))]
    return f"{fit(label, 22)}  {cells[0]} {cells[1]} {change}".rstrip()


def _cell(value: float | None, width: int) -> str:
    if value is None:
        return fit("not asked", width)
    blocks = max(4, min(20, width - 6))
    return f"{value:3.0f} {bar(value, blocks)}".ljust(width)
