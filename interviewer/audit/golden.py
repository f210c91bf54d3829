"""A pack tests itself: its golden examples are graded and must come out in the right order.

So are its natural answers and, with the guard against it off, its last hint said back. What they show hangs on the
grader of the day, and so it is noted and fails nothing.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from typing import NamedTuple

from interviewer.audit.golden_cache import KeptGrade, KeptGrades
from interviewer.core.bank.content import Item
from interviewer.core.bank.finding import Finding, Severity
from interviewer.core.bank.kinds import ExampleKind, VerdictName
from interviewer.core.bank.natural import NaturalAnswer
from interviewer.core.bank.pack_files import PackReading, natural_file
from interviewer.core.grade.grade import Grade, GradeRequest, GradeResult
from interviewer.core.interview.summary import summarise_answer
from interviewer.core.ports import Engine
from interviewer.errors import EncoderError

MOST_EXCUSED = 0.05
"""Share of questions whose golden order the present grader may still break."""
_SLACK = 2.0
"""Points by which an order may be violated before it counts."""
_GENERATED = ("echo", "noise", "shuffled")
_WORTHLESS = (ExampleKind.SOUP, ExampleKind.OFF_TOPIC, ExampleKind.INJECTION, *_GENERATED)
_GOOD = (ExampleKind.STRONG, ExampleKind.PARAPHRASE)
HINT, NATURAL = "hint", "natural"
"""Kinds of graded texts beside the examples and what `generated_answers` makes."""
MOST_HINTED = 2
"""Key points that the last hint, said back, may cover."""
_CLEARLY = 30.0
"""Points by which the readers' scores of two natural answers must differ for their order to count."""


class GoldenGrade(NamedTuple):
    """One golden or generated answer and what it got."""

    kind: str
    example: int | None
    """Its place among the rubric's examples, or among the natural answers; None for a generated one."""
    graded: KeptGrade


def grade_golden(
    item: Item, engine: Engine, kept: KeptGrades, natural: Sequence[NaturalAnswer] = ()
) -> list[GoldenGrade]:
    """Grade all golden, natural and generated answers of one question, those not kept from before by the worker."""
    answers: list[tuple[str, int | None, str]] = [
        (str(example.kind), number, example.text) for number, example in enumerate(item.rubric.examples)
    ]
    answers += [(kind, None, text) for kind, text in generated_answers(item).items()]
    answers += [(NATURAL, number, answer.text) for number, answer in enumerate(natural)]
    found = _grade(item, engine, kept, answers)
    if item.rubric.edition > 1 and item.question.hints:
        found += _grade(_without_hints(item), engine, kept, [(HINT, None, item.question.hints[-1].text)])
    return found


def _grade(
    item: Item, engine: Engine, kept: KeptGrades, answers: Sequence[tuple[str, int | None, str]]
) -> list[GoldenGrade]:
    open_ones: dict[str, Future[GradeResult]] = {}
    for _, _, text in answers:
        if kept.get(item, text) is None:
            open_ones[text] = engine.grade(GradeRequest(question_id=item.question.id, answer=text), item)
    for text, future in open_ones.items():
        kept.put(item, text, _graded(item, future.result(timeout=300), text))
    found = [(kind, number, kept.get(item, text)) for kind, number, text in answers]
    return [GoldenGrade(kind, number, graded) for kind, number, graded in found if graded is not None]


def _without_hints(item: Item) -> Item:
    """The question as a grader sees it that knows of no hints; under a hash of its own, by which graders remember."""
    hints = tuple(hint.model_copy(update={"text": "Think."}) for hint in item.question.hints)
    question = item.question.model_copy(update={"hints": hints})
    return item.model_copy(update={"question": question, "rubric_hash": f"{item.rubric_hash[:12]}hint"})


def generated_answers(item: Item) -> dict[str, str]:
    """Answers that every question must give nothing for: an echo, noise, and shuffled keywords."""
    rng = random.Random(item.question.title)
    letters = "bcdfghjklmnpqrstvwxz"
    noise = " ".join("".join(rng.choices(letters, k=rng.randint(3, 9))) for _ in range(60))
    words = [word for point in item.rubric.key_points for word in point.statement.split() if len(word) > 3]
    rng.shuffle(words)
    return {"echo": item.question.prompt, "noise": noise, "shuffled": " ".join(words[:60])}


def golden_score(item: Item, grade: Grade, text: str) -> float:
    """The score of one answer at the question's own level, 0 to 100."""
    return summarise_answer(item, item.question.level, text, grade).score.value or 0.0


def grader_name(item: Item, engine: Engine) -> str:
    """Who gives the golden grades, for the quality card: what stands in the passport of a grade.

    Raises:
        EncoderError: none could be made.
    """
    request = GradeRequest(question_id=item.question.id, answer=item.question.prompt)
    result = engine.grade(request, item).result(timeout=300)
    if not isinstance(result, Grade):
        raise EncoderError(f"The grader could not be asked for its name: {result.reason}.")
    return f"{result.passport.name} {result.passport.version} with {result.passport.encoder}"


