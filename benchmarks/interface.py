"""First paint, stalls and memory of the interface, as ratios taken side by side in one run.

    python -m benchmarks.interface

Each program runs in a pseudo-terminal of its own. First paint is the time from starting
the process until a marker is on screen: the question's first words, or the hello text of
a bare Textual app. The event loop's longest stall is read while the encoder loads.
"""

from __future__ import annotations

import argparse
import json
import os
import pty
import select
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from fcntl import ioctl

from benchmarks.table import NotMeasuredError, Row, output_of, show

BARE = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("Interviewer hello")
Bare().run()
"""
MARKER = b"Interviewer"
STARTED = (sys.executable, "-c", "import sys; from interviewer.cli import main; sys.argv[0] = 'mockdl'; main()")
"""`mockdl`, wherever it is installed."""
FIRST_QUESTION = (*STARTED, "start", "--level", "senior", "--count", "2", "--seed", "1")

STALL = """
import asyncio, json, sys, time
from interviewer.core.bank.kinds import Level
from interviewer.core.interview.session import SessionConfig
from interviewer.services import build_services
from interviewer.tui.app import MockdlApp

async def main():
    services = build_services()
    conductor = services.sessions.create(SessionConfig(level=Level.SENIOR, count=2, seed=1))
    app = MockdlApp(services, conductor)
    gaps, started, graded = [], time.monotonic(), None
    async with app.run_test(size=(80, 24)) as pilot:
        last = time.monotonic()
        painted = last
        while app.encoder_status.state not in ("ready", "failed") and time.monotonic() - started < 120:
            await asyncio.sleep(0.005)
            now = time.monotonic()
            gaps.append(now - last - 0.005)
            last = now
            if graded is None and app.encoder_status.state in ("indexing", "ready"):
                graded = now - painted
        state = app.encoder_status
        loaded = time.monotonic() - painted
    import resource
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    services.close()
    if state.state != "ready":
        sys.exit(f"the encoder is {state.state}: {state.detail}")
    found = {"stall": max(gaps), "grades": graded or loaded, "loaded": loaded, "peak": peak, "worker": state.peak_mb}
    json.dump(found, sys.stdout)
asyncio.run(main())
"""

BARE_PEAK = """
import asyncio, json, resource, sys
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("hello")
async def main():
    async with Bare().run_test(size=(80, 24)):
        await asyncio.sleep(0.2)
asyncio.run(main())
json.dump({"peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}, sys.stdout)
"""


def at_home(folder: str) -> dict[str, str]:
    """The environment of a program that keeps all it writes in a folder, byte code excepted."""
    return {**os.environ, "MOCKDL_HOME": folder, "TERM": "xterm-256color", "PYTHONDONTWRITEBYTECODE": ""}


def first_paint(command: Sequence[str], env: Mapping[str, str]) -> float:
    """Seconds from starting the process until MARKER is on its terminal of 80x24."""
    return paint(command, env)[0]


def paint(command: Sequence[str], env: Mapping[str, str]) -> tuple[float, bytes]:
    """The same, and all that stood on the terminal until then."""
    began = time.perf_counter()
    pid, master = pty.fork()
    if pid == 0:
        os.execvpe(command[0], list(command), dict(env))  # noqa: S606 - a program of our own
    ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    seen = b""
    try:
        while time.perf_counter() - began < 60:
            ready, _, _ = select.select([master], [], [], 0.05)
            if ready:
                try:
                    seen += os.read(master, 65536)
                except OSError:  # it has ended
                    break
                if MARKER in seen:
                    return time.perf_counter() - began, seen
        raise NotMeasuredError(f"{' '.join(command[:4])} painted nothing: {seen[-300:].decode(errors='replace')!r}")
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)
        os.close(master)


def run_json(script: str, env: Mapping[str, str]) -> dict[str, float]:
    """Run a script in a fresh process and read the JSON it prints.

    Raises:
        NotMeasuredError: it failed.
    """
    found: dict[str, float] = json.loads(output_of([sys.executable, "-c", script], env))
    return found


def measure(repeats: int) -> Iterator[Row]:
    """First paint as a median of so many, stalls and memory.

    Raises:
        NotMeasuredError: a program painted nothing, or the encoder did not become ready; what came before is given.
    """
    with tempfile.TemporaryDirectory(prefix="mockdl-bench-", ignore_cleanup_errors=True) as home:
        env, ours = at_home(home), FIRST_QUESTION
        bare = [sys.executable, "-c", BARE]
        first_paint(bare, env)  # byte-compiles textual
        cold = first_paint(ours, env)
        pairs = [(first_paint(bare, env), first_paint(ours, env)) for _ in range(repeats)]
        plain, warm = (statistics.median(each) for each in zip(*pairs, strict=True))
        beside = f"a bare Textual app ({plain:.2f} s)"
        yield Row("first question, caches warm", warm, "s", beside, warm / plain, "2x")
        yield Row("first question, very first run", cold, "s", beside, cold / plain, "5x")
        ui = run_json(STALL, env)
        bare_peak = run_json(BARE_PEAK, env)["peak"]
    yield from (
        Row("longest stall while the encoder loads", ui["stall"] * 1000, "ms", at_most="100 ms"),
        Row("first run: encoder ready to grade after", ui["grades"], "s", at_most="11 s"),
        Row("first run: bank indexed after", ui["loaded"], "s"),
        Row("interface, peak memory", ui["peak"], "MB", f"+{ui['peak'] - bare_peak:.0f} MB over a bare Textual app"),
        Row("worker process, peak memory", ui["worker"], "MB"),
    )


def main() -> int:
    """Measure and print; 1 when something was missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=7)
    repeats = parser.parse_args().repeats
    return show(lambda: measure(repeats))


if __name__ == "__main__":
    sys.exit(main())
