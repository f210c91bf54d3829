"""No escape sequence of a pack, a setting or a name reaches the terminal, whichever command shows it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from concurrent.futures import Future
from pathlib import Path
from unittest.mock import Mock

import pytest

from interviewer.cli import search
from interviewer.core.ports import SearchHit
from tests.support.builders import make_item
from tests.support.packs import write_pack

pytestmark = pytest.mark.timeout(900)
"""Each command is a process of its own, and some load the encoder."""

EVIL = "\x1b[31m\x1b]52;c;ZXZpbA==\x07\x9b31m\x9d0;x\x9c\u202eevil\u2066\u200b\u2060\u00ad\u200d\U000e0041\ufeff\x7f"
"""Colour, the clipboard, a bell, the C1 forms of both, right to left, no width, a tag, and delete."""
HOSTILE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e01ef]"
)


def escaped(value: object) -> str:
    """As JSON that YAML and TOML take too: no halves of pairs, and delete not raw."""
    return json.dumps(value).replace("\\udb40\\udc41", "\\U000e0041").replace("\x7f", "\\u007f")


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A valid pack with evil in every text."""
    pack = write_pack(tmp_path / "pack", make_item("evil", topic="zz-evil"))
    for path in pack.rglob("*.yaml"):
        body = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(escaped(with_evil(body)), encoding="utf-8")
    return pack


def with_evil(value: object) -> object:
    if isinstance(value, str) and " " in value:
        return f"{value[:8]}{EVIL}{value[8:]}"
    if isinstance(value, dict):
        return {name: with_evil(inner) for name, inner in value.items()}
    return [with_evil(each) for each in value] if isinstance(value, list) else value


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A pack with evil in the names of fields, files and topics."""
    pack = write_pack(tmp_path / f"broken{EVIL.replace('/', '')}", make_item("evil", topic="zz-evil"))
    path = pack / "corpus" / "zz-evil" / "evil.yaml"
    body = {f"na{EVIL}me": 1, **json.loads(path.read_text(encoding="utf-8")), "level": f"mid{EVIL}"}
    path.write_text(escaped(body), encoding="utf-8")
    topic = pack / "corpus" / f"topic{EVIL}"
    topic.mkdir()
    (topic / f"na{EVIL}me.yaml").write_text("[", encoding="utf-8")
    (topic / f"na{EVIL}me.yml").write_text("[", encoding="utf-8")
    return pack


@pytest.fixture
def configured(home: Path, pack: Path, broken: Path) -> Path:
    """Both packs, and a server, in the settings."""
    config = home / "config"
    config.mkdir(parents=True)
    lines = [f"packs = {escaped([str(pack), str(broken)])}"]
    lines.append('judge_url = "http://127.0.0.1:9/v1"')
    (config / "config.toml").write_text("\n".join(lines), encoding="utf-8")
    return home


def run(*arguments: str, said: str = "", code: int | None = None) -> str:
    """Run a command with pipes; what it wrote to both, which holds nothing hostile."""
    done = subprocess.run(
        [sys.executable, "-m", "interviewer", *arguments],
        input=said.encode("utf-8", "surrogatepass"),
        capture_output=True,
        check=False,
        timeout=300,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    text = (done.stdout + done.stderr).decode("utf-8")
    found = HOSTILE.search(text)
    assert found is None, f"{arguments}: {text[max(0, found.start() - 60) : found.end() + 20]!r}"
    assert "Traceback" not in text, text
    assert code is None or done.returncode == code, text
    return text


def test_commands_that_read_packs_show_none_of_it(configured: Path, pack: Path, broken: Path) -> None:
    assert "was left out" in run("doctor", "--quick", code=1)
    run("doctor", "--quick", "--json")
    assert "Title of" in run("pack", "show", "evil", code=0)
    run("pack", "show", "evil", "--json", code=0)
    run("pack", "show", f"na{EVIL}me", code=2)
    assert "is not a field" in run("pack", "check", str(broken), code=4)
    run("pack", "check", str(broken), "--json", code=4)
    run("pack", "new", "mine", "--topic", "cooking", "--pack", str(broken), code=0)
    run("pack", "new", f"na{EVIL}me", "--topic", f"to{EVIL}pic", code=2)
    run("pack", "schema", f"qu{EVIL}", code=2)
    run("config", "show", code=0)
    run("config", "show", "--json", code=0)
    run("config", "path", code=0)
    run("config", "set", f"na{EVIL}me", f"val{EVIL}", code=3)
    run("config", "set", "packs", f"val{EVIL}")


def test_complaints_about_arguments_and_names_show_none_of_it(configured: Path) -> None:
    for arguments in (
        [f"--na{EVIL}me"],
        [f"com{EVIL}mand"],
        ["search", "-n", f"num{EVIL}"],
        ["start", "--plain", "--topic", f"zz{EVIL}"],
        ["start", "--plain", "--level", f"zz{EVIL}"],
        ["start", "--plain", "--pack", f"/no/where{EVIL}", "--count", "1"],
        ["start", "--plain", "--resume", f"id{EVIL}"],
        ["start", "--replay", f"id{EVIL}", "--plain"],
        ["report", f"id{EVIL}"],
        ["report", "--format", f"md{EVIL}"],
        ["review", "--level", f"mid{EVIL}"],
        ["grade", f"/no/where{EVIL}"],
        ["grade", "--question", f"na{EVIL}me", "-"],
        ["eval", f"/no/where{EVIL}"],
        ["serve", "--host", f"ho{EVIL}st", "--port", "1"],
        ["search", " "],
    ):
        run(*arguments)


@pytest.mark.encoder
def test_a_session_and_its_reports_show_none_of_it(configured: Path, tmp_path: Path) -> None:
    said = f"The answer{EVIL} is this.\n.\n" * 6
    shown = run("start", "--plain", "--topic", "zz-evil", "--count", "1", "--level", "mid", "--judge", "off", said=said)
    assert "was left out" in shown
    run("start", "--plain", "--resume", said=said)
    run("start", "--plain", "--replay", "last", code=0)
    for form in ("terminal", "md", "html", "json", "anki"):
        run("report", "--format", form)
    run("report", "--full")
    run("report", "--output", str(tmp_path / f"no{EVIL}" / "where"))
    run("history", code=0)
    run("history", "--json", code=0)
    run("review")
    run("review", "--json")


def test_a_search_shows_none_of_it(
    configured: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hits: Future[list[SearchHit]] = Future()
    hits.set_result([SearchHit(question_id="evil", point_id="p1", score=0.9)])
    monkeypatch.setattr(search, "ready_engine", lambda _: Mock(search=Mock(return_value=hits)))
    for as_json in (False, True):
        search.search(["evil"], 8, as_json)
        out, err = capsys.readouterr()
        assert "was left out" in err
        assert "evil" in out
        assert not HOSTILE.search(out + err)
    assert EVIL in json.loads(out)[0]["title"]


@pytest.mark.encoder
def test_commands_that_need_the_encoder_show_none_of_it(configured: Path, pack: Path, tmp_path: Path) -> None:
    rows = tmp_path / f"rows{EVIL}.jsonl"
    row = {"question_id": "evil", "answer": f"Statement{EVIL} 1 of evil.", "id": EVIL}
    rows.write_text(f"{json.dumps(row)}\n{EVIL}\n", encoding="utf-8")
    assert EVIL in json.loads(run("grade", str(rows)).partition("\n")[0])["id"]
    run("grade", "--question", "evil", "--judge", "off", "-", said=f"Statement{EVIL} 1 of evil.", code=0)
    run("pack", "check", str(pack))
