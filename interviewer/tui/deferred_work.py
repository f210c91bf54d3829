"""Background work that makes its coroutine only when it starts, so that one called off before leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any


def work_on(function: Callable[..., Coroutine[Any, Any, None]], *values: object) -> Any:
    """`function(*values)` for `run_worker`, whose own type cannot tell such a call from one that returns at once."""
    return partial(function, *values)
