"""Contesting a verdict: choose a point, mark the words that make it, and hear how a second method rules."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import getters, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import OptionList, Static

from interviewer.core.grade.contest import FEWEST_WORDS, is_whole, problem_of
from interviewer.core.grade.grade import Grade
from interviewer.core.interview.contest_tries import problem_of_try
from interviewer.core.interview.open_points import doubtful_points
from interviewer.core.interview.point_scores import PointScore
from interviewer.core.interview.session import Mode, Turn
from interviewer.core.interview.summary import QuestionSummary
from interviewer.core.text import count_words
from interviewer.errors import MockdlError
from interviewer.sessions.conductor import Conductor
from interviewer.sessions.contests import keep_ruling, request_ruling, turn_mark
from interviewer.tui.base import AppBase
from interviewer.tui.deferred_work import work_on
from interviewer.tui.key_captions import name_keys
from interviewer.tui.safe_text import show, show_line
from interviewer.tui.widgets.key_footer import KeyFooter
from interviewer.tui.widgets.mark_area import MarkArea
from interviewer.tui.widgets.point_list import PointList, describe_choice
from interviewer.tui.widgets.too_small import TooSmall
from interviewer.wording.replies import describe_answered
from interviewer.wording.verdicts import OWN_MARK_COUNTS, describe_outcome
from interviewer.wording.waiting import STEPS, describe_waiting

if TYPE_CHECKING:
    from interviewer.core.grade.grade import Span


class ContestScreen(Screen[None]):
    """One question's points that are not covered, and those that a contest made covered, above the answer."""

    CSS_PATH = "contest.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "ctrl+s", "submit", "Contest", id="contest-submit", tooltip="Have the marked words read", priority=True
        ),
        Binding("w", "whole", "Whole", id="contest-whole", tooltip="Mark the whole reply that is shown"),
        Binding("a", "other_answer", "Other", id="contest-answer", tooltip="Mark in another of your answers"),
        Binding("i", "own_mark", "I did say this", id="own-mark", tooltip="Mark the point as said, or take that back"),
        Binding("escape", "back", "Back", id="back", tooltip="Back to the verdict; a ruling on its way is kept"),
        Binding("question_mark", "app.help", "Help", id="help-letter", show=False),
    ]

    app = getters.app(AppBase)
    points = getters.query_one("#open-points", PointList)
    area = getters.query_one(MarkArea)

    def __init__(self, question_id: str, conductor: Conductor) -> None:
        super().__init__()
        self._conductor = conductor
        self._question_id = question_id
        self._turn = 0
        self._reading = False
        self._reading_since = monotonic()

    def compose(self) -> ComposeResult:
        """The points, the answer, and what came of it."""
        yield Static("Every point is covered.", id="what", markup=False)
        yield PointList(id="open-points")
        yield Static("", id="whose", markup=False)
        yield MarkArea(id="marked-answer")
        yield Static("", id="ruling", markup=False)
        yield KeyFooter()
        yield TooSmall()

    def on_mount(self) -> None:
        """Begin with the points and the longest answer, which says most."""
        longest = max(self._turns, key=lambda each: count_words(each.answer))
        self._turn = self._turns.index(longest)
        self._show_points()
        self._show_answer()
        self.points.focus()
        self.set_interval(1 / STEPS, self._move_sign)

    @property
    def _summary(self) -> QuestionSummary:
        found = (each for each in self._conductor.summary().questions if each.item.question.id == self._question_id)
        return next(found)

    @property
    def _turns(self) -> list[Turn]:
        """Answers in which words can be marked."""
        return [turn for turn in self._conductor.state.turns_of(self._question_id) if isinstance(turn.result, Grade)]

    def _show_points(self) -> None:
        summary = self._summary
        self.points.show_points(doubtful_points(summary.score, summary.turns), max(20, self.size.width - 4))

    def _show_answer(self) -> None:
        turns = self._turns
        turn = turns[self._turn % len(turns)]
        which = f"Your {describe_answered(turn.kind)}"
        more = f", {self._turn % len(turns) + 1} of {len(turns)}; {{contest-answer}} shows another"
        more = name_keys(self, more) if len(turns) > 1 else ""
        self.query_one("#whose", Static).update(show_line(f"{which}{more}", "bold"))
        self.area.show_answer(turn.answer)
        keys = name_keys(self.area, "{contest-mark}, arrow keys, {contest-mark}")
        self._say(f"Choose a point with Enter, then mark the words: {keys}. If it is refused, you have one more try.")

    def on_resize(self) -> None:
        """Set the points anew to the width."""
        if not self._reading:
            self._show_points()

    @on(OptionList.OptionHighlighted, "#open-points")
    def _name_point(self) -> None:
        """Say what can be done about the point under the cursor."""
        if score := self.points.chosen:
            self.query_one("#what", Static).update(show_line(describe_choice(score)))

    @on(OptionList.OptionSelected, "#open-points")
    def _point_chosen(self) -> None:
        """On to the words, in the answer in which the point was looked for in vain."""
        score, ids = self.points.chosen, [turn.id for turn in self._turns]
        if score is not None and score.turn_id in ids and ids.index(score.turn_id) != self._turn % len(ids):
            self._turn = ids.index(score.turn_id)
            self._show_answer()
        self.area.focus()

    @on(MarkArea.SelectionChanged)
    def _count_marked(self) -> None:
        answer, span = self._turns[self._turn % len(self._turns)].answer, self.area.marked
        words = count_words(span.cut(answer))
        if not words or self._reading:
            return
        if is_whole(answer, span):
            score = self.points.chosen
            other = len(self._turns) > 1 or words >= FEWEST_WORDS or (score is not None and score.ruling is not None)
            last = "" if other else " No other words are left to try then."
            said = f"The whole reply is marked, {words} words. {{contest-submit}} contests with it.{last}"
        else:
            going = " The mark ends with {contest-mark}." if self.area.marking else ""
            said = f"{words} word{'s' * (words != 1)} marked.{going} {{contest-submit}} contests with them."
        self._say(name_keys(self.area, said))

    def action_whole(self) -> None:
        """Mark the whole reply that is shown."""
        if not self._reading:
            self.area.mark_whole()
            self.area.focus()

    def action_other_answer(self) -> None:
        """Go to the next of the answers to this question."""
        if not self._reading:
            self._turn += 1
            self._show_answer()

    def action_submit(self) -> None:
        """Have the marked words read, once every key pressed before has marked what it marks."""
        self.area.call_later(self._submit)

    def _submit(self) -> None:
        """Read them in the background."""
        score = self.points.chosen
        if self._reading or score is None:
            return
        if not score.has_tries:
            self._say(*_told(score))
            return
        turn, point, span = self._turns[self._turn % len(self._turns)], score.point, self.area.marked
        problem = problem_of(turn.answer, span, point) or problem_of_try(self._summary.turns, point.id, turn, span)
        if problem:
            self._say(f"Not yet: {problem}.", "$text-warning")
            self.area.focus()
            return
        self._reading = True
        self.refresh_bindings()
        self._reading_since = monotonic()
        self._move_sign()
        # The App's worker, for it must store the ruling also when this screen is left.
        work = work_on(self._contest, turn.id, point.id, span)
        self.app.run_worker(work, name=f"contest {point.id}", group="contest", exit_on_error=False)

    def _move_sign(self) -> None:
        """Show that the reading goes on, and for how long."""
        if self._reading:
            still = self.app.services.settings.reduced_motion
            sign = describe_waiting(monotonic() - self._reading_since, moves=not still)
            said = "A second method reads the words that you marked. {back} goes back; the ruling is kept."
            self._say(f"{sign} {name_keys(self, said)}")

    def action_own_mark(self) -> None:
        """Mark the point as said, for oneself, or take that back."""
        score = self.points.chosen
        if score is None:
            return
        try:
            refused = turn_mark(self._conductor, self._question_id, score)
        except MockdlError as error:
            self._say(str(error), "$text-error")
            return
        if refused:
            self._say(refused, "$text-warning")
            return
        self._show_points()
        done = f"Marked by you as said. {OWN_MARK_COUNTS} {{own-mark}} takes it back."
        self._say(name_keys(self, "Your mark was taken back." if score.claimed else done))

    async def _contest(self, turn_id: int, point_id: str, span: Span) -> None:
        conductor = self._conductor
        try:
            event = await asyncio.wrap_future(request_ruling(conductor, turn_id, point_id, span))
            refused = keep_ruling(conductor, event)
            found = next(each for each in self._summary.score.points if each.point.id == point_id)
            said, style = (refused, "$text-warning") if refused else _told(found)
        except MockdlError as error:
            said, style = f"{error}\nThe point can still be contested.", "$text-error"
        finally:
            self._reading = False
        if self in self.app.screen_stack:
            self._show_points()
            self._say(said, style)
            self.refresh_bindings()

    def _say(self, text: str, style: str = "") -> None:
        ruling = self.query_one("#ruling", Static)
        ruling.update(show(text, style))
        # On a busy machine a ruling was seen with the height of the shorter line before it: set out once more.
        self.call_after_refresh(ruling.refresh, layout=True)

    def action_back(self) -> None:
        """Back to the verdict."""
        if self.is_current:
            self.app.pop_screen()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out what makes no sense now."""
        if not self.is_mounted:
            return True
        if action == "submit":
            return True if self.points.chosen and not self._reading else None
        if action == "own_mark":
            return self._conductor.state.config.mode is Mode.PRACTICE
        return None if action == "other_answer" and len(self._turns) < 2 else True


def _told(score: PointScore) -> tuple[str, str]:
    """What the ruling on a point says and what follows from it."""
    upheld = score.ruling is not None and score.ruling.upheld
    return describe_outcome(score), "$text-success" if upheld else "$text-warning"
