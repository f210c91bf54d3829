"""What of an answer a judge is shown, and the requests that ask about it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple

from interviewer.core.bank.content import Item
from interviewer.core.grade.grade import Grade, GradeRequest
from interviewer.core.grade.injection import find_injections, leave_out
from interviewer.core.text import count_words
from interviewer.llm.chat import ChatMessage, ChatReply, ChatRequest
from interviewer.llm.judge_prompt import judge_prompt, repair_prompt
from interviewer.llm.judge_reply import Unreadable, judgement_schema

_TOKENS_A_POINT = 160
_TOKENS = 400
_SENTENCE = 4
"""Words from which on a stretch that a guard closed can hold an order; "Yes." is closed too, and gives context."""
_NO_MARKS = str.maketrans(dict.fromkeys("\"'“”‘’", " "))
_RETAKE_TEMPERATURE = 0.7
"""Of the second and third ballot: asked the same way at zero, a model only repeats itself."""


class Shown(NamedTuple):
    """What of a candidate's words is sent."""

    answer: str
    follow_up: str = ""
    before: str = ""


def shown_of(request: GradeRequest, grade: Grade) -> Shown:
    """What the judge sees: without what addresses whoever grades, so that it can't be obeyed."""
    closed = grade.closed if "instructions" in grade.flags else ()
    held = (span for span in closed if count_words(span.cut(request.answer)) >= _SENTENCE)
    answer = leave_out(request.answer, (*find_injections(request.answer), *held))
    return Shown(answer, without_orders(request.asked or request.follow_up), without_orders(request.before))


def without_orders(text: str) -> str:
    """A text without orders to whoever grades, those that are only quoted in it included."""
    return leave_out(text, find_injections(text.translate(_NO_MARKS)))


def judge_request(item: Item, shown: Shown, ids: Sequence[str], wrongs: Sequence[str], number: int) -> ChatRequest:
    """Ask about these key points and misconceptions, in another order each time: what comes first is judged with
    more care.

    Args:
        item: the question and its rubric.
        shown: what was answered.
        ids: key points, or `fix:<misconception>`.
        wrongs: misconceptions.
        number: of the ballot, from 0.
    """
    ids = random.Random(number).sample(ids, len(ids)) if number else ids
    system, user = judge_prompt(item, shown.answer, ids, follow_up=shown.follow_up, before=shown.before)
    return ChatRequest(
        messages=(ChatMessage("system", system), ChatMessage("user", user)),
        schema=judgement_schema(ids, wrongs),
        schema_name="judgement",
        max_tokens=_TOKENS + _TOKENS_A_POINT * len(ids),
        temperature=_RETAKE_TEMPERATURE if number else 0.0,
    )


def repair_request(first: ChatRequest, answer: ChatReply, found: Unreadable) -> ChatRequest:
    """Ask the same again behind the reply that could not be used, saying why."""
    said = ChatMessage("assistant", answer.text or "(nothing)")
    again = ChatMessage("user", repair_prompt(found.problem))
    return first._replace(messages=(*first.messages, said, again))
