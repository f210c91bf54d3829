"""What `mockdl pack check` does once a pack's files are in order: grade, compare, count, draw."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from interviewer.audit.golden import (
    GoldenGrade,
    grade_golden,
    hint_findings,
    natural_order_findings,
    order_findings,
)
from interviewer.audit.golden_cache import KeptGrades
from interviewer.audit.natural_answers import copied_findings, length_findings, natural_findings, tally_natural
from interviewer.audit.near_texts import duplicate_findings, level_findings, text_findings
from interviewer.audit.quality_card import CARD_BEGIN, place_card, render_card
from interviewer.audit.survey import Survey, build_survey
from interviewer.cli.tables import WIDTH, render_columns
from interviewer.core.bank.finding import Finding
from interviewer.core.bank.kinds import Level
from interviewer.core.bank.natural import NaturalAnswer
from interviewer.core.bank.pack_files import PackFiles, PackReading
from interviewer.core.ports import Engine
from interviewer.errors import UsageError


class PackAudit(NamedTuple):
    """What the encoder and the grader had to say about a pack."""

    findings: list[Finding]
    golden: dict[str, list[GoldenGrade]]
    natural: dict[str, tuple[NaturalAnswer, ...]]
    broken: int
    """Questions whose golden examples come out in a wrong order, those in `known_hard.yaml` included."""

    def survey(self, reading: PackReading, findings: Sequence[Finding]) -> Survey:
        """The numbers, with all findings counted."""
        return build_survey(reading, self.golden, findings, self.natural)


def audit(
    reading: PackReading,
    files: PackFiles,
    engine: Engine,
    cache: Path,
    *,
    quiet: bool = False,
    sample: int | None = None,
) -> PackAudit:
    """Compare the texts of a pack and grade its golden answers, with a progress bar on a terminal.

    Args:
        reading: the pack.
        files: reads the list of questions whose order may be broken.
        engine: compares and grades.
        cache: file of grades of before.
        quiet: no progress bar.
        sample: how many questions have their golden answers graded; None for all.
    """
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    hidden = quiet or not console.is_terminal
    kept = KeptGrades(cache, engine.status().model)
    findings = [*duplicate_findings(reading, engine), *level_findings(reading, engine)]
    natural, wrong = files.read_natural(reading)
    findings += [*wrong, *natural_findings(reading, natural), *length_findings(reading, tally_natural(natural))]
    golden: dict[str, list[GoldenGrade]] = {}
    graded = _sample(reading.items, len(reading.items) if sample is None else sample)
    try:
        for name, item in track(list(reading.items.items()), "Checking questions", console=console, disable=hidden):
            own = natural.get(name, ())
            findings += [*text_findings(reading, item, engine), *copied_findings(reading, item, own, engine)]
            if name in graded:
                golden[name] = grade_golden(item, engine, kept, own)
                kept.save()
    finally:  # Ctrl-C keeps what was graded
        kept.save()
    excused, problems = files.read_known_hard(reading.root)
    order = order_findings(reading, golden, excused) if golden else []
    if golden:
        findings += [*problems, *order, *hint_findings(reading, golden)]
        findings += natural_order_findings(reading, golden, natural)
    rubrics = {path for _, path in reading.sources.values()}
    return PackAudit(findings, golden, natural, len({each.path for each in order} & rubrics) + len(excused))


def _sample(names: Iterable[str], size: int) -> set[str]:
    """The same questions each time, with no regard to topic or alphabet."""
    return set(sorted(names, key=lambda name: hashlib.sha256(name.encode()).digest())[:size])


def render_table(survey: Survey) -> Iterator[str]:
    """One line a topic, 80 columns, then the verdicts by kind of example and the gaps."""
    yield ""
    head = ["topic", *(level[:3] for level in Level), "core", "depth", "wordings", "examples", "right"]
    rows = []
    for row in survey.topics:
        points = (row.key_points, row.depth_points, row.phrasings + row.contradictions, row.examples)
        counts = [*(row.questions[level] for level in Level), *points]
        rows.append([row.topic, *map(str, counts), _percent(row.right, row.verdicts)])
    yield from render_columns(head, rows, right=True, gap=1)
    yield ""
    for kind in survey.kinds:
        if kind.verdicts:
            share = _percent(kind.right, kind.verdicts)
            yield f"{kind.kind:<14}{kind.right:>6} of {kind.verdicts:>5} verdicts right ({share})"
    if survey.gaps:
        yield ""
        yield from textwrap.wrap("Gaps: " + "; ".join(survey.gaps) + ".", WIDTH)
    yield ""


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f}%" if whole else "-"


def write_card(root: Path, survey: Survey, *, grader: str, broken: int) -> list[Path]:
    """Write `docs/quality.md` of the pack, and the card in its README where that has a place for it.

    Raises:
        UsageError: a file cannot be written.
    """
    card = render_card(survey, grader=grader, broken=broken)
    target, readme = root / "docs" / "quality.md", root / "README.md"
    written = [target]
    try:
        target.parent.mkdir(exist_ok=True)
        target.write_text(f"# Quality card\n\nWritten by `mockdl pack check --report`.\n\n{card}", encoding="utf-8")
        placed = place_card(readme.read_text(encoding="utf-8"), card) if readme.is_file() else None
        if placed is not None:
            readme.write_text(placed, encoding="utf-8")
            written.append(readme)
    except OSError as error:
        raise UsageError(
            f"{error.filename} could not be written: {error.strerror}.",
            todo=f"The card goes beside the pack; check the folder's rights. A README takes it after `{CARD_BEGIN}`.",
        ) from error
    return written
