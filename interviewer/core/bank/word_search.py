"""Finding questions by their words: what there is before the index is ready, and beside it after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from interviewer.core.bank.content import Item
from interviewer.core.text import clean_line


def find_by_words(items: Iterable[Item], query: str) -> list[str]:
    """Ids of the questions that hold every word of the query, those with all of them in the title first."""
    words = clean_line(query).lower().split()
    titled, other = [], []
    for item in items:
        question = item.question
        title = f"{question.title} {question.id} {question.topic}".lower()
        if all(word in title for word in words):
            titled.append(question.id)
        elif all(word in f"{title} {question.prompt.lower()}" for word in words):
            other.append(question.id)
    return titled + other


def merge_found(by_words: Sequence[str], by_meaning: Sequence[str]) -> list[str]:
    """Both lists as one: what holds the words first, then what is near in meaning; each once."""
    return list(dict.fromkeys((*by_words, *by_meaning)))
