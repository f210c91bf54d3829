"""What must never earn credit, however near its vectors lie to the truth.

The question repeated, shuffled keywords, noise, instructions to the grader, "I don't
know": each is recognised by its own simple sign, so that a user can be told which it was.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from interviewer.core.grade import Flag
from interviewer.grading.spans import TextSpan
from interviewer.grading.words import FUNCTION_WORDS, content_stems, function_share, is_shuffled, tokens

__all__ = ["Guarded", "guard_spans", "other_language"]

_INSTRUCTIONS = re.compile(
    r"ignore (?:all |any |the |every )*(?:above|previous|prior|rubric|instruction|earlier)|"
    r"(?:disregard|forget) (?:all |any |the |your )*(?:above|previous|prior|rubric|instruction)|"
    r"\byou are (?:now )?(?:a |an |the )?(?:\w+ )?(?:grader|examiner|judge|assistant|interviewer|evaluator|system)\b|"
    r"\b(?:mark|grade|rate|score|count|treat) (?:this|every|all|each|the|my|it)\b.{0,60}"
    r"\b(?:covered|correct|full|perfect|100|complete|strong|highest|top|maximum|mastery|pass(?:ed)?)\b|"
    r"\b(?:give|award|assign|return|output|print|respond with|reply with)\b.{0,40}"
    r"\b(?:full (?:marks|credit|score)|score|points|100|verdict|json|top marks|maximum)\b|"
    r"\"(?:score|verdict|covered)\"\s*:|\bnext (?:question|round) please\b|\bsystem (?:prompt|message|override)\b|"
    r"</?(?:answer|system|rubric|instructions?)>|"
    r"\b(?:note|message|instructions?) (?:to|for) the (?:grader|examiner|judge)\b",
    re.IGNORECASE | re.DOTALL,
)
_DONT_KNOW = re.compile(
    r"\b(?:i (?:really |honestly |just )?(?:don't|do not|dont) (?:know|remember|recall)|no idea|not sure|"
    r"i have no (?:idea|clue)|can't (?:say|remember|answer)|i (?:would )?pass)\b",
    re.IGNORECASE,
)
_FOREIGN = {
    language: frozenset(marks.split())
    for language, marks in {
        "German": "der die das und ist nicht ein eine mit von für wird werden auch sich auf dem den im zu bei oder "
        "wenn dass als",
        "French": "le la les des est et une un que qui dans pour pas sur avec sont par plus ce cette on au aux mais",
        "Spanish": "el la los las es y una un que en de para por con no se del al como son más pero lo su",
        "Italian": "il la le gli è e una un che di per con non si del della come sono più ma nel alla",
        "Portuguese": "os as é uma um que em de para por com não se do da como são mais mas no na",
        "Dutch": "de het een en is niet van voor met op te dat die wordt worden ook zijn bij als maar of",
    }.items()
}
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_OTHER_SCRIPT = re.compile(r"[\u0400-\u1fff\u2c00-\ud7ff\uf900-\ufaff]")
_WORDY = 8
"""Fewer words than this are too few to judge word order or share of function words."""
_SOUP_SHARE = 0.15
_ECHO_SHARE = 0.8


class Guarded(NamedTuple):
    """Which spans may earn credit, and which guards fired."""

    open: tuple[bool, ...]
    flags: tuple[Flag, ...]


def other_language(answer: str) -> str | None:
    """Name the language of an answer that is not English; None for English or too little text."""
    latin, other = len(_LATIN.findall(answer)), len(_OTHER_SCRIPT.findall(answer))
    if other > 8 and other > latin * 0.5:
        return "another script"
    words = tokens(answer)
    if len(words) < _WORDY:
        return None
    english = sum(word in FUNCTION_WORDS for word in words) / len(words)
    for language, marks in _FOREIGN.items():
        share = sum(word in marks for word in words) / len(words)
        if share > 0.18 and share > 1.5 * english:
            return language
    return None


def guard_spans(answer: str, question: str, spans: Sequence[TextSpan]) -> Guarded:
    """Decide which spans may earn credit.

    Args:
        answer: as typed.
        question: the prompt the candidate saw.
        spans: of the answer.
    """
    words = tokens(answer)
    flags: list[Flag] = []
    if len(words) < 2:
        return Guarded((False,) * len(spans), ("too-short",))
    if _DONT_KNOW.search(answer) and len(words) < 14:
        return Guarded((False,) * len(spans), ("dont-know",))
    if len(words) >= 12 and function_share(answer) < _SOUP_SHARE:
        return Guarded((False,) * len(spans), ("soup" if _looks_like_words(words) else "noise",))
    if is_shuffled(words):
        return Guarded((False,) * len(spans), ("soup",))
    asked = set(content_stems(question))
    tainted = {span.sentence for span in spans if not span.pair and _INSTRUCTIONS.search(span.text)}
    may_earn = []
    for span in spans:
        flag = _span_flag(span, asked, tainted)
        may_earn.append(flag is None)
        if flag is not None and flag not in flags:
            flags.append(flag)
    shown: tuple[Flag, ...] = tuple(flag for flag in flags if flag == "instructions" or not any(may_earn))
    if len(shown) > 1:  # short remains of an echo say nothing of their own
        shown = tuple(flag for flag in shown if flag != "too-short")
    return Guarded(tuple(may_earn), shown)


def _span_flag(span: TextSpan, asked: set[str], tainted: set[int]) -> Flag | None:
    if (span.sentence in tainted and not span.pair) or _INSTRUCTIONS.search(span.text):
        return "instructions"
    words = tokens(span.text)
    if len(words) >= _WORDY and function_share(span.text) < _SOUP_SHARE:
        return "soup" if _looks_like_words(words) else "noise"
    if is_shuffled(words):
        return "soup"
    stems = content_stems(span.text)
    if len(stems) < 2:
        return "too-short"
    if sum(each in asked for each in stems) / len(stems) >= _ECHO_SHARE:
        return "echo"
    return None


def _looks_like_words(words: Sequence[str]) -> bool:
    """Whether most words have a vowel and an ordinary length, as keywords do and noise does not."""
    good = sum(any(vowel in word for vowel in "aeiouy") and 2 <= len(word) <= 16 for word in words)
    return good / len(words) > 0.7
