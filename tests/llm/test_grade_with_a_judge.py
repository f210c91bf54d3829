"""`mockdl grade` with a judge: where answers go is said before they go, and what came of it after."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from interviewer.llm.chat import ChatMessage, ChatReply, ChatRequest, Rung
from interviewer.llm.reply_cache import ReplyCache
from tests.support.chat_server import ChatStage, error
from tests.support.judging import says
from tests.unit.test_cli import mockdl

ANSWER = "Units are silenced at random in training."
ONE = ("grade", "--question", "dropout", "--judge", "llm")


@pytest.fixture
def env(stage: ChatStage) -> dict[str, str]:
    return {"MOCKDL_JUDGE_URL": stage.url, "MOCKDL_JUDGE_MODEL": "tiny-chat", "MOCKDL_JUDGE_RETRIES": "0"}


@pytest.mark.usefixtures("shared_worker")
def test_where_an_answer_goes_is_said_first_and_what_it_cost_after(stage: ChatStage, env: dict[str, str]) -> None:
    stage.act = says({"random-zeroing": ("covered", "silenced at random")})
    first = mockdl(*ONE, typed=ANSWER, env=env)
    assert first.returncode == 0, first.stderr
    notice = first.stderr.index("Your answers are sent to 127.0.0.1")
    assert notice < first.stderr.index("bytes sent")
    assert "Offline grade" not in first.stderr
    asked = len(stage.bodies)

    again = mockdl(*ONE, typed=ANSWER, env=env)
    assert len(stage.bodies) == asked
    assert "came from this machine's cache; --fresh asks again" in again.stderr

    mockdl(*ONE, "--fresh", typed=ANSWER, env=env)
    assert len(stage.bodies) > asked


@pytest.mark.usefixtures("shared_worker")
def test_a_judge_that_failed_is_named_and_nothing_is_passed_off_as_judged(
    stage: ChatStage, env: dict[str, str], tmp_path: Path
) -> None:
    stage.act = lambda body: error(401, "no such key")
    one = mockdl(*ONE, typed=ANSWER, env=env)
    assert one.returncode == 1
    assert "Offline grade instead of the judge's, 1 of 1" in one.stderr
    assert "Key points:" in one.stdout

    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(json.dumps({"question_id": "dropout", "answer": ANSWER}) + "\n" for _ in range(2)))
    many = mockdl("grade", str(source), "-o", str(target), "--judge", "llm", env=env)
    assert many.returncode == 1
    assert many.stderr.index("Your answers are sent to") < many.stderr.index("instead of the judge's, 2 of 2")
    rows = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [row["judge"]["model"] for row in rows] == ["tiny-chat"] * 2
    assert all(row["judge"]["problem"] for row in rows)


def test_two_deployments_behind_one_host_share_no_reply(tmp_path: Path) -> None:
    asked = ChatRequest((ChatMessage("user", "Judge."),))
    reply = ChatReply("{}", "m", Rung.TEXT, None, None, 0.0, 0)
    ReplyCache(tmp_path, "m", "http://gateway/one/v1").put(asked, "hash", 0, reply)
    assert ReplyCache(tmp_path, "m", "http://gateway/one/v1").get(asked, "hash", 0) is not None
    assert ReplyCache(tmp_path, "m", "http://gateway/two/v1").get(asked, "hash", 0) is None
    assert ReplyCache(tmp_path, "m", "http://gateway/one/v1", past=True).get(asked, "hash", 0) is None
