"""Line mode, driven through real streams with a scripted engine."""

from __future__ import annotations

import io
from collections.abc import Iterator
from threading import Timer

import pytest

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import Level
from interviewer.core.bank.rubric import KeyPoint
from interviewer.core.grade.grade import GradeRequest, GradeResult
from interviewer.core.interview.session import Mode, Outcome, Phase, SessionConfig, TurnKind
from interviewer.core.interview.utterance import Act
from interviewer.errors import StorageError
from interviewer.plain import Console, run_plain
from interviewer.plain.commands import COMMANDS, help_lines
from interviewer.plain.interview import INPUT_ENDED
from interviewer.services import Services, build_services
from interviewer.sessions.conductor import Conductor
from tests.support.builders import make_grade
from tests.support.scripted import ScriptedEngine, breaks, covers_everything, covers_nothing


@pytest.fixture
def engine() -> ScriptedEngine:
    return ScriptedEngine()


@pytest.fixture
def services(engine: ScriptedEngine) -> Iterator[Services]:
    built = build_services(engine=engine)
    yield built
    built.close()


def start(services: Services, **changes: object) -> Conductor:
    config = {"level": Level.SENIOR, "count": 2, "seed": 3, **changes}
    return services.sessions.create(SessionConfig.model_validate(config))


def play(services: Services, conductor: Conductor, typed: str | bytes) -> tuple[int, str, str]:
    raw = typed if isinstance(typed, bytes) else typed.encode()
    out, err = io.StringIO(), io.StringIO()
    console = Console(stdin=io.BytesIO(raw), out=out, err=err)
    return run_plain(conductor, console, services.engine().status), out.getvalue(), err.getvalue()


def test_a_whole_interview_through_a_pipe(services: Services, engine: ScriptedEngine) -> None:
    engine.script = covers_everything
    conductor = start(services, level=Level.STAFF)
    code, out, _ = play(services, conductor, "one\ntwo\n.\nmore\n.\nthree\n.\nmore\n.\n" * 2)
    assert code == 0
    assert conductor.state.phase is Phase.FINISHED
    assert "Question 1 of 2" in out
    assert "Question 2 of 2" in out
    assert conductor.state.turns[0].answer == "one\ntwo"


def test_what_is_missing_is_probed(services: Services) -> None:
    conductor = start(services)
    _, out, _ = play(services, conductor, "an answer\n.\n/skip\n/skip\n/end\n")
    probes = [turn for turn in conductor.state.turns if turn.target is not None]
    assert "Follow-up" in out
    assert probes[0].target is not None
    expected = conductor.items[probes[0].question_id].rubric.point(probes[0].target)
    assert probes[0].prompt == expected.probe


def test_nasty_answers_are_kept_exactly(services: Services) -> None:
    nasty = "x[0] [/b] \\frac{a}{b} /home/user 日本語 🙂\n/notacommand here"
    conductor = start(services)
    play(services, conductor, f"{nasty}\n.\n/end\n")
    assert conductor.state.turns[0].answer == nasty


def test_the_end_of_input_keeps_what_was_typed_and_says_how_to_go_on(services: Services) -> None:
    conductor = start(services)
    code, _, err = play(services, conductor, "half an ans")
    assert code == INPUT_ENDED
    assert conductor.state.turns[0].answer == "half an ans"
    assert f"mockdl start --resume {conductor.row.id}" in err
    again = services.sessions.resume()
    assert again.state.turns[0].answer == "half an ans"


def test_no_input_at_all_is_no_crash(services: Services) -> None:
    conductor = start(services)
    code, _, _ = play(services, conductor, "")
    assert code == INPUT_ENDED
    assert conductor.state.turns[0].outcome is None


def test_input_that_is_not_utf8_is_said_and_the_rest_is_kept(services: Services) -> None:
    conductor = start(services)
    _, _, err = play(services, conductor, b"caf\xe9 is fine\n.\n/end\n")
    assert "not UTF-8" in err
    assert conductor.state.turns[0].answer == "caf\ufffd is fine"


def test_an_empty_answer_is_refused_and_can_be_made_good(services: Services) -> None:
    conductor = start(services)
    _, _, err = play(services, conductor, ".\nnow something\n.\n/end\n")
    assert "Nothing is typed yet." in err
    assert conductor.state.turns[0].answer == "now something"


