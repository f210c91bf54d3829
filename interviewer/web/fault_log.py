"""What the server says of its own faults: a line each, never a traceback, and nothing of what a browser said."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from aiohttp.http_exceptions import HttpProcessingError

_AGAIN_AFTER = 60.0
"""Seconds in which the same fault of the event loop is said once: where files run out, it comes many times a second."""


def quiet_log() -> logging.Logger:
    """What is wrong with a request is its sender's to know; only the server's own faults are said."""
    log = logging.getLogger("mockdl.web")
    handler = logging.StreamHandler()
    handler.setFormatter(_InBrief())
    handler.addFilter(lambda record: not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError)))
    log.handlers, log.propagate = [handler], False
    log.setLevel(logging.ERROR)
    return log


class _InBrief(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        """Without a traceback, and without what a browser said."""
        fault = record.exc_info[1] if record.exc_info else None
        return f"mockdl: {record.getMessage() if fault is None else f'a request failed: {type(fault).__name__}'}"


class LoopFaults:
    """Says what an event loop cannot hand to anyone.

    Args:
        log: where to.
    """

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._said: dict[str, float] = {}

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Say it, unless it was said a moment ago."""
        fault = context.get("exception")
        why = getattr(fault, "strerror", None) or type(fault).__name__
        told = context["message"] if fault is None else f"{context['message']}: {why}"
        if loop.time() - self._said.get(told, -_AGAIN_AFTER) >= _AGAIN_AFTER:
            self._said[told] = loop.time()
            self._log.error("%s", told)
