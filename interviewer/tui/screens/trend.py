"""Scores over time, for each topic; offline and judged grades are two lines, never one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from interviewer.core.progress.record import Record, Series
from interviewer.core.progress.trends import TrendPoint, counted, spark, trend
from interviewer.tui.safe_text import fit, show, show_line
from interviewer.tui.widgets.too_small import TooSmall
from interviewer.wording.verdicts import local_time

if TYPE_CHECKING:
    from textual_plotext import PlotextPlot

_MARKERS: dict[Series, str] = {"offline": "●", "judged": "x"}
"""One shape a series; the words below the plot name it."""


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
        yield Footer(compact=True, show_command_palette=False)
        yield TooSmall()

    def on_mount(self) -> None:
        """Begin with all topics together."""
        self.query_one("#topics", OptionList).highlighted = 0
        self.query_one("#topics").focus()

    def _label(self, topic: str) -> str:
        found = trend(self._records, topic)
        latest = [_MARKERS[series] + spark([point.value for point in points[-3:]]) for series, points in found.items()]
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

    def _draw(self, widget: PlotextPlot, found: dict[Series, list[TrendPoint]]) -> None:
        plot = widget.plt
        plot.clear_data()
        moments = sorted({point.started_at for points in found.values() for point in points})
        places = {moment: number for number, moment in enumerate(moments, 1)}
        plot.ylim(0, 100)
        plot.yticks([0, 25, 50, 75, 100])
        plot.xlim(0.5, max(2, len(moments)) + 0.5)
        shown = [moments[0], moments[-1]] if len(moments) > 1 else moments
        plot.xticks([places[moment] for moment in shown], [local_time(moment)[:10] for moment in shown])
        for series, points in found.items():
            xs, ys = [places[point.started_at] for point in points], [point.value for point in points]
            if len(xs) > 1:
                plot.plot(xs, ys, marker="braille")
            plot.scatter(xs, ys, marker=_MARKERS[series])
        widget.refresh()


def _in_words(found: dict[Series, list[TrendPoint]]) -> list[str]:
    if not found:
        return ["No finished session with a score yet: nothing to draw."]
    lines = []
    for series, points in found.items():
        values = [point.value for point in points]
        last = " → ".join(f"{value:.0f}" for value in values[-6:])
        lines.append(f"{_MARKERS[series]} {series}, {len(values)} session{'s' * (len(values) != 1)}: {last}")
    if len(found) > 1:
        lines.append("Two kinds of grade: compare each with itself only.")
    if len({point.edition for points in found.values() for point in points}) > 1:
        lines.append("Two formulas: the later scores tell core from depth, the earlier ones do not.")
    return lines
