""" "I did say this": a mark of the candidate's own in practice, kept and shown apart, and in no score."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from interviewer.audit.evaluation import load_trials
from interviewer.core.bank.kinds import Level
from interviewer.core.grade.grade import GradeResult, Ungraded
from interviewer.core.interview.effects import Rejected
from interviewer.core.interview.open_points import doubtful_points, may_mark
from interviewer.core.interview.session import (
    AnswerSubmitted,
    Claimed,
    Event,
    Graded,
    Mode,
    Phase,
    Planned,
    SessionConfig,
    Started,
    State,
    event_adapter,
)
from interviewer.core.interview.state_machine import Step, begin, replay, step
from interviewer.core.interview.summary import SessionSummary, summarise
from interviewer.core.progress.record import build_record
from interviewer.report import render_report
from interviewer.services import build_services
from tests.support.builders import make_grade, make_item
from tests.support.packs import write_pack
from tests.support.scripted import ScriptedEngine
from tests.unit.test_cli import mockdl
from tests.unit.test_plain import play

ITEMS = {"alpha": make_item("alpha")}
VERDICTS = {"p0": "missing", "p1": "partial", "p2": "covered", "p3": "contradicted"}


def practised(mode: Mode = Mode.PRACTICE, result: GradeResult | None = None) -> State:
    """One question, answered and graded."""
    config = SessionConfig(level=Level.MID, mode=mode, count=1)
    graded = Graded(at=2, turn_id=0, result=result or make_grade(VERDICTS))
    events: list[Event] = [Started(at=0), AnswerSubmitted(at=1, text="I said [so]"), graded]
    return replay(begin(config, (Planned(question_id="alpha"),)), events, ITEMS).state


def mark(state: State, point: str = "p0", *, said: bool = True, question: str = "alpha") -> Step:
    return step(state, Claimed(at=9, question_id=question, point_id=point, said=said), ITEMS)


def summary_of(state: State) -> SessionSummary:
    return summarise("s", state, ITEMS, started_at=0)


def test_a_mark_is_kept_and_taken_back() -> None:
    marked = mark(practised())
    assert marked.effects == ()
    assert marked.state.turns[0].claimed == ("p0",)
    more = mark(marked.state, "p1").state
    assert mark(more, said=False).state.turns[0].claimed == ("p1",)
    assert mark(mark(more, said=False).state, "p1", said=False).state == practised()


@pytest.mark.parametrize(
    ("state", "point", "question", "said"),
    [
        (practised(), "p9", "alpha", True),
        (practised(), "p0", "beta", True),
        (practised(), "p0", "alpha", False),
        (practised(result=Ungraded(reason="on fire")), "p0", "alpha", True),
        (mark(practised()).state, "p0", "alpha", True),
    ],
)  # fmt: skip
def test_what_makes_no_sense_changes_nothing(state: State, point: str, question: str, said: bool) -> None:
    found = mark(state, point, said=said, question=question)
    assert isinstance(found.effects[0], Rejected)
    assert found.state is state


def test_outside_practice_it_says_that_it_is_for_practice() -> None:
    (rejected,) = mark(practised(Mode.INTERVIEW)).effects
    assert isinstance(rejected, Rejected)
    assert "practice" in rejected.reason


def test_it_can_be_made_and_taken_back_when_the_session_is_over() -> None:
    over = practised().model_copy(update={"phase": Phase.FINISHED})
    marked = mark(over)
    assert marked.state.turns[0].claimed == ("p0",)
    assert mark(marked.state, said=False).state.turns[0].claimed == ()


def test_a_mark_is_in_no_score_review_or_trend() -> None:
    state = practised()
    marked = state
    for point in VERDICTS:
        marked = mark(marked, point).state
    assert build_record(summary_of(marked)) == build_record(summary_of(state))
    (before,), (after,) = summary_of(state).questions, summary_of(marked).questions
    assert [each.model_copy(update={"claimed": False}) for each in after.score.points] == list(before.score.points)
    assert after.score.model_copy(update={"points": before.score.points}) == before.score
    assert summary_of(marked).study == summary_of(state).study


def test_it_is_offered_for_every_point_without_full_credit_and_where_it_was_made() -> None:
    def offered(state: State) -> list[str]:
        (question,) = summary_of(state).questions
        return [each.point.id for each in doubtful_points(question.score, question.turns) if may_mark(each)]

    assert offered(practised()) == ["p0", "p1", "p3"]
    assert offered(mark(practised(), "p2").state) == ["p0", "p1", "p2", "p3"]


def test_reports_show_it_apart_from_the_verdict_in_every_form() -> None:
    told = "marked by you as said; no part of the score"
    over = practised().model_copy(update={"phase": Phase.FINISHED})
    plain, marked = summary_of(over), summary_of(mark(over).state)
    for form in ("terminal", "md"):
        text = render_report(marked, form, full=True)
        assert text.count(told) == 1
        assert "○ missing" in text
        before = render_report(plain, form, full=True).rstrip("\n")
        assert "\n".join(line for line in text.splitlines() if told not in line) == before
    points = json.loads(render_report(marked, "json"))["questions"][0]["key_points"]
    assert [each.get("own_mark") for each in points] == [True, None, None, None]


def test_the_event_survives_the_journal_and_a_session_without_marks_reads_as_before() -> None:
    event = Claimed(at=9, question_id="alpha", point_id="p0", said=False)
    assert event_adapter.validate_json(event_adapter.dump_json(event)) == event
    assert "claimed" not in practised().turns[0].model_dump()


# As data


def practise(tmp_path: Path, lines: str, *, demo: bool = False) -> None:
    """A practice session on two questions, with these lines while the second one is open."""
    engine = ScriptedEngine(lambda request, item: make_grade(dict.fromkeys(request.point_ids or VERDICTS, "missing")))
    services = build_services(alone=write_pack(tmp_path / "pack", make_item("alpha"), make_item("beta")), engine=engine)
    services.model.demo = demo
    conductor = services.sessions.create(SessionConfig(level=Level.MID, count=2, seed=3, mode=Mode.PRACTICE))
    play(services, conductor, f"I said [so] at once.\n.\nAnd some more.\n.\n/idk\n{lines}\n/end\n")
    services.close()


def test_marks_are_written_as_rows_that_eval_reads(tmp_path: Path) -> None:
    practise(tmp_path, "/said 2\n/said 1\n/said 1")
    practise(tmp_path, "/said 1")
    file = tmp_path / "rows.jsonl"
    result = mockdl("eval", "--own-marks", str(file))
    assert result.returncode == 0, result.stderr
    assert f"written to {file}" in result.stderr
    assert "2 marks of your own, and nothing was sent anywhere" in result.stderr
    assert f"`mockdl eval {file}`" in result.stderr
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [set(row) for row in rows] == [{"question_id", "question", "key_points", "answer", "score", "source"}] * 2
    first = rows[0]
    assert first["key_points"] == [f"Statement 1 of {first['question_id']}."]
    assert (first["answer"], first["score"], first["source"]) == (
        "I said [so] at once.\n\nAnd some more.",
        1,
        "own mark",
    )
    assert first["question"]
    trials, problems = load_trials(file.read_text(encoding="utf-8").splitlines(), min_words=5)
    assert problems == []
    assert [trial.score for trial in trials] == [1.0, 1.0]
    assert trials[0].request.points == ((first["key_points"][0],),)


def test_written_again_they_replace_what_was_written_and_nothing_else(tmp_path: Path) -> None:
    practise(tmp_path, "/said 1")
    file = tmp_path / "rows.jsonl"
    assert mockdl("eval", "--own-marks", str(file)).returncode == 0
    assert mockdl("eval", "--own-marks", str(file)).returncode == 0
    assert len(file.read_text(encoding="utf-8").splitlines()) == 1
    for other in (b'{"answer": "mine"}\n', b"\xff\xfe", b"[1]\n"):
        file.write_bytes(other)
        result = mockdl("eval", "--own-marks", str(file))
        assert result.returncode == 2
        assert "holds something else" in result.stderr
        assert file.read_bytes() == other


def test_without_a_mark_no_file_is_written_and_it_is_said_how_to_make_one(tmp_path: Path) -> None:
    practise(tmp_path, "/said 1", demo=True)
    file = tmp_path / "rows.jsonl"
    result = mockdl("eval", "--own-marks", str(file))
    assert result.returncode == 2
    assert "No point was marked as said yet" in result.stderr
    assert "/said" in result.stderr
    assert not file.exists()


def test_rows_that_cannot_be_written_are_printed(tmp_path: Path) -> None:
    practise(tmp_path, "/said 1")
    result = mockdl("eval", "--own-marks", "/nowhere/rows.jsonl")
    assert result.returncode == 2
    assert "could not be written" in result.stderr
    assert json.loads(result.stdout)["source"] == "own mark"
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(("arguments", "said"), [((), "Name a file"), (("a.jsonl", "--own-marks", "b"), "not both")])
def test_eval_is_told_either_what_to_measure_or_where_to_write(arguments: tuple[str, ...], said: str) -> None:
    result = mockdl("eval", *arguments)
    assert result.returncode == 2
    assert said in result.stderr
