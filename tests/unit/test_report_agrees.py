"""A report does not contradict itself: what it shows as covered is nowhere told as missed, and counts fit the marks.

The session has a point that the first answer made, one that a follow-up brought out, one that a follow-up asked for in
vain, one that the last words added, and a question that asks nothing of the session's level.
"""

from __future__ import annotations

import html
import json
import re
from functools import partial

import pytest

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import Level
from interviewer.core.grade.contest import Ruling
from interviewer.core.grade.grade import Agreement, Grade, LengthAgreement, Span
from interviewer.core.interview.authored import missed_points
from interviewer.core.interview.last_words import LAST_WORDS
from interviewer.core.interview.numbered_evidence import cut_answer
from interviewer.core.interview.open_points import doubtful_points, may_mark, open_to_contest, points_above
from interviewer.core.interview.scoring import score_question
from interviewer.core.interview.session import Outcome, Phase, Planned, SessionConfig, State, Turn, TurnKind
from interviewer.core.interview.summary import SessionSummary, summarise
from interviewer.core.interview.utterance import Act, Utterance
from interviewer.report import render_report
from interviewer.tui.widgets.report_head import describe_report
from interviewer.tui.widgets.verdict_text import describe_verdict
from interviewer.wording.verdicts import describe_point, describe_shares
from tests.support.builders import make_grade
from tests.unit.test_score_formula import core, deep, second

ASKED = partial(Turn, kind=TurnKind.QUESTION, prompt="What is it?", started=0.0, outcome=Outcome.ANSWERED)
ADDED = "and one more thing for the end"
FORMS = ("terminal", "full", "md", "html", "json")


def named(item: Item, name: str) -> Item:
    """The item under another name, with a statement of its own for every point."""
    points = tuple(
        each.model_copy(update={"statement": f"Statement {each.id} of {name}."}) for each in item.rubric.key_points
    )
    rubric = item.rubric.model_copy(update={"key_points": points})
    question = item.question.model_copy(update={"id": name, "title": f"Title of {name}"})
    return item.model_copy(update={"rubric": rubric, "question": question})


ALPHA = named(second(core(3), core(2), core(), deep(), deep(), deep()), "alpha")
BETA = named(second(core(3, Level.SENIOR), core(2, Level.SENIOR), deep(), deep()), "beta")
ITEMS = {"alpha": ALPHA, "beta": BETA}


def grade(item: Item, **said: str) -> Grade:
    return make_grade({point.id: said.get(point.id, "missing") for point in item.rubric.key_points})


TURNS = (
    ASKED(id=0, question_id="alpha", answer="words of the first answer", result=grade(ALPHA, p4="unsure"), seconds=60),
    ASKED(id=1, question_id="alpha", kind=TurnKind.PROBE, target="p0", prompt="And?", answer="reply",
          result=make_grade({"p0": "covered", "p3": "covered"}), seconds=10),
    ASKED(id=2, question_id="alpha", kind=TurnKind.DEEPER, target="p1", prompt="More?", answer="reply",
          result=make_grade({"p1": "missing"}), seconds=10),
    ASKED(id=3, question_id="beta", answer="words about beta", result=grade(BETA, p0="covered", p2="covered"),
          seconds=50),
    ASKED(id=4, question_id="beta", kind=TurnKind.LAST_WORDS, prompt=LAST_WORDS, answer=ADDED,
          result=make_grade({"p1": "missing"}), seconds=22),
    ASKED(id=5, question_id="alpha", kind=TurnKind.LAST_WORDS, prompt=LAST_WORDS, answer=ADDED,
          result=make_grade({"p2": "covered"})),
)  # fmt: skip
SAID = (
    Utterance(act=Act.CLARIFICATION, turn_id=0, text="Any one you like.", asked="which [one]?"),
    Utterance(act=Act.REVEAL, turn_id=2, text="The service decides on refunds.", about="goal"),
    Utterance(act=Act.REVEAL, turn_id=3, text="A late fact of beta.", about="goal", at_end=True),
)


def state_of(turns: tuple[Turn, ...] = TURNS) -> State:
    plan = tuple(Planned(question_id=name) for name in ITEMS)
    config = SessionConfig(level=Level.MID, edition=3)
    return State(config=config, plan=plan, turns=turns, phase=Phase.FINISHED, said=SAID, position=1)


def summary_of(turns: tuple[Turn, ...] = TURNS) -> SessionSummary:
    return summarise("s", state_of(turns), ITEMS, started_at=0.0)


