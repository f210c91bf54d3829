"""The claims an answer is held against, embedded once: a rubric's points and misconceptions, or bare references."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from interviewer.core.bank.content import Item
from interviewer.core.english import content_stems
from interviewer.core.grade.grade import FIX_PREFIX
from interviewer.core.ports import Encoder, Reader, Reading
from interviewer.grading.features import ClaimReadings, ClaimTexts, WordWeights
from interviewer.grading.guards import shingles, told_runs
from interviewer.grading.recall import RecallTable, load_piece_weights

if TYPE_CHECKING:
    import numpy

_MOST_BYTES = 520_000_000
"""Of rubrics and references that are kept: a batch may go through all questions in any order, and reading a rubric
takes as long as grading an answer. The 129 of the built-in bank take some 460 MB with their token states in half
precision, which costs a cosine 1e-4 at most."""

Wordings = tuple[str, tuple[str, ...], tuple[str, ...]]
"""Name of a claim, wordings of it, wordings of its opposite."""


class Claims(NamedTuple):
    """All claims of one rubric or reference."""

    texts: dict[str, ClaimTexts]
    """By the names of points and, under `fix:<id>`, of misconceptions."""
    readings: dict[str, ClaimReadings]
    """The same texts read token by token; empty without a reader."""
    recall: RecallTable | None
    """All of them and the question; None without a reader."""
    asked: set[str]
    """Stems of the question."""
    asked_pieces: frozenset[str]
    weights: WordWeights
    subject: numpy.ndarray | None
    """Unit vectors of all wordings and of the question; None for a bare reference, from which a right answer may
    be far."""
    whole: numpy.ndarray | None = None
    """Unit vector of a whole bare reference; None for a rubric."""
    known: frozenset[tuple[str, ...]] = frozenset()
    """Runs of words by which a pasted rubric or model answer is recognised; empty for a bare reference."""
    told: tuple[frozenset[tuple[str, ...]], ...] = ()
    """The same of hints and probes, sentence by sentence."""
    standing: Mapping[str, tuple[float, float]] = MappingProxyType({})
    """What each point is to its rubric, see `signals.STANDING`; empty for a bare reference."""
    alternatives: tuple[Reading, ...] = ()
    """The whole bare reference, or each of its alternatives, read token by token."""

    @property
    def size(self) -> int:
        """Bytes of its arrays, about."""
        tables = [table for each in self.texts.values() for table in (each.support_vectors, each.oppose_vectors)]
        read = [] if self.recall is None else [self.recall.states]
        arrays = [*tables, *read, *(each.plain for each in self.alternatives)]
        return 4096 + sum(each.nbytes for each in arrays)

    def statements(self, *, besides: str) -> numpy.ndarray | None:
        """Unit vectors of what the other points state, shape (n, dimension).

        None where there are none, and for a misconception: what puts it right is what some point states.
        """
        import numpy as np

        if besides.startswith(FIX_PREFIX):
            return None

        own = [
            each.support_vectors[0]
            for name, each in self.texts.items()
            if name != besides and not name.startswith(FIX_PREFIX)
        ]
        return np.stack(own) if own else None

    def turned(self, name: str) -> tuple[ClaimTexts, ClaimReadings | None]:
        """A claim with its opposite in its place."""
        read = self.readings.get(name)
        return self.texts[name].turned(), None if read is None else read.turned()


class ClaimStore:
    """Builds claims and keeps the most recent ones; may be asked from several threads.

    Args:
        encoder: for the wordings, when there is no reader.
        reader: token states; None for an encoder that has none.
    """

    def __init__(self, encoder: Encoder, reader: Reader | None) -> None:
        self._encoder = encoder
        self._reader = reader
        self._kept: OrderedDict[str, Claims] = OrderedDict()
        self._bytes = 0
        self._building = threading.Lock()

    def of(self, item: Item) -> Claims:
        """The points and misconceptions of a rubric."""
        with self._building:
            return self._of(item)

    def _of(self, item: Item) -> Claims:
        key = f"{item.question.id} {item.rubric_hash}"
        kept = self._get(key)
        if kept is not None:
            return kept
        claims = self._put(key, _rubric_wordings(item), item.question.prompt)
        # Of the rubric only what reports show can have been pasted; phrasings are never shown.
        known = shingles([item.question.model_answer, *(point.statement for point in item.rubric.key_points)])
        told = told_runs(
            [*(hint.text for hint in item.question.hints), *(each.probe for each in item.rubric.key_points)]
        )
        self._kept[key] = claims = claims._replace(known=known, told=told, standing=_standing(item))
        return claims

    def bare(self, question: str, points: Sequence[tuple[str, ...]]) -> Claims:
        """Reference texts as claims `point-0`, `point-1`, ...: for each point its alternative wordings."""
        key = "\0".join((question, *("\1".join(point) for point in points)))
        wordings: list[Wordings] = [(f"point-{number}", tuple(point), ()) for number, point in enumerate(points)]
        with self._building:
            return self._get(key) or self._put(key, wordings, question, reference_text(points))

    def _get(self, key: str) -> Claims | None:
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def _put(self, key: str, wordings: Sequence[Wordings], prompt: str, whole: str | None = None) -> Claims:
        claims = self._build(wordings, prompt)
        if whole is not None:
            claims = self._with_whole(claims, whole)
        self._kept[key] = claims
        self._bytes += claims.size
        while self._bytes > _MOST_BYTES and len(self._kept) > 1:
            self._bytes -= self._kept.popitem(last=False)[1].size
        return claims

    def _with_whole(self, claims: Claims, text: str) -> Claims:
        """A bare reference also as one text."""
        if self._reader is None:
            return claims._replace(whole=self._encoder.encode([text])[0], subject=None)
        (read,) = self._reader.read([text], cut=False)
        first, *others = claims.readings.values()
        alternatives = (read,) if others else first.supporting
        return claims._replace(whole=read.vector, alternatives=alternatives, subject=None)

    def _build(self, wordings: Sequence[Wordings], prompt: str) -> Claims:
        import numpy as np

        # A misconception's truth repeats the wordings of its key point; each text is read once.
        texts = [text for _, supporting, opposing in wordings for text in (*supporting, *opposing)]
        rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        read: list[Reading] = []
        table: RecallTable | None = None
        asked_pieces: frozenset[str] = frozenset()
        if self._reader is not None:
            read = self._reader.read([*rows, prompt])
            asked_pieces = frozenset(read[-1].pieces)
            table = RecallTable.of(read, load_piece_weights(), asked_pieces)
            read = table.views(read)
            vectors = np.stack([each.vector for each in read])
        else:
            vectors = self._encoder.encode([*rows, prompt])
        found: dict[str, ClaimTexts] = {}
        readings: dict[str, ClaimReadings] = {}
        for name, supporting, opposing in wordings:
            own, against = [rows[text] for text in supporting], [rows[text] for text in opposing]
            found[name] = ClaimTexts(supporting, opposing, vectors[own], vectors[against])
            if read:
                readings[name] = ClaimReadings(
                    tuple(read[i] for i in own), tuple(read[i] for i in against), tuple(own), tuple(against)
                )
        return Claims(found, readings, table, set(content_stems(prompt)), asked_pieces, WordWeights(texts), vectors)


def reference_text(points: Sequence[tuple[str, ...]]) -> str:
    """A bare reference as one text: of each point its first wording."""
    return " ".join(point[0] for point in points)


def _standing(item: Item) -> dict[str, tuple[float, float]]:
    """Whether each point is core at the question's own level, and the logarithm of its relative weight."""
    points = item.rubric.key_points
    mean = sum(point.weight for point in points) / len(points)
    level = item.question.level
    return {point.id: (float(point.is_core(level)), math.log(point.weight / mean)) for point in points}


def _rubric_wordings(item: Item) -> list[Wordings]:
    rubric = item.rubric
    wordings: list[Wordings] = [
        (point.id, (point.statement, *point.wordings), point.contradictions) for point in rubric.key_points
    ]
    for each in rubric.misconceptions:
        truth: tuple[str, ...] = (each.correction,)
        if each.key_point is not None:
            point = rubric.point(each.key_point)
            truth = (each.correction, point.statement, *point.wordings)
        wordings.append((FIX_PREFIX + each.id, (each.claim, *each.phrasings), truth))
    return wordings
