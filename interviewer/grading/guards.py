"""What must never earn credit, however near its vectors lie to the truth.

The question repeated, shuffled keywords, noise, instructions to the grader, "I don't
know": each is recognised by its own simple sign, so that a user can be told which it was.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from interviewer.core.english import STOP_WORDS, TOKEN, clauses, content_stems, sentences, stop_share, tokens, word_runs
from interviewer.core.english_not_known import says_not_known
from interviewer.core.grade.grade import Flag, Span
from interviewer.core.grade.injection import find_injections
from interviewer.grading.spans import TextSpan, whole_sentences

_NOISE_SHARE = 0.15
"""Share of stop words below which words may be noise."""
_SOUP_WORDS, _SOUP_RUN = 12, 5.0
"""Words, and how many on average follow each other without a mark or a stop word, from which on they are a heap of
keywords. All 129 heaps of the bank are, and none of 22,000 answers that people wrote."""
_LONG, _COMMON_SHARE, _MARKS_A_WORD = 40, 0.03, 0.32
"""Words of a text, the share of the commonest little words, and marks for each word, between which it is words of
sentences in no order. Of 129 such texts of the bank 127 are, and two of 22,000 answers that people wrote."""
_RUN_PIECE = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*|[^\w\s'\u2019-]+|\n")
_JOINTS = STOP_WORDS | frozenset(
    "against versus vs per plus minus times divided without within across".split()  # noqa: SIM905
)
"""Words that join others, which keywords do not have between them."""
_NAME = 4
"""Words without a vowel up to this length are names in a text with formulas ("dk", "dFPR"), and tell nothing there."""
_CLAUSE_END = re.compile(r",(?!\d{3})|[;:\n]|[.!?](?=\s|$)|[^\W_]+(?:['\u2019][^\W_]+)?")
_NUMBER = re.compile(r"(?<![^\W_])\d[\w.,]*")
_OPERATOR = re.compile(
    r"\*+|[\u00d7\u00b7\u22c5/+=^\u2248\u00f7]|\b(?:times|plus|minus|equals)\b"
    r"|(?<![^\W\d_])x(?![^\W\d_])|(?<![^\W\d_])[-\u2212](?![^\W\d_])",
    re.IGNORECASE,
)
_WORDS_AN_OPERAND, _WORDS_A_NUMBER = 3, 2
"""Words, besides single letters, that a calculation has at most beside an operator, and for each number on average."""
_NOISE_WORDS = 6
_ECHO_SHARE = 0.8
_ECHO_PAIRS = 0.6
"""Share of pairs of neighbouring words that stand so in the question; answers share its words, not its order."""

_RUN = 8
_PASTED_WORDS = 40
"""Words in copied runs from which on an answer counts as pasted: more than one sentence."""
_PASTED_SHARE = 0.6
_TOLD_RUN = 3
_TOLD_WORDS = 6
"""Shorter sentences of a hint ("Think of the mask.") tell nothing that could earn a point."""
_TOLD_CLAUSE = 8
"""A clause of fewer words may be chance."""
_TOLD_SHARE = 0.7


class Guarded(NamedTuple):
    """Which spans may earn credit, and which guards fired."""

    open: tuple[bool, ...]
    flags: tuple[Flag, ...]


def shingles(texts: Iterable[str]) -> frozenset[tuple[str, ...]]:
    """All runs of eight words, by which a pasted text is known."""
    found: set[tuple[str, ...]] = set()
    for text in texts:
        found.update(word_runs(tokens(text), _RUN))
    return frozenset(found)


def told_runs(texts: Iterable[str]) -> tuple[frozenset[tuple[str, ...]], ...]:
    """Runs of three words of each sentence, and of each clause, that hints and follow-ups are made of."""
    found = []
    for text in texts:
        for start, end in sentences(text):
            pieces = [(start, end, _TOLD_WORDS), *((*each, _TOLD_CLAUSE) for each in clauses(text, start, end))]
            for left, right, least in pieces:
                words = tokens(text[left:right])
                if len(words) >= least:
                    found.append(frozenset(word_runs(words, _TOLD_RUN)))
    return tuple(dict.fromkeys(found))


def guard_spans(
    answer: str,
    question: str,
    spans: Sequence[TextSpan],
    known: Container[tuple[str, ...]] = frozenset(),
    *,
    told: Sequence[frozenset[tuple[str, ...]]] = (),
    orders: Sequence[Span] = (),
    free: Container[Flag] = (),
) -> Guarded:
    """Decide which spans may earn credit.

    Args:
        answer: without its layout.
        question: the prompt the candidate saw.
        spans: of the answer.
        known: runs of words of the rubric and the model answer, from `shingles`.
        told: what the interviewer says besides the question, from `told_runs`.
        orders: instructions that only the text as typed shows, as stretches of `answer`.
        free: guards that are not to fire. A bare reference may be as short as a word, and its model has seen
            shuffled words.
    """
    words = tokens(answer)
    flags: list[Flag] = []
    if len(words) < 2 and not ("too-short" in free and words):
        return Guarded((False,) * len(spans), ("too-short",))
    if says_not_known(answer, of_anything=True):
        return Guarded((False,) * len(spans), ("dont-know",))
    flag = _heap(answer, words)
    if flag is not None and flag not in free:
        return Guarded((False,) * len(spans), (flag,))
    asked, pairs = set(content_stems(question)), set(pairwise(tokens(question)))
    orders = [*orders, *find_injections(answer)]
    hinted = {spans[whole].sentence for whole in whole_sentences(spans).values() if _is_told(spans[whole], told)}
    pasted = _pasted(spans, known) | hinted
    may_earn = []
    for span in spans:
        copied = span.sentence in pasted or _is_told(span, told)
        flag = "copied" if copied else _span_flag(span, asked, pairs, orders)
        flag = None if flag in free else flag
        may_earn.append(flag is None)
        if flag is not None and flag not in flags:
            flags.append(flag)
    shown: tuple[Flag, ...] = tuple(flag for flag in flags if flag in ("instructions", "copied") or not any(may_earn))
    if len(shown) > 1:  # short remains of an echo say nothing of their own
        shown = tuple(flag for flag in shown if flag != "too-short")
    return Guarded(tuple(may_earn), shown)


def _pasted(spans: Sequence[TextSpan], known: Container[tuple[str, ...]]) -> set[int]:
    """Sentences taken word for word from the rubric or the model answer; a single one may be chance or memory."""
    copied: dict[int, tuple[int, int]] = {}
    for span in spans:
        if span.pair or span.sentence in copied:
            continue
        words = tokens(span.text)
        hit: set[int] = set()
        for at, run in enumerate(word_runs(words, _RUN)):
            if run in known:
                hit.update(range(at, at + _RUN))
        copied[span.sentence] = (len(hit), len(words))
    if sum(hit for hit, _ in copied.values()) < _PASTED_WORDS:
        return set()
    pasted = {sentence for sentence, (hit, total) in copied.items() if hit >= _PASTED_SHARE * total}
    # Sentences too short to hold a run belong to what stands around them.
    short = {sentence for sentence, (_, total) in copied.items() if total < _RUN}
    return pasted | {each for each in short if {each - 1, each + 1} & pasted}


def _is_told(span: TextSpan, told: Sequence[frozenset[tuple[str, ...]]]) -> bool:
    """Whether a span says hints back.

    Hints are short, so it is their share that counts: nearly all of a hint's sentence has to stand in the span, and
    most of the span has to be such sentences. An answer shares single runs with what it was asked.
    """
    if not told:
        return False
    words = tokens(span.text)
    runs = list(word_runs(words, _TOLD_RUN))
    said = set(runs)
    repeated = set().union(*(each for each in told if len(each & said) >= _TOLD_SHARE * len(each)))
    inside: set[int] = set()
    for at, run in enumerate(runs):
        if run in repeated:
            inside.update(range(at, at + _TOLD_RUN))
    return bool(inside) and len(inside) >= _PASTED_SHARE * len(words)


def _span_flag(span: TextSpan, asked: set[str], pairs: set[tuple[str, str]], orders: Sequence[Span]) -> Flag | None:
    if any(order.start < span.end and span.start < order.end for order in orders):
        return "instructions"
    if says_not_known(span.text, of_anything=True):
        return "dont-know"
    words = tokens(span.text)
    flag = _heap(span.text, words)
    if flag is not None:
        return flag
    stems = content_stems(span.text)
    if not stems or (len(stems) < 2 and len(words) < 4):
        return "too-short"
    own = list(pairwise(words))
    if sum(each in asked for each in stems) / len(stems) >= _ECHO_SHARE and own:
        repeated = sum(pair in pairs for pair in own) / len(own)
        return "echo" if repeated >= _ECHO_PAIRS else None
    return None


def _heap(text: str, words: Sequence[str]) -> Flag | None:
    """Whether words are noise or a heap of keywords; calculations are neither, and the words beside them decide."""
    flag = _heap_of_words(text, words)
    if flag is None:
        return None
    rest = _without_calculations(text)
    return flag if rest == text else _heap_of_words(rest, tokens(rest))


def _heap_of_words(text: str, words: Sequence[str]) -> Flag | None:
    """The same of words as they stand."""
    plain = [word for word in words if len(word) > 1 and word[0].isalpha()]
    if len(plain) >= _NOISE_WORDS and stop_share(" ".join(plain)) < _NOISE_SHARE and not _looks_like_words(plain, text):
        return "noise"
    return "soup" if _is_unbroken(text) or _lacks_little_words(text, words) or is_shuffled(text) else None


def _is_unbroken(text: str) -> bool:
    """Whether words follow each other as keywords do, in long runs; marks part notes and the entries of lists.

    Marks beside a number do not, or sums thrown in would part anything.
    """
    pieces = ["", *_RUN_PIECE.findall(text.lower()), "\n", ""]
    runs, length = [], 0
    for before, piece, after in zip(pieces, pieces[1:], pieces[2:], strict=False):
        if piece[0].isalnum() and piece not in _JOINTS:
            length += len(piece) > 1 and not piece[0].isdigit()
        elif length and (piece == "\n" or not (before[0].isdigit() or after[0].isdigit())):
            runs.append(length)
            length = 0
    return sum(runs) >= _SOUP_WORDS and sum(runs) > _SOUP_RUN * len(runs)


def _lacks_little_words(text: str, words: Sequence[str]) -> bool:
    """Whether a long text has hardly any article or preposition, and not the marks of notes either."""
    plain = [word for word in words if len(word) > 1 and word.isalpha()]
    common = sum(word in _COMMONEST for word in plain)
    few_marks = len(_MARK.findall(text)) < _MARKS_A_WORD * len(plain)
    return len(plain) >= _LONG and common < _COMMON_SHARE * len(plain) and few_marks


def _without_calculations(text: str) -> str:
    """A text without those stretches between marks and stop words that are calculations."""
    ends = [each for each in _CLAUSE_END.finditer(text) if not each[0][0].isalnum() or each[0].lower() in STOP_WORDS]
    bounds = [0, *(place for each in ends for place in each.span()), len(text)]
    pieces = [text[left:right] for left, right in pairwise(bounds)]
    return "".join(" " if _is_calculation(piece) else piece for piece in pieces)


def _is_calculation(text: str) -> bool:
    """Whether operators join numbers with few words beside them; two numbers with no operator between are none.

    So a heap of keywords stays one with "1=1" thrown in.
    """
    operands = _OPERATOR.split(text)
    numbers = [len(_NUMBER.findall(operand)) for operand in operands]
    words = [sum(len(word) > 1 and word[0].isalpha() for word in tokens(operand)) for operand in operands]
    few = max(words) <= _WORDS_AN_OPERAND and sum(words) <= _WORDS_A_NUMBER * sum(numbers)
    return few and len(operands) > 1 and sum(numbers) > 1 >= max(numbers)


def is_shuffled(text: str) -> bool:
    """Whether words stand in no English order.

    An article or preposition is hardly ever followed by a verb like "is", a conjunction or another preposition with no
    mark between them; in a shuffled text that happens all the time.
    """
    lowered = text.lower().replace("\u2019", "'")
    found = [each.span() for each in TOKEN.finditer(lowered)]
    openers, broken = 0, []
    for (start, end), (after, last) in pairwise(found):
        pair = lowered[start:end], lowered[after:last]
        part_of_a_word = lowered[max(start - 1, 0) : start] in ("-", "/")  # "fan-in and fan-out"
        if pair[0] in _OPENERS and not part_of_a_word and lowered[end:after] == " " and pair not in _PARTICLES:
            openers += 1
            broken += [pair] if pair[1] in _NEVER_AFTER else []
    # Different ones: "the IS" is an abbreviation to somebody. Two of them in a sentence that has few openers.
    kinds = len(set(broken))
    return (kinds >= 3 and len(broken) >= 0.08 * openers) or (kinds >= 2 and len(broken) >= 0.3 * openers)


# Not "a", which may be a label as in "bulb a is on"; not "each" and "every", which may stand alone; not "its", which
# many write for "it's".
_OPENERS = frozenset(
    """the an their of from with into by in on for at""".split()  # noqa: SIM905
)
_PARTICLES = frozenset({("in", "and"), ("on", "and")})
"""In and out, on and off."""
_NEVER_AFTER = frozenset(
    """is are was were be of to and or by for from with as at than because so while but if into on in it's not can
    will would has have does do isn't""".split()  # noqa: SIM905
)
_COMMONEST = frozenset(
    """the a an to of is are in it and for on by as be i you we""".split()  # noqa: SIM905
)
_MARK = re.compile(r"[^\w\s]")


def _looks_like_words(words: Sequence[str], text: str) -> bool:
    """Whether most words have a vowel and an ordinary length, as keywords do and noise does not, or are a formula's."""
    good = sum(_has_vowel(word) and 2 <= len(word) <= 16 for word in words)
    names = sum(len(word) <= _NAME and not _has_vowel(word) for word in words) if "=" in text else 0
    return good > 0.7 * (len(words) - names)


def _has_vowel(word: str) -> bool:
    return any(vowel in word for vowel in "aeiouy")
