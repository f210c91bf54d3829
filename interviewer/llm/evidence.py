"""Whether the words a judge quotes can be evidence of the key point it quotes them for."""

from __future__ import annotations

from collections.abc import Sequence

from interviewer.core.bank.content import Item
from interviewer.core.english import content_words
from interviewer.core.grade.grade import FIX_PREFIX, Span
from interviewer.core.grade.injection import find_injections, sentence_around
from interviewer.core.grade.quotes import find_places
from interviewer.core.text import count_words, visible
from interviewer.llm.quote_check import find_quote
from interviewer.llm.sentence_reading import SentenceReading

_MOST_WORDS = 40
"""A quote longer than this, and than half of the answer, points nowhere."""
SURE_READING = 0.5
LEAST_READING = 0.05
"""Probabilities, of the grader's reading of the sentence alone, that it says anything of the point: without a word in
common, and with one. Sharing a word and reading from 0.05 on keeps a sentence for 94% of the points that natural
answers make and for 83% of those that the grader overlooks, and lets 18% of the sentences pass for a point not made; a
word alone keeps 99% and 98% and lets 39% pass (`python -m benchmarks.judge_evidence --every 4`)."""
_PRAISE = content_words(
    """
    100 answer best better complete correct covered excellent false full good important interesting key mark perfect
    point question right score topic true wrong
    """
)
"""Words that any rubric may hold and that say nothing of a subject."""


class Evidence:
    """Checks quotes from one answer.

    Args:
        item: the question and what is asked for.
        answer: as typed.
        closed: stretches in which nothing counts, besides those that address whoever grades.
        reading: of its single sentences; None to go by their words alone.
    """

    def __init__(self, item: Item, answer: str, closed: Sequence[Span], reading: SentenceReading | None = None) -> None:
        self._item = item
        self._reading = reading
        self._answer = answer
        self._closed = (*closed, *find_injections(answer))
        self._asked = _words(item.question.prompt)

    def place(self, quote: str) -> Span | None:
        """Where a quote stands outside what is closed; None when it does not, or is most of a long answer."""
        span = find_quote(quote, self._answer, self._closed)
        return None if span is None or self._is_most(span) else span

    def problem(self, quote: str) -> str:
        """Why a quote has no place, as the end of a sentence; "" when it has one."""
        if not quote.strip():
            return "it gave no quote"
        span = find_quote(quote, self._answer, self._closed)
        if span is not None:
            return "its quote is most of the answer and points at nothing" if self._is_most(span) else ""
        if find_quote(quote, self._answer) is not None:
            return "its quote comes from words that address the grader or count for nothing"
        if next(find_places(quote, self._answer), None) is not None:
            return "its quote is too short to be told from chance"
        return "its quote is not in the answer"

    def _is_most(self, span: Span) -> bool:
        words = count_words(span.cut(self._answer))
        return words > _MOST_WORDS and 2 * words > count_words(self._answer)

    def speaks_of(self, name: str, span: Span) -> bool:
        """Whether a stretch of the answer can be about a key point or `fix:<misconception>`.

        Its sentence must share a content word with one of the wordings; words of the question do not count: who
        repeats it has said nothing. And the offline grader must find something of the point in it, where it has read
        it; from one half on other words will do.
        """
        sentence = sentence_around(span, self._answer)
        found = self._reading.probability(sentence, name) if self._reading is not None else None
        shares = bool((_words(sentence) & self._wordings(name)) - self._asked)
        return shares if found is None else found >= (LEAST_READING if shares else SURE_READING)

    def _wordings(self, name: str) -> frozenset[str]:
        if name.startswith(FIX_PREFIX):
            wrong = self._item.rubric.misconception(name.removeprefix(FIX_PREFIX))
            return _words(" ".join((wrong.claim, wrong.correction, *wrong.phrasings)))
        point = self._item.rubric.point(name)
        return _words(" ".join((point.statement, *point.wordings, *point.contradictions)))


def _words(text: str) -> frozenset[str]:
    """What a text speaks of, as a reader sees it."""
    return content_words(visible(text)) - _PRAISE
