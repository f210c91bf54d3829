"""No escape sequence of a pack, a setting or a name reaches the terminal, whichever command shows it.

The commands are those of the program itself: one that is not called here fails by name.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import Mock

import pytest
from pytest_httpserver import HTTPServer
from typer.main import get_command
from werkzeug import Response

from interviewer.cli import search
from interviewer.cli.main import _add_commands, app
from interviewer.core.ports import SearchHit
from tests.support.builders import make_item
from tests.support.chat_server import Act, Body, ChatStage, as_json, completion, error
from tests.support.judging import asked_points
from tests.support.packs import write_pack
from tests.support.program import STUB_PROGRAM

pytestmark = pytest.mark.timeout(900)
"""Each command is a process of its own, and some load the encoder."""

ROOT = Path(__file__).resolve().parents[2]
EVIL = (
    "\x1b[31m\x1b]52;c;ZXZpbA==\x07\x9b31m\x9d0;x\x9c\u202eevil\u2066\u200b\u2060\u00ad\u200d\U000e0041\ufeff\x7f"
    "\u2065\ufff0\U000e0080\u115f\u3164"
)
"""Colour, the clipboard, a bell, the C1 forms of both, right to left, no width, a tag, delete, what is not assigned,
and letters that show nothing."""
HOSTILE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
DRAWING = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|[=>78]|\([0AB]|\]22;[a-z-]*\x07)|[\x0f\r]")
"""What an interface draws with, and how it shapes the pointer; none of it sets a title or fills the clipboard."""
OURS = ("--topic", "zz-evil", "--count", "1", "--level", "mid", "--judge", "off")
F7, F8, F10 = "\x1b[18~", "\x1b[19~", "\x1b[21~"
"""Keys of the history, the bank and the doctor."""
LATER = "import time, runpy; now = time.time; time.time = lambda: now() + 90 * 86400; "
STUB = f"import runpy; runpy.run_module('{STUB_PROGRAM}', run_name='__main__')"
ANSWER = f"The answer{EVIL} is this.\n.\n"


def escaped(value: object) -> str:
    """As JSON that YAML and TOML take too: no halves of pairs, and delete not raw."""
    astral = re.compile(r"\\ud[89ab]..\\ud[c-f]..")
    whole = astral.sub(lambda pair: "\\U{:08x}".format(ord(json.loads(f'"{pair[0]}"'))), json.dumps(value))
    return whole.replace("\x7f", "\\u007f")


def with_evil(value: object) -> object:
    if isinstance(value, str) and " " in value:
        return f"{value[:8]}{EVIL}{value[8:]}"
    if isinstance(value, dict):
        return {name: with_evil(inner) for name, inner in value.items()}
    return [with_evil(each) for each in value] if isinstance(value, list) else value


def write_evil_pack(folder: Path) -> Path:
    """A valid pack with evil in every text."""
    pack = write_pack(folder, make_item("evil", topic="zz-evil"))
    for path in pack.rglob("*.yaml"):
        body = json.loads(path.read_text(encoding="utf-8"))
        if path.parts[-3] == "rubrics":
            said = {"kind": "partial", "text": "Statement 0 of evil.", "verdicts": {"p0": "covered"}}
            body["examples"] = [said]
        path.write_text(escaped(with_evil(body)), encoding="utf-8")
    return pack


def write_broken_pack(folder: Path) -> Path:
    """A pack with evil in the names of fields, files and topics."""
    pack = write_pack(folder, make_item("evil", topic="zz-evil"))
    path = pack / "corpus" / "zz-evil" / "evil.yaml"
    body = {f"na{EVIL}me": 1, **json.loads(path.read_text(encoding="utf-8")), "level": f"mid{EVIL}"}
    path.write_text(escaped(body), encoding="utf-8")
    topic = pack / "corpus" / f"topic{EVIL}"
    topic.mkdir()
    (topic / f"na{EVIL}me.yaml").write_text("[", encoding="utf-8")
    (topic / f"na{EVIL}me.yml").write_text("[", encoding="utf-8")
    return pack


class Stage(NamedTuple):
    """What all commands are called with."""

    pack: Path
    broken: Path
    home: Path
    folder: Path
    """For what a command reads or writes."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Both packs, and a server, in the settings of one home."""
    folder = tmp_path_factory.mktemp("hostile")
    pack, broken = write_evil_pack(folder / "pack"), write_broken_pack(folder / f"broken{EVIL.replace('/', '')}")
    config = folder / "home" / "config"
    config.mkdir(parents=True)
    lines = [f"packs = {escaped([str(pack), str(broken)])}"]
    lines += ['judge_url = "http://127.0.0.1:9/v1"', 'judge_model = "tiny-chat"']
    (config / "config.toml").write_text("\n".join(lines), encoding="utf-8")
    return Stage(pack, broken, folder / "home", folder)


