"""Anything at all as a pack, a model's reply or a journal: it is read, or refused in an error of our own, and at once.

Settings files and rows of batches have theirs in `tests/unit/test_settings.py` and `test_batches.py`, more of packs is
in `test_strange_packs.py`. `HYPOTHESIS_PROFILE=thorough` tries 50 times as many examples, of all of them.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from interviewer.bank.pack_loading import read_pack
from interviewer.core.bank.content import Bank
from interviewer.core.bank.kinds import VerdictName
from interviewer.errors import MockdlError, StorageError
from interviewer.llm.final_text import final_text, json_values
from interviewer.llm.judge_reply import Judgement, parse_judgement
from interviewer.llm.response_parsing import UnusableReplyError, read_piece, read_reply
from interviewer.sessions.session_view import SessionView
from interviewer.storage import open_journal
from tests.support.behaviours import REPLY
from tests.support.fuzzing import at_once, damaged, examples
from tests.support.stored import restore_journal

pytestmark = pytest.mark.timeout(3600)
ROOT = Path(__file__).resolve().parents[2]

# Packs

YAML_SIGNS = (
    b": ",
    b"- ",
    b"\n",
    b"&a ",
    b"*a",
    b"!!int ",
    b"[",
    b"{",
    b"'",
    b'"',
    b"|\n",
    b"? ",
    b"\t",
    b"\xff",
    b".nan",
)
QUESTION = (ROOT / "corpus" / "regularisation" / "dropout.yaml").read_bytes()
RUBRIC = (ROOT / "rubrics" / "regularisation" / "dropout.yaml").read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pack")
    for room in ("corpus", "rubrics"):
        (made / room / "regularisation").mkdir(parents=True)
    return made


@examples(60)
@given(damaged(QUESTION, YAML_SIGNS), damaged(RUBRIC, YAML_SIGNS))
def test_a_damaged_question_is_read_or_is_a_finding(folder: Path, question: bytes, rubric: bytes) -> None:
    (folder / "corpus" / "regularisation" / "dropout.yaml").write_bytes(question)
    (folder / "rubrics" / "regularisation" / "dropout.yaml").write_bytes(rubric)
    with at_once():
        reading = read_pack(folder)
    for finding in reading.findings:
        assert "could not be read" not in finding.message, "which is how a surprise is told"
        assert len(finding.message) < 2000


# What models say

TAGS = [
    "<think>",
    "</think>",
    "<thinking>",
    "[THINK]",
    "[/THINK]",
    "<|channel|>final<|message|>",
    "<|channel|>analysis",
    "<|message|>",
    "<|end|>",
    "<|return|>",
    "<answer>",
    "</answer>",
    "◁think▷",
    "◁/think▷",
    "```json",
    "```",
]
JSON_BITS = (
    *[
        "{",
        "}",
        "[",
        "]",
        '"',
        ":",
        ",",
        '"points"',
        '"p0"',
        '"id"',
        '"verdict"',
        '"covered"',
        '"quote"',
        "null",
        "NaN",
        "1e999",
        "//",
        "\\",
        "True",
    ],
    *("\ud800", "\x00", "'", '{"points": ', '{"p0": {"verdict": "missing"}}'),
)
BITS = st.sampled_from([*TAGS, *JSON_BITS, REPLY]) | st.text(st.characters(), max_size=8)
SAID = st.lists(BITS, max_size=30).map("".join)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["points", "misconceptions", "id", "verdict", "quote", "reason", "p0", "p1", "m0"]), inner
        )
    ),
    max_leaves=12,
)
POINTS, MISCONCEPTIONS = ("p0", "p1", "p2", "p3"), ("m0",)


def judge(text: str) -> None:
    """Read a judge's reply; what is made of it holds whatever was asked for and nothing else."""
    with at_once():
        found = parse_judgement(text, POINTS, MISCONCEPTIONS)
    if isinstance(found, Judgement):
        assert tuple(found.points) == POINTS
        assert all(isinstance(each.verdict, VerdictName) for each in found.points.values())
        assert set(found.misconceptions) <= set(MISCONCEPTIONS)
    else:
        assert found.problem


@examples(400)
@given(SAID)
def test_any_words_of_a_judge_are_a_judgement_or_unreadable(text: str) -> None:
    judge(text)


@examples(150)
@given(damaged(REPLY.encode(), [each.encode("utf-8", "surrogatepass") for each in (*TAGS, *JSON_BITS)]))
def test_a_damaged_judgement_is_a_judgement_or_unreadable(raw: bytes) -> None:
    judge(raw.decode("utf-8", "replace"))


@examples(150)
@given(VALUES)
def test_any_json_of_a_judge_is_a_judgement_or_unreadable(value: Any) -> None:
    judge(json.dumps(value))


@examples(400)
@given(SAID)
def test_no_thought_is_left_in_any_final_text(text: str) -> None:
    with at_once():
        said = final_text(text)
        inside = [(start, end) for start, end, _ in json_values(text)]
    if not inside:
        assert "<think>" not in said


