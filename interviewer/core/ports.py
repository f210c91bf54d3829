"""What the rest of the program may ask of the heavy parts, without knowing them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from interviewer.core.bank.content import Item
from interviewer.core.bank.rubric import Rubric
from interviewer.core.frozen import Frozen
from interviewer.core.grade.grade import Assessment, AssessmentRequest, GradeRequest, GradeResult

if TYPE_CHECKING:
    import numpy

Reads = Callable[[GradeRequest, Item], Future[GradeResult]]
"""Grades a text offline."""
Progress = Callable[[str, int, int], None]
"""Called as progress(what, done, total) during long work."""


class EncoderStatus(Frozen):
    """What the encoder's worker process is doing, as the screen should say it."""

    state: str
    """"starting", "indexing", "ready", "failed" or "stopped"."""
    detail: str = ""
    model: str = ""
    device: str = ""
    done: int = 0
    total: int = 0
    peak_mb: float = 0.0
    """Peak resident memory of the worker process, in MB."""


class SearchHit(Frozen):
    """One result of a search over the bank."""

    question_id: str
    point_id: str | None
    """The key point that matched best, or None when the question itself did."""
    score: float
    """Cosine similarity, -1 to 1."""


class Neighbour(Frozen):
    """A question and how near another one is to it."""

    question_id: str
    similarity: float


class Close(Frozen):
    """Two texts of one rubric that lie nearer to each other than they should."""

    kind: Literal["overlap", "copied", "leak", "truth", "elsewhere", "stray"]
    """overlap: two statements; copied: a phrasing and its statement; leak: a probe and its
    statement; truth: a contradiction and a true wording of any point; elsewhere: a
    contradiction and a true wording of another point, when nothing of its own is as near;
    stray: a phrasing and a true wording of another point, when nothing of its own is as near."""
    field: str
    """The place of the first text in the rubric, e.g. `key_points[2].probe`."""
    other: str
    """The second text."""
    similarity: float
    """Cosine, -1 to 1."""


class Encoder(Protocol):
    """Text to vectors."""

    name: str
    device: str
    dimension: int

    def encode(self, texts: Sequence[str], progress: Progress | None = None) -> numpy.ndarray:
        """Return unit vectors, float32, shape (len(texts), dimension)."""


class Reading(NamedTuple):
    """One text, read token by token."""

    vector: numpy.ndarray
    """Unit sentence vector, shape (dimension,); the same as the encoder's."""
    pieces: tuple[str, ...]
    """Word pieces, without the first and last token, which stand for no word."""
    plain: numpy.ndarray
    """Unit token states of the untouched encoder, shape (len(pieces), dimension)."""


class Reader(Protocol):
    """Text to token states, and a claim beside a passage to what the one says of the other."""

    def read(self, texts: Sequence[str], *, cut: bool = True) -> list[Reading]:
        """Read texts; those longer than a long sentence are cut unless `cut` is False."""

    def read_jointly(self, claims: Sequence[str], passages: Sequence[str]) -> numpy.ndarray:
        """Probabilities that `passages[i]` covers, half covers, misses or contradicts `claims[i]`, shape (n, 4)."""


class Grader(Protocol):
    """What a session needs of whoever grades. Every call returns at once; no future raises for a grading failure."""

    def grade(self, request: GradeRequest, item: Item | None = None) -> Future[GradeResult]:
        """Grade one answer; the future holds Ungraded when that failed.

        Args:
            request: what was asked and answered.
            item: the question as the session keeps it; None for the bank's own.
        """

    def deeper(self, question_id: str, level: str, exclude: Sequence[str]) -> Future[str | None]:
        """A related question one level up, if the index is ready and has one."""

    def prepare(self, question_id: str) -> Future[None]:
        """Embed this question's rubric before anything else."""


class Assessor(Protocol):
    """Holds answers against bare references."""

    def assess(self, requests: Sequence[AssessmentRequest]) -> Future[list[Assessment]]:
        """One assessment for each request, in order; the future raises `EncoderError` when that failed."""


class Engine(Grader, Assessor, Protocol):
    """The encoder with all that it does, wherever it runs. Calls return at once; futures raise `EncoderError`."""

    notices: list[str]
    """What the user should be told; whoever tells it takes it out."""

    def status(self) -> EncoderStatus:
        """What it is doing."""

    def on_status(self, listener: Callable[[EncoderStatus], None]) -> None:
        """Have `listener` called with each change, from another thread."""

    def search(self, query: str, most: int = 10) -> Future[list[SearchHit]]:
        """The questions nearest in meaning to a query, best first."""

    def close_texts(self, rubric: Rubric) -> Future[list[Close]]:
        """Texts of a rubric that lie nearer to each other than they should."""

    def close_questions(self, texts: Mapping[str, str], bound: float) -> Future[list[tuple[str, str, float]]]:
        """Pairs of questions whose texts, by id, are at least this similar, with their cosine."""

    def nearest_texts(self, texts: Sequence[str], others: Sequence[str]) -> Future[list[tuple[int, float]]]:
        """For each text the place of the nearest among `others`, and their cosine."""

    def stop(self) -> None:
        """End it; waiting futures fail."""
