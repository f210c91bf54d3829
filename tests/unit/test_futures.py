"""Whatever becomes of a future, whoever waits for what follows it hears of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.core.futures import chain, settled

Made = str | Future[str]


class TornError(Exception):
    """Raised on purpose."""


def torn() -> Future[str]:
    future: Future[str] = Future()
    future.set_exception(TornError())
    return future


def called_off() -> Future[str]:
    future: Future[str] = Future()
    future.cancel()
    return future


def outcome(future: Future[str]) -> str:
    """What became of a settled future."""
    assert future.done()
    if future.cancelled():
        return "cancelled"
    error = future.exception()
    return future.result() if error is None else type(error).__name__


def read(done: Future[str]) -> str:
    return f"read {done.result()}"


def read_of_another(done: Future[str]) -> Future[str]:
    return settled(f"read {done.result()}")


def raise_torn(done: Future[str]) -> str:
    raise TornError


def interrupt(done: Future[str]) -> str:
    raise KeyboardInterrupt


def excuse(done: Future[str]) -> str:
    return "excused" if done.cancelled() or done.exception() else done.result()


STARTS: dict[str, Callable[[Future[str]], object]] = {
    "set": lambda future: future.set_result("one"),
    "failed": lambda future: future.set_exception(TornError()),
    "cancelled": lambda future: future.cancel(),
}
TABLE: list[tuple[str, Callable[[Future[str]], Made], str]] = [
    ("set", read, "read one"),
    ("set", read_of_another, "read one"),
    ("set", raise_torn, "TornError"),
    ("set", lambda done: torn(), "TornError"),
    ("set", lambda done: called_off(), "cancelled"),
    ("failed", read, "TornError"),
    ("failed", read_of_another, "TornError"),
    ("failed", excuse, "excused"),
    ("cancelled", read, "cancelled"),
    ("cancelled", read_of_another, "cancelled"),
    ("cancelled", excuse, "excused"),
]


@pytest.mark.parametrize("when", ["before", "after", "in another thread"])
@pytest.mark.parametrize(("start", "then", "expected"), TABLE)
def test_whatever_happens_settles_what_follows(
    start: str, then: Callable[[Future[str]], Made], expected: str, when: str, caplog: pytest.LogCaptureFixture
) -> None:
    first: Future[str] = Future()
    if when == "before":
        STARTS[start](first)
    following = chain(first, then)
    if when == "after":
        assert not following.done()
        STARTS[start](first)
    elif when == "in another thread":
        thread = threading.Thread(target=STARTS[start], args=(first,))
        thread.start()
        thread.join()
    assert outcome(following) == expected
    assert not caplog.records


def test_a_future_returned_is_waited_for() -> None:
    first: Future[str] = Future()
    second: Future[str] = Future()
    following = chain(first, lambda done: second)
    first.set_result("one")
    assert not following.done()
    second.set_result("two")
    assert outcome(following) == "two"


def test_a_waiter_in_another_thread_is_let_go_by_an_error() -> None:
    first: Future[str] = Future()
    following = chain(first, raise_torn)
    threading.Timer(0.05, first.set_result, ("one",)).start()
    with pytest.raises(TornError):
        following.result(timeout=10)


def test_once_nobody_waits_nothing_more_is_begun() -> None:
    begun: list[str] = []
    first: Future[str] = Future()
    following = chain(first, lambda done: begun.append(done.result()))
    assert following.cancel()
    first.set_result("one")
    assert not begun


@pytest.mark.parametrize("settle", STARTS.values(), ids=STARTS)
def test_what_comes_after_nobody_waits_is_dropped_without_a_word(
    settle: Callable[[Future[str]], object], caplog: pytest.LogCaptureFixture
) -> None:
    second: Future[str] = Future()
    following = chain(settled("one"), lambda done: second)
    assert following.cancel()
    settle(second)
    assert following.cancelled()
    assert not caplog.records


def test_cancelled_from_within_its_own_callback_it_stays_cancelled(caplog: pytest.LogCaptureFixture) -> None:
    first: Future[str] = Future()
    following: Future[str]

    def leave(done: Future[str]) -> str:
        following.cancel()
        return "too late"

    following = chain(first, leave)
    first.set_result("one")
    with pytest.raises(CancelledError):
        following.result(timeout=0)
    assert not caplog.records


@given(st.lists(st.sampled_from([read, read_of_another, raise_torn, excuse]), max_size=8), st.sampled_from([*STARTS]))
def test_a_chain_of_any_length_ends_as_plain_calls_would(
    steps: list[Callable[[Future[str]], Made]], start: str
) -> None:
    first: Future[str] = Future()
    last = first
    for step in steps:
        last = chain(last, step)
    STARTS[start](first)
    expected = {"set": "one", "failed": "TornError", "cancelled": "cancelled"}[start]
    for step in steps:
        failed = expected in ("TornError", "cancelled")
        if step is raise_torn:
            expected = "TornError"
        elif step is excuse:
            expected = "excused" if failed else expected
        elif not failed:
            expected = f"read {expected}"
    assert outcome(last) == expected


def test_an_interrupt_ends_the_program_and_lets_no_waiter_wait() -> None:
    first: Future[str] = Future()
    following = chain(first, interrupt)
    with pytest.raises(KeyboardInterrupt):
        first.set_result("")
    with pytest.raises(KeyboardInterrupt):
        following.result(timeout=0)
    with pytest.raises(KeyboardInterrupt):
        chain(settled(""), interrupt)
