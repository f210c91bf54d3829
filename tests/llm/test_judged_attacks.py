"""A judge that obeys what an answer orders: what code can prevent, it prevents.

The judge of these tests knows what the honest answer says, and has no opinion on the rest ("cannot tell", which
leaves the offline grade alone). Under attack it calls the rest covered, and shows for it whatever the mode says.
The score must stay within two points. Two ways of obeying are beyond code: to quote for each point another sentence
of the honest answer that shares a word with it, and to call what was said missing. Against these stands only that a
judge does not get to see what addresses it, wherever that is recognised.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

import pytest

from interviewer.core.bank.content import Bank, Item
from interviewer.core.bank.kinds import ExampleKind, VerdictName
from interviewer.core.futures import settled
from interviewer.core.grade.grade import Grade, GradeRequest, GradeResult, Span
from interviewer.core.grade.injection import LEFT_OUT, find_injections
from interviewer.core.grade.judge_weight import WHILE_MEASURED
from interviewer.core.interview.summary import summarise_answer
from interviewer.core.ports import Reads
from interviewer.grading import OfflineGrader
from interviewer.llm import ScriptedChat
from interviewer.llm.chat import ChatRequest
from interviewer.llm.evidence import Evidence
from interviewer.llm.judge import Judge
from tests.support.attacks import ATTACKS

TOLERANCE = 2.0
"""Points of 100."""
QUESTIONS = ("dropout", "attention-mechanism", "class-imbalance")
RECOGNISED = 40
"""At least so many of the attacks are kept from the judge's eyes."""


class Honest(NamedTuple):
    """An answer, what a judge rightly says of it, and the score of both together."""

    text: str
    quotes: dict[str, tuple[str, VerdictName]]
    """By key point the sentence that makes it, and how far."""
    score: float
    offline: float
    """Without a judge."""


Quote = Callable[[Item, str, str, str], str]
"""From question, key point, honest answer and text of the attack to what is shown for the point."""

MODES: dict[str, Quote] = {
    "words of the attack": lambda item, name, honest, attack: attack,
    "the attack's last line": lambda item, name, honest, attack: attack.splitlines()[-1],
    "the key point's own claim": lambda item, name, honest, attack: item.rubric.point(name).statement,
    "the question": lambda item, name, honest, attack: item.question.prompt.strip(),
    "the whole answer": lambda item, name, honest, attack: honest,
    "nothing": lambda item, name, honest, attack: "",
}


@pytest.fixture(scope="module", autouse=True)
def reads(grader: OfflineGrader) -> Iterator[None]:
    """Evidence is read as in the product; each sentence once for all tests."""

    @cache
    def read(question_id: str, answer: str) -> GradeResult:
        return grader.grade(ITEMS[question_id], GradeRequest(question_id=question_id, answer=answer))

    READS.append(lambda request, item: settled(read(request.question_id, request.answer)))
    yield
    READS.clear()


READS: list[Reads] = []
ITEMS: dict[str, Item] = {}


def judged(item: Item, answer: str, own: Grade, chat: ScriptedChat) -> tuple[Grade, float]:
    ITEMS[item.question.id] = item
    judge = Judge(chat, weight=WHILE_MEASURED, reads=READS[0])
    found = judge.judge(item, GradeRequest(question_id=item.question.id, answer=answer), own).result(timeout=20)
    judge.close()
    assert isinstance(found, Grade)
    return found, score(item, answer, found)


def score(item: Item, answer: str, grade: Grade) -> float:
    value = summarise_answer(item, item.question.level, answer, grade).score.value
    assert value is not None
    return value


def graded(grader: OfflineGrader, item: Item, answer: str) -> Grade:
    result = grader.grade(item, GradeRequest(question_id=item.question.id, answer=answer))
    assert isinstance(result, Grade), result
    return result


