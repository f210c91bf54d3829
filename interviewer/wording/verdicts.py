"""The words and shapes that all report forms share, so that a verdict reads the same everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from interviewer.core.bank.kinds import VerdictName
from interviewer.core.bank.question import Reference
from interviewer.core.grade.contest import Ruling
from interviewer.core.grade.grade import Flag, Grade, PointVerdict
from interviewer.core.interview.calibration import CONFIDENCE, Calibration
from interviewer.core.interview.misconception_scores import MisconceptionScore
from interviewer.core.interview.passing import says_nothing
from interviewer.core.interview.point_scores import PointScore
from interviewer.core.interview.scoring import QuestionScore
from interviewer.core.interview.study import StudyItem
from interviewer.core.interview.summary import QuestionSummary, SessionSummary
from interviewer.core.text import clean_line

MARKS = {
    VerdictName.COVERED: "●",
    VerdictName.PARTIAL: "◐",
    VerdictName.MISSING: "○",
    VerdictName.CONTRADICTED: "✗",
    VerdictName.UNSURE: "?",
}
"""One shape a verdict; it always stands beside the word, never instead of it."""

MARKED_AS_SAID = "marked by you as said"
OWN_MARK_COUNTS = "It is kept beside the verdict and changes no score."
HOW_EARNED = (
    "What was said only when asked, or is less sure, earns less than its weight; a few points of depth are enough."
)
"""Why shares differ from what one would count, for rubrics of the second edition."""
HOW_SCORED = (
    "Three quarters core and one quarter depth make the score, on the scale of careful readers' marks, less what hints "
    "and wrong claims cost."
)
"""Why the score differs from the mean of its shares."""


def local_time(moment: float) -> str:
    """A Unix time as local date and time."""
    return f"{datetime.fromtimestamp(moment, UTC).astimezone():%Y-%m-%d %H:%M}"


def describe_time(seconds: float) -> str:
    """Minutes and seconds, e.g. "4 min 05 s"."""
    return f"{int(seconds) // 60} min {int(seconds) % 60:02d} s"


def describe_interval(value: float | None, low: float, high: float) -> str:
    """A score with its 80% interval, or that there is none."""
    if value is None:
        return "no score"
    return f"{value:.0f} of 100 (80% interval {low:.0f} to {high:.0f})"


def describe_result(summary: SessionSummary) -> str:
    """A session's score and what it is called, or that there is none yet, behind "Score:"."""
    if summary.value is None:
        return "none yet"
    return f"{describe_interval(summary.value, summary.low, summary.high)}: {summary.band}"


def describe_score(score: QuestionScore) -> str:
    """A question's score, and its note."""
    text = describe_interval(score.value, score.low, score.high)
    if score.value is not None and (shares := describe_shares(score.core, score.depth)):
        text = f"{text}; earned: {shares}"
    return f"{text}; {score.note}" if score.note else text


def describe_shares(core: float | None, depth: float | None) -> str:
    """How much of the core and of the depth was earned; "" for the first edition, which does not tell them apart."""
    if core is None or depth is None:
        return ""
    deep = "enough of the depth" if f"{depth:.0%}" == "100%" else f"{depth:.0%} of the depth that is asked for"
    return f"{core:.0%} of the core by weight, {deep}"


def describe_counts(questions: Sequence[QuestionSummary]) -> str:
    """How many core points were said, and how many in part or may have been; "" when none is asked for."""
    points = [each for question in questions for each in question.score.points if each.expected]
    if not points:
        return ""
    said = sum(each.is_said for each in points)
    half = sum(each.is_perhaps for each in points)
    return f"{said} of {len(points)} core points said" + (f", {half} in part or perhaps" if half else "")


def describe_point(score: PointScore) -> str:
    """Mark, verdict in words, and what qualifies it, e.g. "● covered, after contest"."""
    unsure = score.verdict is VerdictName.UNSURE  # a question to the candidate, not a failing of theirs
    parts = [f"{MARKS[score.verdict]} {'did you mean this' if unsure else score.verdict}"]
    if score.upheld:
        parts.append("after contest")
    elif score.verdict is VerdictName.MISSING and score.asked:
        parts.append("also when asked")
    elif score.prompted and (score.is_said or score.is_perhaps):
        parts.append("added at the end" if score.at_close else "after a follow-up")
    if not score.expected:
        parts.append("bonus" if score.edition == 1 else "depth")
    if score.contested and not score.upheld:
        parts.append("credited after contest")
    return ", ".join(parts)


def describe_penalty(wrong: MisconceptionScore, *, minus: str = "-") -> str:
    """What a wrong claim cost, and that it was put right."""
    if not wrong.corrected:
        return f"{minus}{wrong.penalty:g}"
    return f"{minus}{wrong.penalty:g}, put right later" if wrong.penalty else "put right later, nothing taken off"


def describe_closing(summary: SessionSummary) -> str:
    """What the last words are shown to have brought out, or that they brought out nothing; "" where none were read."""
    earned = [
        f"point {at} of question {number}"
        for number, question in enumerate(summary.questions, 1)
        for at, each in enumerate(sort_points(question.score), 1)
        if each.at_close and not question.is_open and (each.is_said or each.verdict is VerdictName.PARTIAL)
    ]
    if earned:
        return f"These words earned {', '.join(earned)}."
    words = summary.last_words
    if words is None or not isinstance(words.result, Grade) or says_nothing(words.answer):
        return ""
    return "No point that was still open was heard surely enough in these words to count."


