"""A grader with a judge behind it: whoever asks for a grade need not know that two had a say."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future

from interviewer.core.bank.content import Item
from interviewer.core.futures import chain
from interviewer.core.grade.grade import GradeRequest, GradeResult, Ungraded
from interviewer.core.ports import Grader
from interviewer.llm.judge import Judge


class JudgedGrader:
    """Grades with the engine, then asks the judge; implements `core.ports.Grader` itself."""

    def __init__(self, engine: Grader, judge: Judge) -> None:
        self._engine = engine
        self._judge = judge

    def grade(self, request: GradeRequest, item: Item | None = None) -> Future[GradeResult]:
        """Grade one answer; without an item, which the judge would need, the offline grade is all there is."""

        def judge(offline: Future[GradeResult]) -> GradeResult | Future[GradeResult]:
            error = offline.exception()
            result = Ungraded(reason=f"the grader failed: {error}") if error else offline.result()
            return result if item is None else self._judge.judge(item, request, result)

        return chain(self._engine.grade(request, item), judge)

    def deeper(self, question_id: str, level: str, exclude: Sequence[str]) -> Future[str | None]:
        """A related question one level up, if the index is ready and has one."""
        return self._engine.deeper(question_id, level, exclude)

    def prepare(self, question_id: str) -> Future[None]:
        """Embed this question's rubric before anything else."""
        return self._engine.prepare(question_id)
