"""The `mockdl` command: parse, load settings, pick a front end, map errors to exit codes."""

from interviewer.cli.main import main

__all__ = ["main"]
