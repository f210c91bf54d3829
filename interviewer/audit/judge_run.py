"""Golden examples graded by the configured judge, each several times: what it said beside what the author says.

The judge works on the offline grade of the same answer, as it does in an interview. A call that fails is no
opinion and never a number.
"""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from typing import NamedTuple, Protocol

from interviewer.core.bank.content import Bank, Item
from interviewer.core.bank.kinds import VerdictName
from interviewer.core.futures import chain
from interviewer.core.grade.grade import Grade, GradeRequest, GradeResult, JudgeCall
from interviewer.core.ports import Grader
from interviewer.errors import UsageError, nearest_names

_IN_FLIGHT = 12
"""Answers on their way at once; the judge's own limit decides how many of them are asked about."""
_HOPELESS = ("bad-key", "no-server", "wrong-model")
"""Failures that asking about another answer does not mend."""
_GIVE_UP = 3


class JudgeLike(Protocol):
    """Adds a model's opinion to an offline grade; `llm.judge.Judge` is one."""

    def judge(self, item: Item, request: GradeRequest, result: GradeResult) -> Future[GradeResult]:
        """Judge a graded answer; the future never raises."""
        ...


class GoldenCase(NamedTuple):
    """One golden example."""

    item: Item
    number: int
    """Its place in the rubric."""

    @property
    def text(self) -> str:
        """The answer."""
        return self.item.rubric.examples[self.number].text

    @property
    def kind(self) -> str:
        """What sort of answer it is."""
        return str(self.item.rubric.examples[self.number].kind)

    @property
    def authored(self) -> dict[str, VerdictName]:
        """The verdict each key point must get."""
        known = self.item.rubric.examples[self.number].verdicts
        return {point.id: known.get(point.id, VerdictName.MISSING) for point in self.item.rubric.key_points}


class JudgedAnswer(NamedTuple):
    """One example and all that was said about it."""

    example: GoldenCase
    offline: GradeResult
    grades: tuple[Grade, ...]
    """With the judge's opinion, one a repeat; those that failed are left out."""
    failures: tuple[tuple[str, str], ...]
    """(kind, reason) of each repeat without an opinion."""
    calls: tuple[JudgeCall, ...]
    """All calls, failed ones included."""


class Run(NamedTuple):
    """What was judged."""

    answers: tuple[JudgedAnswer, ...]
    planned: int
    """Answers that were to be judged."""
    repeats: int
    interrupted: bool = False
    gave_up: str = ""
    """Why it ended early by itself; "" when it did not."""

    @property
    def failures(self) -> dict[str, tuple[int, str]]:
        """Repeats without an opinion: how many and one reason, by kind."""
        counts = Counter(kind for answer in self.answers for kind, _ in answer.failures)
        first = {kind: reason for answer in reversed(self.answers) for kind, reason in reversed(answer.failures)}
        return {kind: (count, first[kind]) for kind, count in counts.most_common()}


def choose_questions(bank: Bank, names: Sequence[str], most: int, seed: int) -> list[Item]:
    """The questions by name, or a sample drawn by `seed` that spreads over topics (`most` 0: all that have examples).

    Raises:
        UsageError: there is no such question, or none with examples.
    """
    for name in names:
        if name not in bank:
            near = nearest_names(name, bank.items)
            hint = f"Did you mean {' or '.join(near)}? " if near else ""
            raise UsageError(f"There is no question {name!r}.", todo=f'{hint}`mockdl search "..."` finds questions.')
    chosen = [bank[name] for name in dict.fromkeys(names)] or list(bank.items.values())
    usable = [item for item in chosen if item.rubric.examples]
    if not usable:
        raise UsageError("None of these questions has golden examples.", todo="Choose others with --question.")
    if names or not most or most >= len(usable):
        return usable
    return _sample(usable, most, random.Random(seed))