def test_a_hint_costs_what_it_says(services: Services, engine: ScriptedEngine) -> None:
    engine.script = covers_everything
    conductor = start(services, count=1, level=Level.STAFF)
    _, out, _ = play(services, conductor, "/hint\nanswer\n.\n/end\n")
    hint = conductor.items[conductor.state.turns[0].question_id].question.hints[0]
    assert f"Hint ({hint.price:g} points)" in out
    assert conductor.summary().questions[0].score.hint_cost == hint.price


def test_skip_and_dont_know_are_told_apart(services: Services) -> None:
    conductor = start(services)
    play(services, conductor, "/skip\n/idk\n")
    assert [turn.outcome for turn in conductor.state.turns] == [Outcome.SKIPPED, Outcome.DONT_KNOW]


def test_practice_shows_the_verdict_after_each_question(services: Services) -> None:
    conductor = start(services, mode=Mode.PRACTICE)
    _, out, _ = play(services, conductor, "answer\n.\n/idk\n/idk\n/end\n")
    assert "Key points:" in out
    assert "○ missing" in out
    assert "A strong answer:" in out


def test_a_grade_that_cannot_be_made_is_said_and_the_interview_goes_on(
    services: Services, engine: ScriptedEngine
) -> None:
    engine.script = breaks
    conductor = start(services)
    _, out, err = play(services, conductor, "answer\n.\nother\n.\n")
    assert "on fire" in err
    assert "Question 2 of 2" in out
    assert conductor.summary().value is None
    assert len(conductor.summary().left_out) == 2


def test_quit_and_resume_bring_the_draft_back(services: Services) -> None:
    conductor = start(services)
    code, _, _ = play(services, conductor, "first line\nsecond line\n/quit\n")
    assert code == 0
    again = services.sessions.resume(conductor.row.id)
    _, out, _ = play(services, again, "third line\n.\n/end\n")
    assert "Your draft so far" in out
    assert again.state.turns[0].answer == "first line\nsecond line\nthird line"


def test_time_up_takes_the_draft(services: Services) -> None:
    conductor = start(services, minutes=1.0)
    now = conductor.clock()
    ticks = iter([now, now, now, now, now])
    conductor.clock = lambda: next(ticks, now + 100)
    _, _, err = play(services, conductor, "a draft\nmore\nnever read\n.\n")
    assert "Time is up. What you had typed was taken as your answer." in err
    assert conductor.state.phase is Phase.FINISHED
    assert conductor.state.turns[0].answer.startswith("a draft")


def test_time_up_over_an_empty_box_takes_nothing_and_says_so(services: Services) -> None:
    conductor = start(services, minutes=1.0)
    now = conductor.clock()
    ticks = iter([now, now])
    conductor.clock = lambda: next(ticks, now + 100)
    _, _, err = play(services, conductor, " \n\n")
    assert "Time is up." in err
    assert "taken as your answer" not in err
    assert conductor.state.turns[0].outcome is Outcome.NOT_REACHED


