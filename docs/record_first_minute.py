"""Record a newcomer's first minute: from the command to the first graded answer, as a terminal of 80x24 shows it.

    python docs/record_first_minute.py          # writes docs/first-minute.cast
    asciinema play docs/first-minute.cast

A home of its own, nothing loaded or cached before; typed at the pace of somebody who types well. The file is an
asciicast of version 2; its marker is where the first verdict is on the screen.
"""

from __future__ import annotations

import codecs
import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path
from typing import Self

FILE = Path(__file__).with_name("first-minute.cast")
COMMAND = ("start", "--level", "junior", "--mode", "practice", "--count", "1", "--seed", "16")
ASKED = "Compare sigmoid"
ANSWER = (
    "relu in hidden layers, gradient 1 for positive inputs. sigmoid for binary outputs and gates, it saturates. "
    "softmax for class probabilities, gelu or swiglu in transformers"
)
REPLIES = ("a unit that is negative on all data has zero gradient and stays dead", "idk")
"""To follow-ups, if any are asked."""
VERDICT = "of 100"
COLUMNS, LINES = 80, 24
LETTERS_A_SECOND = 9.0
AT_ONCE = 4
"""Letters between two pictures, lest the file grows large."""
PATIENCE = 60.0
LABEL = "first graded answer"


class Recording:
    """`mockdl` at a terminal of its own: what it showed, and when."""

    def __init__(self, arguments: tuple[str, ...], home: str) -> None:
        self._master, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "interviewer", *arguments],
            stdin=terminal,
            stdout=terminal,
            stderr=terminal,
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "MOCKDL_HOME": home},
            start_new_session=True,
        )
        os.close(terminal)
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._began = time.monotonic()
        self.events: list[tuple[float, str, str]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._master)

    @property
    def seconds(self) -> float:
        """Since the program was started."""
        return time.monotonic() - self._began

    def watch(self, seconds: float) -> str:
        """Take in what is shown for so long, and return it."""
        until, shown = self.seconds + seconds, ""
        while (left := until - self.seconds) > 0:
            if select.select([self._master], [], [], left)[0]:
                text = self._decoder.decode(os.read(self._master, 65536))
                self.events.append((self.seconds, "o", text))
                shown += text
        return shown

    def wait_for(self, *texts: str) -> str:
        """Until one of these is shown; which one. `SystemExit` when none comes."""
        shown, until = "", self.seconds + PATIENCE
        while self.seconds < until:
            shown += self.watch(0.1)
            for text in texts:
                if text in shown:
                    return text
        raise SystemExit(f"none of {texts} was shown: {shown[-500:]!r}")

    def type(self, text: str, rate: float = LETTERS_A_SECOND) -> None:
        """Press keys, so many a second."""
        for at in range(0, len(text), AT_ONCE):
            keys = text[at : at + AT_ONCE]
            os.write(self._master, keys.encode())
            self.watch(len(keys) / rate)

    def mark(self, label: str) -> None:
        """Set a marker here."""
        self.events.append((self.seconds, "m", label))

    def write(self, file: Path, title: str) -> None:
        """As asciicast v2: a header, then an event a line."""
        header = {"version": 2, "width": COLUMNS, "height": LINES, "title": title}
        lines = [header, *([round(at, 3), kind, text] for at, kind, text in self.events)]
        file.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")


def main() -> None:
    with tempfile.TemporaryDirectory() as home, Recording(COMMAND, home) as recording:
        recording.wait_for(ASKED)
        recording.watch(2.0)
        recording.type(ANSWER)
        recording.type("\x13")
        recording.watch(1.0)
        recording.type("3")
        replies, typed = iter(REPLIES), len(ANSWER)
        while recording.wait_for(VERDICT, "follow-up") != VERDICT:
            recording.watch(1.0)
            reply = next(replies)
            typed += len(reply)
            recording.type(reply)
            recording.type("\x13")
            if reply == REPLIES[-1]:
                recording.watch(0.5)
                recording.type("y")
        recording.mark(LABEL)
        took = recording.seconds
        recording.watch(2.0)
        recording.write(FILE, f"mockdl {' '.join(COMMAND)}")
    print(f"{LABEL} after {took:.0f} s, {typed / LETTERS_A_SECOND:.0f} s of them typing")


if __name__ == "__main__":
    main()