def flat(form: str, found: SessionSummary, width: int = 100) -> str:
    text = render_report(found, "terminal" if form == "full" else form, width=width, full=form == "full")
    if form == "html":
        text = html.unescape(re.sub("<sup>.*?</sup>|<[^>]+>", "", text))
    return " ".join(text.split())


def test_what_is_shown_as_covered_is_nowhere_told_as_missed() -> None:
    found = summary_of()
    for question in found.questions:
        score, item = question.score, question.item
        covered = {each.point.id for each in score.points if describe_point(each).startswith("●")}
        assert covered
        missed = [point.id for point in missed_points(state_of(), item)]
        contested = [each.point.id for each in open_to_contest(score, question.turns)]
        above = [each.point.id for each in points_above(score, Level.MID)]
        doubtful = [each.point.id for each in doubtful_points(score, question.turns) if may_mark(each)]
        for names in (missed, contested, above, doubtful):
            assert not covered & set(names)
        studied = {each.statement for each in found.study if each.question == item.question.id}
        assert not studied & {each.point.statement for each in score.points if each.point.id in covered}
        assert set(missed) == {each.point.id for each in score.points} - covered


def test_what_could_have_been_added_is_neither_said_nor_perhaps_and_the_counts_fit_the_marks() -> None:
    text = flat("terminal", summary_of())
    assert "Beyond that 1 said, 1 in part or perhaps; could have added: Statement p5 of alpha" in text
    assert "Beyond that 1 said; could have added: Statement p3 of beta" in text
    assert "3 of 5 core points said" in text


def test_a_follow_up_qualifies_what_it_brought_out_and_a_missing_point_only_when_it_was_asked_for() -> None:
    points = summary_of().questions[0].score.points
    assert [describe_point(each) for each in points] == [
        "● covered, after a follow-up",
        "○ missing, also when asked",
        "● covered, added at the end",
        "● covered, after a follow-up, depth",
        "? did you mean this, depth",
        "○ missing, depth",
    ]
    doubtful = make_grade({"p5": "missing"}).verdicts[0].model_copy(update={"p_covered": 0.05})
    reply = TURNS[1].result
    assert isinstance(reply, Grade)
    heard = reply.model_copy(update={"verdicts": (*reply.verdicts, doubtful)})
    turns = (TURNS[0], TURNS[1].model_copy(update={"result": heard}), *TURNS[2:])
    assert describe_point(summary_of(turns).questions[0].score.points[5]) == "○ missing, depth"
    unread = (*TURNS[:2], TURNS[2].model_copy(update={"result": None}), *TURNS[3:])
    assert describe_point(summary_of(unread).questions[0].score.points[1]) == "○ missing"


# What was wrong and is put right


def wrong_then(*later: Turn, rulings: tuple[Ruling, ...] = (), item: Item = ALPHA) -> tuple[bool, float]:
    held = make_grade({"p0": "contradicted"}, held=("wrong",))
    main = ASKED(id=0, question_id="alpha", answer="it is so", result=held, rulings=rulings)
    (found,) = score_question(item, Level.MID, (main, *later)).misconceptions
    return found.corrected, found.penalty


def reply(said: dict[str, str], kind: TurnKind = TurnKind.PROBE) -> Turn:
    return ASKED(id=1, question_id="alpha", kind=kind, answer="it is", result=make_grade(said))


def test_a_misconception_is_put_right_by_covering_later_what_it_denies() -> None:
    assert wrong_then() == (False, 10)
    assert wrong_then(reply({"p0": "partial"}), reply({"p1": "covered"})) == (False, 10)
    assert wrong_then(reply({"p0": "covered"})) == (True, 0)
    assert wrong_then(reply({"p0": "covered"}, TurnKind.LAST_WORDS)) == (True, 0)
    ruling = Ruling(
        point_id="p0", span=Span(start=0, end=5), read="it is", upheld=True, probability=0.8, by="test", edition=2
    )
    assert wrong_then(rulings=(ruling,)) == (True, 0)
    assert wrong_then(rulings=(ruling.model_copy(update={"upheld": False}),)) == (False, 10)


def test_what_is_said_again_is_not_put_right_and_the_first_edition_keeps_its_rule() -> None:
    again = reply({}).model_copy(update={"id": 2, "result": make_grade({"p0": "covered"}, held=("wrong",))})
    assert wrong_then(reply({"p0": "covered"}), again) == (False, 10)
    first = ALPHA.model_copy(update={"rubric": ALPHA.rubric.model_copy(update={"edition": 1})})
    assert wrong_then(reply({"p0": "covered"}), item=first) == (False, 10)
    assert wrong_then(reply({"fix:wrong": "covered"}), item=first) == (True, 5)


