"""One running session as the screens see it."""
