"""The worker process: what happens when it is slow, dies, hangs, talks nonsense or cannot start."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from interviewer.core.bank.kinds import Level
from interviewer.core.grade.grade import Grade, GradeRequest, Ungraded
from interviewer.errors import EncoderError
from interviewer.paths import built_in_pack
from interviewer.worker.child_process import HOST_COMMAND, ChildProcess
from interviewer.worker.engine import WorkerEngine
from interviewer.worker.protocol import MOST_BYTES, pack_message, read_message, write_message
from tests.support.builders import make_item
from tests.support.packs import write_pack
from tests.support.stub_engine import STUB

posix = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")

MakeEngine = Callable[..., WorkerEngine]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    items = [make_item("alpha"), make_item("beta"), make_item("gamma", level=Level.SENIOR)]
    return write_pack(tmp_path / "pack", *items)


@pytest.fixture
def engine_for(tmp_path: Path, pack: Path) -> Iterator[MakeEngine]:
    made = []

    def make(model: str = "words", **others: Any) -> WorkerEngine:
        cache = tmp_path / "cache"
        settings: dict[str, Any] = {
            "device": "cpu",
            "cache": cache,
            "packs": [pack],
            "bank_cache": cache / "bank.json",
            "log": cache / "worker.log",
            "command": STUB,
        }
        engine = WorkerEngine(model=model, **{**settings, **others})
        made.append(engine)
        return engine

    yield make
    for engine in made:
        engine.stop()


def request(answer: str, question: str = "alpha") -> GradeRequest:
    return GradeRequest(question_id=question, answer=answer)


def wait_for(condition: Callable[[], Any], what: str, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds} s for {what}"
        time.sleep(0.01)


def wait_until(engine: WorkerEngine, state: str, seconds: float = 20) -> None:
    engine.start()
    wait_for(lambda: engine.status().state == state, f"{state}, still {engine.status()}", seconds)


def pid_of(engine: WorkerEngine) -> int:
    assert isinstance(engine._child, ChildProcess)
    return engine._child.pid


def is_running(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def starts_in(log: Path) -> int:
    return sum(line.startswith("-- ") for line in log.read_text().splitlines())


# Everyday


def test_start_returns_long_before_the_worker_is_ready(engine_for: MakeEngine) -> None:
    engine = engine_for()
    began = time.perf_counter()
    engine.start()
    assert time.perf_counter() - began < 0.15
    assert engine.status().state == "starting"
    wait_until(engine, "ready")
    assert engine.status().model == "words"
    assert engine.status().peak_mb > 10


def test_asking_starts_the_worker_and_all_questions_are_answered(engine_for: MakeEngine) -> None:
    engine = engine_for()
    grade = engine.grade(request("an answer"))
    prepared = engine.prepare("alpha")
    hits = engine.search("title of beta", 2)
    assert isinstance(grade.result(20), Grade)
    assert prepared.result(20) is None
    assert hits.result(20)[0].question_id == "beta"
    assert len(hits.result()) == 2
    assert engine.deeper("alpha", "mid", []).result(20) == "gamma"
    assert engine.deeper("alpha", "mid", ["gamma"]).result(20) is None


def test_an_item_sent_along_is_used_instead_of_the_banks(engine_for: MakeEngine) -> None:
    grade = engine_for().grade(request("an answer", "unknown"), make_item("unknown")).result(20)
    assert isinstance(grade, Grade)
    assert len(grade.verdicts) == 4


def test_an_unknown_question_is_ungraded_and_says_which(engine_for: MakeEngine) -> None:
    result = engine_for().grade(request("an answer", "no-such")).result(20)
    assert isinstance(result, Ungraded)
    assert "no-such" in result.reason


def test_a_request_that_raises_costs_only_itself(engine_for: MakeEngine, tmp_path: Path) -> None:
    engine = engine_for()
    first, second = engine.grade(request("raise")), engine.grade(request("fine"))
    result = first.result(20)
    assert isinstance(result, Ungraded)
    assert "as told" in result.reason
    assert isinstance(second.result(20), Grade)
    assert starts_in(tmp_path / "cache" / "worker.log") == 1


def test_what_a_library_prints_does_not_reach_the_protocol(engine_for: MakeEngine, tmp_path: Path) -> None:
    assert isinstance(engine_for().grade(request("print")).result(20), Grade)
    assert "a library talks" in (tmp_path / "cache" / "worker.log").read_text()


def test_grading_does_not_wait_for_the_index_but_search_does(engine_for: MakeEngine, tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "large", *(make_item(f"q{n}") for n in range(60)))
    engine = engine_for("slow", packs=[pack])
    hits = engine.search("what is q7", 1)
    grade = engine.grade(request("an answer", "q1"))
    assert isinstance(grade.result(20), Grade)
    assert engine.status().state == "indexing"
    assert not hits.done()
    assert engine.deeper("q1", "mid", []).result(0) is None
    wait_for(lambda: 0 < engine.status().done < engine.status().total, "progress")
    assert hits.result(20)[0].question_id == "q7"


def test_a_second_worker_embeds_and_writes_nothing(engine_for: MakeEngine, tmp_path: Path) -> None:
    first = engine_for()
    wait_until(first, "ready")
    first.stop()
    neighbours, vectors = tmp_path / "cache" / "neighbours.json", next((tmp_path / "cache").glob("vectors-*.bin"))

    def stamps() -> list[tuple[int, int]]:
        # Not the whole stat: reading a file may move its access time.
        return [(path.stat().st_mtime_ns, path.stat().st_size) for path in (neighbours, vectors)]

    written = stamps()
    second = engine_for()
    wait_until(second, "ready")
    assert stamps() == written
    assert second.notices == []


def test_grading_works_where_no_index_can_be_built(engine_for: MakeEngine, tmp_path: Path) -> None:
    engine = engine_for("unindexable")
    wait_until(engine, "ready")
    assert isinstance(engine.grade(request("an answer")).result(20), Grade)
    assert engine.notices == ["ZeroDivisionError: division by zero"]
    with pytest.raises(EncoderError, match="index is not there") as caught:
        engine.search("beta").result(20)
    assert "mockdl doctor" in caught.value.todo
    assert starts_in(tmp_path / "cache" / "worker.log") == 1


# Death


@posix
def test_a_worker_killed_amid_grading_is_replaced_and_the_answer_graded(engine_for: MakeEngine, tmp_path: Path) -> None:
    engine, marker = engine_for(), tmp_path / "began"
    grade = engine.grade(request(f"once {marker} sleep 60"))
    wait_for(marker.exists, "the grading to begin")
    killed = pid_of(engine)
    os.kill(killed, signal.SIGKILL)
    assert isinstance(grade.result(20), Grade)
    assert pid_of(engine) != killed
    assert "killed by signal 9" in engine.notices[0]
    assert starts_in(tmp_path / "cache" / "worker.log") == 2


@posix
def test_an_answer_that_kills_the_worker_twice_is_ungraded_and_the_others_are_graded(engine_for: MakeEngine) -> None:
    engine = engine_for()
    poison = engine.grade(request("crash"))
    innocent = [engine.grade(request(f"answer {n}")) for n in range(3)]
    result = poison.result(20)
    assert isinstance(result, Ungraded)
    assert "stopped twice over this request (killed by signal 9" in result.reason
    assert "mockdl grade --session" in result.reason
    assert all(isinstance(each.result(20), Grade) for each in innocent)


def test_a_worker_that_dies_at_each_start_is_given_up(engine_for: MakeEngine, tmp_path: Path) -> None:
    engine = engine_for("dies")
    grade, hits = engine.grade(request("an answer")), engine.search("anything")
    result = grade.result(20)
    assert isinstance(result, Ungraded)
    assert "3 times within a minute (exit code 3" in result.reason
    with pytest.raises(EncoderError, match="exit code 3"):
        hits.result(20)
    assert engine.status().state == "failed"
    late = engine.grade(request("another")).result(20)
    assert isinstance(late, Ungraded)
    assert "exit code 3" in late.reason
    assert starts_in(tmp_path / "cache" / "worker.log") == 3, "the log of earlier starts must stay"


def test_a_worker_that_was_given_up_gets_another_chance_later(
    engine_for: MakeEngine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    engine = engine_for("dies")
    engine.grade(request("an answer")).result(20)
    before = starts_in(tmp_path / "cache" / "worker.log")
    monkeypatch.setattr("interviewer.worker.supervision._WINDOW", 0.0)
    engine.grade(request("an answer"))
    wait_for(lambda: starts_in(tmp_path / "cache" / "worker.log") > before, "another start")


@posix
def test_a_worker_that_hangs_is_killed_and_the_answer_graded(engine_for: MakeEngine, tmp_path: Path) -> None:
    engine = engine_for(hangs_after=1.0)
    wait_until(engine, "ready")
    result = engine.grade(request(f"once {tmp_path / 'began'} sleep 60")).result(20)
    assert isinstance(result, Grade)
    assert "did not answer for" in engine.notices[0]


@posix
def test_a_worker_that_is_stopped_amid_grading_is_replaced_and_the_answer_graded(
    engine_for: MakeEngine, tmp_path: Path
) -> None:
    engine, marker = engine_for(hangs_after=1.0), tmp_path / "began"
    wait_until(engine, "ready")
    grade = engine.grade(request(f"once {marker} compute 600"))
    wait_for(marker.exists, "the grading to begin")
    stopped = pid_of(engine)
    os.kill(stopped, signal.SIGSTOP)
    assert isinstance(grade.result(20), Grade)
    assert pid_of(engine) != stopped
    assert not is_running(stopped)
    assert "did not answer for" in engine.notices[0]


def test_a_long_queue_is_not_taken_for_a_hang(engine_for: MakeEngine, tmp_path: Path) -> None:
    engine = engine_for(hangs_after=1.0)
    wait_until(engine, "ready")
    grades = [engine.grade(request("sleep 0.4")) for _ in range(6)]
    assert all(isinstance(each.result(20), Grade) for each in grades)
    assert starts_in(tmp_path / "cache" / "worker.log") == 1


def test_a_long_index_build_is_not_taken_for_a_hang(engine_for: MakeEngine, tmp_path: Path) -> None:
    pack = write_pack(tmp_path / "large", *(make_item(f"q{n}") for n in range(60)))
    engine = engine_for("slow", packs=[pack], hangs_after=0.8)
    assert engine.search("what is q7", 1).result(20)[0].question_id == "q7"
    assert starts_in(tmp_path / "cache" / "worker.log") == 1


# A worker that cannot work


@pytest.mark.parametrize(("model", "words"), [("broken", "weights are broken"), ("surprising", "nobody foresaw")])
def test_an_encoder_that_cannot_be_loaded_is_explained(
    engine_for: MakeEngine, model: str, words: str, tmp_path: Path
) -> None:
    engine = engine_for(model)
    result = engine.grade(request("an answer")).result(20)
    assert isinstance(result, Ungraded)
    assert words in result.reason
    assert engine.status().state == "failed"
    assert words in engine.status().detail
    with pytest.raises(EncoderError, match=words) as caught:
        engine.search("anything").result(20)
    assert caught.value.todo == ("Install them again." if model == "broken" else "")
    assert starts_in(tmp_path / "cache" / "worker.log") == 1, "an explained failure is no reason to start again"


def test_a_bank_that_cannot_be_read_is_explained(engine_for: MakeEngine, tmp_path: Path) -> None:
    engine = engine_for(packs=[tmp_path / "nowhere"])
    result = engine.grade(request("an answer")).result(20)
    assert isinstance(result, Ungraded)
    assert "nowhere" in result.reason


@pytest.mark.encoder
def test_the_real_worker_names_a_model_folder_that_is_not_there(engine_for: MakeEngine, tmp_path: Path) -> None:
    engine = engine_for(str(tmp_path / "no-model"), command=HOST_COMMAND)
    result = engine.grade(request("an answer")).result(30)
    assert isinstance(result, Ungraded)
    assert f"There is no folder {tmp_path / 'no-model'}" in result.reason
    assert "mockdl config set encoder default" in result.reason


@pytest.mark.encoder
def test_modules_in_the_current_folder_are_not_imported(
    engine_for: MakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = tmp_path / "trap"
    trap.mkdir()
    for name in ("json", "queue", "yaml", "pydantic"):
        (trap / f"{name}.py").write_text(f"open({str(trap / 'sprung')!r}, 'w').close()")
    monkeypatch.chdir(trap)
    engine = engine_for(str(tmp_path / "no-model"), command=HOST_COMMAND)
    assert "There is no folder" in str(engine.grade(request("an answer")).result(30))
    assert not (trap / "sprung").exists()


def test_a_program_that_talks_nonsense_is_given_up(engine_for: MakeEngine) -> None:
    engine = engine_for(command=(sys.executable, "-c", "print('Hello, this is no message at all')"))
    assert isinstance(engine.grade(request("an answer")).result(20), Ungraded)
    assert engine.status().state == "failed"


def test_a_program_that_does_not_exist_is_explained(engine_for: MakeEngine, tmp_path: Path) -> None:
    engine = engine_for(command=(str(tmp_path / "no-python"),))
    engine.start()
    assert engine.status().state == "failed"
    result = engine.grade(request("an answer")).result(1)
    assert isinstance(result, Ungraded)
    assert "could not be started" in result.reason


# The other side misbehaves


def test_a_cancelled_future_does_not_stop_the_others(engine_for: MakeEngine) -> None:
    engine = engine_for()
    cancelled = engine.grade(request("sleep 0.1"))
    assert cancelled.cancel()
    assert isinstance(engine.grade(request("an answer")).result(20), Grade)
    assert cancelled.cancelled()


def test_a_listener_that_raises_does_not_stop_the_engine(engine_for: MakeEngine) -> None:
    engine, heard = engine_for(), []

    def listener(status: Any) -> None:
        heard.append(status.state)
        raise RuntimeError("the screen is gone")

    engine.on_status(listener)
    assert isinstance(engine.grade(request("an answer")).result(20), Grade)
    wait_until(engine, "ready")
    wait_for(lambda: heard[-1] == "ready", f"the listener to hear it, heard {heard}")
    assert heard[0] == "starting"


@posix
def test_asking_does_not_wait_for_a_worker_that_does_not_read(engine_for: MakeEngine) -> None:
    engine = engine_for()
    wait_until(engine, "ready")
    os.kill(pid_of(engine), signal.SIGSTOP)
    try:
        began = time.perf_counter()
        grades = [engine.grade(request("word " * 40_000)) for _ in range(5)]
        assert time.perf_counter() - began < 1.0
        assert not any(each.done() for each in grades)
    finally:
        os.kill(pid_of(engine), signal.SIGCONT)
    assert all(isinstance(each.result(20), Grade) for each in grades)


# The end


def test_stopping_leaves_no_process_and_no_open_future(engine_for: MakeEngine) -> None:
    engine = engine_for()
    wait_until(engine, "ready")
    pid, open_grade = pid_of(engine), engine.grade(request("sleep 60"))
    began = time.perf_counter()
    engine.stop()
    assert time.perf_counter() - began < 2.0, "a worker that is well ends when its input closes"
    assert not psutil.pid_exists(pid), "not even a zombie"
    result = open_grade.result(0)
    assert isinstance(result, Ungraded)
    assert "was stopped" in result.reason
    assert engine.status().state == "stopped"
    engine.stop()
    assert isinstance(engine.grade(request("too late")).result(0), Ungraded)
    engine.start()
    assert engine.status().state == "stopped"


@posix
def test_a_worker_that_does_not_leave_is_killed(engine_for: MakeEngine) -> None:
    engine = engine_for()
    wait_until(engine, "ready")
    pid = pid_of(engine)
    os.kill(pid, signal.SIGSTOP)
    while psutil.Process(pid).status() != psutil.STATUS_STOPPED:  # the signal takes a moment to bite
        time.sleep(0.01)
    engine.stop()
    assert not psutil.pid_exists(pid)


@posix
def test_the_worker_ignores_an_interrupt(engine_for: MakeEngine) -> None:
    engine = engine_for()
    wait_until(engine, "ready")
    pid = pid_of(engine)
    os.kill(pid, signal.SIGINT)
    assert isinstance(engine.grade(request("an answer")).result(20), Grade)
    assert pid_of(engine) == pid


PARENT = """
import sys, time
from pathlib import Path
from interviewer.worker.engine import WorkerEngine
pack, cache = Path(sys.argv[1]), Path(sys.argv[2])
engine = WorkerEngine(model="words", device="cpu", cache=cache, packs=[pack], bank_cache=cache / "bank.json",
                      log=cache / "worker.log", command=(sys.executable, "-m", "tests.support.stub_worker"))
