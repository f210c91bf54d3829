"""The judge: one call per answer, repaired once, repeated only where it matters, never a number.

It works on the offline grade of the same answer. Whatever goes wrong, the offline grade stands and
says why the judge's part is missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import Level, VerdictName
from interviewer.core.futures import settled
from interviewer.core.grade.grade import JUDGE_DECIDES, Grade, GradeRequest, GradeResult, JudgeCall, Judging
from interviewer.core.grade.judge_weight import UNMEASURED
from interviewer.core.interview.summary import bands, summarise_answer
from interviewer.core.ports import Reads
from interviewer.llm.chat import Chat, ChatFailure, ChatReply, ChatRequest
from interviewer.llm.evidence import Evidence
from interviewer.llm.fusion import MOST_BALLOTS, disputed_points, fuse, tells_nothing, unproven
from interviewer.llm.judge_prompt import judged_ids, prompt_hash
from interviewer.llm.judge_reply import Judgement, parse_judgement
from interviewer.llm.judge_request import Shown, judge_request, repair_request, shown_of, without_orders
from interviewer.llm.reply_cache import ReplyCache
from interviewer.llm.sentence_reading import SentenceReading

_NEAR = 3.0
"""Points of 100 from the bound of a band within which an answer is judged again."""
_ONE_FOR_ALL = "the judge gave one verdict for everything, which tells nothing of the answer"


class _Ballot(NamedTuple):
    judgement: Judgement | None
    calls: tuple[JudgeCall, ...]
    problem: str


class _Case(NamedTuple):
    """An answer that is being judged."""

    item: Item
    request: GradeRequest
    grade: Grade
    shown: Shown
    evidence: Evidence


class Judge:
    """Adds a language model's opinion to offline grades.

    Args:
        chat: the model.
        cache: replies of before; None to ask every time.
        threads: answers judged at once.
        reads: the offline grader, which tells whether a quoted sentence can be about its key point.
        weight: of its opinions, 0 to 1; see `judge_weight.py`.
    """

    def __init__(
        self,
        chat: Chat,
        cache: ReplyCache | None = None,
        *,
        threads: int = 2,
        reads: Reads | None = None,
        weight: float = UNMEASURED,
    ) -> None:
        self._chat = chat
        self._weight = weight
        self._reads = reads
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
        reading = SentenceReading(self._reads if grade.passport.calibrated else None, item)
        evidence = Evidence(item, request.answer, grade.closed, reading)
        case = _Case(item, request, grade, shown_of(request, grade), evidence)
        first = self._ballot(case, 0)
        calls, ballots = list(first.calls), [first.judgement] if first.judgement else []
        if not ballots:
            return grade.model_copy(update={"judging": self._judging(calls, first.problem)})
        if _is_close(case, ballots[0], self._weight):
            for number in range(1, MOST_BALLOTS):
                more = self._ballot(case, number)
                calls += more.calls
                if more.judgement is None:
                    break
                ballots.append(more.judgement)
        confirmed, more_calls = self._confirmed(case, ballots)
        calls += more_calls
        fused = fuse(grade, ballots, evidence, weight=self._weight, confirmed=confirmed)
        dropped = tuple(dict.fromkeys(name for ballot in ballots for name in ballot.dropped))
        judging = self._judging(calls, "").model_copy(update={"dropped": dropped})
        return fused.model_copy(update={"judging": judging})

    def _confirmed(self, case: _Case, ballots: Sequence[Judgement]) -> tuple[set[str], list[JudgeCall]]:
        """Ask about the passages that should have made what the judge calls missing; what it misses there, too."""
        disputed = [each for each in unproven(case.grade, ballots) if each.evidence is not None]
        if not disputed or self._weight < JUDGE_DECIDES:
            return set(), []
        passages = dict.fromkeys(each.evidence.cut(case.request.answer) for each in disputed if each.evidence)
        alone = case.shown._replace(answer="\n".join(map(without_orders, passages)))
        found, call = self._ask_about(case.item, alone, [each.point_id for each in disputed], 0)
        points = found.points if found is not None else {}
        return {name for name, each in points.items() if each.verdict is VerdictName.MISSING}, [call]

    def _judging(self, calls: Sequence[JudgeCall], problem: str) -> Judging:
        return Judging(
            model=self._chat.model,
            host=self._chat.host,
            prompt_hash=prompt_hash("judge"),
            calls=tuple(calls),
            problem=problem,
            weight=self._weight,
        )

    def _ballot(self, case: _Case, number: int) -> _Ballot:
        """Ask once, once more for a repair when the reply cannot be used, and once for the points it left out."""
        item, shown = case.item, case.shown
        ids = judged_ids(item, case.request.point_ids)
        wrongs = [each.id for each in item.rubric.misconceptions]
        asked = first = judge_request(item, shown, ids, wrongs, number)
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
                calls += (call, *more)
                if tells_nothing(case.grade, found, case.evidence):
                    return _Ballot(None, tuple(calls), _ONE_FOR_ALL)
                return _Ballot(found, tuple(calls), "")
            calls.append(call.model_copy(update={"outcome": "unreadable", "reason": found.problem}))
            asked = repair_request(first, answer, found)
        return _Ballot(None, tuple(calls), f"the judge's reply could not be used: {calls[-1].reason}")

    def _completed(
        self, item: Item, shown: Shown, found: Judgement, number: int
    ) -> tuple[Judgement, tuple[JudgeCall, ...]]:
        """The judgement with what it says when it is asked once for the points it left out, alone."""
        rest, call = self._ask_about(item, shown, found.silent, number)
        if rest is None:
            return found, (call,)
        dropped = tuple(dict.fromkeys((*found.dropped, *rest.dropped)))
        return found._replace(points={**found.points, **rest.points}, silent=rest.silent, dropped=dropped), (call,)

    def _ask_about(
        self, item: Item, shown: Shown, names: Sequence[str], number: int
    ) -> tuple[Judgement | None, JudgeCall]:
        """One question about these points alone; None for the judgement when there is none that can be used."""
        asked = judge_request(item, shown, names, (), number)
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


def _is_close(case: _Case, first: Judgement, weight: float) -> bool:
    """Whether another opinion is worth a call: a heavy point is disputed, or the score is near the bound of a band."""
    if case.request.point_ids is not None or weight < JUDGE_DECIDES:
        return False
    item, answer = case.item, case.request.answer
    if disputed_points(item, Level.STAFF, case.grade, first):
        return True
    fused = fuse(case.grade, [first], case.evidence, weight=weight)
    value = summarise_answer(item, item.question.level, answer, fused).score.value
    return value is not None and any(bound and abs(value - bound) < _NEAR for bound, _ in bands(item.rubric.edition))