def test_time_that_is_up_on_a_full_disk_is_tried_again_with_the_next_line(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    conductor = start(services, minutes=1.0)
    now = conductor.clock()
    late = iter((0.0,))
    lines = iter(["a first line", "one more line"])

    def read(prompt: str) -> str | None:
        """The disk is full from the first line to the second, and the time is up after the first."""
        first = next(late, None) is not None
        services.journal._connection.execute(f"PRAGMA query_only={'ON' if first else 'OFF'}")
        monkeypatch.setattr(conductor, "clock", lambda: now + 100)
        return next(lines, None)

    console = Console(stdin=io.BytesIO(), out=io.StringIO(), err=(err := io.StringIO()))
    console.interactive = True
    monkeypatch.setattr(console, "read_line", read)
    run_plain(conductor, console, services.engine().status)
    assert "could not be used" in err.getvalue()
    assert err.getvalue().count("Time is up.") == 2, "said with each try"
    assert conductor.state.turns[0].answer == "a first line\none more line"


def test_a_full_disk_ends_with_an_error_and_the_session_can_be_resumed(services: Services) -> None:
    conductor = start(services)
    conductor.open()
    services.journal._connection.execute("PRAGMA query_only=ON")
    with pytest.raises(StorageError) as caught:
        play(services, services.sessions.resume(), "answer\n.\n")
    assert "still in the editor" in caught.value.kept
    services.journal._connection.execute("PRAGMA query_only=OFF")
    assert services.sessions.resume().state.phase is Phase.ANSWERING


def test_the_interviewer_greets_reacts_leads_over_and_closes(services: Services) -> None:
    conductor = start(services)
    _, out, _ = play(services, conductor, "an answer\n.\na reply\n.\n/skip\n/skip\n")
    turns = conductor.state.turns
    said = {act: [each.text for each in conductor.state.said if each.act is act] for act in Act}
    assert len(said[Act.GREETING]) == len(said[Act.CLOSING]) == 1
    assert len(said[Act.REACTION]) == sum(turn.kind is TurnKind.QUESTION or not turn.answer for turn in turns[:-1])
    flat = " ".join(out.split())
    for text in (text for texts in said.values() for text in texts):
        assert " ".join(text.split()) in flat
    assert said[Act.ASK][0].endswith(conductor.state.turns[1].prompt.strip())


def test_a_clarification_is_free_kept_and_no_answer(services: Services) -> None:
    conductor = start(services)
    _, out, err = play(services, conductor, "first\n/ask what do you mean [/b]?\n/ask\nsecond\n.\n/end\n")
    assert conductor.state.turns[0].answer == "first\nsecond"
    assert conductor.state.turns[0].hints == 0
    (words,) = conductor.state.words(Act.CLARIFICATION, 0)
    assert words.asked == "what do you mean [/b]?"
    assert " ".join(words.text.split()) in " ".join(out.split())
    assert "Say what is unclear" in err
    again = services.sessions.open(conductor.row.id)
    assert again.state.said == conductor.state.said


def test_a_missed_point_is_explained_in_practice_and_never_before_the_verdict(services: Services) -> None:
    conductor = start(services, mode=Mode.PRACTICE)
    _, out, err = play(services, conductor, "/explain\nanswer\n.\n/idk\n/idk\n/explain 2\n/explain 99\n/end\n")
    assert err.count("There is nothing to explain") == 1
    assert "Say which; /explain N takes one of 1 to" in err
    (words,) = conductor.state.words(Act.EXPLANATION, 0)
    statement = conductor.items[conductor.state.turns[0].question_id].rubric.point(words.about).statement
    assert words.text.startswith(statement)
    asked = f"2. ○ missing, also when asked: {statement[:20]}"
    assert asked in out, "the number under which the verdict has it"


def test_a_point_with_full_credit_is_not_explained(services: Services, engine: ScriptedEngine) -> None:
    engine.script = lambda request, item: make_grade(
        {point.id: "missing" if at else "covered" for at, point in enumerate(heaviest_first(item))}
    )
    conductor = start(services, mode=Mode.PRACTICE)
    _, _, err = play(services, conductor, "answer\n.\n/idk\n/idk\n/explain 1\n/explain\n/end\n")
    assert "Point 1 was not missed; /explain N takes one of 2 to" in err
    (words,) = conductor.state.words(Act.EXPLANATION, 0)
    assert words.about == heaviest_first(conductor.items[conductor.state.turns[0].question_id])[1].id


def heaviest_first(item: Item | None) -> list[KeyPoint]:
    """The points as a verdict at senior level numbers them."""
    assert item is not None
    points = item.rubric.key_points
    return sorted(points, key=lambda each: (not each.is_core(Level.SENIOR), -each.weight))


@pytest.mark.parametrize(
    "typed", [b"one\r\n two\r\n.\r\n", b"one\r two\n.\n", b"one\n two\r\r\n.\n", b"one\r two\r.\r"]
)
def test_line_ends_of_any_system_are_stored_as_plain_new_lines(
    services: Services, engine: ScriptedEngine, typed: bytes
) -> None:
    conductor = start(services)
    play(services, conductor, typed)
    assert conductor.state.turns[0].answer == "one\n two"
    assert [each.answer for each in engine.asked] == ["one\n two"], "what is read is what is kept"


def test_an_interview_explains_nothing(services: Services) -> None:
    conductor = start(services)
    _, _, err = play(services, conductor, "/skip\n/explain 1\n/end\n")
    assert "There is nothing to explain" in err


def test_a_dead_model_is_said_once_and_the_interview_ends_with_a_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("JUDGE", "auto"), ("JUDGE_URL", "http://127.0.0.1:9/v1"), ("JUDGE_MODEL", "tiny")):
        monkeypatch.setenv(f"MOCKDL_{name}", value)
    monkeypatch.setenv("MOCKDL_JUDGE_RETRIES", "0")
    built = build_services(engine=ScriptedEngine())
    try:
        conductor = start(built)
        _, out, err = play(built, conductor, "answer\n.\n" * 6)
        assert conductor.state.phase is Phase.FINISHED
        assert err.count("authored wording is used") == 1
        assert "words what the interviewer says" in " ".join(out.split())
        (line,) = (line for line in conductor.summary().ledger.lines if line.part == "interviewer")
        assert (line.calls, line.failed) == (2, 2)
    finally:
        built.close()


