"""The stage on which the pictures are taken: a pack of two questions, a clock that stands still, ids that count up.

With it a picture changes when the interface does, and not with the bank, the date or the machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from interviewer.core.bank.content import Item
from interviewer.core.bank.question import Question
from interviewer.core.bank.rubric import Rubric
from interviewer.core.grade.grade import GradeRequest, GradeResult, HeldMisconception, Span
from interviewer.services import Services, build_services
from interviewer.sessions import store
from tests.support.builders import make_grade, make_verdict
from tests.support.packs import write_pack
from tests.support.scripted import ScriptedEngine

NOON = 1_773_489_600.0
"""14 March 2026, 12:00 UTC."""
ANSWER = (
    "Dividing by T rescales the gaps between logits, so a small T sharpens the distribution. At T = 0 it is uniform. "
    "I would pick T on held-out data, x[0] and [/b] stay as typed."
)
SHARPENS = "a small T sharpens the distribution"
UNIFORM = "At T = 0 it is uniform"
HELD_OUT = "I would pick T on held-out data"

_PROMPT = r"""A decoder samples its next token like this:

```python
p = softmax(z[t] / T)
```

With $p_i = \frac{e^{z_i / T}}{\sum_j e^{z_j / T}}$, what does $T$ do to the distribution, and what happens
as $T \to 0$?
"""


def _item(question: dict[str, object], points: list[tuple[str, str, float, str]], wrong: dict[str, str]) -> Item:
    common = {"topic": "foundations", "kind": "concept", "minutes": 5}
    rubric = {
        "id": question["id"],
        "key_points": [
            {
                "id": name,
                "statement": statement,
                "weight": weight,
                "expected_at": level,
                "phrasings": ["one way", "another way", "a third way"],
                "contradictions": ["not so", "the opposite"],
                "probe": f"And what about this: {statement[0].lower()}{statement[1:].rstrip('.')}?",
            }
            for name, statement, weight, level in points
        ],
        "misconceptions": [{**wrong, "phrasings": [wrong["claim"]], "penalty": 10, "key_point": points[0][0]}],
    }
    return Item(
        question=Question.model_validate({**common, **question}),
        rubric=Rubric.model_validate(rubric),
        rubric_hash="0" * 16,
    )


TEMPERATURE = _item(
    {
        "id": "softmax-temperature",
        "level": "mid",
        "title": "Sampling with a temperature",
        "prompt": _PROMPT,
        "alternatives": ["What does the temperature of a softmax do?", "Explain sampling with a temperature."],
        "hints": [
            {"text": "What happens to the gaps between logits?", "price": 3},
            {"text": "Compare T = 1 with T = 0.1 on the logits 2 and 1.", "price": 6},
        ],
        "model_answer": (
            "Dividing by $T$ scales every gap between logits by $1/T$. A small $T$ sharpens the distribution, a large "
            "one flattens it.\n\n- As $T \\to 0$ all mass goes to the largest logit.\n- It is tuned on held-out data."
        ),
        "references": [
            {
                "title": "Distilling the Knowledge in a Neural Network",
                "authors": "Hinton, Vinyals, Dean",
                "year": 2015,
                "venue": "arXiv:1503.02531",
                "supports": "the softmax with a temperature",
            }
        ],
    },
    [
        ("sharpens", "A small temperature sharpens the distribution, a large one flattens it.", 3, "junior"),
        ("greedy", "As T goes to zero, sampling becomes greedy: all mass on the largest logit.", 2, "junior"),
        ("tuned", "The temperature is tuned on held-out data for the use at hand.", 1, "mid"),
        ("calibration", "One temperature fitted after training is also a way to calibrate a classifier.", 1, "senior"),
    ],
    {
        "id": "zero-is-uniform",
        "claim": "At T = 0 the distribution is uniform.",
        "correction": "It is uniform as T grows without bound; at T = 0 all mass is on the largest logit.",
        "challenge": "Take two logits, 2 and 1, and let T shrink. What do you see?",
    },
)
DECAY = _item(
    {
        "id": "weight-decay",
        "level": "mid",
        "title": "Weight decay and Adam",
        "prompt": "Why is weight decay with Adam not the same as an L2 penalty?",
        "alternatives": ["What does AdamW change, and why?", "L2 penalty or decoupled decay with Adam?"],
        "hints": [
            {"text": "Where does the penalty's gradient go?", "price": 3},
            {"text": "Second moment.", "price": 6},
        ],
        "model_answer": "The gradient of the penalty is divided by the second moment too; decoupled decay is not.",
    },
    [
        ("rescaled", "Adam divides the gradient of an L2 penalty by the second moment.", 3, "junior"),
        ("decoupled", "AdamW shrinks the weights apart from the gradient step.", 2, "junior"),
        ("sgd", "For plain SGD the two are the same up to a factor of the learning rate.", 1, "mid"),
        ("tuning", "Decoupled decay can be tuned apart from the learning rate.", 1, "senior"),
    ],
    {
        "id": "same-thing",
        "claim": "They are the same for every optimiser.",
        "correction": "They are the same for plain SGD only.",
        "challenge": "And for an optimiser that rescales each coordinate?",
    },
)


def finds(request: GradeRequest, item: Item | None) -> GradeResult:
    """One point covered, one contradicted by a held misconception, one in part; where the words are not, missing."""
    assert item is not None
    found = {"sharpens": (SHARPENS, "covered"), "greedy": (UNIFORM, "contradicted"), "tuned": (HELD_OUT, "partial")}
    verdicts = []
    for name in request.point_ids or [point.id for point in item.rubric.key_points]:
        words, verdict = found.get(name, ("", "missing"))
        start = request.answer.find(words) if words else -1
        evidence = None if start < 0 else Span(start=start, end=start + len(words))
        plain = make_verdict(name, verdict if evidence else "missing")
        verdicts.append(plain.model_copy(update={"evidence": evidence}))
    start = request.answer.find(UNIFORM)
    misconceptions: tuple[HeldMisconception, ...] = ()
    if start >= 0 and item.question.id == TEMPERATURE.question.id:
        span = Span(start=start, end=start + len(UNIFORM))
        misconceptions = (HeldMisconception(misconception_id="zero-is-uniform", probability=0.97, evidence=span),)
    return make_grade({}).model_copy(update={"verdicts": tuple(verdicts), "misconceptions": misconceptions})


def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, engine: ScriptedEngine) -> Iterator[Services]:
    """Services of that pack, at noon, without motion."""
    monkeypatch.setenv("MOCKDL_REDUCED_MOTION", "true")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    numbers: Iterator[int] = count(1)
    name: Callable[[float], str] = lambda now: f"20260314-1200-{next(numbers):04x}"  # noqa: E731
    monkeypatch.setattr(store, "_session_id", name)
    built = build_services(alone=write_pack(tmp_path / "pack", TEMPERATURE, DECAY), engine=engine)
    built.sessions.clock = lambda: NOON
    yield built
    built.close()
    monkeypatch.delenv("TZ")
    time.tzset()
