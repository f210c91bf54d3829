"""What is asked next, by the rules of new interviews: never for what was heard, and in the candidate's words."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.core.bank.kinds import Level, VerdictName
from interviewer.core.bank.rubric import Value
from interviewer.core.grade.grade import Grade, GradeRequest, GradeResult, HeldMisconception, PointVerdict, Span
from interviewer.core.interview.followup import CERTAIN, CHECK_NUMBER, UNHEARD, FollowUp, pick_follow_up
from interviewer.core.interview.followup import WRONG as SURELY_WRONG
from interviewer.core.interview.own_words import quoted_before, whole_quotes
from interviewer.core.interview.session import RULES, Outcome, SessionConfig, State, Turn, TurnKind
from interviewer.sessions.turn_grading import grade_turn
from tests.support.builders import make_grade, make_item

ITEM = make_item("alpha")
ANSWER = "right. near 1. wrong. other 1."
RIGHT, NEAR, WRONG = Span(start=0, end=6), Span(start=7, end=14), Span(start=15, end=21)
OTHER = Span(start=22, end=30)


def said(
    name: str, verdict: VerdictName, covered: float, evidence: Span | None = None, contradicted: float | None = None
) -> PointVerdict:
    if contradicted is None:
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
            st.floats(0.0, 0.55),
        ),
        min_size=4,
        max_size=4,
    )
)
def test_nothing_that_may_have_been_heard_is_asked_for_and_only_what_is_surely_wrong_challenged(
    drawn: list[tuple[VerdictName, float, Span | None, float]],
) -> None:
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
        assert asked.p_contradicted >= SURELY_WRONG


@given(data=st.data())
def test_no_challenge_quotes_words_that_earned_a_point(data: st.DataObject) -> None:
    """Whatever lies where: three credited stretches and one that is wrong."""

    def stretch() -> Span:
        start = data.draw(st.integers(0, len(ANSWER) - 2))
        return Span(start=start, end=data.draw(st.integers(start + 1, len(ANSWER))))

    earned = [stretch() for _ in range(3)]
    verdicts = [said(f"p{n}", VerdictName.COVERED, 0.9, span) for n, span in enumerate(earned)]
    found = follow(*verdicts, said("p3", VerdictName.CONTRADICTED, 0.0, stretch()))
    assert found is not None
    assert found.kind is TurnKind.CHALLENGE
    for quote in quoted_before([found.prompt]):
        at = ANSWER.lower().find(quote.rstrip(". "))
        assert at >= 0
        assert not any(max(at, each.start) < min(at + len(quote.rstrip(". ")), each.end) for each in earned)


def test_a_point_that_was_heard_in_a_reply_is_not_asked_for_again() -> None:
    first = turn_of(filled(said("p0", VerdictName.MISSING, 0.02)))
    reply = turn_of([said("p0", VerdictName.UNSURE, 0.3)]).model_copy(update={"id": 1, "kind": TurnKind.PROBE})
    found = pick_follow_up(ITEM, Level.STAFF, [first, reply], edition=RULES)
    assert found is None or found.target != "p0"


def test_a_point_that_a_reply_seems_to_make_aside_is_not_asked_for() -> None:
    first = turn_of(filled(said("p0", VerdictName.MISSING, 0.02), said("p1", VerdictName.MISSING, 0.02)))
    reply = turn_of([said("p0", VerdictName.COVERED, 0.9)]).model_copy(update={"id": 1, "kind": TurnKind.PROBE})
    heard = reply.result.model_copy(update={"aside": ("p1",)}) if isinstance(reply.result, Grade) else None
    asked = pick_follow_up(ITEM, Level.STAFF, [first, reply], edition=RULES)
    assert asked is not None
    assert asked.target == "p1"
    found = pick_follow_up(ITEM, Level.STAFF, [first, reply.model_copy(update={"result": heard})], edition=RULES)
    assert found is None or found.target != "p1"


def test_the_words_that_came_near_are_quoted() -> None:
    found = follow(*filled(said("p1", VerdictName.UNSURE, 0.05, NEAR)))
    assert found == FollowUp(TurnKind.PROBE, "p1", 'You said: "near 1". Probe 1?')


def test_a_number_that_was_given_is_asked_to_be_checked() -> None:
    points = [
        each.model_copy(update={"value": Value(number=7)}) if each.id == "p1" else each
        for each in ITEM.rubric.key_points
    ]
    item = ITEM.model_copy(update={"rubric": ITEM.rubric.model_copy(update={"key_points": tuple(points)})})
    first = turn_of(filled(said("p1", VerdictName.UNSURE, 0.05, NEAR)))
    found = pick_follow_up(item, Level.STAFF, [first], edition=RULES)
    assert found == FollowUp(TurnKind.PROBE, "p1", f'You said: "near 1". {CHECK_NUMBER} Probe 1?')
    before = pick_follow_up(item, Level.STAFF, [first], edition=4)
    assert before is not None
    assert CHECK_NUMBER not in before.prompt
    none = pick_follow_up(item, Level.STAFF, [turn_of(filled(said("p1", VerdictName.MISSING, 0.01)))], edition=RULES)
    assert none == FollowUp(TurnKind.PROBE, "p1", "Probe 1?")


def test_a_quote_ends_with_one_stop() -> None:
    turn = turn_of(filled(said("p1", VerdictName.UNSURE, 0.05, Span(start=0, end=8))))
    turn = turn.model_copy(update={"answer": "quote 1. more"})
    found = pick_follow_up(ITEM, Level.STAFF, [turn], edition=RULES)
    assert found is not None
    assert found.prompt == 'You said: "quote 1". Probe 1?'


def test_the_wrong_words_are_quoted_in_a_challenge() -> None:
    found = follow(*filled(said("p1", VerdictName.CONTRADICTED, 0.0, OTHER)))
    assert found == FollowUp(TurnKind.CHALLENGE, "p1", 'You said: "other 1". Probe 1?')


@pytest.mark.parametrize(
    ("credited", "prompt"),
    [
        (RIGHT, 'You said: "wrong". Are you sure?'),
        (Span(start=0, end=20), "Are you sure?"),
        (None, 'You said: "wrong". Are you sure?'),
    ],
)
def test_a_misconception_is_challenged_behind_its_own_words(credited: Span | None, prompt: str) -> None:
    turn = turn_of(filled(said("p1", VerdictName.COVERED, 0.9, credited)))
    assert isinstance(turn.result, Grade)
    held = HeldMisconception(misconception_id="wrong", probability=0.97, evidence=WRONG)
    turn = turn.model_copy(update={"result": turn.result.model_copy(update={"misconceptions": (held,)})})
    assert pick_follow_up(ITEM, Level.STAFF, [turn], edition=RULES) == FollowUp(TurnKind.CHALLENGE, "fix:wrong", prompt)
    before = pick_follow_up(ITEM, Level.STAFF, [turn], edition=2)
    assert before == FollowUp(TurnKind.CHALLENGE, "fix:wrong", "Are you sure?")


def test_a_misconception_that_is_less_than_certain_is_not_challenged() -> None:
    turn = turn_of(filled(said("p1", VerdictName.COVERED, 0.9, RIGHT)))
    assert isinstance(turn.result, Grade)
    held = HeldMisconception(misconception_id="wrong", probability=CERTAIN - 0.01, evidence=WRONG)
    turn = turn.model_copy(update={"result": turn.result.model_copy(update={"misconceptions": (held,)})})
    found = pick_follow_up(ITEM, Level.STAFF, [turn], edition=RULES)
    assert found is None or found.kind is not TurnKind.CHALLENGE


@pytest.mark.parametrize("verdict", [VerdictName.UNSURE, VerdictName.CONTRADICTED])
def test_words_that_earned_another_point_are_never_held_up(verdict: VerdictName) -> None:
    right = said("p0", VerdictName.COVERED, 0.9, Span(start=0, end=13))
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


def ask_about(answer: str, evidence: str, *, prompts: Sequence[str] = (), edition: int = RULES) -> str:
    """The follow-up on point p1, near which these words of the answer came."""
    start = answer.index(evidence)
    near = said("p1", VerdictName.UNSURE, 0.05, Span(start=start, end=start + len(evidence)))
    turn = turn_of(filled(near)).model_copy(update={"answer": answer})
    more = [
        turn_of([]).model_copy(update={"id": n, "kind": TurnKind.PROBE, "target": "p9", "prompt": each, "answer": "so"})
        for n, each in enumerate(prompts, 1)
    ]
    found = pick_follow_up(ITEM, Level.STAFF, [turn, *more], edition=edition)
    assert found is not None
    return found.prompt


LONG = "The first thing 1 is a clause, and then it goes on " + "for a while and " * 8 + "ends."


@pytest.mark.parametrize(
    ("answer", "evidence", "prompt"),
    [
        (
            "It does 1 thing less, not because of it. Next.",
            "It does 1 thing less, not",
            'You said: "It does 1 thing less, not because of it". ',
        ),
        (LONG, LONG, 'You said: "The first thing 1 is a clause". '),
        ("a 1 " * 40, "a 1 a 1", ""),
        ("The output layer uses softmax.", "The output layer uses softmax.", ""),
    ],
)
def test_a_quote_ends_where_a_clause_does_and_is_about_the_point(answer: str, evidence: str, prompt: str) -> None:
    assert ask_about(answer, evidence) == f"{prompt}Probe 1?"


def test_no_words_are_quoted_twice() -> None:
    before = 'You said: "Near 1 it is". What else?'
    assert ask_about("Near 1 it is.", "Near 1", prompts=[before]) == "Probe 1?"
    assert ask_about("Near 1 it is.", "Near 1", prompts=[before], edition=3) == 'You said: "Near 1". Probe 1?'


@given(st.text("ab1 .,;not-\n", min_size=1, max_size=300), st.data())
def test_what_is_quoted_stands_in_the_answer_and_is_short(answer: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(answer) - 1))
    for left, right in whole_quotes(answer, (start, data.draw(st.integers(start + 1, len(answer))))):
        assert 0 <= left < right <= len(answer)
        assert right - left <= 120
