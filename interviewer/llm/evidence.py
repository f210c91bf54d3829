"""Whether the words a judge quotes can be evidence of the key point it quotes them for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from interviewer.core.bank.content import Item
from interviewer.core.grade.grade import FIX_PREFIX, Span
from interviewer.core.grade.injection import sentence_around
from interviewer.core.text import count_words
from interviewer.llm.quote_check import find_quote

__all__ = ["Evidence", "content_words"]

_WORD = re.compile(r"[^\W_]+")
_STEM = 5
"""Letters by which two words are taken for forms of one: "rescaled" and "rescaling"."""
_MOST_WORDS = 40
"""A quote longer than this, and than half of the answer, points nowhere."""
_EMPTY = frozenset(
    """
    about above after again all also although and any are aren because been before being below between both but can
    cannot could did does doesn doing don done down during each either else even ever every few for from further get
    gets give gives given goes had has have having here how into isn its itself just keep kind least less let like
    made make makes many may might more most much must neither nor not now off often once one ones only onto other
    our out over own per rather same say says see shall should since some something still such take takes than that
    the their them then there these they thing things this those though through thus together too under until upon
    use used uses using usually very via was way well were what when where whereas whether which while who whole whose
    why will with within without would yes yet you your
    """.split()  # noqa: SIM905 - a list this long reads better as text
)
_PRAISE = frozenset(
    """
    100 answer best better complete correct covered excellent false full good important interesting key mark perfect
    point question right score topic true wrong
    """.split()  # noqa: SIM905
)
"""Words that any rubric may hold and that say nothing of a subject."""


class Evidence:
    """Checks quotes from one answer.

    Args:
        item: the question and what is asked for.
        answer: as typed.
        closed: stretches in which nothing counts.
    """

    def __init__(self, item: Item, answer: str, closed: Sequence[Span]) -> None:
        self._item = item
        self._answer = answer
        self._closed = closed
        self._asked = content_words(item.question.prompt)

    def place(self, quote: str) -> Span | None:
        """Where a quote stands outside what is closed; None when it does not, or is most of a long answer."""
        span = find_quote(quote, self._answer, self._closed)
        if span is None:
            return None
        words = count_words(span.cut(self._answer))
        return None if words > _MOST_WORDS and 2 * words > count_words(self._answer) else span

    def speaks_of(self, name: str, span: Span) -> bool:
        """Whether a stretch of the answer can be about a key point or `fix:<misconception>`.

        Its sentence must share a content word with one of the wordings. Words of the question do not count: who
        repeats it has said nothing.
        """
        said = content_words(sentence_around(span, self._answer))
        return bool((said & self._wordings(name)) - self._asked)

    def _wordings(self, name: str) -> frozenset[str]:
        if name.startswith(FIX_PREFIX):
            wrong = self._item.rubric.misconception(name.removeprefix(FIX_PREFIX))
            return content_words(" ".join((wrong.claim, wrong.correction, *wrong.phrasings)))
        point = self._item.rubric.point(name)
        return content_words(" ".join((point.statement, *point.phrasings, *point.contradictions)))


@lru_cache(maxsize=2048)
def content_words(text: str) -> frozenset[str]:
    """Content words and numbers, cut to their first letters."""
    plain = "".join(char for char in unicodedata.normalize("NFKC", text) if unicodedata.category(char) != "Cf")
    words = _WORD.findall(plain.casefold())
    said = (word for word in words if word not in _EMPTY and word not in _PRAISE)
    return frozenset(word[:_STEM] for word in said if len(word) > 2 or word.isdigit())
