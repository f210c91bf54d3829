"""The pack in numbers: what the table of `mockdl pack check` and the quality card show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from interviewer.audit.golden import NATURAL, GoldenGrade
from interviewer.audit.natural_answers import Natural, NaturalTally, tally_natural
from interviewer.core.bank.content import Item
from interviewer.core.bank.finding import Finding
from interviewer.core.bank.kinds import EXAMPLE_KINDS, TOPICS, Level, VerdictName
from interviewer.core.bank.pack_files import PackReading
from interviewer.core.bank.rubric import REGISTERS


class TopicRow(NamedTuple):
    """One topic."""

    topic: str
    questions: dict[str, int]
    """By level, all levels present."""
    key_points: int
    """Core at their question's own level."""
    depth_points: int
    """All others."""
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
    registers: dict[str, int]
    """Wordings by register; "listed" are those of rubrics that do not sort them."""
    natural: NaturalTally
    grader_natural: tuple[int, int]
    """Verdicts of the offline grader on natural answers: equal to the first reader's, all."""

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
            "registers": self.registers,
            "natural": {**self.natural.as_dict(), "right": self.grader_natural[0], "graded": self.grader_natural[1]},
        }


def build_survey(
    reading: PackReading,
    golden: Mapping[str, Sequence[GoldenGrade]],
    findings: Sequence[Finding],
    natural: Natural | None = None,
) -> Survey:
    """Count. `golden` may be empty: then no verdict is counted."""
    natural = natural or {}
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
    return Survey(
        tuple(rows),
        tuple(kinds),
        _held(reading, golden),
        tuple(_gaps(by_topic)),
        _registers(reading),
        tally_natural(natural),
        _right_natural(reading, golden, natural),
    )


def _registers(reading: PackReading) -> dict[str, int]:
    points = [point for item in reading.items.values() for point in item.rubric.key_points]
    fields = [field for point in points for field, _ in point.placed_wordings()]
    places = Counter(field.removeprefix("phrasings").strip(".").split("[")[0] for field in fields)
    return {**{name: places[name] for name in REGISTERS}, "listed": places[""]}


def _right_natural(
    reading: PackReading, golden: Mapping[str, Sequence[GoldenGrade]], natural: Natural
) -> tuple[int, int]:
    pairs = [
        (grade.graded.verdicts.get(name), verdict)
        for question_id, grades in golden.items()
        for grade in grades
        if grade.kind == NATURAL and grade.example is not None and grade.graded.score is not None
        for name, verdict in natural[question_id][grade.example].verdicts.items()
    ]
    return sum(said == read for said, read in pairs), len(pairs)


def _tally(item: Item, grades: Sequence[GoldenGrade]) -> list[tuple[str, int, int]]:
    """(kind, right verdicts, verdicts) of each graded example."""
    cells = []
    for grade in grades:
        if grade.example is None or grade.graded.score is None or grade.kind == NATURAL:
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
    core = sum(point.is_core(item.question.level) for item in items for point in item.rubric.key_points)
    levels = Counter(item.question.level for item in items)
    return TopicRow(
        topic=topic,
        questions={str(level): levels[level] for level in Level},
        key_points=core,
        depth_points=len(points) - core,
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
            if grade.example is None or grade.kind == NATURAL:
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
