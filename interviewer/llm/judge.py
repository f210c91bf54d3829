"""The judge: one call per answer, repaired once, repeated only where it matters, never a number.

It works on the offline grade of the same answer. Whatever goes wrong, the offline grade stands and
says why the judge's part is missing.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import Level, VerdictName
from interviewer.core.futures import settled
from interviewer.core.grade.grade import Grade, GradeRequest, GradeResult, JudgeCall, Judging
from interviewer.core.grade.injection import find_injections, leave_out
from interviewer.core.interview.summary import bands, summarise_answer
from interviewer.core.text import count_words
from interviewer.llm.chat import Chat, ChatFailure, ChatMessage, ChatReply, ChatRequest
from interviewer.llm.fusion import MOST_BALLOTS, disputed_points, fuse, unproven
from interviewer.llm.judge_prompt import judge_prompt, judged_ids, prompt_hash, repair_prompt
from interviewer.llm.judge_reply import Judgement, Unreadable, judgement_schema, parse_judgement
from interviewer.llm.reply_cache import ReplyCache

_TOKENS_A_POINT = 160
_TOKENS = 400
_NEAR = 3.0
"""Points of 100 from the bound of a band within which an answer is judged again."""
_SENTENCE = 4
"""Words from which on a stretch that a guard closed can hold an order; "Yes." is closed too, and gives context."""
_NO_MARKS = str.maketrans(dict.fromkeys("\"'“”‘’", " "))
_RETAKE_TEMPERATURE = 0.7
"""Of the second and third ballot: asked the same way at zero, a model only repeats itself."""


class _Ballot(NamedTuple):
    judgement: Judgement | None
    calls: tuple[JudgeCall, ...]
    problem: str


class _Shown(NamedTuple):
    """What of a candidate's words is sent."""

    answer: str
    follow_up: str = ""
    before: str = ""


class Judge:
    """Adds a language model's opinion to offline grades.

    Args:
        chat: the model.
        cache: replies of before; None to ask every time.
        threads: answers judged at once.
    """

    def __init__(self, chat: Chat, cache: ReplyCache | None = None, *, threads: int = 2) -> None:
        self._chat = chat
        self._cache = cache
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="mockdl-judge")

    def judge(self, item: Item, request: GradeRequest, result: GradeResult) -> Future[GradeResult]:
        """Judge a graded answer; an ungraded one is returned as it is. The future never raises."""
        if not isinstance(result, Grade):
            return settled(result)

        def work() -> GradeResult:
            try:
                return self._judged(item, request, result)
            except Exception as error:  # a judge must never cost the grade that is there already
                judging = self._judging((), f"the judge failed ({type(error).__name__})")
                return result.model_copy(update={"judging": judging})

        try:
            return self._pool.submit(work)
        except RuntimeError:  # closed; asking whether it is would leave a moment between the answer and this call
            return settled(result)

    def close(self) -> None:
        """Cancel what is under way; every pending future gets its offline grade."""
        self._pool.shutdown(wait=False)
        self._chat.close()

    def _judged(self, item: Item, request: GradeRequest, grade: Grade) -> Grade:
        shown = _shown(request, grade)
        first = self._ballot(item, request, shown, 0)
        calls, ballots = list(first.calls), [first.judgement] if first.judgement else []
        if not ballots:
            return grade.model_copy(update={"judging": self._judging(calls, first.problem)})
        if _is_close(item, request, grade, ballots[0]):
            for number in range(1, MOST_BALLOTS):
                more = self._ballot(item, request, shown, number)
                calls += more.calls
                if more.judgement is None:
                    break
                ballots.append(more.judgement)
        confirmed, more_calls = self._confirmed(item, request.answer, shown, grade, ballots)
        calls += more_calls
        fused = fuse(item, grade, ballots, request.answer, confirmed=confirmed)
        dropped = tuple(dict.fromkeys(name for ballot in ballots for name in ballot.dropped))
        judging = self._judging(calls, "").model_copy(update={"dropped": dropped})
        return fused.model_copy(update={"judging": judging})

    def _confirmed(
        self, item: Item, answer: str, shown: _Shown, grade: Grade, ballots: Sequence[Judgement]
    ) -> tuple[set[str], list[JudgeCall]]:
        """Ask about the passages that should have made what the judge calls missing; what it misses there, too."""
        disputed = [each for each in unproven(grade, ballots) if each.evidence is not None]
        if not disputed:
            return set(), []
        passages = dict.fromkeys(each.evidence.cut(answer) for each in disputed if each.evidence)
        alone = shown._replace(answer="\n".join(map(_without_orders, passages)))
        found, call = self._ask_about(item, alone, [each.point_id for each in disputed], 0)
        points = found.points if found is not None else {}
        return {name for name, each in points.items() if each.verdict is VerdictName.MISSING}, [call]

    def _judging(self, calls: Sequence[JudgeCall], problem: str) -> Judging:
        return Judging(
            model=self._chat.model,
            host=self._chat.host,
            prompt_hash=prompt_hash("judge"),
            calls=tuple(calls),
            problem=problem,
        )

    def _ballot(self, item: Item, request: GradeRequest, shown: _Shown, number: int) -> _Ballot:
        """Ask once, once more for a repair when the reply cannot be used, and once for the points it left out."""
        ids = judged_ids(item, request.point_ids)
        wrongs = [each.id for each in item.rubric.misconceptions]
        asked = first = _request(item, shown, ids, wrongs, number)
        calls: list[JudgeCall] = []
        for attempt in range(2):
            answer, call = self._ask(item, asked, number)
            if isinstance(answer, ChatFailure):
                return _Ballot(None, (*calls, call), answer.reason)
            found = parse_judgement(answer.text, ids, wrongs)
            if isinstance(found, Judgement):
                if not call.cached and self._cache is not None and not attempt:
                    self._cache.put(asked, item.rubric_hash, number, answer)
                found, more = self._completed(item, shown, found, number) if found.silent else (found, ())
                return _Ballot(found, (*calls, call, *more), "")
            calls.append(call.model_copy(update={"outcome": "unreadable", "reason": found.problem}))
            asked = _repaired(asked, first.messages, answer, found)
        return _Ballot(None, tuple(calls), f"the judge's reply could not be used: {calls[-1].reason}")

    def _completed(
        self, item: Item, shown: _Shown, found: Judgement, number: int
    ) -> tuple[Judgement, tuple[JudgeCall, ...]]:
        """The judgement with what it says when it is asked once for the points it left out, alone."""
        rest, call = self._ask_about(item, shown, found.silent, number)
        if rest is None:
            return found, (call,)
        dropped = tuple(dict.fromkeys((*found.dropped, *rest.dropped)))
        return found._replace(points={**found.points, **rest.points}, silent=rest.silent, dropped=dropped), (call,)

    def _ask_about(
        self, item: Item, shown: _Shown, names: Sequence[str], number: int
    ) -> tuple[Judgement | None, JudgeCall]:
        """One question about these points alone; None for the judgement when there is none that can be used."""
        asked = _request(item, shown, names, (), number)
        answer, call = self._ask(item, asked, number)
        if isinstance(answer, ChatFailure):
            return None, call
        found = parse_judgement(answer.text, names, ())
        if not isinstance(found, Judgement):
            return None, call.model_copy(update={"outcome": "unreadable", "reason": found.problem})
        if not call.cached and self._cache is not None:
            self._cache.put(asked, item.rubric_hash, number, answer)
        return found, call

    def _ask(self, item: Item, asked: ChatRequest, number: int) -> tuple[ChatReply | ChatFailure, JudgeCall]:
        kept = self._cache.get(asked, item.rubric_hash, number) if self._cache is not None else None
        if kept is not None:
            return kept, JudgeCall(outcome="ok", rung=str(kept.rung), cached=True)
        answer = self._chat.ask(asked).result()
        if isinstance(answer, ChatFailure):
            return answer, JudgeCall(
                outcome=answer.kind,
                seconds=answer.seconds,
                request_bytes=answer.request_bytes,
                reason=answer.reason,
            )
        return answer, JudgeCall(
            outcome="ok",
            seconds=answer.seconds,
            request_bytes=answer.request_bytes,
            prompt_tokens=answer.prompt_tokens,
            completion_tokens=answer.completion_tokens,
            rung=str(answer.rung),
        )


