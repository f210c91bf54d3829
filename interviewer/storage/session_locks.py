"""Who conducts a session: one program at a time, told by a lock that ends with the program, however it ends."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from interviewer.paths import make_private

if TYPE_CHECKING:
    from filelock import FileLock


class SessionLocks:
    """The sessions that this program conducts.

    Args:
        folder: one empty file a session that was ever open; made when it is missing.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: dict[str, FileLock] = {}

    def hold(self, session_id: str) -> bool:
        """Take a session; False when another program has it. Where files cannot be locked nobody is kept out: the
        journal itself refuses what does not follow on what is there."""
        from filelock import FileLock, Timeout

        if session_id in self._held:
            return True
        try:
            make_private(self._folder)
            lock = FileLock(self._folder / f"{session_id}.lock", mode=0o600)
            lock.acquire(timeout=0)
        except Timeout:
            return False
        except (OSError, NotImplementedError):
            return True
        self._held[session_id] = lock
        return True

    def release(self, session_id: str) -> None:
        """Let go of a session, whether it was held or not. Its file stays: one that is taken away could be locked by a
        program that had opened it before, beside another program's new one of the same name."""
        lock = self._held.pop(session_id, None)
        if lock is not None:
            lock.release()

    def release_all(self) -> None:
        """Let go of all."""
        for session_id in list(self._held):
            self.release(session_id)