@pytest.fixture
def stage(made: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The same, with a folder for this test; nobody's home is changed but by sessions."""
    monkeypatch.setenv("MOCKDL_HOME", str(made.home))
    return made._replace(folder=tmp_path)


def run(*arguments: str, said: str = "", code: int | None = None, program: str = STUB) -> str:
    """Run a command with pipes; what it wrote to both, which holds nothing hostile.

    Args:
        arguments: of the command.
        said: to its standard input.
        code: that it must end with; None for any.
        program: Python that runs the command; by default with the stub worker in place of the encoder.
    """
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments],
        input=said.encode("utf-8", "surrogatepass"),
        capture_output=True,
        check=False,
        timeout=300,
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    text = (done.stdout + done.stderr).decode("utf-8")
    check(text, arguments)
    assert "Traceback" not in text, text
    assert code is None or done.returncode == code, text
    return text


def check(text: str, what: object) -> None:
    found = HOSTILE.search(text)
    assert found is None, f"{what}: {text[max(0, found.start() - 60) : found.end() + 20]!r}"


# Every command

Call = Callable[[Stage], None]
CALLS: dict[str, list[Call]] = {}


def calls(*commands: str) -> Callable[[Call], Call]:
    """Says which commands a function calls."""

    def keep(call: Call) -> Call:
        for each in commands:
            CALLS.setdefault(each, []).append(call)
        return call

    return keep


def all_commands() -> Iterator[str]:
    """The names of all commands there are, those of groups with the group's."""
    _add_commands([])

    def below(group: Any, before: str) -> Iterator[str]:
        for name, each in sorted(group.commands.items()):
            if hasattr(each, "commands"):
                yield from below(each, f"{before}{name} ")
            else:
                yield before + name

    yield from below(get_command(app), "")


def test_the_commands_are_found() -> None:
    assert {"start", "serve", "judge-check", "pack check", "config set"} <= set(all_commands())
    assert set(CALLS) <= set(all_commands()), "what is called here is there"


@pytest.mark.parametrize("command", list(all_commands()))
def test_no_command_shows_any_of_it(command: str, stage: Stage) -> None:
    assert command in CALLS, f"no call of `mockdl {command}` is known here; add one to which hostile text is given"
    for call in CALLS[command]:
        call(stage)


@calls("start")
def hold_sessions(stage: Stage) -> None:
    for wrong in (
        ["--topic", f"zz{EVIL}"],
        ["--level", f"zz{EVIL}"],
        ["--pack", f"/no/where{EVIL}", "--count", "1"],
        ["--resume", f"id{EVIL}"],
        ["--replay", f"id{EVIL}"],
    ):
        run("start", "--plain", *wrong)
    shown = run("start", "--plain", *OURS, "--mode", "practice", said=f"/hint\n{ANSWER}" * 6)
    assert "was left out" in " ".join(shown.split())
    run("start", "--plain", *OURS, said=f"A line{EVIL}\n/quit\n", code=0)
    run("start", "--plain", "--resume", said=ANSWER * 6)
    run("start", "--plain", "--replay", "last", code=0)
    with_a_demo = ("start", "--plain", "--demo", *OURS[:-2])
    run(*with_a_demo, said=f"/clarify what{EVIL} is meant?\n{ANSWER}" * 6)


@calls("review")
def practise_what_is_due(stage: Stage) -> None:
    run("start", "--plain", *OURS, said="/idk\n" * 6)
    run("review", "--level", f"mid{EVIL}", code=2)
    run("review")
    run("review", "--json")
    later = f"{LATER}{STUB.removeprefix('import runpy; ')}"
    assert "evil" in run("review", "--level", "mid", code=0, program=later)
    shown = run("review", "--start", "--plain", "--level", "mid", "--count", "1", said=ANSWER * 6, program=later)
    assert "Question 1 of 1 (zz-evil" in shown


@calls("report", "history")
def read_sessions(stage: Stage) -> None:
    run("start", "--plain", *OURS, said=ANSWER * 6)
    for form in ("terminal", "md", "html", "json", "anki"):
        run("report", "--format", form)
    run("report", "--full", code=0)
    run("report", f"id{EVIL}", code=2)
    run("report", "--format", f"md{EVIL}", code=2)
    run("report", "--output", str(stage.folder / f"no{EVIL}" / "where"))
    run("history", code=0)
    run("history", "--json", code=0)


