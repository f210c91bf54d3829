"""What the entailment channel says of an answer's spans and the claims' wordings, all pairs in one go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from interviewer.grading.answer_reading import AnswerReading

if TYPE_CHECKING:
    import numpy

    from interviewer.core.ports import Reader, Reading


class ClaimReadings(NamedTuple):
    """A claim's wordings, read token by token, in the order of its texts."""

    supporting: tuple[Reading, ...]
    opposing: tuple[Reading, ...]


class Entailed(NamedTuple):
    """What was found for one claim."""

    numbers: tuple[float, ...]
    """The entailment signals, `covers_net` and `opposed_net`, as `signals.py` describes them."""
    span: int
    """Index of the span that covers best."""
    opposed_span: int
    """Index of the span that speaks most for a contradiction."""
    wording: int
    """Index of the wording that `span` covers best."""
    covering: dict[int, float]
    """Span -> the best P(covered)."""


def compare_spans(
    claims: Sequence[ClaimReadings], chosen: Sequence[Sequence[int]], answer: AnswerReading, reader: Reader
) -> list[Entailed | None]:
    """Compare the chosen spans of an answer with all wordings of each claim.

    Args:
        claims: wordings.
        chosen: for each claim the open spans to compare it with.
        answer: what was said.
        reader: judges pairs; few full batches are faster than many small ones.

    Returns:
        For each claim what was found; None when no span was chosen.
    """
    said: list[Reading] = []
    wanted: list[Reading] = []
    for claim, spans in zip(claims, chosen, strict=True):
        wordings = (*claim.supporting, *claim.opposing)
        for i in spans:
            reading = answer.read[i]
            assert reading is not None  # only open spans are compared
            said += [reading] * len(wordings)
            wanted += wordings
    found = reader.entail(said, wanted) if said else None
    told: list[Entailed | None] = []
    row = 0
    for claim, spans in zip(claims, chosen, strict=True):
        if not spans or found is None:
            told.append(None)
            continue
        size = len(claim.supporting) + len(claim.opposing)
        table = found[row : row + len(spans) * size].reshape(len(spans), size, 3)
        row += len(spans) * size
        told.append(_read_table(table, len(claim.supporting), spans, [answer.spans[i].refuted for i in spans]))
    return told


def _read_table(table: numpy.ndarray, truths: int, chosen: Sequence[int], refuted: Sequence[bool]) -> Entailed:
    """Probabilities of covered, missing and contradicted, shape (spans, wordings, 3), the true wordings first."""
    import numpy as np

    called_wrong = np.array(refuted)[:, None]
    # A span the speaker calls wrong neither earns the claim nor asserts its opposite.
    covers = np.where(called_wrong, table[:, :truths, 0] * 0.5, table[:, :truths, 0])
    contradicts = np.where(called_wrong, table[:, :truths, 2] * 0.5, table[:, :truths, 2])
    if table.shape[1] > truths:
        opposite = np.where(called_wrong, 0.0, table[:, truths:, 0])
        against = table[:, truths:, 2]
    else:
        opposite = against = np.zeros((len(chosen), 1))
    best = covers.max(1)
    at = int(best.argmax())
    net = best - contradicts.max(1)
    opposed = np.maximum(opposite.max(1), contradicts.max(1)) - best
    worst = int(opposed.argmax())
    numbers = (
        float(best[at]),
        float(covers.max(0).mean()),
        float(covers[:, 0].max()),
        float(contradicts.max()),
        float(contradicts[at].max()),
        float(opposite.max()),
        float(against.max()),
        float(net.max()),
        float(opposed[worst]),
    )
    covering = {i: float(value) for i, value in zip(chosen, best, strict=True)}
    return Entailed(numbers, chosen[at], chosen[worst], int(covers[at].argmax()), covering)
