"""The `mockdl` command: parse, load settings, pick a front end, map errors to exit codes."""

import gc
import os

# Some 130,000 objects are made until the first question is on screen, and all of them stay; looking
# for cycles among them again and again takes a sixth of the time to it, and doing so once 25 ms.
gc.set_threshold(200_000, 20, 20)

# Looking for plugins reads the metadata of every installed package; we use none.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")

from interviewer.cli.main import main  # noqa: E402

__all__ = ["main"]
