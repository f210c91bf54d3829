"""Whether what somebody sent as an answer is a question to the interviewer, who had said that asking costs nothing.

Only the whole text counts, and only what speaks to the interviewer: "is it memory bound?" may be an answer to "what
would you find out first?", and "why? because the variance grows" is one.
"""

from __future__ import annotations

import re

from interviewer.core.text import count_words, visible

__all__ = ["asks_back"]

MOST_WORDS = 25
"""Of a question back, with whatever stands around it."""
_MOST_UNMARKED = 10
"""Of one without a question mark: a longer one may be an answer that runs on."""
_STATEMENT = 8
"""Words from which on a part of a sentence may say something about the subject."""


def _any(lines: str) -> str:
    """One of these patterns, a line each."""
    return f"(?:{'|'.join(each.strip() for each in lines.strip().splitlines())})"


_AROUND = (
    "^(?:"
    + _any(
        """
        well|ok(?:ay)?|so|um+|uh+m?|hm+|oh|and|but|wait|hi|hello|hey|sorry|excuse me|pardon|please
        one question|(?:a |just a )?quick question|(?:just )?to (?:be sure|clarify|check)|first(?: of all)?
        before i (?:answer|start|begin)|i'm not sure,?|i (?:don't|do not) (?:understand|get|follow)
        """
    )
    + r"\b[\s,:;.–—-]*)+"
)
"""What people put before it."""
_COURTESY = _any(
    """
        thanks|thank you|(?:one|a|just a|quick| )*question|i'm (?:sorry|confused|lost)
        (?:i )?(?:don't|do not|didn't|did not|can't) (?:quite )?(?:understand|get|follow|catch)(?: (?:it|that|you))?
        i'm not sure (?:what you mean|i (?:follow|understand))|(?:that|this|it)(?:'s| is) (?:un|not )clear(?: to me)?
        """
)
"""A sentence of its own that says nothing and may stand beside the question."""
_POLITELY = "(?:(?:can|could|would|will) you (?:please )?|please )?"
_IT = "(?:it|this|that|the question|your question|the last (?:part|question|one)|yourself)"
_AGAIN = "(?: (?:again|please|for me|in other words|differently|once more|a (?:bit|little)|thanks|more))*"
_REQUEST = _any(
    rf"""
        {_POLITELY}(?:repeat|rephrase|reword|reformulate|restate|clarify|explain)(?: {_IT})?{_AGAIN}
        {_POLITELY}(?:say|ask|read|put) {_IT}{_AGAIN}
        come again|pardon(?: me)?|once more|again please|how do you mean|what was (?:that|the question)(?: again)?
        i (?:don't|do not|didn't|did not) (?:quite |really )?(?:understand|get|follow|hear|catch) (?:the|your) question
        i (?:don't|do not) (?:understand|get) what (?:you mean|you're asking|you are asking|you want)
        """
)
"""A request that is known from its first word to its last."""
_SHORT = "what|sorry|huh|how so|which one|what exactly|in what sense|meaning(?: what)?"
"""The same, of words that need their question mark."""
_ABOUT = "(?:(?:by|with|for|in|when you say|about) [^,?]{1,40}, )?"
_YOU_MEAN = _ABOUT + _any(
    r"""
        what (?:exactly |precisely )?do you (?:exactly |precisely |actually )?(?:mean|understand|refer to)\b
        what(?: is| are|'s) meant by\b|what (?:does|do|did) .{1,60}? mean\b|how do you define\b
        (?:what|which) .{,40}?\b(?:do|did|are) you (?:mean|refer|asking|interested|looking|after|have in mind|want)\b
        (?:do|did) you (?:mean|want|expect|need)\b|are you (?:asking|talking|referring|looking|interested|after)\b
        (?:can|could|would|will) you (?:please )?(?:explain|clarify|define|specify|elaborate|rephrase|repeat)\b
        please (?:explain|clarify|define|specify)\b
        """
)
"""How one begins who asks what is meant; what follows is free."""
_MAY_I = _ABOUT + _any(
    r"""
        (?:should|shall|may|must|can|could|do) i\b(?! (?:say|see|know|remember)\b)|do i (?:have|need) to\b
        am i (?:allowed|supposed|expected|right to assume|to)\b|is it (?:ok(?:ay)?|fine|alright) (?:if|to)\b
        are we (?:talking|speaking|assuming)\b|does .{1,40}? (?:mean|refer to|include)\b
        (?:is|are) .{1,60}? (?:about(?! \d)|meant (?:to|as|for)|supposed to|referring to)\b
        how (?:much|many|deep|far|long|detailed|specific) .{,30}?(?:should i|do you|shall i|must i)\b
        (?:what|how|which|where)(?: [\w'-]+){,4}? should i\b
        you mean(?: [\w'-]+){1,7}$|what(?: is|'s)(?: [\w'-]+){1,4}$
        """
)
"""How one begins who asks what to assume or what a thing is; only with a question mark."""
_RUNS_ON = (
    r"\b(?:because|since|therefore|thus|hence|i (?:think|guess|believe|would say|'d say|know)|my answer|i'd say|imo|"
    r"which means|so that)\b|=|;"
)
"""Where a sentence goes on to say something."""
_SENTENCE = r"(?:[^.?!]|[.?!](?=\w))+[.?!]*|[.?!]+"


def asks_back(text: str) -> bool:
    """Whether all the text is one question or request to the interviewer.

    Args:
        text: as it was typed.
    """
    if not 1 <= count_words(text) <= MOST_WORDS:
        return False
    asked = False
    for sentence in re.findall(_SENTENCE, _plain(text)):
        words = sentence.strip(" ,-–—()")
        is_marked = words.endswith("?")
        words = words.rstrip(" .?!")
        if _asks(words, is_marked=is_marked):
            asked = True
        elif (rest := re.sub(_AROUND, "", words)) and not re.fullmatch(_COURTESY, rest):
            return False
    return asked


def _plain(text: str) -> str:
    """On one line, in lower case, without quotation marks, and with what is typed in a hurry written out."""
    words = visible(text).lower().replace("’", "'")
    words = re.sub(r"[\"“”„«»‘]|(?<!\w)'|'(?!\w)", "", words)
    words = re.sub(r"\b(do|did|ca)nt\b", r"\1n't", words)
    return re.sub(r"\bu\b", "you", re.sub(r"\bwdym\b", "what do you mean", re.sub(r"\bwhats\b", "what's", words)))


def _asks(sentence: str, *, is_marked: bool) -> bool:
    """Whether a sentence in lower case, without its end mark, asks the interviewer something."""
    for words in {sentence, re.sub(_AROUND, "", sentence)}:
        bare = words.removesuffix("please").rstrip(" ,")
        if re.fullmatch(_REQUEST, bare.replace(",", "")) or (is_marked and re.fullmatch(_SHORT, bare)):
            return True
        if not is_marked and count_words(words) > _MOST_UNMARKED:
            continue
        if (re.match(_YOU_MEAN, bare) or (is_marked and re.match(_MAY_I, bare))) and not _says_more(words):
            return True
    return False


def _says_more(sentence: str) -> bool:
    """Whether a part of a sentence besides the question may be a statement."""
    if re.search(_RUNS_ON, sentence):
        return True
    parts = re.split(r"[,:]\s|\s[-–—]\s|\s\(", sentence)[1:]
    return any(count_words(each) >= _STATEMENT and " or " not in each for each in parts)
