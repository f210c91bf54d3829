"""An answer cut at its evidence: what earned, what counts against it, and what is only asked about."""

from __future__ import annotations

from interviewer.core.bank.kinds import Level
from interviewer.core.grade.grade import Span
from interviewer.core.interview.numbered_evidence import cut_answer
from interviewer.core.interview.scoring import score_question
from tests.support.builders import make_grade, make_item, make_turn


def test_what_is_only_asked_about_is_numbered_and_not_shown_as_credited() -> None:
    grade = make_grade({"p0": "covered", "p1": "unsure", "p2": "contradicted", "p3": "missing"})
    places = {"p0": Span(start=0, end=5), "p1": Span(start=6, end=11), "p2": Span(start=12, end=17)}
    verdicts = tuple(each.model_copy(update={"evidence": places.get(each.point_id)}) for each in grade.verdicts)
    turn = make_turn(grade.model_copy(update={"verdicts": verdicts}), answer="right maybe wrong")
    points = score_question(make_item("alpha"), Level.STAFF, [turn]).points
    found = {each.text: each for each in cut_answer(turn, points)}
    assert (found["right"].credited, found["right"].against, found["right"].ends) == (True, False, (1,))
    assert (found["maybe"].credited, found["maybe"].against, found["maybe"].ends) == (False, False, (2,))
    assert (found["wrong"].credited, found["wrong"].against, found["wrong"].ends) == (False, True, (3,))
