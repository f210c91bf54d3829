"""The worker process with a toy encoder and a grader that does what the answer tells it to.

Started by tests as `python -m tests.support.stub_worker LOG`. Everything else, the pipes, the
queue, the bank, the index, is the real thing.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from interviewer.core.bank.content import Item
from interviewer.core.grade.grade import Assessment, AssessmentRequest, Grade, GradeRequest
from interviewer.core.ports import Progress
from interviewer.errors import EncoderError
from interviewer.grading.stepwise import Parting, all_together
from interviewer.worker import host, operations
from tests.support.builders import make_grade
from tests.support.encoders import WordEncoder


class SlowEncoder(WordEncoder):
    """Takes a tenth of a second a call."""

    def reader(self) -> None:
        """No token states."""

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        time.sleep(0.1)
        return super().encode(texts, progress)


class StubGrader:
    """Obeys answers such as `crash`, `sleep 0.5`, `compute 0.5`, `raise`, `print`; `once FILE ...` only once."""

    def prepare(self, item: Item) -> None:
        pass

    def grade_ahead(self, asked: Sequence[tuple[Item, GradeRequest]], parting: Parting = all_together) -> None:
        """`together crash` and the like are obeyed here, where answers are graded together."""
        for _, request in asked:
            if request.answer.startswith("together "):
                _obey(request.answer.removeprefix("together "))

    def forget_ahead(self) -> None:
        pass

    def grade(self, item: Item, request: GradeRequest) -> Grade:
        _obey(request.answer)
        grade = make_grade({point.id: "covered" for point in item.rubric.key_points})
        passport = grade.passport.model_copy(update={"rubric_hash": item.rubric_hash})
        return grade.model_copy(update={"passport": passport})

    def assess(self, requests: Sequence[AssessmentRequest]) -> list[Assessment]:
        for request in requests:
            _obey(request.answer)
        credit = [len(request.answer) % 10 / 10 for request in requests]
        return [
            Assessment(credit=each, p_covered=each, p_missing=1 - each, p_contradicted=0, cosine=each, recall=each)
            for each in credit
        ]


def _obey(answer: str) -> None:
    words = answer.split()
    if words[:1] == ["once"]:
        marker, words = Path(words[1]), words[2:]
        if marker.exists():
            words = []
        marker.touch()
    match words:
        case ["crash"]:
            os.kill(os.getpid(), signal.SIGKILL)
        case ["sleep", seconds]:
            time.sleep(float(seconds))
        case ["raise"]:
            raise ZeroDivisionError("as told")
        case ["print"]:
            print("a library talks", flush=True)
            os.write(1, b"and writes to the descriptor")
        case ["compute", seconds]:
            until = time.monotonic() + float(seconds)
            while time.monotonic() < until:
                sum(range(10_000))


def load_encoder(model: str, device: str, *, cache: Path, say: Callable[[str], None]) -> Any:
    if model == "dies":
        os._exit(3)
    if model == "broken":
        raise EncoderError("The weights are broken.", kept="Nothing was lost.", todo="Install them again.")
    if model == "surprising":
        raise ZeroDivisionError("nobody foresaw this")
    if model == "unindexable":
        vars(operations).update(build_index=lambda *_: 1 / 0)
    return SlowEncoder() if model == "slow" else WordEncoder()


if __name__ == "__main__":
    vars(operations).update(load_encoder=load_encoder, build_grader=lambda *_, **__: StubGrader())
    host.main()