@pytest.mark.parametrize("form", [*FORMS[:4], "screen"])
def test_nothing_is_said_to_be_taken_off_for_what_was_put_right(form: str) -> None:
    held = make_grade({"p0": "contradicted", "p1": "missing"}, held=("wrong",))
    turns = (TURNS[0].model_copy(update={"result": held}), *TURNS[1:])
    found = summary_of(turns)
    screen = describe_verdict(found.questions[0], Level.MID, 1, 100).plain
    text = screen if form == "screen" else flat(form, found)
    assert "(put right later, nothing taken off)" in text
    assert not re.search("[(][-−]0", text)


# One level for list and shares


def test_a_question_without_a_core_at_the_level_is_shown_at_the_one_it_was_read_at() -> None:
    score = summary_of().questions[1].score
    assert [each.expected for each in score.points] == [True, True, False, False]
    assert score.core == pytest.approx(3 / 5)
    assert score.note == "scored as at senior level, for no point of it is core at mid level"
    text = describe_verdict(summary_of().questions[1], Level.MID, 2, 100).plain
    assert "Core points: ● 1 covered   ○ 1 missing" in text
    skipped = ASKED(id=3, question_id="beta", result=None).model_copy(update={"outcome": Outcome.SKIPPED})
    points = summary_of((*TURNS[:3], skipped)).questions[1].score.points
    assert [each.expected for each in points] == [True, True, False, False]


def test_where_a_higher_level_counts_for_more_the_shares_are_those_of_the_list() -> None:
    item = named(second(core(), core(3, Level.SENIOR), deep(), deep(), deep(), deep()), "alpha")
    turn = ASKED(id=0, question_id="alpha", answer="words", result=grade(item, p1="covered"))
    raw = score_question(item, Level.MID, (turn,))
    state = state_of((turn,))
    (shown,) = summarise("s", state, {"alpha": item}, started_at=0.0).questions
    assert raw.level is Level.SENIOR
    assert raw.core == pytest.approx(3 / 4)
    assert shown.score.value == raw.value
    assert [each.expected for each in shown.score.points] == [True, *[False] * 5]
    assert (shown.score.core, shown.score.level) == (0, Level.MID)


def test_the_shares_say_what_they_are_shares_of() -> None:
    assert describe_shares(0.61, 0.47) == "61% of the core by weight, 47% of the depth that is asked for"
    assert describe_shares(0.96, 1.0) == "96% of the core by weight, enough of the depth"
    for form in ("full", "md", "html"):
        text = flat(form, summary_of())
        assert "earns less than its weight; a few points of depth are enough" in text
        assert "on the scale of careful readers' marks" in text
    assert "on the scale of careful readers' marks" in flat("terminal", summary_of())


# The conversation


@pytest.mark.parametrize("form", ["terminal", "full", "md", "html"])
def test_last_words_that_earned_nothing_are_said_to_have_earned_nothing(form: str) -> None:
    nothing = TURNS[5].model_copy(update={"result": make_grade({"p2": "missing"})})
    text = flat(form, summary_of((*TURNS[:5], nothing)))
    assert "No point that was still open was heard surely enough in these words to count." in text
    declined = [each.model_copy(update={"answer": "No, thank you.", "result": nothing.result}) for each in TURNS[4:]]
    assert "surely enough" not in flat(form, summary_of((*TURNS[:4], *declined)))


@pytest.mark.parametrize("form", FORMS)
def test_the_last_words_stand_once_and_apart(form: str) -> None:
    found = summary_of()
    text = flat(form, found)
    if form != "json":
        assert text.count(ADDED) == 1
        assert text.index(ADDED) > text.index("Title of beta")
        assert "These words earned point 3 of question 1." in text
        assert "last-words" not in text
        return
    body = json.loads(render_report(found, "json"))
    assert [turn["id"] for each in body["questions"] for turn in each["turns"]] == [0, 1, 2, 3]
    assert (body["closing"]["answer"], body["closing"]["seconds"]) == (ADDED, 22)
    assert [(each["question"], each["turn"]) for each in body["closing"]["replies"]] == [("alpha", 5), ("beta", 4)]
    assert body["questions"][0]["key_points"][2]["turn"] == 5


def test_on_a_questions_own_page_the_last_words_stand_where_they_earned_something() -> None:
    first, other = (describe_verdict(each, Level.MID, 1, 100).plain for each in summary_of().questions)
    assert "To close" in first
    assert "added at the end [3]" in first
    assert ADDED not in other


