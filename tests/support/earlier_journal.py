"""Makes `tests/data/journals`: journals that earlier versions of the program wrote, and what those read in them.

    python -m tests.support.earlier_journal tests/data/journals

takes the last commit before each later migration out of the history, runs it as it was in line mode with piped input,
with its own stub worker in place of the encoder, and stores its file and its own reports of it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
VERSIONS = {
    "0001_sessions_events_drafts": "c904d4b",
    "0002_session_names": "f20e665",
}
"""By its newest migration, the last commit before the next one."""
_PROGRAM = """
import sys
try:
    from interviewer.worker.engine import WorkerEngine
except ImportError:
    from interviewer.worker.client import WorkerEngine
from interviewer.cli import main
WorkerEngine.__init__.__kwdefaults__["command"] = (sys.executable, "-m", "tests.support.stub_worker")
main()
"""
_NAME = """
import sys
from pathlib import Path
from interviewer.storage import open_journal
journal = open_journal(Path(sys.argv[1]))
if hasattr(journal, "rename_session"):
    journal.rename_session(journal.sessions()[0].id, "the [last] one")
journal.close()
"""
_PACK = ROOT / "tests" / "data" / "stored" / "pack"
_OF_THE_PACK = ("--pack", str(_PACK), "--topic", "caching", "--level", "senior")
_SESSIONS = (
    (
        ("--seed", "3", "--count", "2"),
        "A first answer,\nof two lines [/b] 日本語.\n.\nyes\n/hint\nA second one.\n.\nyes\n",
    ),
    (("--seed", "4", "--count", "2", "--mode", "practice"), "One answer.\n.\n\nhalf of a\nsecond one\n/quit\n"),
    (("--seed", "5", "--count", "2"), "/idk\n/skip\n"),
)
"""One that is finished, one that was left with a draft, one in which nothing was said."""


def make(version: str, folder: Path) -> None:
    """Write `VERSION.sqlite3` and `VERSION.json` to a folder."""
    with tempfile.TemporaryDirectory() as place:
        old, home = Path(place, "old"), Path(place, "home")
        old.mkdir()
        archive = subprocess.run(["git", "archive", VERSIONS[version]], cwd=ROOT, check=True, capture_output=True)
        subprocess.run(["tar", "x"], cwd=old, check=True, input=archive.stdout)
        for options, typed in _SESSIONS:
            _run(old, home, "start", "--plain", *_OF_THE_PACK, *options, typed=typed)
        file = home / "data" / "journal.sqlite3"
        _run(old, home, str(file), program=_NAME)
        listed = json.loads(_run(old, home, "history", "--json"))
        names = [each["session"] for each in listed]
        reports = [_shorten(json.loads(_run(old, home, "report", each, "--format", "json"))) for each in names]
        with closing(sqlite3.connect(file)) as journal:
            drafts = journal.execute("SELECT session_id, turn_id, body, row, column FROM drafts").fetchall()
            journal.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copy(file, folder / f"{version}.sqlite3")
    read = {"commit": VERSIONS[version], "history": listed, "drafts": drafts, "reports": reports}
    (folder / f"{version}.json").write_text(json.dumps(read, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _shorten(report: Any) -> Any:
    """What a report says of the questions that are done with, without what it only repeats of them."""
    done = [each for each in report["questions"] if all(turn["outcome"] for turn in each["turns"])]
    return {
        **{name: report[name] for name in ("session", "finished", "score", "interval", "seconds")},
        "questions": [
            {
                **{name: each[name] for name in ("id", "score", "interval", "note", "hint_cost")},
                "key_points": _pick(each["key_points"], "id", "verdict", "credit", "evidence"),
                "turns": _pick(each["turns"], "kind", "prompt", "outcome", "answer", "hints"),
            }
            for each in done
        ],
    }


def _pick(rows: Any, *names: str) -> Any:
    return [{name: row[name] for name in names} for row in rows]


def _run(old: Path, home: Path, *arguments: str, typed: str = "", program: str = _PROGRAM) -> str:
    kept = {name: value for name, value in os.environ.items() if not re.match("MOCKDL_|OPENAI_", name)}
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=old,
        env={**kept, "MOCKDL_HOME": str(home), "PYTHONPATH": str(old), "TZ": "UTC", "COLUMNS": "80"},
        input=typed.encode(),
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()


if __name__ == "__main__":
    Path(sys.argv[1]).mkdir(exist_ok=True)
    for each in VERSIONS:
        make(each, Path(sys.argv[1]))
