"""The report as one HTML file that needs nothing else: no network, no script; on paper, on a phone, read aloud.

Everything is escaped by the template engine, and the page's own policy lets nothing be loaded or run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import jinja2

from interviewer.core.interview.numbered_evidence import Stretch, cut_answer
from interviewer.core.interview.point_scores import PointScore
from interviewer.core.interview.session import Turn
from interviewer.core.interview.summary import SessionSummary
from interviewer.core.text import clean, clean_line
from interviewer.wording import verdicts
from interviewer.wording.formulas import read_formulas
from interviewer.wording.model_costs import describe_ledger
from interviewer.wording.prose import Block, read_blocks, rejoin
from interviewer.wording.replies import describe_asked, describe_reply
from interviewer.wording.worth import describe_passport

__all__ = ["render_html"]


def render_html(summary: SessionSummary) -> str:
    """Return the whole page, ending in a new line."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("interviewer.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters.update(line=clean_line, text=clean, formula=_formula)
    return environment.get_template("report.html.j2").render(
        summary=summary,
        facts=list(_facts(summary)),
        ledger=describe_ledger(summary),
        wording=verdicts,
        blocks=read_blocks,
        prose=_asked,
        cut=cut_answer,
        closing=_closing(summary),
        asked=describe_asked,
        passport=describe_passport,
        reply=describe_reply,
        numbered=_numbered,
        describe=_describe,
        notes=_notes,
    )


def _facts(summary: SessionSummary) -> Iterator[str]:
    shares = verdicts.describe_shares(summary.core, summary.depth)
    counts = verdicts.describe_counts([each for each in summary.questions if each.counts and not each.is_open])
    yield from filter(None, (f"Earned: {shares}" if shares else "", counts))
    yield f"Answering time {verdicts.describe_time(summary.seconds)}"
    yield from (clean_line(note) for note in summary.notes)
    yield from (f"Left out of the score: {clean_line(each)}" for each in summary.left_out)
    yield from map(clean_line, verdicts.describe_calibration(summary.calibration))


def _formula(text: str) -> str:
    return clean_line(read_formulas(text))


def _asked(turn: Turn) -> list[Block]:
    """What quotes the candidate is no authored text."""
    if turn.prompt.startswith("You said"):
        return [Block(clean_line(rejoin(turn.prompt)), kept=False)]
    return read_blocks(turn.prompt)


def _closing(summary: SessionSummary) -> list[Stretch]:
    """The last words with what they brought out to each question marked as question and point; unmarked until then."""
    words = summary.last_words
    if words is None or not words.answer:
        return []
    found = [
        (f"{number}.{at}", each.model_copy(update={"turn_id": words.id}))
        for number, question in enumerate(summary.questions, 1)
        for at, each in enumerate(verdicts.sort_points(question.score), 1)
        if each.at_close and not question.is_open
    ]
    return cut_answer(words, [each for _, each in found], [name for name, _ in found])


def _numbered(points: Sequence[PointScore], expected: bool) -> list[tuple[int, PointScore]]:
    """Points with the numbers that stand in the answer."""
    return [(number, each) for number, each in enumerate(points, 1) if each.expected is expected]


def _describe(score: PointScore) -> str:
    """The verdict in words; its sign is drawn beside it."""
    return verdicts.describe_point(score).partition(" ")[2]


def _notes(score: PointScore) -> list[str]:
    """What is said of a point below its statement."""
    told = (verdicts.describe_rulings(score), verdicts.describe_opinion(score), verdicts.describe_claim(score))
    quoted = f"You said: {verdicts.quote(score.evidence)}" if score.evidence else ""
    return [each for each in (quoted, *told) if each]