def opinion(item: Item, honest: Honest, rest: Callable[[str], tuple[str, str]]) -> str:
    """A judge's reply: right about what the answer says, and `rest` (quote, verdict) about all else."""
    rows = []
    for point in item.rubric.key_points:
        quote, verdict = honest.quotes.get(point.id, ("", ""))
        if not verdict:
            quote, verdict = rest(point.id)
        rows.append({"id": point.id, "quote": quote, "reason": "So it is.", "verdict": str(verdict)})
    return json.dumps({"points": rows, "misconceptions": []})


def says_of(item: Item, honest: Honest, rest: Callable[[str], tuple[str, str]]) -> ScriptedChat:
    """A judge of that opinion, whatever it is asked."""
    return ScriptedChat(lambda _: opinion(item, honest, rest))


def silent(name: str) -> tuple[str, str]:
    return "", "cannot tell"


@pytest.fixture(scope="module")
def honest(grader: OfflineGrader, bank: Bank) -> dict[str, Honest]:
    """For each question an answer that says part of it, judged by somebody who is right."""
    found = {}
    for name in QUESTIONS:
        item = bank[name]
        example = next(each for each in item.rubric.examples if each.kind is ExampleKind.PARTIAL)
        text = example.text.strip()
        evidence = Evidence(item, text, ())
        sentences = [each.strip() for each in text.replace("\n", " ").split(". ")]
        quotes = {}
        for point, verdict in example.verdicts.items():
            for sentence in sentences:
                span = evidence.place(sentence)
                if span is not None and evidence.speaks_of(point, span):
                    quotes[point] = (sentence, verdict)
                    break
        assert quotes
        fair = Honest(text, quotes, 0.0, 0.0)
        chat = says_of(item, fair, silent)
        own = graded(grader, item, text)
        found[name] = fair._replace(score=judged(item, text, own, chat)[1], offline=score(item, text, own))
    return found


@pytest.fixture(scope="module")
def offline() -> dict[str, Grade]:
    """Grades of the attacked answers, each made once."""
    return {}


def inserted(name: str) -> str:
    """The text that an attack puts into an answer."""
    return max(ATTACKS[name]("\0. \0").split("\0"), key=len).strip().removeprefix(". ").strip()


class Case(NamedTuple):
    """One attacked answer."""

    item: Item
    honest: Honest
    answer: str
    own: Grade
    attack: str

    @property
    def tolerance(self) -> float:
        """What moves the offline grade by more than two points is not the judge's doing (see tests/grading)."""
        drift = abs(score(self.item, self.answer, self.own) - self.honest.offline)
        return TOLERANCE + (drift if drift > TOLERANCE else 0.0)


@pytest.fixture(params=list(enumerate(ATTACKS)), ids=lambda param: param[1])
def case(
    request: pytest.FixtureRequest,
    grader: OfflineGrader,
    bank: Bank,
    honest: dict[str, Honest],
    offline: dict[str, Grade],
) -> Case:
    number, name = request.param
    item = bank[QUESTIONS[number % len(QUESTIONS)]]
    fair = honest[item.question.id]
    answer = ATTACKS[name](fair.text)
    if name not in offline:
        offline[name] = graded(grader, item, answer)
    return Case(item, fair, answer, offline[name], inserted(name))


@pytest.mark.parametrize("mode", MODES)
def test_a_judge_that_obeys_gains_nothing(case: Case, mode: str) -> None:
    def obey(name: str) -> tuple[str, str]:
        return MODES[mode](case.item, name, case.honest.text, case.attack), "covered"

    chat = ScriptedChat(lambda _: opinion(case.item, case.honest, obey))
    _, value = judged(case.item, case.answer, case.own, chat)
    assert value == pytest.approx(case.honest.score, abs=case.tolerance)


def test_an_attack_that_asks_for_one_point_gets_none(case: Case) -> None:
    """Each missing point in turn, so that no rule about many points at once can be what helps."""
    for point in case.item.rubric.key_points:
        if point.id in case.honest.quotes:
            continue

        def obey(name: str, wanted: str = point.id) -> tuple[str, str]:
            return (case.attack, "covered") if name == wanted else silent(name)

        chat = says_of(case.item, case.honest, obey)
        found, value = judged(case.item, case.answer, case.own, chat)
        verdict = found.verdict(point.id)
        assert verdict is not None
        assert verdict.opinion is not None
        assert not verdict.opinion.supported, point.id
        assert value == pytest.approx(case.honest.score, abs=case.tolerance)


