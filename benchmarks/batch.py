"""`mockdl grade FILE`: rows a second beside a bare encode of the same answers, and peak memory over many rows.

    python -m benchmarks.batch                     # ratios, with and without --fast, several rounds side by side
    python -m benchmarks.batch --memory            # peak memory at 1,000 and at 10,000 short rows, with --fast

A bare encode is `SentenceTransformer.encode` of the bundled weights with its own defaults: once of the answers as they
are, once of the spans into which a grade cuts them. A batch counts from its first row to its last, so that loading the
encoder is left out of both; its rubrics were read before, as in any batch that is longer than the bank. Where other
programs share the cores, the ratio of processor seconds (`--threads 1`) is steadier than that of wall time.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil

from benchmarks.table import NotMeasuredError, Row, failed, output_of
from interviewer.bank import load_bank
from interviewer.core.layout import plain_layout
from interviewer.grading.spans import cut_spans
from interviewer.paths import built_in_pack

BARE = """
import json, sys, time
from interviewer.embedding.weights import find_bundled
weights = str(find_bundled())
from sentence_transformers import SentenceTransformer
from interviewer.embedding.device import limit_threads
texts = json.load(sys.stdin)
model = SentenceTransformer(weights, device="cpu", local_files_only=True)
limit_threads()
model.encode(texts[:64], show_progress_bar=False)
wall, cpu = time.perf_counter(), time.process_time()
model.encode(texts, show_progress_bar=False)
print(json.dumps([time.perf_counter() - wall, time.process_time() - cpu]))
"""
_PAUSE = 0.3
"""Seconds: longer than between two grades of a group, shorter than a group takes."""
SHORT = "Some units are dropped at random while it trains, number {}."


class Cost(NamedTuple):
    """What some rows took."""

    wall: float
    cpu: float

    def each(self, rows: int) -> Cost:
        return Cost(self.wall / rows, self.cpu / rows)


class Peak(NamedTuple):
    """Megabytes."""

    command: float
    worker: float


def natural_rows(count: int) -> list[dict[str, str]]:
    """Answers as people type them, over all questions in random order."""
    rows = []
    for path in sorted((built_in_pack() / "rubrics").glob("*/*.natural.jsonl")):
        name = path.name.removesuffix(".natural.jsonl")
        rows += [
            {"question_id": name, "answer": json.loads(line)["text"]} for line in path.open(encoding="utf-8") if line
        ]
    random.Random(1).shuffle(rows)
    return rows[:count]


def bare(texts: Sequence[str], env: Mapping[str, str]) -> Cost:
    """One bare encode of these texts in a process of its own.

    Raises:
        NotMeasuredError: it failed, as without the weights.
    """
    return Cost(*json.loads(output_of([sys.executable, "-c", BARE], env, json.dumps(list(texts)))))


@contextmanager
def grading(source: Path, output: Path, fast: bool, env: Mapping[str, str]) -> Iterator[psutil.Process]:
    """`mockdl grade` at work.

    Raises:
        NotMeasuredError: it failed.
    """
    command = [sys.executable, "-m", "interviewer", "grade", str(source), "-o", str(output), *(["--fast"] * fast)]
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as said,
        subprocess.Popen(command, env=dict(env), stderr=said) as program,
    ):
        yield psutil.Process(program.pid)
        if program.wait() != 0:
            said.seek(0)
            raise NotMeasuredError(failed(command, program.returncode, said.read()))


def seconds_used(program: psutil.Process) -> float:
    """Of processor time, by the command and its worker."""
    used = 0.0
    for each in (program, *program.children(recursive=True)):
        times = each.cpu_times()
        used += times.user + times.system
    return used


class _Lines:
    """Counts the lines of a file that grows; what was read is not read again, which would take a core's time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = self._lines = 0

    def count(self) -> int:
        if self._path.exists():
            with self._path.open("rb") as file:
                file.seek(self._at)
                new = file.read()
            self._at += len(new)
            self._lines += new.count(b"\n")
        return self._lines


def batch(rows: Sequence[Mapping[str, str]], fast: bool, env: Mapping[str, str], folder: Path) -> Cost:
    """What a row costs: a batch of these rows twice over, of which what follows the first half counts.

    Grades come in groups. It counts from the end of the one that ends the first half: the rest of that group comes in
    the same moment, and would cost nothing.

    Raises:
        NotMeasuredError: it failed, or no group came after that one.
    """
    source, output = folder / "rows.jsonl", folder / "grades.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in (*rows, *rows)), encoding="utf-8")
    output.unlink(missing_ok=True)
    began = ended = (0.0, 0.0, 0)
    written = _Lines(output)
    with grading(source, output, fast, env) as program:
        while True:
            done = written.count()
            if done >= len(rows) and done > ended[2]:
                try:
                    now = (time.perf_counter(), seconds_used(program), done)
                except psutil.Error:  # it has just ended
                    break
                if began == ended and (began[2] == 0 or now[0] - ended[0] < _PAUSE):
                    began = now
                ended = now
            if done == 2 * len(rows) or not program.is_running() or program.status() == psutil.STATUS_ZOMBIE:
                break
            time.sleep(0.02)
    if ended[2] == began[2]:
        raise NotMeasuredError(f"{len(rows)} rows are too few: the last group of grades began before their second half")
    return Cost(ended[0] - began[0], ended[1] - began[1]).each(ended[2] - began[2])


