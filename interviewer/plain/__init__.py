"""Line mode: the whole interview as text that a pipe, a script or a screen reader can follow."""

from interviewer.plain.console import Console
from interviewer.plain.interview import run_plain

__all__ = ["Console", "run_plain"]
