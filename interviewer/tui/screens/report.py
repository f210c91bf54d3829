"""The report of a session, and where it was saved."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import getters
from textual.binding import Binding, BindingType
from textual.events import Key

from interviewer.core.grade.grade import Grade
from interviewer.core.interview.effects import GradeTurn
from interviewer.core.interview.session import Turn
from interviewer.core.text import shorten_path
from interviewer.errors import MockdlError
from interviewer.report.saving import save_report
from interviewer.sessions.conductor import Conductor
from interviewer.sessions.pending_grades import keep_grade, unjudged_turns, untried_turns
from interviewer.tui.base import AppBase
from interviewer.tui.deferred_work import work_on
from interviewer.tui.messages import GradeReady
from interviewer.tui.report_export import deliver_report, write_report
from interviewer.tui.safe_text import explain
from interviewer.tui.screens.confirm import LineScreen
from interviewer.tui.screens.report_page import ReportPage
from interviewer.tui.session.runner import SessionRunner

if TYPE_CHECKING:
    from pathlib import Path


class ReportScreen(ReportPage):
    """A report that is finished and saved, and from which one goes on."""

    app = getters.app(AppBase)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h,escape", "home", "Home", id="home", tooltip="Back to the home screen"),
        Binding(
            "ctrl+r", "judge_again", "Judge again", id="judge-again", tooltip="Ask the judge again where it failed"
        ),
        Binding("v", "verdict(1)", "Verdicts", id="verdict", tooltip="The verdict on each question; 1 to 9 open one"),
        Binding("m", "sources", "Full", id="sources", tooltip="Every answer and point, model answers; or in short"),
        Binding("x", "export", "Export", id="export", tooltip="Write the report to a file of your choice"),
        Binding("question_mark", "app.help", "Help", id="help-letter", show=False),
    ]

    def __init__(self, conductor: Conductor, *, fresh: bool) -> None:
        super().__init__(conductor)
        self._conductor = conductor
        self._fresh = fresh
        self._waiting: set[int] = set()
        self._judging: set[int] = set()
        self._covered = False
        """Whether a verdict was opened, on which something may have been contested."""

    def on_mount(self) -> None:
        """Grade what has no grade yet, then save."""
        self._runner = runner = SessionRunner(self.app, self._conductor, self)
        missing = untried_turns(self._conductor.state)
        self._waiting = {turn.id for turn in missing}
        for turn in missing:
            runner.grade(GradeTurn(turn.id))
        self._show_note(f"Grading {len(missing)} more answers; the report will follow." if missing else "")
        if not missing:
            self._save()
        self.refresh_bindings()

    def on_grade_ready(self, message: GradeReady) -> None:
        """Show the report anew with each grade that arrives."""
        self._show_text()
        judged = message.turn_id in self._judging
        group = self._judging if judged else self._waiting
        group.discard(message.turn_id)
        if not group and judged:
            self._tell_judged()
        elif not group:
            self._save()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey out a verdict that is not there, and "Judge again" while there is nothing to judge again."""
        if action == "verdict":
            return True if int(str(parameters[0])) <= len(self._conductor.summary().questions) else None
        return True if action != "judge_again" or self._to_judge_again() else None

    def _to_judge_again(self) -> list[Turn]:
        """Answers whose judge failed; none while the judge is off, or at work on them."""
        if self._judging or self._waiting or not self.app.services.model.judges():
            return []
        return unjudged_turns(self._conductor.state)

    def action_judge_again(self) -> None:
        """Ask the judge again in the background; the report follows each new grade."""
        turns = self._to_judge_again()
        self._judging = {turn.id for turn in turns}
        self._show_note(f"Judging {len(turns)} answer{'s' * (len(turns) != 1)} again.")
        self.refresh_bindings()
        # The App's worker, for it must store the grades also when this screen is left.
        for turn in turns:
            self.app.run_worker(self._judge(turn.id), name=f"judge {turn.id}", group="grading", exit_on_error=False)

    async def _judge(self, turn_id: int) -> None:
        app = self.app
        try:
            event = await asyncio.wrap_future(self._conductor.grade(GradeTurn(turn_id)))
            keep_grade(self._conductor, event)
        except MockdlError as error:
            explain(app, error)
        self.post_message(GradeReady(turn_id))

    def _tell_judged(self) -> None:
        left = unjudged_turns(self._conductor.state)
        if left:
            grade = left[0].result
            reason = grade.judging.problem if isinstance(grade, Grade) and grade.judging else ""
            self._show_note(f"{len(left)} could not be judged: {reason}")
            return
        self._show_note("The judge has judged what it had missed.")
        self._save()

    def on_key(self, event: Key) -> None:
        """1 to 9 open the verdict on that question."""
        if event.character is not None and event.character in "123456789":
            event.stop()
            self.action_verdict(int(event.character))

    def action_verdict(self, number: int) -> None:
        """Show the verdict on one question."""
        from interviewer.tui.screens.verdict_again import VerdictScreen

        if self.is_current and number <= len(self._conductor.summary().questions):
            self._covered = True
            self.app.push_screen(VerdictScreen(self._conductor, number, self._runner.speaker))

    def on_screen_resume(self) -> None:
        """Show, and save, what a contest may have changed."""
        if self._covered:
            self._covered = False
            self._show_text()
            self._save()

    def action_export(self) -> None:
        """Ask for a file; in a browser, download."""
        if self.app.is_web:
            deliver_report(self.app, self._conductor.summary())
        elif self.is_current:
            name = f"mockdl-{self._conductor.row.id}.md"
            self.app.push_screen(
                LineScreen("Write the report to (.md, .html, .txt or .json):", name, 500), self._export
            )

    def _export(self, name: str | None) -> None:
        if name and name.strip():
            self.run_worker(work_on(self._write, name), name="export", group="saving", exit_on_error=False)

    async def _write(self, name: str) -> None:
        try:
            path = await asyncio.to_thread(write_report, self._conductor.summary(), name)
        except MockdlError as error:
            explain(self.app, error)
            return
        self._show_path("Written to", path)

    def _show_path(self, what: str, path: Path) -> None:
        """A path's end says more than its beginning where there is no room for both."""
        room = self.size.width - len(what) - 6
        self._show_note(f"{what} {shorten_path(str(path), room)}")

    def _save(self) -> None:
        if not self._fresh:
            self._show_note(f"Session {self._conductor.row.id}")
            return
        self.run_worker(self._save_report(), name="save report", group="saving", exit_on_error=False)

    async def _save_report(self) -> None:
        folder = self.app.services.places.reports
        try:
            path = await asyncio.to_thread(save_report, self._conductor.summary(), folder)
        except MockdlError as error:
            explain(self.app, error)
            return
        self._show_path("Saved to", path)

    def action_home(self) -> None:
        """Back to the home screen."""
        self.app.show_home()