def _shown(request: GradeRequest, grade: Grade) -> _Shown:
    """What the judge sees: without what addresses whoever grades, so that it can't be obeyed."""
    closed = grade.closed if "instructions" in grade.flags else ()
    held = (span for span in closed if count_words(span.cut(request.answer)) >= _SENTENCE)
    answer = leave_out(request.answer, (*find_injections(request.answer), *held))
    return _Shown(answer, _without_orders(request.asked or request.follow_up), _without_orders(request.before))


def _without_orders(text: str) -> str:
    """A text without orders to whoever grades, those that are only quoted in it included."""
    return leave_out(text, find_injections(text.translate(_NO_MARKS)))


def _request(item: Item, shown: _Shown, ids: Sequence[str], wrongs: Sequence[str], number: int) -> ChatRequest:
    """Ask about these points; in another order each time, for what comes first is judged with more care."""
    ids = random.Random(number).sample(ids, len(ids)) if number else ids
    system, user = judge_prompt(item, shown.answer, ids, follow_up=shown.follow_up, before=shown.before)
    return ChatRequest(
        messages=(ChatMessage("system", system), ChatMessage("user", user)),
        schema=judgement_schema(ids, wrongs),
        schema_name="judgement",
        max_tokens=_TOKENS + _TOKENS_A_POINT * len(ids),
        temperature=_RETAKE_TEMPERATURE if number else 0.0,
    )


def _repaired(
    asked: ChatRequest, messages: tuple[ChatMessage, ...], answer: ChatReply, found: Unreadable
) -> ChatRequest:
    said = ChatMessage("assistant", answer.text or "(nothing)")
    return asked._replace(messages=(*messages, said, ChatMessage("user", repair_prompt(found.problem))))


def _is_close(item: Item, request: GradeRequest, grade: Grade, first: Judgement) -> bool:
    """Whether another opinion is worth a call: a heavy point is disputed, or the score is near the bound of a band."""
    if request.point_ids is not None:
        return False
    if disputed_points(item, Level.STAFF, grade, first):
        return True
    fused = fuse(item, grade, [first], request.answer)
    value = summarise_answer(item, item.question.level, request.answer, fused).score.value
    return value is not None and any(bound and abs(value - bound) < _NEAR for bound, _ in bands(item.rubric.edition))
