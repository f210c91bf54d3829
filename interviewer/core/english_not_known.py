"""Whether a text says no more than that its writer does not know, in whatever words people use for it.

A text is read clause by clause as a row of pieces: what says "I don't know", what people put around it, and what it is
about. Whatever is none of these says something else, and then the text is an answer, doubt or not.
"""

from __future__ import annotations

import re

from interviewer.core.english import content_stems, stem, tokens
from interviewer.core.patterns import late_pattern

__all__ = ["AROUND", "NO_ASIDE", "UNKNOWN", "any_of", "pieces", "read_pieces", "says_not_known"]


def any_of(lines: str) -> str:
    """A pattern for one of these patterns, a line each."""
    return f"(?:{'|'.join(each.strip() for each in lines.strip().splitlines())})"


def pieces(**named: str) -> re.Pattern[str]:
    """What `read_pieces` reads a text as: patterns of words in lower case, each by the name of what it says."""
    return late_pattern("(?:" + "|".join(f"(?P<{name}>{pattern})" for name, pattern in named.items()) + ")(?: |$)")


_VERY = (
    "(?:(?:really|honestly|even|actually|quite|exactly|currently|just|simply|truly|fully|entirely|totally|completely|"
    "too|so|very|all that|at all|absolutely|100|clearly|ever) )*"
)
_REAL = "(?:(?:real|good|earthly|faintest|slightest|foggiest|single) )*"
_IDEA = "(?:ideas?|clues?|notion|foggiest|faintest)"
_NOT = "(?:(?:do|did|can|could|would|will) not|(?:do|did|ca|could|would|wo)n't|cannot|(?:am )?(?:not able|unable) to)"
UNKNOWN = any_of(
    rf"""
        idk|idek|dunno|unsure|i (?:always )?forget|(?:have )?(?:forgot|forgotten)|(?:have )?no clue
        {_NOT} {_VERY}(?:know|remember|recall|say|answer|tell(?: you)?|think of|come up with)
        (?:have |got )*{_VERY}(?:no|zero|not (?:a|the|any)) {_VERY}{_REAL}{_IDEA}
        (?:haven't|have not|(?:do|did)(?:n't| not) {_VERY}have)(?: got)? (?:a|an|any|the) {_REAL}(?:{_IDEA}|answer)
        have no answer|(?:am )?not {_VERY}(?:sure|certain)
        (?:haven't|have not|never) {_VERY}(?:heard(?: of)?|learned|learnt|studied|seen|covered|come across|read about)
        beats me|search me|who knows|i give up|(?:am )?(?:clueless|stumped)|(?:drawing|drew) a blank
        my mind (?:is|went|has gone) {_VERY}blank|you(?:'ve)? got me|your guess is as good as mine
        """
)
"""What says that one does not know."""
_IT = any_of(
    r"""
        (?:this|that)(?: particular)? (?:one|question|topic|subject|thing|concept|term)
        this|that|it|these|those|any of (?:it|this|that)|anything|enough|much
        (?:the|an|any|my) (?:(?:right|correct|exact|actual|full|good) )?(?:answers?|questions?|topic|subject|details?)
        """
)
AROUND = any_of(
    rf"""
        (?:(?:about|of|on|for|to|with|in|regarding) )?{_IT}
        i'm afraid|i am afraid|i'm sorry|i am sorry|(?:i )?(?:(?:will |would )?have to|must) (?:say|admit|confess)
        i (?:am|have|will|would|guess|think|suppose|fear)|i(?:'m|'ve|'ll|'d)?|me|sorry|(?:my )?apologies
        to be (?:honest|frank|fair)|tbh|if i'm (?:being )?honest|in all honesty|frankly
        honestly|really|actually|unfortunately|sadly|just|please|simply
        um+|uh+m?|hm+|er+m?|ah+|oh|well|ok(?:ay)?|yeah|so|and|or|then|here|now|yet|any ?more|though|either|too|also
        at all|right now|at the moment|currently|for now|off ?hand|off the top of my head|by heart|from memory|exactly
        absolutely|totally|completely|literally|genuinely|thanks|thank you|very much|again|man|dude|bro
        mate|sir|lol|haha
        (?:(?:that|it)(?:'s| is) )?(?:an? )?(?:good|great|hard|tough|tricky|difficult) (?:one|question)
        """
)
"""What people put around it, and what stands for what was asked."""
_PIECES = pieces(unknown=UNKNOWN, around=AROUND)

