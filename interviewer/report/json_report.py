"""The report for scripts: stable keys, every verdict, the answers as typed."""

from __future__ import annotations

import json
from typing import Any

from interviewer.core.grade.contest import Ruling
from interviewer.core.interview.point_scores import PointScore
from interviewer.core.interview.session import TurnKind
from interviewer.core.interview.summary import QuestionSummary, SessionSummary
from interviewer.wording.model_costs import ledger_as_dict

_SCHEMA = 1


def render_json(summary: SessionSummary) -> str:
    """Return one JSON object, indented, ending in a new line."""
    body = {
        "schema": _SCHEMA,
        "session": summary.session_id,
        "started_at": summary.started_at,
        "finished": summary.finished,
        "config": summary.config.model_dump(mode="json"),
        "notes": list(summary.notes),
        "score": summary.value,
        "interval": [summary.low, summary.high],
        **_shares(summary.core, summary.depth),
        "band": summary.band,
        "seconds": summary.seconds,
        "topics": [topic.model_dump() for topic in summary.topics],
        "calibration": {
            "verdict": summary.calibration.verdict,
            "lean": summary.calibration.lean,
            "ratings": [each.model_dump() for each in summary.calibration.ratings],
        },
        "strongest": [each.model_dump() for each in summary.strengths],
        "weakest": [each.model_dump(mode="json") for each in summary.study],
        "left_out": list(summary.left_out),
        "questions": [question_as_dict(each) for each in summary.questions],
        **_closing(summary),
        "ledger": ledger_as_dict(summary.ledger),
    }
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def question_as_dict(summary: QuestionSummary) -> dict[str, Any]:
    """One question of a report as plain data."""
    question, score = summary.item.question, summary.score
    if summary.is_open:
        turns = [turn.model_copy(update={"result": None}).model_dump(mode="json") for turn in summary.talk]
        return {"id": question.id, "title": question.title, "topic": question.topic, "level": question.level} | {
            "open": True,
            "turns": turns,
        }
    return {
        "id": question.id,
        "title": question.title,
        "topic": question.topic,
        "level": question.level,
        "score": score.value,
        "interval": [score.low, score.high],
        **_shares(score.core, score.depth),
        "note": score.note,
        "flags": list(score.flags),
        "hint_cost": score.hint_cost,
        "rubric_hash": summary.item.rubric_hash,
        "grader": score.passport.model_dump() if score.passport else None,
        "key_points": [_point(each) for each in score.points],
        "misconceptions": [
            {
                "id": each.misconception.id,
                "evidence": each.evidence,
                "correction": each.misconception.correction,
                "corrected": each.corrected,
                "penalty": each.penalty,
            }
            for each in score.misconceptions
        ],
        "turns": [turn.model_dump(mode="json") for turn in summary.talk],
        **_said(summary),
        "model_answer": question.model_answer,
        "references": [each.model_dump(mode="json") for each in question.references],
    }


def _closing(summary: SessionSummary) -> dict[str, Any]:
    """The last words once, with what they were found to say to each question; absent where there were none."""
    words = summary.last_words
    if words is None:
        return {}
    replies = [
        {
            "question": each.item.question.id,
            "turn": turn.id,
            "result": turn.result.model_dump(mode="json") if turn.result and not each.is_open else None,
        }
        for each in summary.questions
        for turn in each.turns
        if turn.kind is TurnKind.LAST_WORDS
    ]
    body = words.model_dump(mode="json", include={"prompt", "answer", "outcome", "seconds", "ended", "draft"})
    return {"closing": {**body, "replies": replies}}


def _said(summary: QuestionSummary) -> dict[str, Any]:
    """Facts told and replies to what was asked about the question; absent where there were none."""
    said = [each.model_dump(mode="json", exclude={"voicing"}) for each in summary.said]
    return {"said": said} if said else {}


def _shares(core: float | None, depth: float | None) -> dict[str, float]:
    """Absent where every rubric is of the first edition, which does not tell them apart."""
    return {} if core is None or depth is None else {"core": core, "depth": depth}


def _point(score: PointScore) -> dict[str, Any]:
    return {
        "id": score.point.id,
        "statement": score.point.statement,
        "weight": score.point.weight,
        "expected": score.expected,
        "verdict": score.verdict,
        "credit": score.credit,
        "prompted": score.prompted,
        "evidence": score.evidence,
        "span": list(score.span) if score.span else None,
        "turn": score.turn_id,
        "method": score.method,
        "ruling": _ruling(score.ruling) if score.ruling else None,
        **_earlier(score),
        **({"own_mark": True} if score.claimed else {}),
        "contested": score.contested,
        "opinion": score.opinion.model_dump(mode="json") if score.opinion else None,
    }


def _ruling(ruling: Ruling) -> dict[str, Any]:
    return ruling.model_dump(mode="json", exclude={"asked"})


def _earlier(score: PointScore) -> dict[str, Any]:
    """Absent where a point was contested once at most, as all were that old reports tell of."""
    return {"earlier_rulings": [_ruling(each) for each in score.earlier]} if score.earlier else {}
