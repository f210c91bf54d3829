"""Two workers of a local Ray cluster give the grades of the local engine, also when one of them is killed.

Needs the extra `ray`; run with `pytest -m ray -n 0`. MOCKDL_RAY_PYTHON may name the interpreter that has it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psutil
import pytest

from interviewer.core.bank.content import Bank

pytestmark = [pytest.mark.ray, pytest.mark.encoder, pytest.mark.timeout(1800)]
ROOT = Path(__file__).resolve().parents[2]
PYTHON = os.environ.get("MOCKDL_RAY_PYTHON", sys.executable)
ROWS, QUESTIONS = 40, 4
TOLERANCE = 1e-3
"""Of a probability, and a hundred times as much of a score: batches of other sizes sum in another order."""


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [PYTHON, "-m", "interviewer", "grade", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def workers_of(program: subprocess.Popen[str]) -> list[psutil.Process]:
    return [each for each in psutil.Process(program.pid).children(recursive=True) if "RayWorker" in title(each)]


def title(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def listens_beyond_loopback(program: subprocess.Popen[str]) -> list[str]:
    found = []
    for process in [psutil.Process(program.pid), *psutil.Process(program.pid).children(recursive=True)]:
        try:
            for each in process.net_connections("inet"):
                for address in (each.laddr, each.raddr):
                    if address and not address.ip.removeprefix("::ffff:").startswith("127.") and address.ip != "::1":
                        found.append(f"{title(process)} {each}")
        except psutil.Error:
            continue
    return found


def read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]


def same(one: Any, other: Any, tolerance: float) -> bool:
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(
            same(one[name], other[name], 100 * tolerance if name in ("score", "interval") else tolerance)
            for name in one
        )
    if isinstance(one, list):
        return len(one) == len(other) and all(same(*each, tolerance) for each in zip(one, other, strict=True))
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= tolerance
    return bool(one == other)


def write_rows(path: Path, bank: Bank, questions: Sequence[str]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for number in range(ROWS):
            item = bank[questions[number % len(questions)]]
            examples = item.rubric.examples
            text = examples[number // len(questions) % len(examples)].text
            file.write(json.dumps({"question_id": item.question.id, "answer": text, "n": number}) + "\n")


@pytest.mark.parametrize("kind", [["--fast"], []], ids=["fast", "full"])
def test_two_workers_grade_as_the_local_engine_does_though_one_is_killed(
    bank: Bank, tmp_path: Path, kind: list[str]
) -> None:
    source, alone, together = (tmp_path / name for name in ("rows.jsonl", "local.jsonl", "ray.jsonl"))
    write_rows(source, bank, list(bank.items)[:QUESTIONS])
    local = start(str(source), *kind, "-o", str(alone))
    _, said = local.communicate()
    assert local.returncode == 0, said
    program = start(str(source), *kind, "--engine", "ray", "--workers", "2", "-o", str(together))
    while program.poll() is None and not (together.exists() and len(read(together)) >= 8):
        time.sleep(0.05)
    assert program.poll() is None, program.communicate()[1]
    workers = workers_of(program)
    assert len(workers) == 2
    assert listens_beyond_loopback(program) == []
    assert len(read(together)) < ROWS, "the batch is not over yet"
    workers[0].send_signal(signal.SIGKILL)
    _, said = program.communicate()
    assert program.returncode == 0, said
    assert "Traceback" not in said
    ours, theirs = read(alone), read(together)
    assert [row["n"] for row in theirs] == list(range(ROWS))
    differing = [one["n"] for one, other in zip(ours, theirs, strict=True) if not same(one, other, TOLERANCE)]
    assert not differing
    _, left = psutil.wait_procs(workers, timeout=15)
    assert not left