engine.start()
while engine.status().state != "ready":
    time.sleep(0.01)
print(engine._child.pid, flush=True)
{end}
"""


def start_parent(pack: Path, cache: Path, end: str) -> tuple[subprocess.Popen[str], int]:
    root = Path(__file__).resolve().parents[2]
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT.format(end=end), str(pack), str(cache)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=root,
    )
    assert parent.stdout is not None
    with parent.stdout:
        return parent, int(parent.stdout.readline())


@posix
def test_the_worker_ends_with_a_parent_that_was_killed(pack: Path, tmp_path: Path) -> None:
    parent, pid = start_parent(pack, tmp_path / "cache", "time.sleep(60)")
    assert is_running(pid)
    parent.kill()
    parent.wait()
    wait_for(lambda: not is_running(pid), "the orphan to end", 5)


def test_the_worker_ends_with_a_parent_that_forgets_to_stop_it(pack: Path, tmp_path: Path) -> None:
    parent, pid = start_parent(pack, tmp_path / "cache", "pass")
    assert parent.wait(10) == 0
    wait_for(lambda: not is_running(pid), "the worker to end", 5)


# The real thing, once


@pytest.mark.encoder
def test_the_real_worker_grades_an_answer_of_the_bank(engine_for: MakeEngine, tmp_path: Path) -> None:
    corpus = min((built_in_pack() / "corpus").glob("*/*.yaml"))
    for room in ("corpus", "rubrics"):
        target = tmp_path / "real" / room / corpus.parent.name
        target.mkdir(parents=True)
        shutil.copy(built_in_pack() / room / corpus.parent.name / corpus.name, target)
    engine = engine_for("default", packs=[tmp_path / "real"], command=HOST_COMMAND)
    prepared = engine.prepare(corpus.stem)
    grade = engine.grade(request("It depends on the learning rate and the size of the batch.", corpus.stem))
    result = grade.result(120)
    assert isinstance(result, Grade), result
    assert prepared.done()
    assert result.passport.encoder == "all-MiniLM-L6-v2"
    assert engine.search(corpus.stem.replace("-", " "), 1).result(60)[0].question_id == corpus.stem
    assert engine.status().device in ("cpu", "cuda", "mps")


# The protocol


def test_messages_survive_the_way() -> None:
    stream = io.BytesIO()
    messages: list[dict[str, Any]] = [{"id": 1, "text": "é ∇ \ud800 🙂 \x1b[0m"}, {"id": 2, "result": None}]
    for message in messages:
        write_message(stream, message)
    stream.seek(0)
    assert [read_message(stream), read_message(stream), read_message(stream)] == [*messages, None]


@pytest.mark.parametrize("kept", [0, 3, 4, 10])
def test_a_torn_message_is_the_end(kept: int) -> None:
    assert read_message(io.BytesIO(pack_message({"id": 1, "text": "long enough"})[:kept])) is None


@pytest.mark.parametrize("raw", [b"Hello, world", b"\x00\x00\x00\x04nope", b"\x00\x00\x00\x02[]"])
def test_nonsense_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read_message(io.BytesIO(raw))


def test_a_message_that_the_other_side_would_refuse_is_not_sent() -> None:
    with pytest.raises(ValueError, match="a message of"):
        pack_message({"text": "x" * MOST_BYTES})


# Slow is not hung


def test_a_request_that_is_worked_on_is_not_taken_for_a_hang(engine_for: MakeEngine, tmp_path: Path) -> None:
    engine = engine_for(hangs_after=2.5)
    wait_until(engine, "ready")
    assert isinstance(engine.grade(request("compute 7")).result(60), Grade)
    assert engine.notices == []
    assert starts_in(tmp_path / "cache" / "worker.log") == 1


def test_a_request_that_is_worked_on_without_end_is_given_up(
    engine_for: MakeEngine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("interviewer.worker.supervision._PATIENCE", 1.5)
    engine = engine_for(hangs_after=2.5)
    wait_until(engine, "ready")
    assert isinstance(engine.grade(request(f"once {tmp_path / 'began'} compute 600")).result(60), Grade)
    assert "on one request" in engine.notices[0]


# A disk that is full


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_log_that_cannot_be_written_costs_no_grade(engine_for: MakeEngine) -> None:
    engine = engine_for(log=Path("/dev/full"))
    assert isinstance(engine.grade(request("print")).result(20), Grade)
    assert isinstance(engine.grade(request("raise")).result(20), Ungraded)
    assert isinstance(engine.grade(request("an answer")).result(20), Grade)
    assert engine.notices == []


def test_a_cache_that_cannot_be_written_is_said_and_costs_no_grade(engine_for: MakeEngine, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = tmp_path / "file" / "cache"
    engine = engine_for(cache=cache, bank_cache=cache / "bank.json", log=cache / "worker.log")
    assert isinstance(engine.grade(request("an answer")).result(20), Grade)
    wait_until(engine, "ready")
    assert engine.notices == [
        "The vector cache could not be written (Not a directory); vectors are kept in memory only."
    ]


# Answers graded together


def test_an_answer_that_kills_the_worker_where_answers_are_graded_together_takes_no_other_with_it(
    engine_for: MakeEngine,
) -> None:
    engine = engine_for()
    wait_until(engine, "ready")
    busy = engine.grade(request("sleep 0.5"))  # the next ones wait behind it, and are taken in one go
    good = [engine.grade(request(f"an answer {number}")) for number in range(3)]
    bad = engine.grade(request("together crash"))
    more = [engine.grade(request(f"another answer {number}")) for number in range(3)]
    assert all(isinstance(each.result(30), Grade) for each in (busy, *good, *more))
    assert isinstance(bad.result(30), Grade), "it is read alone by the second process"
    assert len(engine.notices) == 1


def test_an_answer_that_kills_the_worker_each_time_costs_two_processes_in_company_too(engine_for: MakeEngine) -> None:
    engine = engine_for()
    wait_until(engine, "ready")
    busy = engine.grade(request("sleep 0.5"))
    good = [engine.grade(request(f"an answer {number}")) for number in range(3)]
    bad = engine.grade(request("crash"))
    more = [engine.grade(request(f"another answer {number}")) for number in range(3)]
    assert all(isinstance(each.result(30), Grade) for each in (busy, *good, *more))
    assert isinstance(bad.result(30), Ungraded)
    assert len(engine.notices) == 2


def test_what_cannot_be_graded_ahead_is_graded_one_by_one(engine_for: MakeEngine) -> None:
    engine = engine_for()
    wait_until(engine, "ready")
    busy = engine.grade(request("sleep 0.5"))
    asked = [engine.grade(request(text)) for text in ("an answer", "together raise", "another")]
    assert all(isinstance(each.result(30), Grade) for each in (busy, *asked))
