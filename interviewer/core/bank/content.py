"""A question bank in memory: questions with their rubrics, by id.

The models of the files are in `question.py` and `rubric.py`. A pack author's YAML is validated against them,
`mockdl pack schema` prints their JSON Schema, and the rest of the program only ever sees values that passed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from interviewer.core.bank.content_model import Content
from interviewer.core.bank.kinds import TOPICS, Kind, Level
from interviewer.core.bank.question import Question
from interviewer.core.bank.rubric import Rubric


class Item(Content):
    """A question with its rubric, and the hash of the rubric's content."""

    question: Question
    rubric: Rubric
    rubric_hash: str
    """First 16 hex digits of the SHA-256 of the rubric's canonical JSON."""


class Head(NamedTuple):
    """As much of a question as choosing it takes."""

    id: str
    topic: str
    level: Level
    avoid_after: tuple[str, ...]
    kind: Kind = Kind.CONCEPT


class Bank:
    """All questions of the loaded packs, by id, in file order.

    Items may be a mapping that parses each on first use: an interview needs six of them, and
    the first question should not wait for the rest.
    """

    def __init__(
        self,
        items: Mapping[str, Item],
        content_hash: str,
        notices: tuple[str, ...] = (),
        heads: Sequence[Head] | None = None,
    ) -> None:
        """`heads` are those of the items, in their order; made from the items when None."""
        self.items = items
        self.content_hash = content_hash
        """Changes whenever any question or rubric changes."""
        self.notices = notices
        """What must be said about the packs, such as one that was left out."""
        self.heads = tuple(heads) if heads is not None else tuple(head_of(item) for item in items.values())

    def __getitem__(self, question_id: str) -> Item:
        return self.items[question_id]

    def __contains__(self, question_id: object) -> bool:
        return question_id in self.items

    def __len__(self) -> int:
        return len(self.items)

    @property
    def topics(self) -> tuple[str, ...]:
        """Topics that have at least one question, built-in order first."""
        present = {head.topic for head in self.heads}
        built_in = tuple(topic for topic in TOPICS if topic in present)
        return built_in + tuple(sorted(present - set(TOPICS)))


def head_of(item: Item) -> Head:
    """What choosing needs of an item."""
    question = item.question
    return Head(question.id, question.topic, question.level, question.avoid_after, question.kind)
