"""What stands in the editors of a session's windows: a row each, so that none overwrites what another has typed."""

from __future__ import annotations

import sqlite3

from interviewer.core.interview.journal_port import Draft


def store_draft(connection: sqlite3.Connection, session_id: str, window: str, draft: Draft, at: float) -> None:
    """Put a draft in place of the one that this window had."""
    connection.execute(
        "INSERT OR REPLACE INTO drafts VALUES (?,?,?,?,?,?,?)",
        (session_id, window, draft.turn_id, draft.text, draft.row, draft.column, at),
    )


def take_drafts(connection: sqlite3.Connection, session_id: str, window: str, turn_id: int) -> Draft | None:
    """All drafts of a turn as one, which is this window's from here on.

    Its own, or else the latest, stands first; what another window typed and is not in it follows, an empty line apart.
    One that is typed on there becomes a draft of its own again.
    """
    rows = connection.execute(
        "SELECT window, body, row, column, at FROM drafts WHERE session_id = ? AND turn_id = ? "
        "ORDER BY window = ? DESC, at DESC",
        (session_id, turn_id, window),
    ).fetchall()
    if not rows:
        return None
    texts: list[str] = []
    for _, body, *_ in rows:
        if body.strip() and not any(body.strip() in text for text in texts):
            texts.append(body)
    _, first, row, column, at = next((each for each in rows if [each[1]] == texts[:1]), rows[0])
    draft = Draft(turn_id, "\n\n".join(texts) if texts else first, row, column, max(1, len(texts)))
    if [each[0] for each in rows] != [window]:
        connection.execute("DELETE FROM drafts WHERE session_id = ? AND turn_id = ?", (session_id, turn_id))
        store_draft(connection, session_id, window, draft, at)
    return draft
