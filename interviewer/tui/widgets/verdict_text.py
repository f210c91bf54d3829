"""The verdict on one question as text: the answer with its evidence numbered, the points, and what to make of it.

Shape and words carry the meaning, colour only helps the eye: evidence is underlined and numbered, what counts against
a point ends with ✗.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from textual.content import Content

from interviewer.core.bank.kinds import Level, VerdictName
from interviewer.core.interview.numbered_evidence import Stretch, cut_answer, number_mark
from interviewer.core.interview.open_points import level_above, points_above
from interviewer.core.interview.point_scores import PointScore
from interviewer.core.interview.session import TurnKind
from interviewer.core.interview.summary import QuestionSummary
from interviewer.core.text import clean_line
from interviewer.tui.safe_text import show, show_line
from interviewer.wording import verdicts
from interviewer.wording.formulas import read_formulas
from interviewer.wording.prose import reflow, rejoin
from interviewer.wording.replies import describe_asked, describe_reply

_COLOURS = {
    VerdictName.COVERED: "$text-success",
    VerdictName.PARTIAL: "$text-warning",
    VerdictName.MISSING: "$text-muted",
    VerdictName.CONTRADICTED: "$text-error",
    VerdictName.UNSURE: "$text-warning",
}


def describe_verdict(summary: QuestionSummary, level: Level, number: int, width: int) -> Content:
    """All of a verdict but the model answer; see `describe_sources`."""
    return Content("\n").join(
        [*_head(summary, number, width), *_answers(summary), *_points(summary, width), *_rest(summary, level, width)]
    )


def _head(summary: QuestionSummary, number: int, width: int) -> Iterator[Content]:
    question, score = summary.item.question, summary.score
    yield show_line(f"{number}. {question.title}", "bold")
    yield from hang(f"Score: {verdicts.describe_score(score)}", width, 2, "bold")
    if verdicts.describe_shares(score.core, score.depth):
        yield from hang(verdicts.HOW_EARNED, width, 0, "$text-muted")
    if any(each.expected for each in score.points):
        yield Content.assemble(show("Core points: "), Content("   ").join(_tally(summary)))
    sure = verdicts.describe_confidence(summary.turns[0].confidence)
    if sure:
        yield show_line(sure)
    if score.flags:
        yield show_line(verdicts.describe_flags(score.flags), "$text-warning")


def _tally(summary: QuestionSummary) -> Iterator[Content]:
    """How many core points came out how, for those that came out so at all, and how many points were marked as said."""
    core = [each for each in summary.score.points if each.expected]
    for verdict, mark in verdicts.MARKS.items():
        count = sum(each.verdict is verdict for each in core)
        if count:
            yield show(f"{mark} {count} {verdict}", _COLOURS[verdict])
    claimed = sum(each.claimed for each in summary.score.points)
    if claimed:
        yield show(f"{claimed} {verdicts.MARKED_AS_SAID}", "$text-muted")


def _answers(summary: QuestionSummary) -> Iterator[Content]:
    points = verdicts.sort_points(summary.score)
    earning = {each.turn_id for each in points}
    for turn in summary.turns:
        if turn.kind is TurnKind.LAST_WORDS and turn.id not in earning:
            continue  # it is about all questions, and shown where it earned something
        said_you = turn.prompt.startswith("You said")
        yield Content()
        yield show(describe_asked(turn.kind), "bold")
        yield show(rejoin(turn.prompt) if said_you else reflow(turn.prompt), "$text-muted")
        yield Content()
        yield show("You", "bold")
        if not turn.answer:
            yield show(describe_reply(turn))
            continue
        yield Content.assemble(*(_stretch(each) for each in cut_answer(turn, points)))


def _stretch(stretch: Stretch) -> Content:
    style = "$text-error underline" if stretch.against else "$text-success underline" if stretch.credited else ""
    after = " " * stretch.mark.endswith(" ")
    mark = f"{stretch.mark.rstrip()} ✗{after}" if stretch.ends_against else stretch.mark
    return Content.assemble(show(stretch.text, style), show(mark, "bold"))


def _points(summary: QuestionSummary, width: int) -> Iterator[Content]:
    points = verdicts.sort_points(summary.score)
    if points:
        yield Content()
        yield show("Key points", "bold")
    for number, each in enumerate(points, 1):
        yield from _point(number, each, width)


def _point(number: int, score: PointScore, width: int) -> Iterator[Content]:
    where = f" {number_mark(number)}" if score.span is not None else ""
    statement = read_formulas(score.point.statement)
    text = f"{number:>2} {verdicts.describe_point(score)}{where}: {statement}"
    yield from hang(text, width, 3, _COLOURS[score.verdict])
    for more in (verdicts.describe_rulings(score), verdicts.describe_opinion(score), verdicts.describe_claim(score)):
        if more:
            yield from hang(f"     {more}", width, 5, "$text-muted")


def hang(text: str, width: int, indent: int, style: str = "") -> Iterator[Content]:
    """A paragraph whose further lines are indented; leading blanks of the first one stay."""
    lead = len(text) - len(text.lstrip())
    lines = textwrap.wrap(clean_line(text), max(20, width), initial_indent=" " * lead, subsequent_indent=" " * indent)
    yield from (show(line, style) for line in lines)


def _rest(summary: QuestionSummary, level: Level, width: int) -> Iterator[Content]:
    score = summary.score
    wrongly = [each for each in score.points if each.verdict is VerdictName.CONTRADICTED and not each.contested]
    if score.misconceptions or wrongly:
        yield Content()
        yield show("Said wrongly", "bold")
    for wrong in score.misconceptions:
        cost = verdicts.describe_penalty(wrong)
        yield from hang(f" ✗ {verdicts.quote(wrong.evidence)} ({cost})", width, 3, "$text-error")
        yield from hang(f"   Right is: {read_formulas(wrong.misconception.correction)}", width, 3)
    for each in wrongly:
        yield from hang(f" ✗ {verdicts.quote(each.evidence)}", width, 3, "$text-error")
        yield from hang(f"   Right is: {read_formulas(each.point.statement)}", width, 3)
    if score.hint_cost:
        yield show(f"Hints used cost {score.hint_cost:g} points.")
    level = score.level or level
    above, beyond = level_above(level), points_above(score, level)
    if beyond:
        yield Content()
        yield show(f"A {above} candidate would have added" if above else "Beyond what is asked", "bold")
    for each in beyond:
        yield from hang(f" + {read_formulas(each.point.statement)}", width, 3)


def describe_sources(summary: QuestionSummary) -> Content:
    """The model answer, the calculation and the references."""
    question = summary.item.question
    parts = [show("A strong answer", "bold"), show(reflow(question.model_answer))]
    if question.worked_solution:
        parts += [Content(), show("Worked solution", "bold"), show(question.worked_solution.strip("\n"))]
    if question.references:
        parts += [Content(), show("References", "bold")]
        parts += [show(f"- {verdicts.describe_reference(each)}") for each in question.references]
    return Content("\n").join(parts)