def describe_rulings(score: PointScore) -> str:
    """How contests about a point ended, by whom and why; "" without one."""
    if score.ruling is None:
        return ""
    return "; then ".join([*(_ruled(each) for each in score.earlier), _ruled(score.ruling, told=score.contested)])


def _ruled(ruling: Ruling, *, told: bool = False) -> str:
    """How one contest ended; `told` when the marked words stand beside it."""
    ended = "upheld" if ruling.upheld else "refused"
    reason = f": {clean_line(ruling.reason)}" if ruling.reason else ""
    what = f"contest {ended}{_ruler(ruling)}{reason}"
    if ruling.whole:
        return f"{what}; you marked the whole reply"
    return what if told or not ruling.read else f"{what}; you marked {quote(ruling.read)}"


def _ruler(ruling: Ruling) -> str:
    """Who ruled, as people say it; the share found is told where it decides, and a guard is named by its reason."""
    known = {
        "guard": "",
        "exact value, offline": " by a check of the number",
        "two readings of these words alone, offline": (
            f" by a second reading of these words alone, which found the point {ruling.probability:.0%} likely"
        ),
    }
    return known.get(ruling.by, f" by {ruling.by}")


def describe_tries(score: PointScore) -> str:
    """What a contest that was refused leaves; "" when none was."""
    if score.ruling is None or score.ruling.upheld:
        return ""
    if score.has_tries:
        return "one more try, with other words"
    return "both tries are used" if score.earlier else "no other words are left to try"


def describe_outcome(score: PointScore) -> str:
    """How the latest contest about a point ended and what follows from it; "" without one."""
    ruling = score.ruling
    if ruling is None:
        return ""
    text, tries = _ruled(ruling, told=score.contested), describe_tries(score)
    if not ruling.upheld:
        return f"✗ {text}. The verdict stays. {tries[0].upper()}{tries[1:]}."
    if not score.contested:
        return f"● {text}. The point had as much credit before."
    counts = "covered, after contest" if score.upheld else "credited after contest"
    return f"● {text}. The point now counts {score.credit:.0%}: {counts}."


def describe_claim(score: PointScore) -> str:
    """That the candidate marked a point as said; "" when they did not."""
    return f"{MARKED_AS_SAID}; no part of the score" if score.claimed else ""


def describe_confidence(confidence: int | None) -> str:
    """How sure the candidate said they were; "" when they did not."""
    return f"You were {CONFIDENCE[confidence]} ({confidence} of 5)." if confidence else ""


def describe_calibration(calibration: Calibration) -> list[str]:
    """Confidence against result, one line a question, the verdict first; empty when nothing was said."""
    if not calibration.ratings:
        return []
    rows = [f"{each.confidence} of 5, scored {each.score:.0f}: {each.title}" for each in calibration.ratings]
    return [f"{calibration.verdict[0].upper()}{calibration.verdict[1:]}.", *rows]


def describe_study(item: StudyItem) -> str:
    """The sentence to learn, as a question where it may have been said."""
    return f"did you mean: {item.statement}" if item.perhaps else item.statement


def describe_place(reference: Reference) -> str:
    """Who, when and where, without the title; of more than two authors the first."""
    first, *others = reference.authors.split(", ")
    who = reference.authors if len(others) < 2 else f"{first} et al."
    return f"{who} {reference.year}, {f'arXiv:{reference.arxiv}' if reference.arxiv else reference.venue}"


def describe_reference(reference: Reference) -> str:
    """One line of bibliography."""
    place = reference.venue or ""
    arxiv = f"arXiv:{reference.arxiv}" if reference.arxiv else ""
    where = ", ".join(part for part in (place, arxiv) if part)
    return f"{reference.authors} ({reference.year}). {reference.title}. {where}."


_FLAGS: dict[Flag, str] = {
    "echo": "it repeats the question",
    "soup": "it is a heap of keywords rather than sentences",
    "noise": "it is no language",
    "other-language": "it is not in English",
    "off-topic": "it is about something else",
    "too-short": "it is too short to grade",
    "too-long": "it is very long, and was not read to its end",
    "dont-know": "it says you don't know",
    "instructions": "it holds instructions to the grader, which were not followed",
    "copied": "it holds sentences of the hints, the rubric or the model answer word for word, which earn nothing",
}


def describe_flags(flags: Sequence[Flag]) -> str:
    """What the guards noticed, as a sentence about the answer."""
    return f"About this answer: {'; '.join(_FLAGS[flag] for flag in flags)}."


def describe_opinion(score: PointScore | PointVerdict) -> str:
    """What a language model said where it is worth knowing: it differed, was split, or had no evidence."""
    opinion = score.opinion
    if opinion is None:
        return ""
    if opinion.problem:
        return f"the judge said {opinion.verdict}, but {opinion.problem}: not counted"
    if not opinion.supported:  # a grade of before gives no reason
        return f"the judge said {opinion.verdict}, but its quote is not in the answer: unsupported, so not counted"
    if len(set(opinion.ballots)) > 1:
        votes = ", ".join(opinion.ballots)
        return f"the judge was asked {len(opinion.ballots)} times and said {votes}: {opinion.reason}"
    if opinion.verdict is not opinion.offline:
        return f"the judge said {opinion.verdict}, the offline grader {opinion.offline}: {opinion.reason}"
    return f"judge: {opinion.reason}" if opinion.reason else ""


def sort_points(score: QuestionScore) -> list[PointScore]:
    """Expected points first, heavier first."""
    return sorted(score.points, key=lambda each: (not each.expected, -each.point.weight))


def quote(text: str) -> str:
    """Evidence on one line, in quotation marks."""
    return f'"{clean_line(text)}"'