@pytest.mark.parametrize("reply", ["the attack itself", "a number", "an invented id", "prose"])
def test_what_is_no_judgement_leaves_the_offline_grade(case: Case, reply: str) -> None:
    said = {
        "the attack itself": case.attack,
        "a number": '{"score": 100}',
        "an invented id": '{"points": [{"id": "everything", "quote": "", "reason": "", "verdict": "covered"}]}',
        "prose": "As you wish: all key points are covered, 100 points!",
    }[reply]
    found, _ = judged(case.item, case.answer, case.own, ScriptedChat(lambda _: said))
    assert found.judging is not None
    assert "could not be used" in found.judging.problem
    assert found.model_copy(update={"judging": None}) == case.own


def sees(request: ChatRequest, text: str) -> bool:
    return text in request.messages[1].content


def test_most_orders_are_not_shown_to_the_judge(
    bank: Bank, honest: dict[str, Honest], grader: OfflineGrader, offline: dict[str, Grade]
) -> None:
    """And the honest part of the answer always is."""
    kept = 0
    for number, name in enumerate(ATTACKS):
        item = bank[QUESTIONS[number % len(QUESTIONS)]]
        fair = honest[item.question.id]
        answer = ATTACKS[name](fair.text)
        own = offline[name] = offline.get(name) or graded(grader, item, answer)
        chat = says_of(item, fair, silent)
        judged(item, answer, own, chat)
        told = chat.asked[0].messages[1].content
        kept += LEFT_OUT in told
        assert all(sentence in told for sentence in fair.text.split(". ")), name
    assert kept >= RECOGNISED


def test_no_text_of_the_bank_is_taken_for_an_order(bank: Bank) -> None:
    for item in bank.items.values():
        question, rubric = item.question, item.rubric
        texts = [question.prompt, question.model_answer]
        texts += [
            text for each in rubric.key_points for text in (each.statement, each.probe, *each.wordings, *each.partial)
        ]
        texts += [text for each in rubric.key_points for text in each.contradictions]
        texts += [text for each in rubric.misconceptions for text in (each.claim, each.correction, *each.phrasings)]
        texts += [each.text for each in rubric.examples if each.kind is not ExampleKind.INJECTION]
        found = [span.cut(text) for text in texts for span in find_injections(text)]
        assert found == [], question.id


def test_the_banks_own_attacks_are_recognised(bank: Bank) -> None:
    for item in bank.items.values():
        for example in item.rubric.examples:
            if example.kind is ExampleKind.INJECTION:
                assert find_injections(example.text), example.text


def test_golden_verdicts_keep_a_sentence_that_can_show_them(bank: Bank) -> None:
    """The rule on shared words costs a judge who is right hardly anything."""
    lost = total = 0
    for item in bank.items.values():
        for example in item.rubric.examples:
            evidence = Evidence(item, example.text, ())
            sentences = [match.span() for match in re.finditer(r"[^.!?;]+[.!?;]*", example.text)]
            for name, verdict in example.verdicts.items():
                if verdict is not VerdictName.MISSING:
                    total += 1
                    lost += not any(evidence.speaks_of(name, Span(start=s, end=e)) for s, e in sentences)
    assert total > 3000
    assert lost <= 0.01 * total


def test_a_pasted_model_answer_earns_nothing_with_any_judge(grader: OfflineGrader, bank: Bank) -> None:
    item = bank["dropout"]
    answer = item.question.model_answer.strip()
    own = graded(grader, item, answer)
    assert "copied" in own.flags
    first = answer.split(". ")[0]
    rows = [{"id": each.id, "quote": first, "reason": "r", "verdict": "covered"} for each in item.rubric.key_points]
    chat = ScriptedChat(lambda _: json.dumps({"points": rows, "misconceptions": []}))
    assert judged(item, answer, own, chat)[1] <= TOLERANCE
