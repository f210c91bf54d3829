"""Natural answers as data: whether there are enough of every sort, whether they leaked, and how two readers agree.

The labels are the project's own careful reading, not an exam graded by outsiders; what makes them worth anything is
that readers had not seen the wordings, and that a second one labelled some of them blind.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from interviewer.core.bank.content import Item
from interviewer.core.bank.finding import Finding
from interviewer.core.bank.kinds import NaturalKind, Standard
from interviewer.core.bank.natural import NaturalAnswer
from interviewer.core.bank.pack_files import PackReading, natural_file
from interviewer.core.english import sentences, tokens
from interviewer.core.ports import Engine

LEAST = 8
"""Natural answers a question."""
_WORDS = range(3, 251)
_COPIED = 0.96
"""A wording and a sentence of a natural answer of its question above this (cosine): one comes from the other."""
_COPIED_WORDS = 5
"""Shorter ones agree by chance."""
MOST_LENGTH = 0.2
"""|r| of score and length over a bank, from which on length gives quality away."""

Natural = Mapping[str, Sequence[NaturalAnswer]]
"""By question id."""


class NaturalTally(NamedTuple):
    """The natural answers of a pack in numbers."""

    kinds: dict[str, int]
    """Answers by kind, all kinds present."""
    writers: int
    verdicts: int
    twice: int
    """Answers that a second reader labelled."""
    kappa: float
    """Cohen's kappa of the two readers over all key points of those; nan without any."""
    score_r: float
    score_gap: float
    """Of the two readers' scores: Pearson's r, and the mean difference in points."""
    length_r: float
    """Pearson's r of score and number of words."""

    @property
    def answers(self) -> int:
        """All of them."""
        return sum(self.kinds.values())

    def as_dict(self) -> dict[str, Any]:
        """For JSON; what is not known is None."""
        return {
            "answers": self.answers,
            **{
                name: None if isinstance(value, float) and math.isnan(value) else value
                for name, value in self._asdict().items()
            },
        }


def tally_natural(natural: Natural) -> NaturalTally:
    """Count, and measure how well the readers agree."""
    import numpy as np

    from interviewer.audit.agreement import cohen_kappa, pearson

    answers = [answer for own in natural.values() for answer in own]
    kinds = Counter(answer.kind for answer in answers)
    twice = [(answer, answer.second) for answer in answers if answer.second is not None]
    first = [str(answer.verdicts[name]) for answer, second in twice for name in second.verdicts]
    other = [str(verdict) for _, second in twice for verdict in second.verdicts.values()]
    scores = np.array([[answer.score, second.score] for answer, second in twice]).reshape(-1, 2)
    lengths = np.array([[answer.score, len(answer.text.split())] for answer in answers]).reshape(-1, 2)
    return NaturalTally(
        kinds={str(kind): kinds[kind] for kind in NaturalKind},
        writers=len({answer.writer for answer in answers}),
        verdicts=sum(len(answer.verdicts) for answer in answers),
        twice=len(twice),
        kappa=cohen_kappa(first, other),
        score_r=pearson(scores[:, 0], scores[:, 1]),
        score_gap=float(np.abs(scores[:, 0] - scores[:, 1]).mean()) if twice else math.nan,
        length_r=pearson(lengths[:, 0], lengths[:, 1]),
    )


def natural_findings(reading: PackReading, natural: Natural) -> list[Finding]:
    """Too few answers, and answers too short or too long; only of full rubrics of the second edition."""
    findings = []
    for name, item in reading.items.items():
        path = natural_file(reading.sources[name][1])
        for line, message in _problems(item, natural.get(name, ())):
            findings.append(Finding(path if path.is_file() else reading.sources[name][1], line, "", message))
    return findings


def _problems(item: Item, answers: Sequence[NaturalAnswer]) -> Iterator[tuple[int, str]]:
    if item.rubric.edition == 1 or item.rubric.standard is not Standard.FULL:
        return
    if len(answers) < LEAST:
        yield 0, f"has {len(answers)} natural answers; {LEAST} are wanted"
    for line, answer in enumerate(answers, start=1):
        words = len(answer.text.split())
        if words not in _WORDS:
            yield line, f"has {words} words; {_WORDS.start} to {_WORDS.stop - 1} are wanted"


def copied_findings(
    reading: PackReading, item: Item, answers: Sequence[NaturalAnswer], engine: Engine
) -> list[Finding]:
    """Wordings that stand in a natural answer of their question, or the other way round."""
    said = [
        (line, answer.text[start:end])
        for line, answer in enumerate(answers, start=1)
        for start, end in sentences(answer.text)
        if len(tokens(answer.text[start:end])) >= _COPIED_WORDS
    ]
    wordings = [
        (f"key_points[{number}].{field}", text)
        for number, point in enumerate(item.rubric.key_points)
        for field, text in point.placed_wordings()
        if len(tokens(text)) >= _COPIED_WORDS
    ]
    nearest = engine.nearest_texts([text for _, text in wordings], [text for _, text in said]).result(timeout=300)
    path = reading.sources[item.question.id][1]
    return [
        Finding(
            path, 0, field, f"is said in line {said[place][0]} of the natural answers (cosine {cosine:.2f})", "warning"
        )
        for (field, _), (place, cosine) in zip(wordings, nearest, strict=False)
        if cosine > _COPIED
    ]


def length_findings(reading: PackReading, tally: NaturalTally) -> list[Finding]:
    """Whether the length of an answer gives its quality away."""
    if math.isnan(tally.length_r) or tally.answers < 10 * LEAST or abs(tally.length_r) < MOST_LENGTH:
        return []
    message = f"score and length of the natural answers go together, r = {tally.length_r:.2f}"
    return [Finding(reading.root / "rubrics", 0, "", message, "warning")]
