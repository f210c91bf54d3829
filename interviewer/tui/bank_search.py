"""A search over the bank as it goes on: by words at once, by meaning when the index has answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from concurrent.futures import Future
from typing import NamedTuple, Protocol

from interviewer.core.bank.content import Item
from interviewer.core.bank.word_search import find_by_words, merge_found
from interviewer.core.ports import EncoderStatus, SearchHit
from interviewer.errors import MockdlError

_MOST = 30
"""Results by meaning."""
_LEAST = 0.3
"""Cosine below which a result by meaning is no result."""
_MOST_QUERY = 500
"""Characters of a query that the index is asked for."""


class _Index(Protocol):
    def search(self, query: str, most: int = 10) -> Future[list[SearchHit]]: ...


class Found(NamedTuple):
    """What was found so far."""

    ids: list[str]
    how: str
    """In words, e.g. "by words and meaning"."""
    more: bool = False
    """Whether the index is still asked."""


async def find_questions(
    items: Mapping[str, Item], query: str, index: _Index, status: EncoderStatus
) -> AsyncGenerator[Found, None]:
    """Yield what holds the words, then that and what is near in meaning; an index that fails leaves the words."""
    by_words = await asyncio.to_thread(find_by_words, list(items.values()), query)
    if status.state != "ready":
        yield Found(by_words, f"by words only, {_why_not(status)}")
        return
    yield Found(by_words, "by words; searching by meaning…", more=True)
    try:
        hits = await asyncio.wrap_future(index.search(query[:_MOST_QUERY], _MOST))
    except MockdlError as error:
        yield Found(by_words, f"by words only: {error.what}")
        return
    near = [hit.question_id for hit in hits if hit.score >= _LEAST and hit.question_id in items]
    yield Found(merge_found(by_words, near), "by words and meaning")


def _why_not(status: EncoderStatus) -> str:
    if status.state == "failed":
        return f"the index failed: {status.detail}"
    return "the index is still loading" if status.state in ("starting", "indexing") else "the index is not running"