def test_a_session_without_last_words_has_no_block_for_them() -> None:
    for form in FORMS:
        assert '"closing"' not in flat(form, summary_of(TURNS[:4]))
        assert "To close" not in flat(form, summary_of(TURNS[:4]))


def test_their_time_is_the_sessions_and_no_questions() -> None:
    found = summary_of()
    assert found.seconds == 152
    assert [each.seconds for each in found.questions] == [80, 50]
    head = describe_report(found, 100).plain
    assert "Answering time: 2 min 32 s with last words, 1 min 05 s a question" in head
    assert "0 min 50 s of about 5 min" in head


@pytest.mark.parametrize("form", FORMS[1:])
def test_what_was_told_and_asked_back_stands_in_its_place(form: str) -> None:
    text = flat(form, summary_of()).replace("\\", "")
    for wanted in ("which [one]?", "Any one you like.", "The service decides on refunds."):
        assert text.count(wanted) == 1
    if form != "json":
        assert text.index("which [one]?") < text.index("words of the first answer")
        assert text.index("refunds") < text.index("More?")


@pytest.mark.parametrize("form", ["full", "md", "html", "screen"])
def test_follow_ups_have_the_same_names_in_every_form(form: str) -> None:
    found = summary_of()
    text = describe_verdict(found.questions[0], Level.MID, 1, 100).plain if form == "screen" else flat(form, found)
    assert "Follow-up, one level deeper" in text
    for kind in TurnKind:
        assert f"({kind})" not in text


# What the grades are worth, and the marks in an answer


def test_the_short_form_says_what_the_grades_are_worth_and_leaves_their_makers_name_to_the_full_one() -> None:
    found = summary_of()
    at_length = LengthAgreement(most_words=60, found=0.79, right=0.94, error=12)
    worth = Agreement(within_r=0.5, golden_accuracy=0.9, by_length=(at_length,))
    passport = make_grade({}).passport.model_copy(
        update={"name": "offline-contrast", "calibrated": True, "calibration": "abcd1234", "agreement": worth}
    )
    graded = tuple(
        each.model_copy(update={"score": each.score.model_copy(update={"passport": passport})})
        for each in found.questions
    )
    found = found.model_copy(update={"questions": graded})
    told = "the grader found 79% of the points that were made, 94% of those it found were made"
    for form in ("terminal", "full", "md", "html"):
        text = flat(form, found)
        assert told in text
        assert "(up to 60 words)" in text
        assert "The README has the figures over answers of all lengths." in text
        assert ("offline-contrast" in text) is (form != "terminal")


@pytest.mark.parametrize("width", [74, 80, 100])
def test_a_point_is_told_in_words_enough_to_tell_it_from_the_next(width: int) -> None:
    long = "For this decoder the cache takes as many bytes per token and layer as there are numbers in it"
    points = tuple(
        each.model_copy(update={"statement": f"{long}, {each.id}."}) if each.depth else each
        for each in ALPHA.rubric.key_points
    )
    item = ALPHA.model_copy(update={"rubric": ALPHA.rubric.model_copy(update={"key_points": points})})
    turn = ASKED(id=0, question_id="alpha", answer="words " * 30, result=grade(item, p0="covered"))
    found = summarise("s", state_of((turn,)), {"alpha": item}, started_at=0.0)
    text = flat("terminal", found, width)
    assert f"Could have added: {long}" in text
    assert "; 2 more" in text


@pytest.mark.parametrize(
    ("answer", "span", "marked"),
    [
        ("times 128 numbers", (0, 9), "times 128 [1] numbers"),
        ("multiply-adds", (0, 8), "multiply [1]-adds"),
        ("before", (0, 2), "be [1] fore"),
        ("so it is", (0, 3), "so [1] it is"),
    ],
)
def test_the_number_of_a_point_cannot_be_read_as_part_of_what_was_typed(
    answer: str, span: tuple[int, int], marked: str
) -> None:
    found = make_grade({"p0": "covered"})
    verdict = found.verdicts[0].model_copy(update={"evidence": Span(start=span[0], end=span[1])})
    turn = ASKED(id=0, question_id="alpha", answer=answer, result=found.model_copy(update={"verdicts": (verdict,)}))
    points = score_question(ALPHA, Level.MID, (turn,)).points
    assert "".join(f"{each.text}{each.mark}" for each in cut_answer(turn, points)) == marked
