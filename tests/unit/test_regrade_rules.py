"""Grading again: whose word a verdict is, and which grade may take the place of which."""

from __future__ import annotations

import pytest

from interviewer.core.bank.kinds import VerdictName
from interviewer.core.grade.grade import GradeResult, Judging, Opinion, Ungraded
from interviewer.core.progress.regrade import is_step_back, needs_judge_again, word_of
from tests.support.builders import all_points, make_grade, make_verdict

COVERED, MISSING, UNSURE = VerdictName.COVERED, VerdictName.MISSING, VerdictName.UNSURE

OFFLINE = make_grade(all_points("missing"))
JUDGED = OFFLINE.model_copy(update={"judging": Judging(model="m", host="h", prompt_hash="p")})
STAND_IN = OFFLINE.model_copy(update={"judging": Judging(model="m", host="h", prompt_hash="p", problem="down")})
FAILED = Ungraded(reason="the encoder died")


@pytest.mark.parametrize(
    ("said", "supported", "offline", "word"),
    [
        (COVERED, True, COVERED, "both"),
        (COVERED, True, MISSING, "judge"),
        (COVERED, False, COVERED, "offline"),
        (UNSURE, True, COVERED, "offline"),
        (MISSING, True, COVERED, "offline"),
    ],
)
def test_a_verdict_is_the_judges_word_only_where_its_quote_decided(
    said: VerdictName, supported: bool, offline: VerdictName, word: str
) -> None:
    opinion = Opinion(verdict=said, supported=supported, offline=offline)
    assert word_of(make_verdict("p0", COVERED).model_copy(update={"opinion": opinion})) == word
    assert word_of(make_verdict("p0", COVERED)) == "offline"


@pytest.mark.parametrize(
    ("old", "new", "back"),
    [
        (None, FAILED, False),
        (FAILED, FAILED, False),
        (OFFLINE, FAILED, True),
        (OFFLINE, STAND_IN, False),
        (STAND_IN, STAND_IN, False),
        (JUDGED, STAND_IN, True),
        (JUDGED, JUDGED, False),
        (JUDGED, OFFLINE, False),
    ],
)
def test_a_failure_replaces_no_grade_and_a_stand_in_no_judged_one(
    old: GradeResult | None, new: GradeResult, back: bool
) -> None:
    assert is_step_back(old, new) is back


def test_only_what_the_judge_failed_at_is_judged_again() -> None:
    assert [needs_judge_again(each) for each in (None, FAILED, OFFLINE, JUDGED, STAND_IN)] == [False] * 4 + [True]