@calls("grade")
def grade_answers(stage: Stage) -> None:
    rows = stage.folder / f"rows{EVIL}.jsonl"
    row = {"question_id": "evil", "answer": f"Statement{EVIL} 1 of evil.", "id": EVIL}
    rows.write_text(f"{json.dumps(row)}\n{EVIL}\n", encoding="utf-8")
    assert EVIL in json.loads(run("grade", str(rows)).partition("\n")[0])["id"]
    run("grade", "--question", "evil", "--judge", "off", "-", said=f"Statement{EVIL} 1 of evil.", code=0)
    run("grade", f"/no/where{EVIL}")
    run("grade", "--question", f"na{EVIL}me", "-")
    run("start", "--plain", *OURS, said=ANSWER * 6)
    for more in ([], ["--diff"], ["--level", "senior"], ["--judge", "off"], ["--json", "--diff"]):
        run("grade", "--session", "last", *more)
    run("grade", "--session", f"id{EVIL}", code=2)


@calls("eval")
def measure_the_grades(stage: Stage) -> None:
    rows = stage.folder / f"rows{EVIL}.jsonl"
    made = [
        {
            "question_id": f"q{EVIL}{number % 3}",
            "question": f"What{EVIL}?",
            "reference": f"It is{EVIL} this and that.",
            "answer": f"It{EVIL} is said to be the {'x' * number} one.",
            "score": number / 12,
        }
        for number in range(12)
    ]
    points = {
        "question": f"Which{EVIL}?",
        "key_point": f"Point{EVIL} one.",
        "answers": [{"text": f"An answer{EVIL} of five words.", "label": "covered", "kind": f"ki{EVIL}nd"}],
    }
    rows.write_text("\n".join([*map(json.dumps, [*made, points]), EVIL, json.dumps({EVIL: 1})]), encoding="utf-8")
    assert "line was skipped" in run("eval", str(rows), code=1)
    run("eval", str(rows), "--json", code=1)
    run("eval", f"/no/where{EVIL}")
    run("eval", "--own-marks", str(stage.folder / f"ma{EVIL}rks"))


@calls("search")
def search_the_bank(stage: Stage) -> None:
    assert "evil" in run("search", "evil", "statement", code=0)
    run("search", f"ev{EVIL}il", "--json", code=0)
    run("search", " ")
    run("search", "-n", f"num{EVIL}", code=2)


@calls("doctor")
def look_after_it(stage: Stage) -> None:
    assert "was left out" in run("doctor", "--quick", code=1)
    run("doctor", "--quick", "--json")


@calls("pack show", "pack schema")
def show_questions(stage: Stage) -> None:
    assert "Title of" in run("pack", "show", "evil", code=0)
    run("pack", "show", "evil", "--json", code=0)
    run("pack", "show", f"na{EVIL}me", code=2)
    run("pack", "schema", f"qu{EVIL}", code=2)
    run("pack", "schema", "question", code=0)


@calls("pack check")
def check_packs(stage: Stage) -> None:
    assert "is not a field" in run("pack", "check", str(stage.broken), code=4)
    run("pack", "check", str(stage.broken), "--json", code=4)
    run("pack", "check", str(stage.pack))
    run("pack", "check", f"/no/where{EVIL}")


@calls("pack new")
def begin_questions(stage: Stage) -> None:
    broken = shutil.copytree(stage.broken, stage.folder / stage.broken.name)
    run("pack", "new", "mine", "--topic", "cooking", "--pack", str(broken), code=0)
    run("pack", "new", f"na{EVIL}me", "--topic", f"to{EVIL}pic", code=2)


@calls("config show", "config path")
def show_settings(stage: Stage) -> None:
    run("config", "show", code=0)
    run("config", "show", "--json", code=0)
    run("config", "path", code=0)


@calls("config set")
def set_settings(stage: Stage) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOCKDL_HOME", str(shutil.copytree(stage.home, stage.folder / f"ho{EVIL.replace('/', '')}me")))
        run("config", "set", f"na{EVIL}me", f"val{EVIL}", code=3)
        run("config", "set", "packs", f"val{EVIL}")
        run("config", "path", code=0)


@calls("judge-check")
def check_a_judge(stage: Stage) -> None:
    def judges(body: Body) -> Response:
        rows = [
            {"id": name, "quote": f"Sta{EVIL}", "reason": EVIL, "verdict": "missing"} for name in asked_points(body)
        ]
        return completion(json.dumps({"points": rows, "misconceptions": [EVIL]}))

    answers: dict[str, Act | Response] = {
        "judges": judges,
        "raves": completion(f"no{EVIL} JSON"),
        "fails": error(500, f"out{EVIL} of order"),
        "refuses": error(400, f"bad{EVIL}", code=EVIL),
    }
    with HTTPServer(host="127.0.0.1") as http, pytest.MonkeyPatch.context() as patch:
        chat = ChatStage(http)
        chat.models = as_json({"object": "list", "data": [{"id": f"mo{EVIL}del"}]})
        patch.setenv("MOCKDL_JUDGE_URL", chat.url)
        patch.setenv("MOCKDL_JUDGE_RETRIES", "0")
        for kind, answer in answers.items():
            chat.bodies.clear()
            chat.take_turns(answer)
            once = ("judge-check", "--judge", "llm", "--question", "evil", "--examples", "1", "--repeats", "1")
            shown = run(*once, *(["--json"] if kind == "judges" else []))
            assert chat.bodies, f"{kind}: it was never asked: {shown}"
    run("judge-check", "--question", f"no{EVIL}", code=2)


