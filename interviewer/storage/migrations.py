"""The journal's schema as numbered steps; the ones applied are recorded in the file itself."""

from __future__ import annotations

import sqlite3

MIGRATIONS: tuple[tuple[str, str], ...] = (
    (
        "0001_sessions_events_drafts",
        """
        CREATE TABLE sessions (
            id TEXT PRIMARY KEY,
            created_at REAL NOT NULL,
            config TEXT NOT NULL,
            plan TEXT NOT NULL,
            notes TEXT NOT NULL,
            finished INTEGER NOT NULL DEFAULT 0,
            last_seen REAL NOT NULL
        );
        CREATE TABLE events (
            session_id TEXT NOT NULL REFERENCES sessions(id),
            seq INTEGER NOT NULL,
            at REAL NOT NULL,
            body TEXT NOT NULL,
            PRIMARY KEY (session_id, seq)
        ) WITHOUT ROWID;
        CREATE TABLE items (
            hash TEXT PRIMARY KEY,
            body TEXT NOT NULL
        );
        CREATE TABLE session_items (
            session_id TEXT NOT NULL REFERENCES sessions(id),
            question_id TEXT NOT NULL,
            hash TEXT NOT NULL REFERENCES items(hash),
            PRIMARY KEY (session_id, question_id)
        ) WITHOUT ROWID;
        CREATE TABLE drafts (
            session_id TEXT PRIMARY KEY REFERENCES sessions(id),
            turn_id INTEGER NOT NULL,
            body TEXT NOT NULL,
            row INTEGER NOT NULL,
            column INTEGER NOT NULL,
            at REAL NOT NULL
        ) WITHOUT ROWID;
        CREATE INDEX sessions_by_time ON sessions(created_at);
        """,
    ),
    ("0002_session_names", "ALTER TABLE sessions ADD COLUMN name TEXT NOT NULL DEFAULT ''"),
    (
        "0003_drafts_of_windows",
        """
        CREATE TABLE window_drafts (
            session_id TEXT NOT NULL REFERENCES sessions(id),
            window TEXT NOT NULL,
            turn_id INTEGER NOT NULL,
            body TEXT NOT NULL,
            row INTEGER NOT NULL,
            column INTEGER NOT NULL,
            at REAL NOT NULL,
            PRIMARY KEY (session_id, window)
        ) WITHOUT ROWID;
        INSERT INTO window_drafts SELECT session_id, '', turn_id, body, row, column, at FROM drafts;
        DROP TABLE drafts;
        ALTER TABLE window_drafts RENAME TO drafts;
        """,
    ),
)


def migrate(connection: sqlite3.Connection) -> list[str]:
    """Apply the missing migrations in order, each in one transaction; returns their names.

    Raises:
        ValueError: the file was written by a newer version of the program.
    """
    connection.execute("CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY)")
    applied = {name for (name,) in connection.execute("SELECT name FROM migrations")}
    unknown = applied - {name for name, _ in MIGRATIONS}
    if unknown:
        raise ValueError(f"it holds data of a newer version ({', '.join(sorted(unknown))})")
    fresh = [(name, script) for name, script in MIGRATIONS if name not in applied]
    for name, script in fresh:
        try:
            connection.executescript(f"BEGIN IMMEDIATE; {script}; INSERT INTO migrations VALUES ('{name}'); COMMIT;")  # noqa: S608 - our own names
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
    return [name for name, _ in fresh]
