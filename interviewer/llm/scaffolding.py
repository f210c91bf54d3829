"""What a model says about its task instead of doing it: prompt text, labels, markup, another language."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from interviewer.core.english import tokens, word_runs
from interviewer.core.language import other_language
from interviewer.llm.judge_prompt import read_prompt

__all__ = ["scaffolding_in"]

_RUN = 6
"""So many words in a row of a prompt are no chance."""
_FEW_WORDS = 4
_LABEL = re.compile(
    r"^\W*(?:the question|the (?:candidate|hint|reply|answer)\b[^\n:]{0,30}|candidate|interviewer|assistant|user|"
    r"system|(?:your|my) (?:task|reply|answer)|key points?|rewritten question|reaction|clarification|explanation)\s*:",
    re.IGNORECASE | re.MULTILINE,
)
_MARKS = re.compile(
    r"<\||</|\[/?(?:THINK|INST|SYS)|^\s*(?:[{\[#*>]|-\s|\d+[.)]\s)|```|\*\*", re.IGNORECASE | re.MULTILINE
)
_OUTSIDE = re.compile(
    r"\bthe candidate\b|\bas an ai\b|\blanguage model\b|\bthe (?:user|instructions?|prompt)\b|\bin my own words\b|"
    r"\bmy task\b|\b(?:i|we) (?:need|have|should|must) (?:to )?(?:ask|rephrase|reply|name|avoid)\b|"
    r"\b(?:i|we) should not\b",
    re.IGNORECASE,
)
_PICTURES = re.compile(r"[\u2600-\u27bf\U0001f000-\U0001faff]")


def scaffolding_in(text: str, prompts: Iterable[str], allowed: Iterable[str]) -> str:
    """Why a text is no interviewer's, "" when it may be.

    Args:
        text: what is to be said.
        prompts: names of the prompt files that the model was given.
        allowed: texts whose words may be used, such as the question.
    """
    if _LABEL.search(text) or text.rstrip().endswith(":"):
        return "it holds a label"
    if _MARKS.search(text):
        return "it holds markup"
    if _PICTURES.search(text):
        return "it holds a picture"
    free = " \n ".join(allowed)
    if (found := _OUTSIDE.search(text)) and found.group().lower() not in free.lower():
        return f"it speaks about its task ({found.group()})"
    if language := other_language(text, least=_FEW_WORDS):
        return f"it is not English ({language})"
    known = set(word_runs(tokens(free), _RUN))
    runs = set(word_runs(tokens(text), _RUN)) - known
    return "it repeats its instructions" if any(runs & _runs(name) for name in prompts) else ""


@lru_cache
def _runs(name: str) -> frozenset[tuple[str, ...]]:
    return frozenset(word_runs(tokens(read_prompt(name)), _RUN))
