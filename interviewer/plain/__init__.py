"""Line mode: the whole interview as text that a pipe, a script or a screen reader can follow."""

from interviewer.plain.console import Console
from interviewer.plain.contest import offer_contests
from interviewer.plain.interview import run_plain
from interviewer.plain.retell import retell

__all__ = ["Console", "offer_contests", "retell", "run_plain"]
