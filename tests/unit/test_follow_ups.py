"""What is asked next, by the rules of new interviews: never for what was heard, and in the candidate's words."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.core.bank.kinds import Level, VerdictName
from interviewer.core.grade.grade import Grade, GradeRequest, GradeResult, HeldMisconception, PointVerdict, Span
from interviewer.core.interview.followup import UNHEARD, FollowUp, pick_follow_up
from interviewer.core.interview.session import RULES, Outcome, SessionConfig, State, Turn, TurnKind
from interviewer.sessions.turn_grading import grade_turn
from tests.support.builders import make_grade, make_item

ITEM = make_item("alpha")
ANSWER = "right near wrong other"
RIGHT, NEAR, WRONG = Span(start=0, end=5), Span(start=6, end=10), Span(start=11, end=16)


def said(name: str, verdict: VerdictName, covered: float, evidence: Span | None = None) -> PointVerdict:
    contradicted = 0.97 if verdict is VerdictName.CONTRADICTED else 0.0
    return PointVerdict(
        point_id=name,
        verdict=verdict,
        p_covered=covered,
        p_partial=0.0,
        p_contradicted=contradicted,
        evidence=evidence,
        method="test",
    )


def turn_of(verdicts: Sequence[PointVerdict]) -> Turn:
    grade = make_grade({"p0": "missing"})
    assert isinstance(grade, Grade)
    return Turn(
        id=0,
        question_id="alpha",
        kind=TurnKind.QUESTION,
        prompt="?",
        started=0.0,
        outcome=Outcome.ANSWERED,
        answer=ANSWER,
        result=grade.model_copy(update={"verdicts": tuple(verdicts)}),
    )


def follow(*verdicts: PointVerdict) -> FollowUp | None:
    return pick_follow_up(ITEM, Level.STAFF, [turn_of(verdicts)], edition=RULES)


def filled(*verdicts: PointVerdict) -> list[PointVerdict]:
    """With all other points covered."""
    known = {each.point_id for each in verdicts}
    rest = [said(f"p{n}", VerdictName.COVERED, 0.9) for n in range(4) if f"p{n}" not in known]
    return [*verdicts, *rest]


@given(
    st.lists(
        st.tuples(
            st.sampled_from([VerdictName.MISSING, VerdictName.PARTIAL, VerdictName.UNSURE, VerdictName.CONTRADICTED]),
            st.floats(0.0, 0.45),
            st.sampled_from([None, RIGHT, NEAR, WRONG]),
        ),
        min_size=4,
        max_size=4,
    )
)
def test_nothing_that_may_have_been_heard_is_asked_for(drawn: list[tuple[VerdictName, float, Span | None]]) -> None:
    verdicts = {f"p{n}": said(f"p{n}", *each) for n, each in enumerate(drawn)}
    found = follow(*verdicts.values())
    if found is None or found.kind is TurnKind.DEEPER:
        return
    asked = verdicts[found.target]
    if found.kind is TurnKind.PROBE:
        assert asked.p_covered < UNHEARD
    else:
        assert found.kind is TurnKind.CHALLENGE
        assert asked.verdict is VerdictName.CONTRADICTED


def test_a_point_that_was_heard_in_a_reply_is_not_asked_for_again() -> None:
    first = turn_of(filled(said("p0", VerdictName.MISSING, 0.02)))
    reply = turn_of([said("p0", VerdictName.UNSURE, 0.3)]).model_copy(update={"id": 1, "kind": TurnKind.PROBE})
    found = pick_follow_up(ITEM, Level.STAFF, [first, reply], edition=RULES)
    assert found is None or found.target != "p0"


def test_the_words_that_came_near_are_quoted() -> None:
    found = follow(*filled(said("p1", VerdictName.UNSURE, 0.05, NEAR)))
    assert found == FollowUp(TurnKind.PROBE, "p1", 'You said: "near". Probe 1?')


def test_a_quote_ends_with_one_stop() -> None:
    turn = turn_of(filled(said("p1", VerdictName.UNSURE, 0.05, Span(start=0, end=6))))
    turn = turn.model_copy(update={"answer": "quote. more"})
    found = pick_follow_up(ITEM, Level.STAFF, [turn], edition=RULES)
    assert found is not None
    assert found.prompt == 'You said: "quote". Probe 1?'


def test_the_wrong_words_are_quoted_in_a_challenge() -> None:
    found = follow(*filled(said("p1", VerdictName.CONTRADICTED, 0.0, WRONG)))
    assert found == FollowUp(TurnKind.CHALLENGE, "p1", 'You said: "wrong". Probe 1?')


@pytest.mark.parametrize(
    ("credited", "prompt"),
    [
        (RIGHT, 'You said: "wrong". Are you sure?'),
        (Span(start=0, end=16), "Are you sure?"),
        (None, 'You said: "wrong". Are you sure?'),
    ],
)
def test_a_misconception_is_challenged_behind_its_own_words(credited: Span | None, prompt: str) -> None:
    turn = turn_of(filled(said("p1", VerdictName.COVERED, 0.9, credited)))
    assert isinstance(turn.result, Grade)
    held = HeldMisconception(misconception_id="wrong", probability=0.9, evidence=WRONG)
    turn = turn.model_copy(update={"result": turn.result.model_copy(update={"misconceptions": (held,)})})
    assert pick_follow_up(ITEM, Level.STAFF, [turn], edition=RULES) == FollowUp(TurnKind.CHALLENGE, "fix:wrong", prompt)
    before = pick_follow_up(ITEM, Level.STAFF, [turn], edition=2)
    assert before == FollowUp(TurnKind.CHALLENGE, "fix:wrong", "Are you sure?")


@pytest.mark.parametrize("verdict", [VerdictName.UNSURE, VerdictName.CONTRADICTED])
def test_words_that_earned_another_point_are_never_held_up(verdict: VerdictName) -> None:
    right = said("p0", VerdictName.COVERED, 0.9, Span(start=0, end=10))
    found = follow(*filled(right, said("p1", verdict, 0.0, NEAR)))
    assert found is not None
    assert (found.target, found.prompt) == ("p1", "Probe 1?")


def test_the_first_edition_asks_as_it_did() -> None:
    verdicts = filled(said("p1", VerdictName.MISSING, 0.4))
    assert pick_follow_up(ITEM, Level.STAFF, [turn_of(verdicts)]) == FollowUp(TurnKind.PROBE, "p1", "Probe 1?")
    assert follow(*verdicts) is None or follow(*verdicts).kind is TurnKind.DEEPER  # type: ignore[union-attr]


def test_a_reply_leans_on_the_probe_and_not_on_the_words_before_it() -> None:
    seen: list[GradeRequest] = []

    class Listening:
        def prepare(self, question_id: str) -> None: ...

        def grade(self, request: GradeRequest, item: object) -> object:
            seen.append(request)
            raise RuntimeError("enough")

        def deeper(self, *_: object) -> object: ...

    turn = turn_of([]).model_copy(
        update={"kind": TurnKind.PROBE, "target": "p1", "prompt": 'You said: "near". Probe 1?', "result": None}
    )
    state = State(config=SessionConfig(level=Level.STAFF), plan=(), turns=(turn,))
    result: GradeResult = grade_turn(Listening, turn, state, ITEM, lambda: 0.0).result().result  # type: ignore[arg-type]
    assert result is not None
    assert [request.follow_up for request in seen] == ["Probe 1?"]


def test_deeper_goes_what_was_not_heard_and_only_once() -> None:
    item = make_item("alpha", expected=(Level.MID, Level.MID, Level.SENIOR, Level.SENIOR))
    covered = [said(f"p{n}", VerdictName.COVERED, 0.9) for n in (0, 1)]

    def deeper(*more: PointVerdict) -> FollowUp | None:
        return pick_follow_up(item, Level.MID, [turn_of([*covered, *more])], edition=RULES)

    half, silent = said("p2", VerdictName.MISSING, 0.3), said("p3", VerdictName.MISSING, 0.01)
    assert deeper(half, silent) == FollowUp(TurnKind.DEEPER, "p3", "Probe 3?")
    assert deeper(half, said("p3", VerdictName.MISSING, 0.3)) is None
    first = turn_of([*covered, half, silent])
    reply = turn_of([said("p3", VerdictName.COVERED, 0.9)]).model_copy(
        update={"id": 1, "kind": TurnKind.DEEPER, "target": "p3"}
    )
    assert pick_follow_up(item, Level.MID, [first, reply], edition=RULES) is None