def _sample(items: Sequence[Item], most: int, chance: random.Random) -> list[Item]:
    """Draw in turn from each topic, topics and questions shuffled."""
    topics: dict[str, list[Item]] = {}
    for item in sorted(items, key=lambda each: each.question.id):
        topics.setdefault(item.question.topic, []).append(item)
    for found in topics.values():
        chance.shuffle(found)
    order = sorted(topics)
    chance.shuffle(order)
    drawn: list[Item] = []
    while len(drawn) < most:
        drawn += [topics[topic].pop() for topic in order if topics[topic]]
    return drawn[:most]


def choose_examples(items: Sequence[Item], most: int = 0) -> list[GoldenCase]:
    """Golden examples of these questions, at most so many of each (0: all), one of each kind before a second one."""
    chosen = []
    for item in items:
        seen: Counter[str] = Counter()
        order = []
        for number, example in enumerate(item.rubric.examples):
            order.append((seen[example.kind], number))
            seen[example.kind] += 1
        kept = sorted(number for _, number in sorted(order)[: most or None])
        chosen += [GoldenCase(item, number) for number in kept]
    return chosen


def judge_examples(
    examples: Sequence[GoldenCase], grader: Grader, judge: JudgeLike, *, repeats: int, progress: Callable[[int], None]
) -> Run:
    """Have golden examples judged; Ctrl-C ends it and keeps what was judged.

    Args:
        examples: to be judged.
        grader: the offline one.
        judge: without a cache, or repeats would only repeat themselves.
        repeats: times each answer is judged, from 1.
        progress: called with the number of answers done.
    """
    done: list[JudgedAnswer] = []
    hopeless = ""
    try:
        for answer in _judged(examples, grader, judge, repeats):
            done.append(answer)
            progress(len(done))
            hopeless = _hopeless(done)
            if hopeless:
                break
    except KeyboardInterrupt:
        return Run(tuple(done), len(examples), repeats, interrupted=True)
    return Run(tuple(done), len(examples), repeats, gave_up=hopeless)


def _hopeless(done: Sequence[JudgedAnswer]) -> str:
    """The reason when the first answers all failed in a way that will not pass."""
    if len(done) != _GIVE_UP or any(answer.grades for answer in done):
        return ""
    kinds = [failure for answer in done for failure in answer.failures]
    return kinds[0][1] if kinds and all(kind in _HOPELESS for kind, _ in kinds) else ""


def _judged(examples: Sequence[GoldenCase], grader: Grader, judge: JudgeLike, repeats: int) -> Iterator[JudgedAnswer]:
    waiting: deque[Callable[[], JudgedAnswer]] = deque()
    for example in examples:
        waiting.append(_begin(example, grader, judge, repeats))
        if len(waiting) >= _IN_FLIGHT:
            yield waiting.popleft()()
    while waiting:
        yield waiting.popleft()()


def _begin(example: GoldenCase, grader: Grader, judge: JudgeLike, repeats: int) -> Callable[[], JudgedAnswer]:
    """Start on one example; the result waits for it."""
    request = GradeRequest(question_id=example.item.question.id, answer=example.text)
    offline = grader.grade(request, example.item)
    asked = chain(offline, lambda graded: [judge.judge(example.item, request, graded.result()) for _ in range(repeats)])
    return lambda: _collect(example, offline.result(), [each.result() for each in asked.result()])


def _collect(example: GoldenCase, offline: GradeResult, results: Sequence[GradeResult]) -> JudgedAnswer:
    grades: list[Grade] = []
    failures: list[tuple[str, str]] = []
    calls: list[JudgeCall] = []
    for result in results:
        if not isinstance(result, Grade):
            failures.append(("not graded offline", result.reason))
            continue
        judging = result.judging
        calls += judging.calls if judging is not None else ()
        if judging is None or judging.problem:
            last = calls[-1].outcome if judging is not None and judging.calls else "no opinion"
            failures.append((last, judging.problem if judging is not None else "the judge was not asked"))
        else:
            grades.append(result)
    return JudgedAnswer(example, offline, tuple(grades), tuple(failures), tuple(calls))
