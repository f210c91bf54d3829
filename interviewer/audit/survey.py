"""The pack in numbers: what the table of `mockdl pack check` and the quality card show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from interviewer.audit.golden import GoldenGrade
from interviewer.core.bank.content import Item
from interviewer.core.bank.finding import Finding
from interviewer.core.bank.kinds import EXAMPLE_KINDS, TOPICS, Level, VerdictName
from interviewer.core.bank.pack_files import PackReading


class TopicRow(NamedTuple):
    """One topic."""

    topic: str
    questions: dict[str, int]
    """By level, all levels present."""
    key_points: int
    bonus_points: int
    phrasings: int
    contradictions: int
    misconceptions: int
    examples: int
    references: int
    right: int
    verdicts: int
    findings: int


class KindRow(NamedTuple):
    """One kind of golden example."""

    kind: str
    examples: int
    right: int
    """Verdicts of the offline grader equal to the authored ones."""
    verdicts: int


class Survey(NamedTuple):
    """All numbers of a pack."""

    topics: tuple[TopicRow, ...]
    kinds: tuple[KindRow, ...]
    held: tuple[int, int, int]
    """Misconceptions in golden examples: named by author and grader, by the author only, by the grader only."""
    gaps: tuple[str, ...]
    """Levels of topics that have no question, one line a topic."""

    @property
    def questions(self) -> int:
        """Number of questions."""
        return sum(sum(row.questions.values()) for row in self.topics)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        both, author, grader = self.held
        return {
            "questions": self.questions,
            "topics": [row._asdict() for row in self.topics],
            "kinds": [row._asdict() for row in self.kinds],
            "misconceptions": {"found": both, "overlooked": author, "false_alarms": grader},
            "gaps": list(self.gaps),
        }


def build_survey(
    reading: PackReading, golden: Mapping[str, Sequence[GoldenGrade]], findings: Sequence[Finding]
) -> Survey:
    """Count. `golden` may be empty: then no verdict is counted."""
    by_topic: dict[str, list[Item]] = {}
    for item in reading.items.values():
        by_topic.setdefault(item.question.topic, []).append(item)
    order = [topic for topic in TOPICS if topic in by_topic] + sorted(by_topic.keys() - TOPICS.keys())
    found = Counter(finding.path for finding in findings)
    tally = {name: _tally(item, golden.get(name, ())) for name, item in reading.items.items()}
    rows = []
    for topic in order:
        items = by_topic[topic]
        paths = {path for item in items for path in reading.sources[item.question.id]}
        rows.append(_topic_row(topic, items, tally, sum(found[path] for path in paths)))
    kinds = []
    for kind in EXAMPLE_KINDS:
        cells = [cell for cells in tally.values() for cell in cells if cell[0] == kind]
        kinds.append(KindRow(str(kind), len(cells), sum(cell[1] for cell in cells), sum(cell[2] for cell in cells)))
    return Survey(tuple(rows), tuple(kinds), _held(reading, golden), tuple(_gaps(by_topic)))


def _tally(item: Item, grades: Sequence[GoldenGrade]) -> list[tuple[str, int, int]]:
    """(kind, right verdicts, verdicts) of each graded example."""
    cells = []
    for grade in grades:
        if grade.example is None or grade.graded.score is None:
            continue
        authored = item.rubric.examples[grade.example].verdicts
        right = sum(
            grade.graded.verdicts.get(point.id) == authored.get(point.id, VerdictName.MISSING)
            for point in item.rubric.key_points
        )
        cells.append((grade.kind, right, len(item.rubric.key_points)))
    return cells


def _topic_row(
    topic: str, items: Sequence[Item], tally: Mapping[str, list[tuple[str, int, int]]], findings: int
) -> TopicRow:
    points = [point for item in items for point in item.rubric.key_points]
    cells = [cell for item in items for cell in tally[item.question.id]]
    levels = Counter(item.question.level for item in items)
    return TopicRow(
        topic=topic,
        questions={str(level): levels[level] for level in Level},
        key_points=sum(not point.bonus for point in points),
        bonus_points=sum(point.bonus for point in points),
        phrasings=sum(len(point.wordings) for point in points),
        contradictions=sum(len(point.contradictions) for point in points),
        misconceptions=sum(len(item.rubric.misconceptions) for item in items),
        examples=sum(len(item.rubric.examples) for item in items),
        references=sum(len(item.question.references) for item in items),
        right=sum(cell[1] for cell in cells),
        verdicts=sum(cell[2] for cell in cells),
        findings=findings,
    )


def _held(reading: PackReading, golden: Mapping[str, Sequence[GoldenGrade]]) -> tuple[int, int, int]:
    both = author = grader = 0
    for name, grades in golden.items():
        for grade in grades:
            if grade.example is None:
                continue
            named = set(reading.items[name].rubric.examples[grade.example].misconceptions)
            held = set(grade.graded.held)
            both += len(named & held)
            author += len(named - held)
            grader += len(held - named)
    return both, author, grader


def _gaps(by_topic: Mapping[str, Sequence[Item]]) -> list[str]:
    """Built-in topics are wanted at every level once the pack has any of them; a pack's own topics are its affair."""
    if not any(topic in TOPICS for topic in by_topic):
        return []
    lines = []
    for topic in TOPICS:
        present = {item.question.level for item in by_topic.get(topic, ())}
        lacking = [str(level) for level in Level if level not in present]
        if not present:
            lines.append(f"{topic}: no questions")
        elif lacking:
            lines.append(f"{topic}: none at {', '.join(lacking)}")
    return lines
