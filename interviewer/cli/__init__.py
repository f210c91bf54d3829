"""The `mockdl` command: parse, load settings, pick a front end, map errors to exit codes."""

import gc
import os

# Importing makes some 100,000 objects that all stay; looking for cycles among them again and
# again takes a sixth of the time to the first question.
gc.set_threshold(100_000, 20, 20)

# Looking for plugins reads the metadata of every installed package; we use none.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from interviewer.cli.main import main  # noqa: E402

__all__ = ["main"]
