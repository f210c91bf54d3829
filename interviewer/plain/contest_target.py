"""What a /contest means: which question, which of its points, and where the quoted words stand in which answer.

Points go by the numbers with which they are printed. Words are looked for in the answers as typed; where they could
be meant in two ways, it is asked instead of guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from interviewer.core.bank.rubric import KeyPoint
from interviewer.core.grade.contest import problem_of
from interviewer.core.grade.grade import Grade, Span
from interviewer.core.grade.quotes import find_places, nearest_words, plain_quote
from interviewer.core.interview.contest_tries import problem_of_try, turns_with_words
from interviewer.core.interview.open_points import open_to_contest
from interviewer.core.interview.point_scores import PointScore
from interviewer.core.interview.session import Turn, TurnKind
from interviewer.core.interview.summary import QuestionSummary
from interviewer.core.text import shorten
from interviewer.wording.verdicts import describe_tries, sort_points

_NUMBERED = re.compile(r"(?:(?P<question>\d{1,3})\.)?(?P<point>\d{1,3})(?:\s+(?P<words>.+))?", re.DOTALL)
_QUOTED = re.compile(r"[\"'“„«‘](?P<words>.+)[\"'”“»’](?:\s+in\s+(?P<answer>\d{1,3}))?", re.DOTALL | re.IGNORECASE)

_WHOLE = re.compile(r"all(?:\s+in\s+(?P<answer>\d{1,3}))?", re.IGNORECASE)


class RefusedError(Exception):
    """Why there is nothing to rule on, as a sentence to the candidate."""


class Pointed(NamedTuple):
    """A point, and the words that are said to make it."""

    turn: Turn
    point: KeyPoint
    span: Span


def split_mark(text: str) -> tuple[int | None, int]:
    """Question (if it was named) and point of e.g. `1.2`.

    Raises:
        RefusedError: it is no number.
    """
    found = _NUMBERED.fullmatch(text.strip())
    if found is None or found["words"]:
        raise RefusedError("Say which point you did say, by its number, e.g. /said 2")
    return int(found["question"]) if found["question"] else None, int(found["point"])


def split_number(text: str) -> tuple[int | None, int, str]:
    """Question (if it was named), point and words of e.g. `1.2 "these words"`.

    Raises:
        RefusedError: it does not begin with a number.
    """
    found = _NUMBERED.fullmatch(text.strip())
    if found is None:
        raise RefusedError('Say which point and which words make it, e.g. /contest 2 "these words of mine"')
    question = int(found["question"]) if found["question"] else None
    return question, int(found["point"]), found["words"] or ""


def open_numbers(summary: QuestionSummary) -> list[int]:
    """The points that can be contested, by the numbers with which they are printed."""
    wanted = {each.point.id for each in open_to_contest(summary.score, summary.turns)}
    return [number for number, each in enumerate(sort_points(summary.score), 1) if each.point.id in wanted]


def find_pointed(summary: QuestionSummary, number: int, text: str) -> Pointed:
    """The point with this number, and the one place of the one answer in which the words stand; `all` is a reply.

    Raises:
        RefusedError: there is no such point to contest, or the words are not found, or in several places.
    """
    point = _point(summary, number)
    turn, span = _place(text, [turn for turn in summary.turns if _is_about(turn, point)])
    problem = problem_of(turn.answer, span, point) or problem_of_try(summary.turns, point.id, turn, span)
    if problem:
        raise RefusedError(f"Not yet: {problem}.")
    return Pointed(turn, point, span)


def _is_about(turn: Turn, point: KeyPoint) -> bool:
    """Whether this is a graded answer to the question; the last words are to all, and are where they were read for the
    point."""
    if not isinstance(turn.result, Grade):
        return False
    return turn.kind is not TurnKind.LAST_WORDS or turn.result.verdict(point.id) is not None


def find_point(summary: QuestionSummary, number: int) -> PointScore:
    """The point that is printed with this number.

    Raises:
        RefusedError: there is none.
    """
    points = sort_points(summary.score)
    if not turns_with_words(summary.turns):
        raise RefusedError("No answer to this question has a grade, so there is no verdict on its points.")
    if not 1 <= number <= len(points):
        raise RefusedError(f"Say which point: a number from 1 to {len(points)}.")
    return points[number - 1]


def _point(summary: QuestionSummary, number: int) -> KeyPoint:
    score = find_point(summary, number)
    if not score.has_tries:
        raise RefusedError(f"Point {number} was contested before: {describe_tries(score) or 'the contest was upheld'}.")
    if score.is_said:
        raise RefusedError(f"Point {number} is covered; there is nothing to contest.")
    return score.point


def _place(text: str, turns: Sequence[Turn]) -> tuple[Turn, Span]:
    whole = _WHOLE.fullmatch(text.strip())
    if whole is not None:
        turn = _whole_reply(whole["answer"], turns)
        return turn, Span(start=0, end=len(turn.answer))
    quoted = _QUOTED.fullmatch(text.strip())
    words, named = (quoted["words"], quoted["answer"]) if quoted else (text, None)
    if not plain_quote(words):
        raise RefusedError('Say which words of yours make the point, too, e.g. /contest 2 "these words of mine"')
    searched = [_named(named, turns)] if named else turns
    found = [(turn, places) for turn in searched if (places := list(find_places(words, turn.answer)))]
    if not found:
        raise RefusedError(_not_found(words, searched))
    if len(found) > 1:
        known = ", ".join(f'"in {turns.index(turn) + 1}" for {describe_answer(turn)}' for turn, _ in found)
        raise RefusedError(f"These words stand in {len(found)} of your answers. Put which behind them: {known}.")
    turn, places = found[0]
    if len(places) > 1:
        raise RefusedError(
            f"These words stand {len(places)} times in {describe_answer(turn)}. Quote more of what is around them."
        )
    return turn, places[0]


def _whole_reply(named: str | None, turns: Sequence[Turn]) -> Turn:
    """The reply that is meant by `all`."""
    if named or len(turns) == 1:
        return _named(named or "1", turns)
    known = ", ".join(f'"all in {number}" for {describe_answer(turn)}' for number, turn in enumerate(turns, 1))
    raise RefusedError(f"You gave {len(turns)} answers to this question. Say which: {known}.")


def _named(number: str, turns: Sequence[Turn]) -> Turn:
    if not 1 <= int(number) <= len(turns):
        raise RefusedError(f"Your answers to this question are numbered 1 to {len(turns)}.")
    return turns[int(number) - 1]


def _not_found(words: str, turns: Sequence[Turn]) -> str:
    near = next((found for turn in turns if (found := nearest_words(words, turn.answer))), "")
    hint = f'Did you mean "{shorten(near, 300)}"?' if near else "Quote them as you wrote them."
    return f"These words are not in your answer{'s' * (len(turns) > 1)}. {hint}"


def describe_answer(turn: Turn) -> str:
    """Which answer, in words."""
    if turn.kind is TurnKind.QUESTION:
        return "your answer to the question"
    if turn.kind is TurnKind.LAST_WORDS:
        return "your last words"
    return f'your answer to the follow-up "{shorten(turn.prompt, 50)}"'


def list_numbers(numbers: Sequence[int]) -> str:
    """Rising numbers in words, e.g. "1, 3 to 6, 9"."""
    runs: list[list[int]] = []
    for each in numbers:
        if runs and runs[-1][-1] == each - 1:
            runs[-1].append(each)
        else:
            runs.append([each])
    return ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)
