"""The offline grader's own reading of one sentence of an answer: whether it can be about a key point at all.

A judge may quote any true sentence for any key point, and a word in common is soon found. The grader reads the
sentence alone; what it finds nothing of the point in is no evidence, though it credits less than a judge may.
"""

from __future__ import annotations

from interviewer.core.bank.content import Item
from interviewer.core.grade.grade import FIX_PREFIX, Grade, GradeRequest
from interviewer.core.ports import Reads

_PATIENCE = 30.0
"""Seconds for one sentence; a worker that takes longer is busy, and the judge's quote is then taken by its words."""


class SentenceReading:
    """Reads sentences of one answer, each once. Blocks while it reads.

    Args:
        reads: the offline grader; None to read nothing.
        item: the question and its rubric.
    """

    def __init__(self, reads: Reads | None, item: Item) -> None:
        self._reads = reads
        self._item = item
        self._found: dict[str, Grade | None] = {}

    def probability(self, sentence: str, name: str) -> float | None:
        """Probability that the sentence says something of a key point, for or against it, from 0 to 1.

        Returns:
            None where there is no such reading: nobody reads, a guard closed the sentence, or it is no key point.
        """
        if self._reads is None or name.startswith(FIX_PREFIX):
            return None
        if sentence not in self._found:
            self._found[sentence] = self._read(self._reads, sentence)
        grade = self._found[sentence]
        verdict = grade.verdict(name) if grade is not None else None
        if verdict is None:
            return None
        return min(1.0, verdict.p_covered + verdict.p_partial + verdict.p_contradicted)

    def _read(self, reads: Reads, sentence: str) -> Grade | None:
        try:
            found = reads(GradeRequest(question_id=self._item.question.id, answer=sentence), self._item)
            result = found.result(timeout=_PATIENCE)
        except Exception:  # the judge's opinion must not hang on it
            return None
        return result if isinstance(result, Grade) and result.passport.calibrated and not result.closed else None