_CLAUSE_END = late_pattern(
    r"[,.;:!?…()\n–—]+|\s-+\s|\b(?:but|because|although|though|however|maybe|perhaps|probably)\b", re.IGNORECASE
)
NO_ASIDE = late_pattern(r"^\W*(?:no|nope|nah)\b(?!\W*(?:but|idea|clue|\w*$))", re.IGNORECASE)
"""A "no" before "I don't know", which is not the answer no."""
_SHORT = (
    (late_pattern(r"\b(do|did|does|ca|have|has|could|would|wo|is|was)nt\b"), r"\1n't"),
    (late_pattern(r"\bi(m|ve)\b"), r"i'\1"),
    (late_pattern(r"\bill\b"), "i'll"),
    (late_pattern(r"\bid(?= (?:rather|like|prefer))"), "i'd"),
    (late_pattern(r"\b(that|what|it|let)s\b(?! own)"), r"\1's"),
)
"""Contractions as they are typed in a hurry."""
_TOPIC = late_pattern(
    r"(?:(?:about|of|on|for|at|to|with|in) )?"
    r"(?:what|how|why|when|where|which|who|whether|if|any|anything|much|enough|the|a|an|about|of)\b"
)
"""How one begins to say what it is that one does not know."""
_OF_ASKING = frozenset(
    map(
        stem,
        """
        answer answering question mean meaning call called work works start begin explain explanation right correct
        topic word words name term happen happens respond write approach detail first even exactly really honestly
        """.split(),  # noqa: SIM905 - as everywhere for lists of words
    )
)
"""Words about any question, which name nothing."""
_MOST_WORDS = 14
"""Of what one says one does not know."""
_JOINING = ("when", "if", "that", "while", "as", "how", "what", "where", "after", "before", "whether")
_JOINED = "".join(f"(?<!{word} )" for word in _JOINING)
_TELLS = late_pattern(
    rf"^why\b|^(?:the|an?|that)(?: \S+){{6}}|\bso\b|(?:\S+ ){{2}}{_JOINED}"
    r"(?:(?:it|they|we|there) (?!(?:for|to|in|at|on|of|and|or|with|from)\b)|it's |they're |there's )"
)
"""Where such words tell something: they give a fact whose reason is not known, or a sentence begins without a mark."""


def says_not_known(text: str, *, of_anything: bool = False) -> bool:
    """Whether that is all the text says.

    Args:
        text: as it was typed.
        of_anything: what one does not know may be named in any words ("I don't know what dropout does"); otherwise
            only as what was asked.
    """
    return "unknown" in (read_pieces(NO_ASIDE.sub(" ", text), _PIECES, of_anything=of_anything) or ())


def read_pieces(text: str, kinds: re.Pattern[str], *, of_anything: bool = False) -> set[str] | None:
    """Names of the pieces that make up all of a text; None when it holds anything else.

    Args:
        text: as it was typed.
        kinds: from `pieces`.
        of_anything: as `says_not_known` has it, of pieces named "unknown".
    """
    found: set[str] = set()
    for clause in _CLAUSE_END.split(text):
        words, at, own = _plain(clause), 0, set[str]()
        while at < len(words) and (piece := kinds.match(words, at)) is not None:
            own.add(piece.lastgroup or "")
            at = piece.end()
        if at < len(words) and not ("unknown" in own and _is_topic(words[at:], of_anything=of_anything)):
            return None
        found |= own
    return found


def _plain(text: str) -> str:
    words = " ".join(tokens(text))
    for short, long in _SHORT:
        words = short.sub(long, words)
    return words


def _is_topic(words: str, *, of_anything: bool) -> bool:
    """Whether words only name what it is that one does not know; who speaks to the interviewer asks something back."""
    if not _TOPIC.match(words) or len(words.split()) > _MOST_WORDS or re.search(r"\byou\b", words):
        return False
    if all(each in _OF_ASKING for each in content_stems(words)):
        return True
    return of_anything and not _TELLS.search(words)
