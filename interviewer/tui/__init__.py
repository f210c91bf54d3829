"""The terminal interface: Textual screens over the same conductor that line mode uses.

The only room that imports textual.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from interviewer.conduct import Conductor
    from interviewer.core.session import SessionConfig
    from interviewer.services import Services

__all__ = ["run"]


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

    conductor = services.start_session(start) if start is not None else resume
    app = MockdlApp(services, conductor)
    app.run()
    return app.return_code or 0
