"""Scores over time, for each topic; levels, and offline and judged grades, are lines of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from interviewer.core.bank.kinds import Level
from interviewer.core.progress.record import Record
from interviewer.core.progress.trends import Line, TrendPoint, counted, spark, trend
from interviewer.tui.safe_text import fit, show, show_line
from interviewer.tui.widgets.key_footer import KeyFooter
from interviewer.tui.widgets.too_small import TooSmall
from interviewer.wording.verdicts import local_time

if TYPE_CHECKING:
    from textual_plotext import PlotextPlot

_MARKERS = {Level.JUNIOR: "j", Level.MID: "m", Level.SENIOR: "s", Level.STAFF: "t"}
"""A letter a level, in upper case for judged grades; the words below the plot name it."""


class TrendScreen(Screen[None]):
    """Topics at the left, the chosen one's scores at the right."""

    CSS_PATH = "progress.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,t", "app.pop_screen", "Back", id="back", tooltip="Back to the list"),
        Binding("question_mark", "app.help", "Help", id="help-letter", show=False),
    ]

    def __init__(self, records: Sequence[Record]) -> None:
        super().__init__()
        self._records = records
        topics = {mark.topic for each in counted(records) for mark in each.marks}
        self._topics = ["", *sorted(topics)]

    def compose(self) -> ComposeResult:
        """List, plot, the same in words."""
        # Imported here: nobody should wait for a plotting library before the first question.
        from textual_plotext import PlotextPlot

        yield Static("Trend · finished sessions, demonstrations left out", id="title", markup=False)
        with Horizontal(id="trend"):
            options = [Option(show(self._label(topic))) for topic in self._topics]
            yield OptionList(*options, id="topics", compact=True)
            with Vertical():
                yield PlotextPlot(id="plot")
                yield Static("", id="words", markup=False)
        yield KeyFooter()
        yield TooSmall()

    def on_mount(self) -> None:
        """Begin with all topics together."""
        self.query_one("#topics", OptionList).highlighted = 0
        self.query_one("#topics").focus()

    def _label(self, topic: str) -> str:
        found = trend(self._records, topic)
        latest = [_marker(line) + spark([point.value for point in points[-3:]]) for line, points in found.items()]
        return f"{fit(topic or 'all topics', 20)} {' '.join(latest) or '-'}"

    @on(OptionList.OptionHighlighted)
    def _show(self, event: OptionList.OptionHighlighted) -> None:
        topic = self._topics[event.option_index]
        found = trend(self._records, topic)
        self._draw(self.query_one("#plot"), found)  # type: ignore[arg-type]
        self.query_one("#words", Static).update(show("\n".join(_in_words(found))))
        self.query_one("#title", Static).update(
            show_line(f"Trend · {topic or 'all topics'} · finished sessions, demonstrations left out")
        )

    def _draw(self, widget: PlotextPlot, found: dict[Line, list[TrendPoint]]) -> None:
        plot = widget.plt
        plot.clear_data()
        moments = sorted({point.started_at for points in found.values() for point in points})
        places = {moment: number for number, moment in enumerate(moments, 1)}
        plot.ylim(0, 100)
        plot.yticks([0, 25, 50, 75, 100])
        plot.xlim(0.5, max(2, len(moments)) + 0.5)
        shown = [moments[0], moments[-1]] if len(moments) > 1 else moments
        plot.xticks([places[moment] for moment in shown], [local_time(moment)[:10] for moment in shown])
        for line, points in found.items():
            xs, ys = [places[point.started_at] for point in points], [point.value for point in points]
            if len(xs) > 1:
                plot.plot(xs, ys, marker="braille")
            plot.scatter(xs, ys, marker=_marker(line))
        widget.refresh()


def _marker(line: Line) -> str:
    letter = _MARKERS[line.level]
    return letter.upper() if line.series == "judged" else letter


def _in_words(found: dict[Line, list[TrendPoint]]) -> list[str]:
    if not found:
        return ["No finished session with a score yet: nothing to draw."]
    lines = []
    for line, points in found.items():
        values = [point.value for point in points]
        last = " → ".join(f"{value:.0f}" for value in values[-6:])
        count = f"{len(values)} session{'s' * (len(values) != 1)}"
        lines.append(f"{_marker(line)} {line.level}, {line.series}, {count}: {last}")
    if len({line.level for line in found}) > 1:
        lines.append("Levels are other bars: compare each with itself only.")
    if len({line.series for line in found}) > 1:
        lines.append("Two kinds of grade: compare each with itself only.")
    if len({point.edition for points in found.values() for point in points}) > 1:
        lines.append("Two formulas: the later scores tell core from depth, the earlier ones do not.")
    return lines
