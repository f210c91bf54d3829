"""A report to a file of the candidate's choice, or to a browser's downloads."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from textual.app import App

from interviewer.core.interview.summary import SessionSummary
from interviewer.errors import StorageError, UsageError

_FORMS = {".md": "md", ".html": "html", ".txt": "terminal", ".json": "json"}


def write_report(summary: SessionSummary, name: str) -> Path:
    """Write a report; the name's ending says in which form. Returns the file.

    Raises:
        UsageError: an ending that stands for no form, or a file that is there already.
        StorageError: it cannot be written.
    """
    from interviewer.report import render_report

    path = Path(name.strip()).expanduser()
    form = _FORMS.get(path.suffix.lower())
    if form is None:
        raise UsageError("The name must end in .md, .html, .txt or .json.", kept="Nothing was written.")
    text = render_report(summary, form)
    try:
        with path.open("x", encoding="utf-8", errors="replace") as file:
            file.write(text)
    except FileExistsError as error:
        raise UsageError(
            f"{path} is there already.", kept="It was left as it is.", todo="Choose another name."
        ) from error
    except OSError as error:
        raise StorageError(f"{path} could not be written: {error.strerror}.", kept="The session is saved.") from error
    return path.absolute()


def deliver_report(app: App[Any], summary: SessionSummary) -> None:
    """Hand the Markdown form to the browser that shows the interface."""
    from interviewer.report import render_report

    text = render_report(summary, "md")
    app.deliver_text(io.StringIO(text), save_filename=f"{summary.session_id}.md", mime_type="text/markdown")