def order_findings(
    reading: PackReading, golden: Mapping[str, Sequence[GoldenGrade]], excused: Mapping[str, str]
) -> list[Finding]:
    """One finding for each violated order.

    Args:
        reading: the pack.
        golden: grades by question id.
        excused: what `known_hard.yaml` lists; a question there may break the order for as long as it does.
    """
    findings: list[Finding] = []
    list_file = reading.root / "rubrics" / "known_hard.yaml"
    for question_id in excused.keys() - reading.items.keys():
        findings.append(Finding(list_file, 0, question_id, "is no question of this pack"))
    if len(excused) > MOST_EXCUSED * len(reading.items):
        findings.append(Finding(list_file, 0, "", f"lists more than {MOST_EXCUSED:.0%} of the questions"))
    for question_id, grades in golden.items():
        path = reading.sources[question_id][1]
        violations = list(_violations(grades))
        # Of the second edition's rubrics the order is listed only, until the grader is fitted to natural answers.
        severity: Severity = "note" if reading.items[question_id].rubric.edition > 1 else "error"
        if question_id not in excused:
            findings += [Finding(path, 0, field, message, severity) for field, message in violations]
        elif not violations:
            findings.append(Finding(list_file, 0, question_id, "passes now; take it off the list"))
    return findings


def hint_findings(reading: PackReading, golden: Mapping[str, Sequence[GoldenGrade]]) -> list[Finding]:
    """Questions whose last hint, said back, covers more than `MOST_HINTED` key points."""
    found = []
    for question_id, grades in golden.items():
        hints = reading.items[question_id].question.hints
        for grade in grades:
            covered = [name for name, verdict in grade.graded.verdicts.items() if verdict == VerdictName.COVERED]
            if grade.kind == HINT and len(covered) > MOST_HINTED:
                message = f"said back, it covers {len(covered)} key points ({', '.join(covered)})"
                field = f"hints[{len(hints) - 1}].text"
                found.append(Finding(reading.sources[question_id][0], 0, field, message, "note"))
    return found


def natural_order_findings(
    reading: PackReading,
    golden: Mapping[str, Sequence[GoldenGrade]],
    natural: Mapping[str, Sequence[NaturalAnswer]],
) -> list[Finding]:
    """Questions with natural answers that readers tell apart clearly and the grader wrongly, by their worst pair."""
    found = []
    for question_id, grades in golden.items():
        own = [
            (grade.example, natural[question_id][grade.example], grade.graded.score or 0.0)
            for grade in grades
            if grade.kind == NATURAL and grade.example is not None
        ]
        wrong = [
            (low - high, number, better, high, other, worse, low)
            for number, better, high in own
            for other, worse, low in own
            if better.score - worse.score >= _CLEARLY and high + _SLACK < low
        ]
        if wrong:
            _, number, better, high, other, worse, low = max(wrong, key=lambda each: each[0])
            message = (
                f"scores {high:.0f}, below the {worse.kind} answer of line {other + 1} with {low:.0f}; readers gave "
            )
            message += f"{better.score:.0f} and {worse.score:.0f}; so it is with {len(wrong)} pairs"
            path = natural_file(reading.sources[question_id][1])
            found.append(Finding(path, number + 1, str(better.kind), message, "note"))
    return found


def _graded(item: Item, result: GradeResult, text: str) -> KeptGrade:
    if not isinstance(result, Grade):
        return KeptGrade(None, {}, ())
    verdicts = {verdict.point_id: str(verdict.verdict) for verdict in result.verdicts}
    held = tuple(each.misconception_id for each in result.misconceptions)
    return KeptGrade(golden_score(item, result, text), verdicts, held)


def _violations(grades: Sequence[GoldenGrade]) -> Iterator[tuple[str, str]]:
    """(field, message) of each pair in the wrong order."""

    def each(*kinds: str) -> list[tuple[GoldenGrade, float]]:
        return [(grade, grade.graded.score or 0.0) for grade in grades if grade.kind in kinds]

    strong, partial, nothing = each(*_GOOD), each(ExampleKind.PARTIAL), each(*_WORTHLESS)
    for higher, lower in ((strong, partial), (partial, nothing), (strong, nothing)):
        for grade, value in higher:
            for other, below in lower:
                if value + _SLACK < below:
                    message = f"the {grade.kind} answer scores {value:.0f}, below the {other.kind} answer with"
                    yield f"examples[{grade.example}]", f"{message} {below:.0f}"
    for grade, value in each(ExampleKind.FLUENT_WRONG, ExampleKind.NEGATED):
        for good, above in strong:
            if above + _SLACK < value:
                message = f"the {grade.kind} answer scores {value:.0f}, above the {good.kind} answer with {above:.0f}"
                yield f"examples[{grade.example}]", message
