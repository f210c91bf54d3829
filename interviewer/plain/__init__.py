"""Line mode: the whole interview as text that a pipe, a script or a screen reader can follow."""

from interviewer.plain.console import Console
from interviewer.plain.interview import run_plain
from interviewer.plain.retelling import retell

__all__ = ["Console", "retell", "run_plain"]
