"""`mockdl start --replay SESSION`: a stored session played again, in the interface or as text."""

from __future__ import annotations

from interviewer.cli.common import open_services


def play(session: str, *, line_mode: bool) -> int:
    """Play a session; returns the exit code. Nothing is written, graded or sent.

    Args:
        session: an id, the beginning of one, or "last".
        line_mode: print the conversation instead.
    """
    with open_services() as services:
        if not line_mode:
            from interviewer.tui import replay

            return replay(services, session)
        from interviewer.plain import Console, retell

        services.journal.forbid_writing()
        view = services.sessions.read(services.journal.session(session))
        console = Console()
        retell(view, console)
        console.narrate(f"`mockdl report {view.row.id}` shows the verdicts.")
        return 0
