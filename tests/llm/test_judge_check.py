"""`mockdl judge-check`: a good judge looks good, a bad one bad, and a call that failed is no number."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from interviewer.audit.judge_agreement import Scores, measure_run, worth_of
from interviewer.audit.judge_run import Run, choose_examples, choose_questions, judge_examples
from interviewer.cli.judge_table import render_scores
from interviewer.core.bank.content import Bank, Item
from interviewer.core.bank.kinds import ExampleKind, VerdictName
from interviewer.core.bank.rubric import Example
from interviewer.core.grade.ledger import Prices
from interviewer.errors import UsageError
from interviewer.llm.judge_prompt import prompt_hash
from interviewer.services import Services, build_services
from interviewer.settings.schema import JudgeMode
from tests.support.builders import make_bank, make_item
from tests.support.chat_server import READ, Body, ChatStage, error
from tests.support.judging import Opinion, asked_text, offline, says, write_settings
from tests.support.packs import write_pack
from tests.support.scripted import ScriptedEngine, breaks
from tests.unit.test_cli import mockdl

POINTS = ("p0", "p1", "p2", "p3")


def said(name: str, points: Sequence[str]) -> str:
    """An answer that makes these points in sentences of its own."""
    return " ".join(f"I hold statement {point[1]} of {name} to be true." for point in points)


def quote_of(name: str, point: str) -> str:
    return f"I hold statement {point[1]} of {name}"


def item_with_examples(name: str = "alpha", topic: str = "foundations") -> Item:
    """Three golden answers: all points, the first two, none."""
    item = make_item(name, topic=topic)
    wanted = ((ExampleKind.STRONG, POINTS), (ExampleKind.PARTIAL, POINTS[:2]), (ExampleKind.OFF_TOPIC, ()))
    examples = tuple(
        Example(
            kind=kind,
            text=said(name, points) or f"My dog sleeps in {name} all day, and likes it very much.",
            verdicts=dict.fromkeys(points, VerdictName.COVERED),
        )
        for kind, points in wanted
    )
    return item.model_copy(update={"rubric": item.rubric.model_copy(update={"examples": examples})})


ITEMS = [item_with_examples(name) for name in ("alpha", "beta", "gamma")]


def right(body: Body) -> Mapping[str, Opinion]:
    """What a perfect judge says."""
    text = asked_text(body)
    return {
        point: ("covered", quote_of(item.question.id, point))
        for item in ITEMS
        for point in POINTS
        if quote_of(item.question.id, point) in text
    }


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine(offline(p0="covered"))


@pytest.fixture
def services(stage: ChatStage, home: Path, engine: ScriptedEngine) -> Iterator[Services]:
    """The judge is the stage; the offline grader finds the first point in every answer and nothing else."""
    write_settings(home, stage.url)
    found = build_services(engine=engine)
    yield found
    found.close()


Measure = Callable[..., tuple[Run, Scores]]


@pytest.fixture
def measure(services: Services) -> Iterator[Measure]:
    judges = []

    def run(repeats: int = 2, progress: Callable[[int], None] = lambda _: None) -> tuple[Run, Scores]:
        judge = services.model.fresh_judge(services.engine())
        judges.append(judge)
        found = judge_examples(choose_examples(ITEMS), services.engine(), judge, repeats=repeats, progress=progress)
        return found, measure_run(
            found, "tiny-chat", "here:1", Prices(model="tiny-chat", per_million_in=1, per_million_out=2)
        )

    yield run
    for judge in judges:
        judge.close()


def shown(run: Run, scores: Scores) -> str:
    lines = list(render_scores(run, scores, "tiny-chat", "here:1"))
    assert max(map(len, lines)) <= 80
    return " ".join(" ".join(lines).split())


def test_a_perfect_judge_beats_the_offline_grader(stage: ChatStage, measure: Measure) -> None:
    stage.act = says(right)
    run, scores = measure()
    assert len(scores.rows) == 36
    for name in ("accuracy", "macro-F1", "kappa"):
        assert scores.agreement["judge"][name].value == pytest.approx(1)
    accuracy = scores.agreement["offline"]["accuracy"]
    assert accuracy.value == pytest.approx(7 / 12)
    assert accuracy.low <= accuracy.value <= accuracy.high
    assert scores.gain["judge"].low > 0
    assert scores.consistency is not None
    assert scores.consistency.value == 1
    assert scores.evidence is not None
    assert scores.evidence.value == 1
    assert scores.kinds["off-topic"] == {"n": 12, "judge": 1.0, "together": 1.0, "offline": 0.75}
    (line,) = scores.ledger.lines
    assert line.calls == len(stage.bodies) >= 18
    assert line.cost == pytest.approx((line.calls * READ + line.calls * 7 * 2) / 1e6)
    text = shown(run, scores)
    assert "better" in text
    assert "No opinion" not in text
    assert "One answer costs about" in text


def test_forged_quotes_show_in_the_evidence_and_earn_nothing(stage: ChatStage, measure: Measure) -> None:
    stage.act = says(dict.fromkeys(POINTS[:3], ("covered", "the candidate knows all of this by heart")))
    _, scores = measure(repeats=1)
    assert scores.evidence is not None
    assert scores.evidence.value == 0
    assert scores.consistency is None
    assert scores.agreement["together"]["accuracy"] == scores.agreement["offline"]["accuracy"]
    assert scores.agreement["judge"]["accuracy"].value == pytest.approx(7 / 12)


def test_a_judge_that_is_worse_is_called_so(stage: ChatStage, measure: Measure) -> None:
    stage.act = says(dict.fromkeys(POINTS[2:], ("covered", "the candidate knows all of this by heart")))
    _, scores = measure(repeats=1)
    assert "worse" in " ".join(render_scores(Run((), 0, 1), scores, "m", "h"))


def test_of_a_question_one_example_of_each_kind_comes_first() -> None:
    item = item_with_examples()
    strong, partial, off = item.rubric.examples
    rubric = item.rubric.model_copy(update={"examples": (strong, strong, partial, off)})
    twice = item.model_copy(update={"rubric": rubric})
    assert [case.number for case in choose_examples([twice], 3)] == [0, 2, 3]
    assert [case.number for case in choose_examples([twice, item], 1)] == [0, 0]
    assert len(choose_examples([twice])) == 4


def test_one_verdict_for_everything_is_no_opinion(stage: ChatStage, measure: Measure) -> None:
    stage.act = says(dict.fromkeys(POINTS, ("covered", "the candidate knows all of this by heart")))
    run, scores = measure(repeats=1)
    assert scores.rows == ()
    assert any("one verdict for everything" in reason for _, reason in run.failures.values())


def test_the_judge_weighs_what_was_measured(services: Services, stage: ChatStage, measure: Measure) -> None:
    assert services.model.weight() == (0.7, True)
    stage.act = says(right)
    _, scores = measure(repeats=1)
    assert worth_of(scores) is None  # 36 verdicts tell too little
    many = scores._replace(rows=scores.rows * 3)
    worth = worth_of(many)
    assert worth is not None
    assert (worth.judge, worth.offline) == (1.0, scores.agreement["offline"]["accuracy"].value)
    assert services.model.keep_worth(worth) == 0.85
    assert services.model.weight() == (0.85, True)
    assert "weighs 85%" in services.model.notice()
    assert services.places.judge_checks.stat().st_mode & 0o077 == 0
    services.model.keep_worth(worth._replace(together=0.4))
    assert "worse than the offline grader" in services.model.notice()
    services.places.judge_checks.write_text("{damaged")
    assert services.model.weight() == (0.3, False)
    assert "only settles what is left open" in services.model.notice()
    services.places.judge_checks.write_text(json.dumps({f"{stage.url} tiny-chat {prompt_hash('judge')}": {"judge": 9}}))
    assert services.model.weight() == (0.3, False)


def test_a_judge_that_changes_its_mind_is_inconsistent(stage: ChatStage, measure: Measure) -> None:
    seen: dict[str, int] = {}

    def moody(body: Body) -> Mapping[str, Opinion]:
        text = asked_text(body)
        seen[text] = seen.get(text, 0) + 1
        return {"p3": ("covered", "")} if seen[text] % 2 else {}

    stage.act = says(moody)
    _, scores = measure()
    assert scores.consistency is not None
    assert scores.consistency.value < 1


def test_a_failed_call_is_no_opinion_and_is_reported_by_reason(stage: ChatStage, measure: Measure) -> None:
    good = says(right)
    stage.act = lambda body: error(503, "busy") if "gamma" in asked_text(body) else good(body)
    run, scores = measure()
    assert {row.question for row in scores.rows} == {"alpha", "beta"}
    assert scores.agreement["judge"]["accuracy"].value == pytest.approx(1)
    assert scores.agreement["offline"]["accuracy"].n == 24
    assert run.failures["server-error"][0] == 6
    text = shown(run, scores)
    assert "No opinion 6 of 18 times, server-error" in text
    assert "6 failed" in text


def test_an_answer_without_an_offline_grade_is_no_opinion(
    engine: ScriptedEngine, stage: ChatStage, measure: Measure
) -> None:
    engine.script = breaks
    run, scores = measure(repeats=1)
    assert run.failures == {"not graded offline": (9, "the encoder is on fire")}
    assert scores.rows == ()
    assert stage.bodies == []
    assert "nothing to measure" in shown(run, scores)


def test_a_wrong_model_name_ends_it_early(stage: ChatStage, measure: Measure) -> None:
    stage.act = lambda _: error(404, "The model `tiny-chat` does not exist", code="model_not_found")
    run, scores = measure(repeats=1)
    assert "has no model" in run.gave_up
    assert len(run.answers) == 3
    assert "Given up" in shown(run, scores)


def test_ctrl_c_measures_what_there_is(stage: ChatStage, measure: Measure) -> None:
    stage.act = says(right)

    def press(done: int) -> None:
        if done == 4:
            raise KeyboardInterrupt

    run, scores = measure(repeats=1, progress=press)
    assert run.interrupted
    assert len(run.answers) == 4
    assert len(scores.rows) == 16
    text = shown(run, scores)
    assert "Interrupted. 4 of 9 answers were judged." in text
    assert "draw more with --questions" in text


def test_the_draw_is_the_same_for_a_seed_and_spreads_over_topics(bank: Bank) -> None:
    first = choose_questions(bank, (), 8, 7)
    assert [each.question.id for each in first] == [each.question.id for each in choose_questions(bank, (), 8, 7)]
    assert len({each.question.topic for each in first}) == 8
    assert [each.question.id for each in choose_questions(bank, (), 8, 8)] != [each.question.id for each in first]
    assert len(choose_questions(bank, (), 0, 7)) == len(bank)
    with pytest.raises(UsageError, match="dropuot") as caught:
        choose_questions(bank, ["dropuot"], 6, 7)
    assert "dropout" in caught.value.todo
    with pytest.raises(UsageError, match="golden examples"):
        choose_questions(make_bank(make_item("alpha")), (), 6, 7)


@pytest.mark.parametrize(
    ("settings", "arguments", "wanted"),
    [
        ({"judge_url": ""}, [], "judge_url is not set"),
        ({"judge_model": ""}, [], "judge_model is not set"),
        ({"judge_url": "https://models.example/v1", "judge": "off"}, [], "nothing is sent to another machine"),
        ({"judge_url": "https://models.example/v1"}, [], "needs a key"),
        ({"judge": "auto"}, ["--judge", "off"], "The judge is off"),
        ({}, ["--question", "dropuot"], "Did you mean dropout"),
    ],
)
def test_what_stands_in_the_way_is_said_and_nothing_is_sent(
    stage: ChatStage, home: Path, settings: dict[str, str], arguments: list[str], wanted: str
) -> None:
    write_settings(home, **{"url": stage.url, **{name.replace("judge_url", "url"): v for name, v in settings.items()}})
    result = mockdl("judge-check", *arguments)
    assert result.returncode == 2
    assert wanted in result.stderr
    assert stage.bodies == []


@pytest.mark.encoder
def test_the_command_says_what_is_sent_where_and_measures(stage: ChatStage, home: Path, tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "pack", *ITEMS)
    write_settings(home, stage.url, judge=str(JudgeMode.OFF), judge_price_in=1.0, judge_price_out=2.0)
    stage.act = says(right)
    chosen = ["--pack", str(pack), "--question", "alpha", "--question", "beta", "--repeats", "1"]
    result = mockdl("judge-check", *chosen, "--json")
    assert result.returncode == 0, result.stderr
    assert f"6 golden examples of 2 questions are sent to 127.0.0.1:{stage.http.port}" in result.stderr
    body = json.loads(result.stdout)
    assert body["agreement"]["judge"]["accuracy"]["value"] == 1
    assert body["agreement"]["offline"]["accuracy"]["n"] == 24
    assert body["ledger"]["cost"] > 0
    assert body["no_opinion"] == {}
    assert len(body["verdicts"]) == 24
    assert body["seconds_a_call"]["median"] > 0
    stage.act = lambda _: error(500, "out of memory")
    failed = mockdl("judge-check", *chosen)
    assert failed.returncode == 1
    assert "gave no opinion" in failed.stdout
    assert "Traceback" not in failed.stderr
