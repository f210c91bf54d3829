"""The commands whose output `tests/data/stored` holds, run the same way when it is made and when it is compared."""

from __future__ import annotations

import io
import json
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from interviewer.cli import main
from interviewer.services import build_services
from interviewer.sessions.pending_grades import owed_turns

DATA = Path(__file__).parents[1] / "data" / "stored"
OUTPUTS = DATA / "outputs"
PACK = DATA / "pack"
REVIEW_DAY = 1_743_519_600.0
"""2025-04-01 15:00 UTC, some weeks after the sessions."""
UNFINISHED, DEMO, OWING, JUDGED = (
    "20250309-0900-a003",
    "20250315-0900-a005",
    "20250318-0900-a006",
    "20250321-0900-a007",
)
FORMS = {"json": "json", "md": "md", "terminal": "txt"}
ANSWERS = {
    "strong": (
        "write-policies",
        "With write-through each write goes to the cache and to the disk, and nothing is confirmed until both have it. "
        "With write-back only the cache changes, the entry gets a dirty bit and is saved when it is evicted. "
        "If the power goes, everything dirty is gone. A hot counter is written once instead of often.",
    ),
    "numeric": ("average-latency", "You always pay 2 ms and in 5% of the cases 40 ms more, so on average it is 4 ms."),
    "foreign": (
        "write-policies",
        "Das weiß ich leider nicht so genau, aber ich glaube, dass die Daten irgendwann später auf die Festplatte "
        "geschrieben werden, wenn der Cache voll ist.",
    ),
}
"""By name, a question of the stored pack and an answer to it."""


def prepare_environment(home: Path) -> None:
    """Another home, UTC and 80 columns; the caller puts the environment back."""
    os.environ.update(MOCKDL_HOME=str(home), TZ="UTC", COLUMNS="80")
    time.tzset()


def restore_journal(home: Path) -> None:
    """Make the journal file anew from its text."""
    (home / "data").mkdir(parents=True)
    with closing(sqlite3.connect(home / "data" / "journal.sqlite3")) as connection:
        connection.executescript((DATA / "journal.sql").read_text(encoding="utf-8"))


def run_here(*arguments: str) -> str:
    """Standard output of a command, run in this process because there are many."""
    out = io.StringIO()
    with mock.patch.object(sys, "argv", ["mockdl", *arguments]), redirect_stdout(out):
        try:
            main()
            code: object = 0
        except SystemExit as end:
            code = end.code
    assert code in (0, None), (arguments, code)
    return out.getvalue()


def run_apart(
    *arguments: str,
    typed: str = "",
    code: int | None = 0,
    now: float | None = None,
    env: Mapping[str, str] | None = None,
) -> str:
    """Standard output of a command in a process of its own, which may be told another time; any exit code for None."""
    stop = "" if now is None else f"import time; time.time = lambda: {now}; "
    done = subprocess.run(
        [sys.executable, "-c", f"{stop}from interviewer.cli import main; main()", *arguments],
        input=typed.encode(),
        capture_output=True,
        env={**os.environ, **(env or {})},
        cwd=DATA,
        timeout=400,
        check=False,
    )
    assert code is None or done.returncode == code, done.stderr.decode()
    return done.stdout.decode()


def with_pack() -> dict[str, str]:
    """The environment in which the stored pack is loaded beside the bank."""
    return {"MOCKDL_PACKS": json.dumps([str(PACK)])}


def read_states() -> dict[str, Any]:
    """Every session as its events give it."""
    services = build_services()
    found = {}
    for row in services.journal.sessions():
        conductor = services.sessions.open(row.id)
        summary, draft = conductor.summary(), conductor.draft()
        found[row.id] = {
            "row": {
                "name": row.name,
                "created_at": row.created_at,
                "last_seen": row.last_seen,
                "finished": row.finished,
                "notes": list(row.notes),
                "events": row.events,
            },
            "state": conductor.state.model_dump(mode="json"),
            "draft": {name: each for name, each in draft._asdict().items() if name != "windows"} if draft else None,
            "owed": [turn.id for turn in owed_turns(conductor.state, judges=False)],
            "score": [summary.value, summary.low, summary.high, summary.band],
            "questions": {
                each.item.question.id: {
                    "score": [each.score.value, each.score.low, each.score.high],
                    "credit": {point.point.id: point.credit for point in each.score.points},
                }
                for each in summary.questions
            },
        }
    services.close()
    return found


def exact_outputs(sessions: list[str]) -> Iterator[tuple[str, Callable[[], str]]]:
    """File names with what makes them, of all that follows from the journal alone."""
    for name in sessions:
        for form, ending in FORMS.items():
            yield f"report-{name}.{ending}", partial(run_here, "report", name, "--format", form)
        yield f"report-{name}-full.txt", partial(run_here, "report", name, "--full")
        yield f"replay-{name}.txt", partial(run_here, "start", "--plain", "--replay", name)
    yield "history.json", partial(run_here, "history", "--json")
    yield "history.txt", partial(run_here, "history")


def grade_answer(name: str, folder: Path) -> str:
    """Today's grade of one of `ANSWERS`, as JSON without times."""
    question, text = ANSWERS[name]
    file = folder / f"{name}.txt"
    file.write_text(text, encoding="utf-8")
    code = 1 if name == "foreign" else 0  # an answer without a grade
    body = json.loads(run_apart("grade", "--question", question, "--json", str(file), code=code, env=with_pack()))
    for turn in body["turns"]:
        turn["result"].pop("seconds", None)
    return as_json(body)


def check_pack() -> str:
    """What `pack check` has to say about the stored pack; its paths begin at the folder of the pack.

    Its exit code follows from the scores of golden examples too, which are those of the weights of the day.
    """
    return run_apart("pack", "check", "pack", "--json", code=None)


def review() -> str:
    """What is due on the fixed day."""
    return run_apart("review", "--level", "senior", "--json", now=REVIEW_DAY, env=with_pack())


def resume() -> str:
    """The unfinished session, taken up and left at once."""
    return run_apart("start", "--plain", "--resume", UNFINISHED, typed="/quit\n")


def show_settings(home: Path, *options: str) -> str:
    """The stored settings as they are in force."""
    (home / "config").mkdir(parents=True, exist_ok=True)
    (home / "config" / "config.toml").write_bytes((DATA / "settings.toml").read_bytes())
    shown = run_here("config", "show", *options)
    (home / "config" / "config.toml").unlink()
    return shown


def priced_report() -> str:
    """A judged session's report once the prices of the judge's model are set."""
    prices = {"MOCKDL_JUDGE_MODEL": "tiny-chat", "MOCKDL_JUDGE_PRICE_IN": "150", "MOCKDL_JUDGE_PRICE_OUT": "600"}
    with mock.patch.dict(os.environ, prices):
        return run_here("report", JUDGED)


def show_question(*options: str) -> str:
    """A numeric question of the stored pack."""
    return run_here("pack", "show", "average-latency", "--pack", str(PACK), *options)


SEARCH = ("search", "--json", "--most", "3", "which writes a cache loses in a crash")


def as_json(body: Any) -> str:
    return json.dumps(body, indent=1, ensure_ascii=False) + "\n"
