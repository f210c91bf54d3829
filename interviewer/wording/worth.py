"""Who graded, and what such grades are worth: in a sentence, or with everything that names the grader."""

from __future__ import annotations

from statistics import median

from interviewer.core.grade.grade import Agreement, Passport
from interviewer.core.interview.summary import SessionSummary
from interviewer.core.text import count_words

__all__ = ["describe_passport", "describe_worth"]

_NONE = "No answer was graded."
_GUIDE = "not calibrated on answers graded by people, so read the score as a guide."
_SCOPE = "The README has the figures over answers of all lengths."


def describe_passport(summary: SessionSummary) -> str:
    """Which graders the session's grades come from, by name and version, and what they are worth."""
    words = _words(summary)
    return " ".join(_describe(each, words) for each in _passports(summary)) or _NONE


def describe_worth(summary: SessionSummary) -> str:
    """What the session's grades are worth at this length of answers, without the names of what made them."""
    words = _words(summary)
    return " ".join(dict.fromkeys(_tell(each, words) for each in _passports(summary))) or _NONE


def _passports(summary: SessionSummary) -> list[Passport]:
    # The rubric differs from question to question; who graded does not.
    found = (question.score.passport for question in summary.questions)
    passports = {p.model_copy(update={"rubric_hash": ""}) for p in found if p is not None}
    return sorted(passports, key=lambda p: (p.name, p.version, p.encoder))


def _words(summary: SessionSummary) -> int:
    """How long the answers are, as a median."""
    answers = [question.turns[0].answer for question in summary.questions if question.turns]
    return int(median([count_words(each) for each in answers if each] or [0]))


def _tell(passport: Passport, words: int) -> str:
    if passport.fast:
        return f"The grades are fast ones, made without the joint reader, and {_GUIDE}"
    if not passport.calibrated:
        return f"The grades are {_GUIDE}"
    if passport.agreement is None:
        return "The grades are calibrated on answers graded by people."
    return _describe_length(passport.agreement, words) or (
        "The grades are calibrated on answers graded by people; on questions that the grader had not seen, "
        f"{passport.agreement.golden_accuracy:.0%} of the authored verdicts came out right."
    )


def _describe(passport: Passport, words: int) -> str:
    """A grader and its worth, on answers of so many words where that was measured."""
    who = f"{passport.name} {passport.version} with encoder {passport.encoder}"
    if passport.calibration:
        who += f", calibration {passport.calibration}"
    if passport.fast:
        who += ", fast (without the joint reader)"
    if not passport.calibrated:
        return f"{who}: {_GUIDE}"
    if passport.agreement is None:
        return f"{who}: calibrated on answers graded by people."
    length = _describe_length(passport.agreement, words)
    return (
        f"{who}: calibrated on answers graded by people. On questions it had not seen it agreed with them at "
        f"r = {passport.agreement.within_r:.2f} within a question, and got {passport.agreement.golden_accuracy:.0%} "
        f"of the authored verdicts right.{f' {length}' if length else ''}"
    )


def _describe_length(agreement: Agreement, words: int) -> str:
    """What grades of answers of about this length are worth; "" when it was not measured."""
    told = agreement.at_length(words)
    if told is None:
        return ""
    length = "longer ones" if told.most_words is None else f"up to {told.most_words} words"
    return (
        f"On answers as long as yours ({length}), typed as people type, the grader found {told.found:.0%} of the "
        f"points that were made, {told.right:.0%} of those it found were made, and its score was off by "
        f"{told.error:.0f} points on average. {_SCOPE}"
    )
