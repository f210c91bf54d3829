"""A pack tests itself: its golden examples are graded and must come out in the right order."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import TYPE_CHECKING

from interviewer.bank import Finding, PackReading, read_known_hard
from interviewer.core.content import ExampleKind, Item
from interviewer.core.grade import Grade, GradeRequest
from interviewer.core.scoring import score_question
from interviewer.core.session import Outcome, Turn, TurnKind

if TYPE_CHECKING:
    from interviewer.worker.client import WorkerEngine

__all__ = ["check_golden", "generated_answers", "golden_score"]

_MOST_EXCUSED = 0.15
"""Share of questions whose golden order the present grader may still break."""
_SLACK = 2.0
"""Points by which an order may be violated before it counts."""
_WORTHLESS = (ExampleKind.SOUP, ExampleKind.OFF_TOPIC, ExampleKind.INJECTION)
_GOOD = (ExampleKind.STRONG, ExampleKind.PARAPHRASE)


def check_golden(reading: PackReading, engine: WorkerEngine, *, quiet: bool = False) -> list[Finding]:
    """Grade all golden and generated answers; returns one finding for each violated order.

    A question listed in `known_hard.yaml` is excused, and reported once it no longer needs to be.
    """
    from rich.console import Console
    from rich.progress import track

    excused, findings = read_known_hard(reading.root)
    list_file = reading.root / "rubrics" / "known_hard.yaml"
    for question_id in excused.keys() - reading.items.keys():
        findings.append(Finding(list_file, 0, question_id, "is no question of this pack"))
    if len(excused) > _MOST_EXCUSED * len(reading.items):
        findings.append(Finding(list_file, 0, "", f"lists more than {_MOST_EXCUSED:.0%} of the questions"))
    console = Console(stderr=True)
    hidden = quiet or not console.is_terminal
    for item in track(list(reading.items.values()), "Grading examples", console=console, disable=hidden):
        path = reading.sources[item.question.id][1]
        violations = list(_violations(_scores(item, engine)))
        if item.question.id not in excused:
            findings += [Finding(path, 0, "examples", message) for message in violations]
        elif not violations:
            findings.append(Finding(list_file, 0, item.question.id, "passes now; take it off the list"))
    return findings


def generated_answers(item: Item) -> dict[str, str]:
    """Answers that every question must give nothing for: an echo, noise, and shuffled keywords."""
    rng = random.Random(item.question.id)
    letters = "bcdfghjklmnpqrstvwxz"
    noise = " ".join("".join(rng.choices(letters, k=rng.randint(3, 9))) for _ in range(60))
    words = [word for point in item.rubric.key_points for word in point.statement.split() if len(word) > 3]
    rng.shuffle(words)
    return {"echo": item.question.prompt, "noise": noise, "shuffled": " ".join(words[:60])}


def golden_score(item: Item, grade: Grade, text: str) -> float:
    """The score of one answer at the question's own level, 0 to 100."""
    turn = Turn(
        id=0,
        question_id=item.question.id,
        kind=TurnKind.QUESTION,
        prompt=item.question.prompt,
        started=0.0,
        outcome=Outcome.ANSWERED,
        answer=text,
        result=grade,
    )
    return score_question(item, item.question.level, [turn]).value or 0.0


def _scores(item: Item, engine: WorkerEngine) -> dict[str, list[float]]:
    texts: list[tuple[str, str]] = [(str(example.kind), example.text) for example in item.rubric.examples]
    texts += list(generated_answers(item).items())
    requests = [(kind, text, GradeRequest(question_id=item.question.id, answer=text)) for kind, text in texts]
    futures = [(kind, text, engine.grade(request, item)) for kind, text, request in requests]
    scores: dict[str, list[float]] = {}
    for kind, text, future in futures:
        result = future.result(timeout=300)
        value = golden_score(item, result, text) if isinstance(result, Grade) else 0.0
        scores.setdefault(kind, []).append(value)
    return scores


def _violations(scores: dict[str, list[float]]) -> Iterator[str]:
    def each(*kinds: str) -> list[tuple[str, float]]:
        return [(kind, value) for kind in kinds for value in scores.get(kind, [])]

    strong = each(*_GOOD)
    partial = each(ExampleKind.PARTIAL)
    nothing = each(*_WORTHLESS, "echo", "noise", "shuffled")
    for higher, lower in ((strong, partial), (partial, nothing), (strong, nothing)):
        for name, value in higher:
            for other, below in lower:
                if value + _SLACK < below:
                    yield f"the {name} answer scores {value:.0f}, below the {other} answer with {below:.0f}"
    for name, value in each(ExampleKind.FLUENT_WRONG, ExampleKind.NEGATED):
        for good, above in strong:
            if above + _SLACK < value:
                yield f"the {name} answer scores {value:.0f}, above the {good} answer with {above:.0f}"
