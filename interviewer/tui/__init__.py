"""The terminal interface: Textual screens over the same conductor that line mode uses.

The only room that imports textual.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from interviewer.core.interview.session import SessionConfig
    from interviewer.services import Services
    from interviewer.sessions.conductor import Conductor

__all__ = ["replay", "run"]


def run(services: Services, start: SessionConfig | None, resume: Conductor | None) -> int:
    """Run the interface until the user leaves.

    Args:
        services: what the program is made of.
        start: open an interview with this configuration at once.
        resume: or take up this session; with neither, the home screen is shown.

    Returns:
        The exit code.

    Raises:
        MockdlError: the session could not be started; nothing was shown yet.
    """
    from interviewer.tui.app import MockdlApp

    conductor = services.sessions.create(start) if start is not None else resume
    app = MockdlApp(services, conductor)
    gc.freeze()  # all that is there now stays, and looking for cycles in it later would hold a key up
    app.run()
    return app.return_code or 0


def replay(services: Services, session: str) -> int:
    """Play a stored session; nothing is written, graded or asked of a model.

    Args:
        services: what the program is made of; its journal is only read from here on.
        session: an id, the beginning of one, or "last".

    Returns:
        The exit code.

    Raises:
        MockdlError: there is no such session, or nothing has happened in it.
    """
    from interviewer.tui.replay_app import ReplayApp

    app = ReplayApp(services, services.sessions.replay(session))
    app.run()
    return app.return_code or 0
