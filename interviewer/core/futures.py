"""What follows when a future is settled, said so that nobody waits for ever.

A callback of a future that raises is logged, and whoever waits for what it should have settled waits on. Here
whatever happens settles the next future.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError, Future, InvalidStateError
from contextlib import suppress
from typing import TypeVar, overload

T = TypeVar("T")
R = TypeVar("R")


def settled(value: T) -> Future[T]:
    """A future that holds this already."""
    future: Future[T] = Future()
    future.set_result(value)
    return future


@overload
def chain(future: Future[T], then: Callable[[Future[T]], Future[R]]) -> Future[R]: ...
@overload
def chain(future: Future[T], then: Callable[[Future[T]], R | Future[R]]) -> Future[R]: ...
def chain(future: Future[T], then: Callable[[Future[T]], R | Future[R]]) -> Future[R]:
    """What `then` makes of a future once that is settled.

    Args:
        future: what is waited for; it may be settled already, and then `then` is called at once.
        then: gets the settled future, in the thread that settled it. It returns a value, or a future of one.

    Returns:
        It holds that value. It raises what `then` or its future raises, and is cancelled when they are; since
        `Future.result` raises both, a `then` that only reads a result hands failures on. An interrupt is raised
        here as well. When it is cancelled itself, `then` is not called any more, what is under way goes on, and
        what comes of it is dropped.
    """
    following: Future[R] = Future()

    def take(done: Future[T]) -> None:
        if not following.cancelled():
            _settle(following, lambda: then(done))

    future.add_done_callback(take)
    return following


def _settle(waiting: Future[R], make: Callable[[], R | Future[R]]) -> None:
    """Settle a future with what is made, unless it is settled or cancelled by then."""
    try:
        made = make()
    except CancelledError:
        waiting.cancel()
    except BaseException as error:
        with suppress(InvalidStateError):
            waiting.set_exception(error)
        if not isinstance(error, Exception):  # Ctrl-C is meant for the program, whoever waits
            raise
    else:
        if isinstance(made, Future):
            made.add_done_callback(lambda done: _settle(waiting, done.result))
        else:
            with suppress(InvalidStateError):
                waiting.set_result(made)
