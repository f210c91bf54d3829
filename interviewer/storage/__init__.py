"""The journal: everything that happened in every session, on disk before anything else sees it.

The only room that imports `sqlite3`.
"""

from interviewer.storage.journal import SqliteJournal, open_journal

__all__ = ["SqliteJournal", "open_journal"]
