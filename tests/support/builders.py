"""Small questions, grades and sessions, so that a test says only what it is about."""

from __future__ import annotations

from collections.abc import Mapping

from interviewer.core.bank.content import Bank, Item
from interviewer.core.bank.kinds import Kind, Level, VerdictName
from interviewer.core.bank.question import Question
from interviewer.core.bank.rubric import Rubric
from interviewer.core.grade.grade import Grade, HeldMisconception, Passport, PointVerdict, Span, Ungraded
from interviewer.core.interview.session import Outcome, Turn, TurnKind

PASSPORT = Passport(name="test", version="1", rubric_hash="0" * 16, encoder="none")


def make_item(
    question_id: str = "alpha",
    *,
    level: Level = Level.MID,
    topic: str = "foundations",
    kind: Kind = Kind.CONCEPT,
    avoid_after: tuple[str, ...] = (),
    expected: tuple[Level, ...] = (Level.JUNIOR, Level.MID, Level.SENIOR, Level.STAFF),
    weights: tuple[float, ...] = (3, 2, 1, 1),
) -> Item:
    """A question with four key points `p0`..`p3` and one misconception `wrong` about `p0`."""
    question = Question.model_validate(
        {
            "id": question_id,
            "topic": topic,
            "level": level,
            "kind": kind,
            "minutes": 5,
            "title": f"Title of {question_id}",
            "prompt": f"What is {question_id}?",
            "alternatives": [f"Explain {question_id}.", f"Tell me about {question_id}."],
            "hints": [{"text": "first", "price": 3}, {"text": "second", "price": 6}],
            "model_answer": f"All about {question_id}.",
            "avoid_after": list(avoid_after),
        }
    )
    points = [
        {
            "id": f"p{n}",
            "statement": f"Statement {n} of {question_id}.",
            "weight": weights[n],
            "expected_at": expected[n],
            "phrasings": ["one", "two", "three"],
            "contradictions": ["not one", "not two"],
            "probe": f"Probe {n}?",
        }
        for n in range(4)
    ]
    wrong = {
        "id": "wrong",
        "claim": "A wrong claim.",
        "phrasings": ["wrong"],
        "correction": "The right claim.",
        "penalty": 10,
        "challenge": "Are you sure?",
        "key_point": "p0",
    }
    rubric = Rubric.model_validate({"id": question_id, "key_points": points, "misconceptions": [wrong]})
    return Item(question=question, rubric=rubric, rubric_hash="0" * 16)


def make_bank(*items: Item) -> Bank:
    """A bank of these items."""
    return Bank(items={item.question.id: item for item in items}, content_hash="test")


def make_verdict(point_id: str, verdict: VerdictName | str) -> PointVerdict:
    """A verdict held with certainty (unsure: half and half)."""
    verdict = VerdictName(verdict)
    covered = {VerdictName.COVERED: 1.0, VerdictName.UNSURE: 0.5}.get(verdict, 0.0)
    return PointVerdict(
        point_id=point_id,
        verdict=verdict,
        p_covered=covered,
        p_partial=float(verdict is VerdictName.PARTIAL),
        p_contradicted=float(verdict is VerdictName.CONTRADICTED),
        evidence=None if verdict is VerdictName.MISSING else Span(start=0, end=5),
        method="test",
    )


def make_grade(verdicts: Mapping[str, str], *, held: tuple[str, ...] = ()) -> Grade:
    """A grade with these verdicts."""
    return Grade(
        verdicts=tuple(make_verdict(point, verdict) for point, verdict in verdicts.items()),
        misconceptions=tuple(
            HeldMisconception(misconception_id=each, probability=0.97, evidence=Span(start=0, end=5)) for each in held
        ),
        passport=PASSPORT,
    )


def all_points(verdict: str) -> dict[str, str]:
    """The same verdict on all four points."""
    return {f"p{n}": verdict for n in range(4)}


def make_turn(result: Grade | Ungraded | None, **changes: object) -> Turn:
    """The first turn about `alpha`, answered, with this result."""
    values: dict[str, object] = {
        "id": 0,
        "question_id": "alpha",
        "kind": TurnKind.QUESTION,
        "prompt": "?",
        "started": 0.0,
        "outcome": Outcome.ANSWERED,
        "answer": "words that count",
        "result": result,
    }
    return Turn.model_validate({**values, **changes})
