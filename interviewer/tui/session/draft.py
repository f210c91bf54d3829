"""The draft in the editor: kept on disk as it is typed, brought back, and written in an editor of one's own."""

from __future__ import annotations

from typing import Any

from textual.app import App
from textual.widgets import TextArea

from interviewer.core.interview.session import Phase
from interviewer.errors import ElsewhereError, MockdlError
from interviewer.sessions.conductor import SEVERAL_DRAFTS, Conductor
from interviewer.tui.safe_text import explain, toast


class Drafting:
    """What is being typed, and what of it is on disk."""

    def __init__(self, app: App[Any], conductor: Conductor, editor: TextArea) -> None:
        self._app = app
        self._conductor = conductor
        self._editor = editor
        self._saved: tuple[str, tuple[int, int]] | None = ("", (0, 0))
        """Text and cursor as they were last saved; None after a failure."""

    def bring_back(self) -> None:
        """Show the current turn's draft; what was typed while the answer before it was read is one, too."""
        self.save()
        try:
            draft = self._conductor.draft()
        except MockdlError as error:
            explain(self._app, error)
            return
        text = draft.text if draft else ""
        if text != self._editor.text:
            self._editor.load_text(text)
        if draft:
            self._editor.move_cursor((draft.row, draft.column))
            if draft.windows > 1:
                toast(self._app, SEVERAL_DRAFTS, seconds=12)
        self._saved = (self._editor.text, self._editor.cursor_location)

    def clear(self) -> None:
        """Empty the editor; what stood there was submitted."""
        self._editor.load_text("")
        self._saved = ("", (0, 0))

    def save(self) -> None:
        """Keep what stands in the editor, when it has changed."""
        now = (self._editor.text, self._editor.cursor_location)
        if self._conductor.state.phase not in (Phase.ANSWERING, Phase.GRADING) or now == self._saved:
            return
        try:
            self._conductor.save_draft(now[0], *now[1])
            self._saved = now
        except ElsewhereError as error:
            explain(self._app, error)
            self._saved = now
        except MockdlError as error:
            if self._saved is not None:
                explain(self._app, error)
            self._saved = None  # say it once, and try again at the next tick

    def edit_outside(self) -> None:
        """Write in an editor of one's own; what comes back can be undone like anything typed."""
        from interviewer.tui.session.external_editor import edit_outside

        if self._editor.disabled:
            return
        self.save()
        edited = edit_outside(self._app, self._editor.text)
        if edited.text != self._editor.text:
            self._editor.replace(edited.text, (0, 0), self._editor.document.end)
            self._editor.move_cursor(self._editor.document.end)
            self.save()
        if edited.problem:
            toast(self._app, edited.problem, severity="warning", seconds=12)
