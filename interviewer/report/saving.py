"""The report of a session as a file of its own beside the journal."""

from __future__ import annotations

from pathlib import Path

from interviewer.core.interview.summary import SessionSummary
from interviewer.errors import StorageError
from interviewer.report import render_report


def save_report(summary: SessionSummary, folder: Path) -> Path:
    """Write the Markdown report of a session into a folder, which is made when it is missing; returns the file.

    Raises:
        StorageError: it cannot be written.
    """
    path = folder / f"{summary.session_id}.md"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_text(render_report(summary, "md"), encoding="utf-8")
    except OSError as error:
        raise StorageError(
            f"The report could not be written to {path}: {error.strerror}.",
            kept="The session itself is in the journal.",
            todo=f"`mockdl report {summary.session_id} --format md -o FILE` writes it elsewhere.",
        ) from error
    return path
