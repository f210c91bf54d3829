"""A session's summary as something to read: terminal text, Markdown, HTML, JSON or cards to learn."""

from __future__ import annotations

from interviewer.core.interview.summary import SessionSummary
from interviewer.core.text import clean, escape_hidden
from interviewer.errors import UsageError, nearest_names

__all__ = ["FORMATS", "render_report"]

FORMATS = ("terminal", "md", "html", "json", "anki")


def render_report(summary: SessionSummary, form: str, *, width: int = 80, full: bool = False) -> str:
    """Render a summary; nothing of it can do anything to a terminal that shows it.

    Args:
        summary: of a session, finished or not.
        form: one of `FORMATS`.
        width: columns of the terminal form.
        full: the terminal form with every answer, every point and the model answers; the other forms always have them.

    Raises:
        UsageError: an unknown form.
    """
    if form == "terminal" and not full:
        from interviewer.report.brief_report import render_brief

        return clean(render_brief(summary, width))
    if form == "terminal":
        from interviewer.report.terminal_report import render_terminal

        return clean(render_terminal(summary, width))
    if form == "md":
        from interviewer.report.markdown_report import render_markdown

        return clean(render_markdown(summary))
    if form == "html":
        from interviewer.report.html_report import render_html

        return clean(render_html(summary))
    if form == "anki":
        from interviewer.report.anki_cards import render_anki

        return render_anki(summary)
    if form == "json":
        from interviewer.report.json_report import render_json

        return escape_hidden(render_json(summary))
    near = nearest_names(form, FORMATS, most=1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    raise UsageError(f"{form!r} is not a report format.", todo=f"{hint}Formats: {', '.join(FORMATS)}.")
