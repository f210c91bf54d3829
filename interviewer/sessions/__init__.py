"""One home for a session: create, resume, drive, grade, contest, read again."""