@pytest.mark.parametrize("bit", [*TAGS, *JSON_BITS, '{"a":', "[[", '{"points": [', "<think>{", '"\\'])
def test_a_long_reply_of_anything_is_read_at_once(bit: str) -> None:
    text = bit * (200_000 // len(bit))
    with at_once():
        final_text(text)
    judge(text)
    judge(text[:50_000])


BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["choices", "message", "content", "delta", "error", "code", "usage", "prompt_tokens", "finish_reason",
                 "text", "type", "tool_calls", "function", "arguments", "refusal", "reasoning_content", "model"]
            ),
            inner,
        )
    ),
    max_leaves=14,
)  # fmt: skip


@examples(200)
@given(BODIES, st.binary(max_size=60))
@example([], b"[" * 100_000)
def test_any_body_of_a_server_is_a_reply_or_unusable(body: Any, raw: bytes) -> None:
    with at_once():
        for content in (raw, json.dumps(body).encode(), json.dumps({"choices": [{"message": body}]}).encode()):
            with suppress(UnusableReplyError):
                assert isinstance(read_reply(content).text, str)
        with suppress(UnusableReplyError):
            assert isinstance(read_piece(body).text, str)


# Journals

PUT = "UPDATE events SET body = ? WHERE session_id = ? AND seq = ?"


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal of seven sessions, in one file."""
    home = tmp_path_factory.mktemp("stored")
    restore_journal(home)
    return home / "data" / "journal.sqlite3"


def read_all(path: Path, bank: Bank) -> None:
    """Read whatever there is, as history and reports do; only our own errors may come of it."""
    with at_once(), suppress(MockdlError), closing(open_journal(path)) as journal:
        journal.damaged()
        journal.times_asked()
        journal.check()
        for row in journal.sessions():
            with suppress(StorageError):
                view = SessionView(row, journal, bank, lambda: 2e9)
                if view.state.turns:
                    view.summary()
                    journal.draft(row.id, view.turn.id)


@examples(200)
@given(st.data())
def test_a_damaged_file_is_read_or_refused(stored: Path, bank: Bank, tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "journal.sqlite3"
    for each in tmp_path.iterdir():
        each.unlink() if each.is_file() else shutil.rmtree(each)
    path.write_bytes(data.draw(damaged(stored.read_bytes(), (b"\xff" * 100, b"\x0d\x00", b"SQLite format 3\x00"))))
    read_all(path, bank)


@pytest.fixture(scope="module")
def bodies(stored: Path) -> list[tuple[str, int, str]]:
    """Session, number and text of every event."""
    with closing(sqlite3.connect(stored)) as connection:
        return connection.execute("SELECT session_id, seq, body FROM events").fetchall()


@pytest.fixture(scope="module")
def scratch(stored: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("scratch") / "journal.sqlite3"
    shutil.copy(stored, copy)
    return copy


@examples(200)
@given(st.data())
def test_damaged_events_are_read_or_refused(
    scratch: Path, bank: Bank, bodies: list[tuple[str, int, str]], data: st.DataObject
) -> None:
    chosen = data.draw(st.lists(st.sampled_from(bodies), min_size=1, max_size=3, unique=True))
    with closing(sqlite3.connect(scratch)) as connection:
        for *key, body in chosen:
            connection.execute(PUT, (data.draw(bent(body)), *key))
        connection.commit()
    read_all(scratch, bank)
    with closing(sqlite3.connect(scratch)) as connection:
        connection.executemany(PUT, [(body, *key) for *key, body in chosen])
        connection.commit()


def bent(body: str) -> st.SearchStrategy[str]:
    """An event's text: damaged, or JSON of which a field or two is another."""
    event = json.loads(body)
    fields = st.dictionaries(st.sampled_from(sorted(event)), VALUES | st.sampled_from(["p9", -1, 1e300]), max_size=2)
    sound = fields.map(lambda changed: json.dumps({**event, **changed}))
    broken = damaged(body.encode(), (b'"', b"{", b"null", b"-1", b"1e999")).map(
        lambda raw: raw.decode("utf-8", "replace")
    )
    return sound | broken | deeper(event).map(json.dumps)


def deeper(event: dict[str, Any]) -> st.SearchStrategy[Any]:
    """The event with one value somewhere in it changed, of the same type or of another."""
    places = list(_places(event))
    other: st.SearchStrategy[Any] = st.sampled_from([None, "", "p9", -1, 0, 99, 1e300, [], {}, True]) | VALUES

    def change(place: tuple[Any, ...], value: Any) -> Any:
        copy = json.loads(json.dumps(event))
        at = copy
        for step in place[:-1]:
            at = at[step]
        at[place[-1]] = value
        return copy

    return st.builds(change, st.sampled_from(places), other)


def _places(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to everything that stands in a value."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inside:
        yield (*here, name)
        yield from _places(each, (*here, name))