def peak(count: int, questions: Sequence[str], env: Mapping[str, str], folder: Path) -> Peak:
    """Peak resident memory of a fast batch of so many short rows."""
    source, output = folder / f"{count}.jsonl", folder / f"{count}-grades.jsonl"
    with source.open("w", encoding="utf-8") as file:
        for number in range(count):
            row = {"question_id": questions[number % len(questions)], "answer": SHORT.format(number)}
            file.write(json.dumps(row) + "\n")
    most = Peak(0.0, 0.0)
    with grading(source, output, True, env) as program:
        while program.is_running() and program.status() != psutil.STATUS_ZOMBIE:
            try:
                workers = [_peak_mb(each) for each in program.children(recursive=True)]
                most = Peak(max(most.command, _peak_mb(program)), max(most.worker, *workers, 0.0))
            except (psutil.Error, OSError):
                break
            time.sleep(0.2)
    return most


def _peak_mb(process: psutil.Process) -> float:
    """As the kernel remembers it where there is /proc, else as it is now."""
    try:
        lines = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii").splitlines()
        return next(float(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))
    except (OSError, StopIteration):
        return float(process.memory_info().rss) / 2**20


class Compared(NamedTuple):
    """What some rounds found."""

    rates: dict[str, list[float]]
    """Rows a second, by program."""
    shares: dict[tuple[bool, str, str], list[float]]
    """Of a bare encode's throughput: with --fast or not, beside the answers or the spans, by which clock."""


def compare(rows: Sequence[Mapping[str, str]], rounds: int, kinds: Sequence[bool], env: Mapping[str, str]) -> Compared:
    """Batches with and without --fast beside bare encodes of the same texts, in turn."""
    answers = [row["answer"] for row in rows]
    spans = [span.text for text in answers for span in cut_spans(plain_layout(text).text)]
    found = Compared({}, {})
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(rounds):
            beside = {"answers": bare(answers, env).each(len(rows)), "spans": bare(spans, env).each(len(rows))}
            for name, cost in beside.items():
                found.rates.setdefault(f"bare encode of the {name}", []).append(1 / cost.wall)
            for fast in kinds:
                own = batch(rows, fast, env, Path(folder))
                found.rates.setdefault("mockdl grade" + " --fast" * fast, []).append(1 / own.wall)
                for name, cost in beside.items():
                    found.shares.setdefault((fast, name, "wall"), []).append(cost.wall / own.wall)
                    found.shares.setdefault((fast, name, "processor"), []).append(cost.cpu / own.cpu)
    return found


def measure(count: int, rounds: int) -> list[Row]:
    """Throughput of so many answers."""
    with tempfile.TemporaryDirectory(prefix="mockdl-bench-") as home:
        found = compare(natural_rows(count), rounds, (True, False), {**os.environ, "MOCKDL_HOME": home})
    told = []
    for fast, aim in ((True, "0.8"), (False, "0.2")):
        answers, spans = (statistics.median(found.shares[fast, name, "wall"]) for name in ("answers", "spans"))
        name = "mockdl grade" + " --fast" * fast
        beside = f"{answers:.2f} of a bare encode of the answers, {spans:.2f} of their spans"
        told.append(
            Row(f"{name}, {count} answers", statistics.median(found.rates[name]), "rows/s", beside, at_least=aim)
        )
    return told


def _print(found: Compared, rounds: int) -> None:
    print(f"{rounds} rounds; median (least to most)")
    for name, each in found.rates.items():
        print(f"| {name}, rows a second | {_spread(each)} |")
    for (fast, name, clock), each in found.shares.items():
        print(f"| {'fast' if fast else 'all channels'}, beside the {name}, {clock} time | {_spread(each)} |")


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def main() -> int:
    """Measure and print; 1 when something was missing."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, help="of torch, in every process; as mockdl chooses when left out")
    parser.add_argument("--only", choices=("fast", "full"))
    parser.add_argument("--memory", action="store_true")
    options = parser.parse_args()
    home = os.environ.get("MOCKDL_HOME") or tempfile.mkdtemp(prefix="mockdl-bench-")
    env = {**os.environ, "MOCKDL_HOME": home}
    if options.threads:
        env["OMP_NUM_THREADS"] = str(options.threads)
    kinds = [each for each in (True, False) if options.only in (None, "fast" if each else "full")]
    try:
        if options.memory:
            _print_peaks(env)
        else:
            _print(compare(natural_rows(options.rows), options.rounds, kinds, env), options.rounds)
    except NotMeasuredError as problem:
        print(f"Not measured: {problem}", file=sys.stderr)
        return 1
    return 0


def _print_peaks(env: Mapping[str, str]) -> None:
    questions = list(load_bank([built_in_pack()]).items)[:4]
    with tempfile.TemporaryDirectory() as folder:
        for count in (1_000, 10_000):
            found = peak(count, questions, env, Path(folder))
            print(f"| {count} rows | command {found.command:.0f} MB | worker {found.worker:.0f} MB |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
