"""Whether a text is English, by its commonest words."""

from __future__ import annotations

import re

from interviewer.core.english import STOP_WORDS, tokens

__all__ = ["other_language"]

_FOREIGN = {
    language: frozenset(marks.split())
    for language, marks in {
        "German": "der die das und ist nicht ein eine mit von für wird werden auch sich auf dem den im zu bei oder "
        "wenn dass als ich mir habe haben wir sie es",
        "French": "le la les des est et une un que qui dans pour pas sur avec sont par plus ce cette on au aux mais "
        "je vous nous il elle avez",
        "Spanish": "el la los las es y una un que en de para por con no se del al como son más pero lo su yo usted ha",
        "Italian": "il la le gli è e una un che di per con non si del della come sono più ma nel alla",
        "Portuguese": "os as é uma um que em de para por com não se do da como são mais mas no na",
        "Dutch": "de het een en is niet van voor met op te dat die wordt worden ook zijn bij als maar of",
    }.items()
}
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_OTHER_SCRIPT = re.compile(r"[\u0400-\u1fff\u2c00-\ud7ff\uf900-\ufaff]")


def other_language(text: str, *, least: int = 8) -> str | None:
    """Name the language of a text that is not English; None for English or too little text.

    Args:
        text: what somebody said.
        least: words; fewer are too few to judge the language by.
    """
    latin, other = len(_LATIN.findall(text)), len(_OTHER_SCRIPT.findall(text))
    if other > 8 and other > latin * 0.5:
        return "another script"
    words = tokens(text)
    if len(words) < least:
        return None
    english = sum(word in STOP_WORDS for word in words) / len(words)
    for language, marks in _FOREIGN.items():
        share = sum(word in marks for word in words) / len(words)
        if share > 0.18 and share > 1.5 * english:
            return language
    return None
