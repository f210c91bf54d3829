"""What grading a session again has changed: as text, and as plain data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from interviewer.core.grade.grade import PointVerdict
from interviewer.core.interview.scoring import QuestionScore
from interviewer.core.interview.summary import SessionSummary
from interviewer.core.progress.regrade import AnswerChange, QuestionChange, SessionChange, VerdictChange, word_of
from interviewer.report.terminal_report import wrap_text
from interviewer.wording.model_costs import ledger_as_dict
from interviewer.wording.replies import describe_answered
from interviewer.wording.verdicts import MARKS, describe_interval, describe_opinion, describe_shares

_WORDS = {"offline": "offline grader", "judge": "judge", "both": "judge and offline grader"}


def render_change(change: SessionChange, width: int = 80) -> list[str]:
    """The scores before and after, and every verdict that is another one, wrapped to `width` columns."""
    lines = [f"Session {change.after.session_id}, {change.after.config.level} level"]
    lines += wrap_text(f"Score: {_pair(change.before, change.after, graded=bool(change.tried))}", width)
    if change.read_before is not None and change.read_after is not None:
        read = _pair(change.read_before, change.read_after, graded=bool(change.tried))
        lines += wrap_text(f"Read at {change.read_after.config.level} level: {read}", width)
    if change.tried:
        changed = sum(each.changed for each in change.verdicts)
        lines += wrap_text(f"{changed} of {len(change.verdicts)} verdicts changed.", width)
    for number, question in enumerate(change.questions, 1):
        lines += ["", *_question(number, question, change, width)]
    return lines


def _pair(before: SessionSummary, after: SessionSummary, *, graded: bool) -> str:
    now = _score(after)
    return f"{_score(before)} -> {now}" if graded else now


def _score(score: QuestionScore | SessionSummary) -> str:
    text, shares = describe_interval(score.value, score.low, score.high), describe_shares(score.core, score.depth)
    return f"{text}; earned: {shares}" if shares and score.value is not None else text


def _question(number: int, question: QuestionChange, change: SessionChange, width: int) -> Iterator[str]:
    yield from wrap_text(f"{number}. {question.title} ({question.question_id})", width)
    after = _score(question.after)
    scores = f"{_score(question.before)} -> {after}" if question.answers else after
    yield from wrap_text(f"Score: {scores}", width, indent="   ")
    if change.read_after is not None:
        read = _find(change.read_after, question.question_id)
        yield from wrap_text(f"Read at {change.read_after.config.level} level: {_score(read)}", width, indent="   ")
        yield from _bar(question, read, width)
    for answer in question.answers:
        yield from _answer(answer, width)


def _find(summary: SessionSummary, question_id: str) -> QuestionScore:
    return next(each.score for each in summary.questions if each.item.question.id == question_id)


def _bar(question: QuestionChange, read: QuestionScore, width: int) -> Iterator[str]:
    """Key points that the other level expects and the session's does not, or the other way about."""
    expected = {each.point.id: each.expected for each in question.after.points}
    for point in read.points:
        if point.expected is not expected.get(point.point.id, point.expected):
            beyond = "a bonus there" if point.edition == 1 else "depth there"
            bar = "expected there" if point.expected else beyond
            text = f"{bar}, {MARKS[point.verdict]} {point.verdict}: {point.point.statement}"
            yield from wrap_text(text, width, indent="   ")


def _answer(answer: AnswerChange, width: int) -> Iterator[str]:
    what = describe_answered(answer.kind)
    yield from wrap_text(f"{what[0].upper()}{what[1:]}:", width, indent="   ")
    if answer.problem:
        stays = "; the old grade stays" if answer.kept_old else ""
        yield from wrap_text(
            f"not graded again as asked: {answer.problem.split(';')[0].rstrip('.')}{stays}.", width, indent="     "
        )
    for each in answer.verdicts:
        if each.changed:
            yield from _verdict(each, width)
    same = sum(not each.changed for each in answer.verdicts)
    if same:
        yield f"     {same} verdict{'s' * (same != 1)} as before"
    for names, how in ((answer.gained, "now held"), (answer.dropped, "no longer held")):
        if names:
            yield from wrap_text(f"misconception {how}: {', '.join(names)}", width, indent="     ")


def _verdict(change: VerdictChange, width: int) -> Iterator[str]:
    yield from wrap_text(f"{_told(change.before)} -> {_told(change.after)}: {change.statement}", width, indent="     ")
    why = describe_opinion(change.after) if change.after is not None else ""
    if why:
        yield from wrap_text(why, width, indent="         ")


def _told(verdict: PointVerdict | None) -> str:
    return f"{MARKS[verdict.verdict]} {verdict.verdict} ({_WORDS[word_of(verdict)]})" if verdict else "no verdict"


def change_as_dict(change: SessionChange) -> dict[str, Any]:
    """The same for scripts: every verdict of the answers that were graded again, changed or not."""
    read = None
    if change.read_before is not None and change.read_after is not None:
        read = {"level": change.read_after.config.level, **_scores(change.read_before, change.read_after)}
    return {
        "session": change.after.session_id,
        "level": change.after.config.level,
        "stored": change.stored,
        "answers": change.tried,
        "changed": sum(each.changed for each in change.verdicts),
        "score": _scores(change.before, change.after),
        "read_at": read,
        "questions": [_question_as_dict(each, change.read_after) for each in change.questions],
        "ledger": ledger_as_dict(change.after.ledger),
    }


def _scores(before: SessionSummary | QuestionScore, after: SessionSummary | QuestionScore) -> dict[str, Any]:
    return {
        name: {"value": each.value, "interval": [each.low, each.high]}
        for name, each in (("before", before), ("after", after))
    }


def _question_as_dict(question: QuestionChange, read: SessionSummary | None) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": question.question_id,
        "title": question.title,
        "score": _scores(question.before, question.after),
    }
    if read is not None:
        score = _find(read, question.question_id)
        body["read_at"] = {"value": score.value, "interval": [score.low, score.high]}
    return {**body, "answers": [_answer_as_dict(each) for each in question.answers]}


def _answer_as_dict(answer: AnswerChange) -> dict[str, Any]:
    return {
        "turn": answer.turn_id,
        "kind": answer.kind,
        "problem": answer.problem,
        "kept_old_grade": answer.kept_old,
        "verdicts": [
            {
                "point": each.point_id,
                "statement": each.statement,
                "changed": each.changed,
                "before": _verdict_as_dict(each.before),
                "after": _verdict_as_dict(each.after),
            }
            for each in answer.verdicts
        ],
        "misconceptions": {"now_held": list(answer.gained), "no_longer_held": list(answer.dropped)},
    }


def _verdict_as_dict(verdict: PointVerdict | None) -> dict[str, Any] | None:
    if verdict is None:
        return None
    opinion = verdict.opinion.model_dump(mode="json") if verdict.opinion else None
    return {"verdict": verdict.verdict, "word": word_of(verdict), "method": verdict.method, "opinion": opinion}