@calls("serve")
def serve_it(stage: Stage) -> None:
    pytest.importorskip("aiohttp")
    pytest.importorskip("textual_serve")
    run("serve", "--host", f"ho{EVIL}st", "--port", "1")
    run("serve", "--level", f"se{EVIL}nior", code=2)
    asyncio.run(visit_it(stage))


async def visit_it(stage: Stage) -> None:
    """Start a server and look at the bank in a browser."""
    import aiohttp

    from tests.reliability.test_serve import Served, Visitor, visit

    served = Served(stage.home)
    try:
        drawn = b""
        async with aiohttp.ClientSession() as client, visit(client, served.url) as socket:
            visitor = Visitor(socket)
            await visitor.sees("Settings")
            drawn += visitor.bytes
            await visitor.presses(F8)
            await visitor.sees("to search by words")  # what the home screen does not say
            drawn += visitor.bytes
            await visitor.presses("/")
            for _ in range(20):  # until the keys go to what was opened
                await visitor.looks()
            await visitor.presses("evil")
            await visitor.sees("Title of")
            drawn += visitor.bytes
            await visitor.presses("\x11")  # ctrl+q
            await visitor.hangs_up()
            drawn += visitor.bytes
    finally:
        served.close()
    check(DRAWING.sub("", drawn.decode("utf-8")), "what a browser is sent")
    check(served.url + "".join(served.narration), "serve")


# Others that show text


def test_complaints_about_arguments_show_none_of_it(stage: Stage) -> None:
    for arguments in ([f"--na{EVIL}me"], [f"com{EVIL}mand"], ["pack", f"com{EVIL}mand"]):
        run(*arguments, code=2)


@pytest.mark.skipif(os.name != "posix", reason="terminals as POSIX has them")
def test_the_interface_at_a_terminal_shows_none_of_it(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.support.program import Program

    monkeypatch.setenv("MOCKDL_ASK_CONFIDENCE", "never")

    pasted = EVIL.replace("\x1b", "").replace("\x07", "")
    with Program("start", *OURS, "--mode", "practice", module=STUB_PROGRAM) as shown:
        shown.wait_for("Question 1 of")
        shown.wait_for("Submit")
        said = shown.said
        shown.type(f"\x1b[200~The answer{pasted} is this\x1b[201~")
        shown.wait_for("words")
        shown.type("\x13")
        shown.wait_for("Key point")
        before = len(shown.said)  # until then the editor shows what was pasted as it is, to be edited
        shown.listen(1)
        shown.type("\x11")
        shown.listen(2)
        said += shown.said[before:]
    with Program(module=STUB_PROGRAM) as shown:
        for keys, wanted in (
            ("", "Settings"),
            (F7, "session"),
            (F8, "Bank"),
            ("/", ""),
            ("evil", "Title of"),
            (F10, ""),
        ):
            shown.type(keys)
            shown.wait_for(wanted)
            shown.listen(2)  # until the keys go to what was opened
        shown.type("\x11")
        shown.end()
        said += shown.said
    check(DRAWING.sub("", said), "the interface")


def test_a_search_shows_none_of_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hits: Future[list[SearchHit]] = Future()
    hits.set_result([SearchHit(question_id="evil", point_id="p1", score=0.9)])
    monkeypatch.setattr(search, "ready_engine", lambda _: Mock(search=Mock(return_value=hits)))
    for as_json_too in (False, True):
        search.search(["evil"], 8, as_json_too)
        out, err = capsys.readouterr()
        assert "was left out" in err
        assert "evil" in out
        assert not HOSTILE.search(out + err)
    assert EVIL in json.loads(out)[0]["title"]


@pytest.mark.encoder
def test_the_real_grader_shows_none_of_it(home: Path, tmp_path: Path) -> None:
    real = "from interviewer.cli import main; main()"
    pack = write_evil_pack(tmp_path / "pack")
    of_pack = ("--pack", str(pack))
    run("start", "--plain", *OURS, *of_pack, said=ANSWER * 6, program=real)
    run("report", "--full", code=0, program=real)
    run("grade", "--question", "evil", "-", *of_pack, said=f"Statement{EVIL} 1 of evil.", code=0, program=real)
    run("pack", "check", str(pack), program=real)
