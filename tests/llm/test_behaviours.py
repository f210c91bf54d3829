"""Every row of `docs/models.md`, against a real loopback server.

After a change on purpose write the tables anew with

    python -m tests.llm.test_behaviours
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from interviewer.core.bank.kinds import VerdictName
from interviewer.core.grade.grade import Grade, GradeRequest
from interviewer.llm.judge import Judge
from interviewer.wording.verdicts import describe_opinion
from tests.llm.conftest import Connect
from tests.support.behaviours import ANSWER, QUOTING, REPLIES, SERVERS, UNFOUND, WORDS, Behaviour, quoted, render_tables
from tests.support.builders import make_grade, make_item
from tests.support.chat_server import ChatStage

PAGE = Path(__file__).resolve().parents[2] / "docs" / "models.md"
START, END = "<!-- tables: python -m tests.llm.test_behaviours -->", "<!-- end of tables -->"
ALL = REPLIES | QUOTING | SERVERS


def judged(connect: Connect) -> Grade:
    item = make_item()
    worded = {"phrasings": ("it holds", "said in part", "a statement of mine")}
    points = tuple(point.model_copy(update=worded) for point in item.rubric.key_points)
    item = item.model_copy(update={"rubric": item.rubric.model_copy(update={"key_points": points})})
    judge = Judge(connect(retries=2), weight=0.7)
    own = make_grade({"p0": "covered", "p1": "partial", "p2": "missing", "p3": "missing"})
    request = GradeRequest(question_id="alpha", answer=ANSWER, point_ids=tuple(WORDS))
    found = judge.judge(item, request, own).result(timeout=60)
    judge.close()
    assert isinstance(found, Grade)
    assert found.judging is not None
    return found


@pytest.mark.parametrize("name", ALL)
def test_what_the_table_says_happens(connect: Connect, stage: ChatStage, name: str) -> None:
    row: Behaviour = ALL[name]
    stage.act = row.act()
    found = judged(connect)
    assert found.judging is not None
    assert len(stage.bodies) <= row.requests, len(stage.bodies)
    if row.reason:
        assert row.reason in found.judging.problem
        assert all(each.opinion is None for each in found.verdicts)
        return
    assert found.judging.problem == ""
    said = {each.point_id: each.opinion for each in found.verdicts if each.opinion is not None}
    assert {point: str(each.verdict) for point, each in said.items()} == WORDS
    assert all(each.supported for each in said.values())
    assert found.verdicts[0].evidence is not None


@pytest.mark.parametrize("name", UNFOUND)
def test_why_a_quote_does_not_count_is_said(connect: Connect, stage: ChatStage, name: str) -> None:
    _, quote, reason = UNFOUND[name]
    stage.act = quoted(quote)()
    first = judged(connect).verdicts[0]
    assert first.opinion is not None
    assert not first.opinion.supported
    assert first.verdict is VerdictName.COVERED  # the offline grader's own
    assert reason in describe_opinion(first)


def test_the_page_says_what_is_tested() -> None:
    text = PAGE.read_text(encoding="utf-8")
    inside = text.split(START)[1].split(END)[0].strip()
    assert inside == render_tables(), __doc__
    assert json.dumps(inside).isprintable()


if __name__ == "__main__":
    before, rest = PAGE.read_text(encoding="utf-8").split(START)
    PAGE.write_text(f"{before}{START}\n\n{render_tables()}\n\n{END}{rest.split(END)[1]}", encoding="utf-8")
    print(f"{PAGE} was written.")
