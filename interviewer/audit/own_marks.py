"""Points that candidates marked as said in practice, as rows that `mockdl eval` reads.

Such a mark is a person's word that an answer makes a point where the grader had found too little: what its agreement
with people is measured on, and found nowhere else. It is one side only, so a file of nothing but these tells how much
is overlooked, and no more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from interviewer.core.interview.summary import QuestionSummary, SessionSummary

SOURCE = "own mark"
"""What tells these rows from others."""


def read_own_marks(summary: SessionSummary) -> Iterator[dict[str, Any]]:
    """The marks of one session, a row each: the point, and all answers to its question."""
    for question in summary.questions:
        for score in question.score.points:
            if score.claimed:
                yield _row(question, score.point.statement)


def _row(question: QuestionSummary, statement: str) -> dict[str, Any]:
    return {
        "question_id": question.item.question.id,
        "question": question.turns[0].prompt,
        "key_points": [statement],
        "answer": "\n\n".join(turn.answer for turn in question.turns if turn.answer),
        "score": 1,
        "source": SOURCE,
    }


def holds_only_own_marks(text: str) -> bool:
    """Whether a file has no line but such rows, so that nothing else is lost when it is written anew."""
    try:
        rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    except ValueError:
        return False
    return all(isinstance(row, dict) and row.get("source") == SOURCE for row in rows)
