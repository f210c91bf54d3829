"""Lines in and lines out, for terminals and pipes alike.

Standard output carries the interview; standard error carries the narration (loading,
grading, notices), so that a pipe gets the one without the other.
"""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import IO, Protocol

from interviewer.core.text import clean, clean_line, plain_newlines
from interviewer.plain.broken_line import kept_when_broken, take_unfinished
from interviewer.wording.waiting import SAYS_SECONDS


class GoOn(Protocol):
    """Shows that a waiting goes on."""

    def __call__(self, instead: str = "") -> None:
        """Show it; with words, say that these are waited for from now on."""


class Console:
    """The candidate's side of line mode."""

    def __init__(
        self, *, stdin: IO[bytes] | None = None, out: IO[str] | None = None, err: IO[str] | None = None
    ) -> None:
        """Use the process's own streams unless others are given."""
        self._out = out if out is not None else sys.stdout
        self._err = err if err is not None else sys.stderr
        self._stdin = stdin
        self.interactive = stdin is None and sys.stdin is not None and sys.stdin.isatty()
        self._warned = False
        self.unfinished = ""
        """What had been typed of a line that Ctrl-C broke off."""
        self._rest: deque[str] = deque()
        """Lines that came with one that was read."""

    @property
    def width(self) -> int:
        """Columns to wrap to."""
        return max(40, min(100, shutil.get_terminal_size((80, 24)).columns - 1))

    def say(self, *lines: str) -> None:
        """Write lines to standard output."""
        for line in lines:
            print(clean(line), file=self._out)
        self._out.flush()

    def narrate(self, text: str) -> None:
        """Write one line to standard error, wrapped where somebody reads it as it comes."""
        self._narrate(text, end="\n")

    def _narrate(self, text: str, *, end: str) -> None:
        line = clean_line(text)
        lines = (
            textwrap.wrap(line, self.width, break_on_hyphens=False, break_long_words=False)
            if self.interactive
            else [line]
        )
        print(*(lines or [""]), sep="\n", end=end, file=self._err, flush=True)

    @contextmanager
    def waiting(self, text: str) -> Iterator[GoOn]:
        """Say what is waited for; gives what to call about twice a second, which shows that it goes on.

        At a terminal dots follow, one a second at first, and every ten seconds how long it has been; nothing that was
        shown changes, as a screen reader would read it all again.
        """
        began, shown = monotonic(), 0

        def begin(said: str) -> None:
            self._narrate(said if self.interactive else f"{said} ...", end=" " if self.interactive else "\n")

        def go_on(instead: str = "") -> None:
            nonlocal shown
            if instead:
                end()
                begin(instead)
            now = int(monotonic() - began)
            tens = now // SAYS_SECONDS
            if self.interactive and now > shown and (tens > shown // SAYS_SECONDS or not tens):
                print(f" {tens * SAYS_SECONDS} s" if tens else ".", end="", file=self._err, flush=True)
            shown = now

        def end() -> None:
            if self.interactive:
                print(file=self._err, flush=True)

        begin(text)
        try:
            yield go_on
        finally:
            end()

    def read_line(self, prompt: str) -> str | None:
        """The next line without its end, whatever system's line ends the input has; None at the end of input.

        Bytes that are not UTF-8 are replaced, and that is said once.
        """
        if not self._rest:
            text = self._read(prompt)
            if text is None:
                return None
            self._rest.extend(plain_newlines(text).split("\n"))
        return self._rest.popleft()

    def _read_typed(self, prompt: str) -> str | None:
        """A line from a terminal; what Ctrl-C breaks off is kept in `unfinished`."""
        with suppress(ImportError):
            import readline  # noqa: F401 - line editing for input()
        self.unfinished, descriptor = "", sys.stdin.fileno()
        with kept_when_broken(descriptor):
            try:
                return input(prompt).encode("utf-8", "replace").decode("utf-8")
            except EOFError:
                return None
            except KeyboardInterrupt:
                self.unfinished = take_unfinished(descriptor)
                raise

    def _read(self, prompt: str) -> str | None:
        """What comes up to the next new line."""
        if self.interactive:
            return self._read_typed(prompt)
        source = self._stdin if self._stdin is not None else getattr(sys.stdin, "buffer", None)
        raw = source.readline() if source is not None else b""
        if not raw:
            return None
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            text = raw.decode("utf-8", errors="replace")
            if not self._warned:
                self.narrate(
                    "The input holds bytes that are not UTF-8; each was replaced by \ufffd. Everything else was kept."
                )
                self._warned = True
        return text.rstrip("\r\n")