def test_authored_words_can_be_chosen_although_a_model_judges(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("JUDGE", "auto"), ("JUDGE_URL", "http://127.0.0.1:9/v1"), ("JUDGE_MODEL", "tiny")):
        monkeypatch.setenv(f"MOCKDL_{name}", value)
    monkeypatch.setenv("MOCKDL_INTERVIEWER_VOICE", "authored")
    built = build_services()
    try:
        assert built.model.voice(lambda request, item: built.engine().grade(request, item)) is None
        assert "words what" not in built.model.notice()
    finally:
        built.close()


def test_a_long_wait_is_said_once_and_shown_to_go_on_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("interviewer.plain.console.monotonic", lambda: now)
    for interactive, shown in ((True, "Reading ......... 10 s 20 s\n"), (False, "Reading ...\n")):
        err, now = io.StringIO(), 0.0
        console = Console(stdin=io.BytesIO(), err=err)
        console.interactive = interactive
        with console.waiting("Reading") as go_on:
            for _ in range(58):
                now += 0.5
                go_on()
        assert err.getvalue() == shown


def test_reading_is_said_once_a_turn_in_plain_words(services: Services, engine: ScriptedEngine) -> None:
    engine.holding = True
    conductor = start(services, count=1)
    Timer(2.2, engine.release).start()
    _, _, err = play(services, conductor, "an answer\n.\n/end\n")
    assert err.count("Reading your answer ...") == 1
    assert "encoder" not in err


@pytest.mark.parametrize("width", [40, 47, 79, 100])
def test_help_keeps_words_whole_and_names_the_dot(width: int) -> None:
    lines = help_lines(width)
    assert max(map(len, lines)) <= width
    assert " ".join(" ".join(lines).split()) == " ".join(
        f"{name} {text}"
        for name, text in {".": "in a line of its own, ends your answer and sends it", **COMMANDS}.items()
    )
    assert [line.split()[0] for line in lines if line[2] != " "] == [".", *COMMANDS]


def test_help_is_set_to_the_width_of_the_terminal(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    _, out, _ = play(services, start(services, count=1), "/help\n/end\n")
    assert "\n".join(help_lines(79)) in out
    assert max(map(len, out.splitlines())) < 80


def test_a_dot_alone_adds_no_last_words(services: Services) -> None:
    conductor = start(services, count=1, edition=2)
    _, out, err = play(services, conductor, f"an answer\n.\n{'/skip' + chr(10)}{'/skip' + chr(10)}.\n")
    assert conductor.state.turns[-1].kind is TurnKind.LAST_WORDS
    assert conductor.state.turns[-1].outcome is Outcome.SKIPPED
    assert conductor.state.phase is Phase.FINISHED
    assert "Nothing is typed" not in out + err


@pytest.mark.parametrize("fails", [False, True])
def test_last_words_for_several_questions_are_read_once(
    services: Services, engine: ScriptedEngine, fails: bool
) -> None:
    timers = [Timer(1.3 * number, engine.release) for number in range(1, 5)]

    def slow_at_the_end(request: GradeRequest, item: Item | None) -> GradeResult:
        if request.is_open and not engine.holding:
            engine.holding = True
            for timer in timers:
                timer.start()
        return breaks(request, item) if fails and request.is_open else covers_nothing(request, item)

    engine.script = slow_at_the_end
    conductor = start(services, count=3, edition=5)
    _, _, err = play(services, conductor, "an answer\n.\n" * 12)
    for timer in timers:
        timer.cancel()
    last = [turn for turn in conductor.state.turns if turn.kind is TurnKind.LAST_WORDS]
    assert len(last) == 3
    assert all(turn.result is not None for turn in last)
    assert err.count("Reading your answer") == 1
    assert err.count("could not be graded") == fails
