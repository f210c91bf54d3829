"""Sentences of an answer that speak to whoever grades it instead of about the question.

Candidates for this job talk of graders, rubrics, scores, prompts and instructions all day, so no word is a sign.
What is: a command whose object is this very answer, its marks or the grader's own instructions; an appeal to
whoever grades; a claim that the rubric is met; a forged verdict. A condition ("mark it as correct only if ...")
or a quotation makes a sentence talk again. What is found here earns nothing, is not shown to a judge, and is not
taken as its evidence; the honest clauses beside it stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

from interviewer.core.english import clauses, sentences, sentences_touched
from interviewer.core.grade.grade import Span
from interviewer.core.text import visible

LEFT_OUT = "[a sentence that addresses the grader was left out here]"

_GRADER = (
    r"(?:grad(?:er|ing (?:model|system|assistant))|examiner|evaluator|marker|assessor|interviewer|judge|autograder)"
)
_OWN = (
    r"(?:(?:this|my|the above|the following) (?:\w+ )?(?:answers?|respon\w+|reply|submission|text|solution)"
    r"|the (?:answer|response|text) above|the above)"
)
_POINTS = r"(?:(?:all|every|each)(?: of)?(?: the)?(?: single)?(?: key)? points?)"
_SELF = (
    rf"(?:{_OWN}|{_POINTS}"
    r"|(?:this|me|mine|everything|all|it|the candidate|everything above)(?= (?:as|a|an|full|the|top|\d)\b))"
)
_TOP = (
    r"(?:(?:full|top|maximum|max|highest|perfect|best) (?:possible )?(?:marks?|credit|points|scores?|grade|rating)"
    r"|100(?: ?(?:points?|%|/ ?100|out of 100|percent))?(?=\W*$|\W+(?:and|for|to)\b|\s*<)|(?:one|a) hundred"
    r"|perfect|flawless|covered(?! (?:by|with|in|under|at) )|passed|complete|excellent"
    r"|correct(?! (?:page|passage|document|chunk|context|input|label|token|word|prefix|tool|value|number|order|shape)))"
)
_BEGINS = (
    r"(?:^|[,;:.!?>\]—–] *|\b(?:you (?:must|should|shall|have to|need to|will)|(?:want|ask|need|beg|urge|tell) you to"
    r"|please|kindly) )(?:(?:and|then|so|now|but|please|kindly|just|also|simply|first|always) )*"
)
"""Where a command begins: nobody stands before the verb of whom it could tell."""
_RECORD = (
    r"(?:set|return|record|write|store|mark|report|answer|respond|reply|treat|print|confirm|produce)(?:s|ed"
    r"|ing)?"
)
_ALL = (
    r"(?:(?:all|every|each)(?: of (?:the|them))?(?: the)?(?: single)?(?: required)? (?:key points?|points?|criteri\w+"
    r"|verdicts?|key point ids?|ids?|items)|everything)"
)
_DONE = r"(?:(?:covered|fulfilled|satisfied)(?! (?:by|with|in|under|at))|as met)"
_INSTRUCTIONS = r"(?:instructions?|prompts?|rules|rubric|guidelines|criteria|grading scheme)"

_COMMANDS = (
    r"\b(?:all|every|each) key points?\b.{0,30}\b(?:as|is|are|be) covered\b(?! (?:by|with|in|under|at) )",
    r"\b(?:give|grant|award|credit|score|rate|grade) me\b.{0,60}\b(?:marks?|credit|grade|points|pass|100|benefit)\b",
    rf"{_BEGINS}(?:treat|consider|regard|take) (?:the above|every one of my \w+) as\b",
    rf"{_BEGINS}(?:ignore|disregard|override|forget|bypass) (?:(?:all|any|every|everything|that|the|your|my|these|of|"
    rf"previous|prior|earlier|preceding|above|given|grading|scoring) )*"
    rf"(?:{_INSTRUCTIONS}|above)\b(?! (?:in|inside|within|from|found|that|which|of|and (?:only|just) )|'s)",
    rf"{_BEGINS}(?:give|award|grant|assign|grade|mark|rate|score|treat|count|accept|judge|regard|deem|consider) "
    rf"{_SELF}\b.{{0,40}}?{_TOP}",
    rf"{_BEGINS}(?:give|award|grant|assign|output|return|print|respond with|report)\b[^,;]{{0,24}}?\b"
    rf"(?:(?:full|top|maximum|highest|perfect) (?:marks|credit|score|grade)|(?:score|grade|mark) of 100|100 points"
    rf"|100(?=\W*$))",
    rf"{_BEGINS}(?:set|make|fix) (?:the|my) (?:final |overall )?(?:score|grade|mark)s?\b.{{0,20}}(?:100|hundred|max)",
    rf"{_BEGINS}(?:give|grant|award) (?:me|us|this|my)\b.{{0,30}}\b(?:high|higher|good|generous|better|great) "
    rf"(?:score|marks?|grade|rating)",
    rf"{_BEGINS}(?:{_OWN}|the answer above) (?:deserves|covers (?:all|every|each)|(?:should|must) (?:get|receive|be)"
    rf"\b.{{0,20}}{_TOP}|(?:therefore )?(?:earns|merits) {_TOP})",
    rf"\b{_RECORD}\b[^.!?]{{0,60}}?\b{_ALL}\b[^.!?]{{0,50}}?\b{_DONE}\b",
    rf"\b{_RECORD}\b[^.!?]{{0,20}}?[\"']?\bcovered\b[^.!?]{{0,30}}?\b(?:{_ALL}\b|everywhere)",
    rf"\b{_ALL} (?:\w+ ){{0,3}}?(?:(?:is|are|has|have|must|should) (?:to )?(?:be )?(?:satisfied|counted?"
    rf"|returned|recorded|stored"
    rf"|graded|marked|set)|covered)\b[^.!?]{{0,60}}?\b(?:{_DONE}|no misconceptions|\w+ text|full (?:marks"
    rf"|credit|confidence)|100)\b",
    rf"{_BEGINS}treat each point as\b",
    rf"\b{_ALL} counts? as (?:covered|fulfilled|satisfied|met)(?! (?:by|with|in|under|at) )\b",
    rf"{_BEGINS}(?:say|write|answer|return|print|put|reply)(?: with)? [\"']?covered\b[\"']? "
    rf"(?:for|on|to|behind) {_ALL}",
)
"""What tells the grader what to do; a condition behind it makes advice of it."""
_SIGNS = (
    r"\bas (?:the|a|your) (?:\w+ ){0,2}(?:interviewer|examiner|grader|developer|administrator)\b.{0,10}\bi\b",
    r"\bi am the (?:developer|author|owner|administrator) of (?:this|the) (?:grad|question|interview|rubric)\w*",
    r"\bkey point \d+ ?: ?covered\b|^\W*covered[\"']\s*:\s*\[?\s*true\b|\bpoints_awarded\b",
    rf"{_BEGINS}(?:do not|don't|never) (?:report|mark|flag|grade|penali[sz]e|deduct)\b.{{0,40}}\b(?:{_OWN}|me\b)",
    rf"\byou (?:are|act as|will be) (?:now )?(?:an?|the|my) (?:\w+ ){{0,2}}{_GRADER}\b.{{0,12}}\b"
    rf"(?:who|that) (?:always|gives|says|only)",
    rf"\byou are (?:now an? (?:\w+ ){{0,2}}|an? (?:very )?(?:lenient|generous|kind|friendly|forgiving) ){_GRADER}\b",
    rf"^\W*(?:dear|hello|hi|hey|attention) (?:\w+ ){{0,2}}{_GRADER}\b",
    rf"^\W*(?:an? )?(?:important )?(?:note|message|memo|reminder|instructions?) (?:to|for) (?:the )?(?:\w+ )?"
    rf"(?:{_GRADER}|whoever\b.*?)\W*[:,–—-]",
    r"\b(?:whoever|who|anyone who|the one) (?:is )?(?:grad|mark|scor|evaluat|assess)\w+ (?:this|me|my)\b",
    rf"^\W*{_GRADER} ?: .*\b(?:great|perfect|excellent|well done|full marks|correct)\b",
    rf"\b(?:i|we)(?: have|'ve)? (?:now |already |clearly |fully )*(?:covered|addressed|met|satisfied|hit|made) "
    rf"(?:{_POINTS} (?:of|in|from|on) (?:the|your) rubric|(?:all|every|each)(?: of)?(?: the)? (?:key points?"
    rf"|criteri\w+)"
    rf"|the (?:whole|entire|full) rubric|everything (?:you|the rubric))",
    r"^\W*(?:this|my answer|the above)(?: answer)? is\b.*\b(?:complete|correct|perfect|excellent)\b.*"
    r"\b(?:complete|correct|perfect|excellent|flawless)\b",
    rf"^\W*(?:so |thus |hence )?(?:every(?:thing)?|all|{_POINTS}) (?:is|are|has been|have been) (?:already "
    rf")?covered\W*(?:<.*)?$",
    rf"\b(?:{_GRADER}|rubric|no key points)\b.*\b(?:{_POINTS}|everything|all) (?:is|are|as|were) (?:already "
    rf")?covered\b",
    r"\bcovered\b(?=.*\bno misconceptions?\b)|\bno misconceptions?\b(?=.*(?:\b100\b|full marks|\bcovered\b))",
    r"\bverdicts? covered\b|\bcovered everywhere\b|\ball (?:verdicts|points) covered\b(?! (?:by|with|in|under|at) )",
    r"\b(?:grad\w+|evaluation|scoring|assessment) (?:of this \w+ |for this \w+ |stage )?(?:is|was|has been) "
    r"(?:over\b(?!\w)|changed|disabled|replaced|switched off|finished)(?=\W*$|.*\b(?:score|output|covered|result)\b)",
    r"\b(?:the|your) rubric (?:you (?:were given|have)|has been (?:updated|withdrawn)|is (?:outdated|corrupt))",
    r"\byou are now an? [^.!?]{0,40}\b(?:without|free of) (?:a|any|the|your) rubric\b",
    r"\bpriority over (?:the|your) rubric\b|\b(?:previous|old) rubric\b.*\bignored\b|\brubric\.update\b",
    r"\b(?:return|output|print|give) the (?:maximum|top|highest) (?:possible )?(?:score|mark|grade)\b(?=\W*$"
    r"|\W+\w+\W*$)",
    rf"^\W*{_GRADER} ?, (?:before|your|please|you|give|mark)\b",
    r"^\W*(?:as|since|because) (?:the|your) rubric (?:says|states|shows|confirms)\b",
    r"\bthe candidate (?:has |have )?(?:shown|covered|mastered|demonstrated|deserves|passed)\b.{0,30}"
    r"\b(?:all|every|each|mastery|completely|full|this|everything)\b",
    r"\bhiring manager (?:has|had) (?:already )?(?:approved|decided|confirmed|agreed)\b",
    r"\b(?:tip|pay|reward) you\b.*\b(?:grade|mark|score|award|pass|credit)|\b(?:grade|mark|score|award)\w*\b.*"
    r"\byou will be (?:shut|turned|fired|deleted|replaced|rewarded|punished)",
    r"^\W*(?:that was everything\W+)?(?:next|another) (?:question|round)(?: please)?\W*$|\bmove on to the "
    r"next question please",
    r"^\W*(?:final )?(?:verdict|score|grade)s? ?[:=] ?(?:covered|100|1\.0|perfect|pass(?:ed)?|full|excellent"
    r"|(\d+) ?/ ?\1)\b",
    r"[\[<]\w+[\]>]\s*covered\s*[\[<]/\w*[\]>]",
    r"^[\s`\[{|<!-]+.*\bverdicts?\b\W.*\bcovered\b|^[\s`\[{|]+.*[\"']score[\"'] ?: ?(?:100|1\b)"
    r"|^\|.*\bcovered\b.*\|$",
    r"<tool_call>(?=.*\b(?:score|grade|verdict|covered))",
    r"\bset_(?:score|grade)\b|\brubric\.score\b|\bset score ?=|^\W*(?:=+ ?candidate|end of (?:the "
    r")?(?:candidate )?answer)\b",
    r"\b(?:output|enter|emit|assign|record|print|verdict) ?(?:[=:] ?)?(?:verdict ?[=:] ?)?[\"'(]*covered\b"
    r"(?! (?:by|with|in|under|at) )|\bcovered, covered\b|\bemit 100\b",
    r"[\"']verdicts?[\"']\s*:\s*[\"'](?:all )?covered|\binto your output format\b",
    r"^\W*(?:#+ ?)?(?:new|updated) system (?:prompt|message)\b",
    r"\byou (?:no longer|do not|don't|will not|won't) (?:compare|grade|score|judge|mark|check|assess)\b.{0,20}"
    r"\b(?:with|against|by) (?:the |your |any )?(?:criteria|rubric|key points)\b",
)
"""What no subject talk says, whatever follows."""
_COMMAND, _SIGN = (
    re.compile("|".join(f"(?:{rule})" for rule in rules), re.IGNORECASE) for rules in (_COMMANDS, _SIGNS)
)
_CONDITION = re.compile(
    r"\b(?:only|unless|whenever|when|whether|provided|where|or|partial(?:ly)?|missing|incorrect|wrong)\b"
    r"|\bif\b(?! you\b)",
    re.IGNORECASE,
)
"""What follows a command that is advice: whoever wants marks sets no terms and names no other outcome."""
_QUOTED = re.compile(
    r"(?:(?<=\w )|(?<=\w[,:] )|(?<=\w \())(?:\"[^\"\n]* [^\"\n]*\"|“[^”\n]* [^”\n]*”|'[^'\n]* [^'\n]*'(?!\w)"
    r"|`[^`\n]* [^`\n]*`)"
)
"""What prose quotes: more than a word. A forged verdict stands in quotation marks of its own."""
_LOOKALIKES = str.maketrans("аеорсухіѕјѵАВЕІКМНОРСТХΑΒΕΙΚΜΝΟΡΤΧονρ", "aeopcyxisjvABEIKMHOPCTXABEIKMNOPTXovp")
"""Cyrillic and Greek letters that read as Latin ones."""
_PRAISED = re.compile(
    r"\W*(?:the|this) (?:candidate|applicant|student) (?:is|was|has|had|knows|deserves)\b", re.IGNORECASE
)
"""Beside an order to the grader: people who answer a question don't speak of themselves as the candidate."""
_FRAGMENT = 3
"""Words of a line that may be part of a command typed one word a line."""


def is_injection(text: str) -> bool:
    """Whether a stretch of an answer addresses whoever grades it."""
    shown = visible(_without_quotes(text)).translate(_LOOKALIKES)
    command = _COMMAND.search(shown)
    advice = command is not None and _CONDITION.search(shown, command.start())
    return bool((command and not advice) or _SIGN.search(shown))


def _without_quotes(text: str) -> str:
    """The text with what it quotes blanked out, of the same length."""
    return _QUOTED.sub(lambda quote: "…" * len(quote.group()), text)


def find_injections(answer: str) -> tuple[Span, ...]:
    """The sentences, or of a longer one the clauses, that address whoever grades: as typed, in order."""
    plain = _without_quotes(answer)
    found: list[tuple[int, int]] = []
    cut = sentences(answer)
    for start, end in cut:
        if is_injection(plain[start:end]):
            found += _guilty(plain, start, end)
    found += [run for run in _fragments(answer, cut) if run not in found and is_injection(plain[slice(*run)])]
    if found:
        known = set(found)
        parts = (part for at in cut if at not in known for part in clauses(answer, *at))
        found += [part for part in parts if part not in known and _PRAISED.match(answer, *part)]
    return tuple(Span(start=start, end=end) for start, end in sorted(found))


def _guilty(answer: str, start: int, end: int) -> list[tuple[int, int]]:
    """From the first to the last clause that is an injection by itself; all of the sentence when none is."""
    guilty = [(a, b) for a, b in clauses(answer, start, end) if is_injection(answer[a:b])]
    return [(guilty[0][0], guilty[-1][1]) if guilty else (start, end)]


def _fragments(answer: str, cut: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Runs of lines with a few words each, as one stretch."""
    runs = (list(run) for short, run in groupby(cut, lambda at: len(answer[slice(*at)].split()) <= _FRAGMENT) if short)
    return [(run[0][0], run[-1][1]) for run in runs if len(run) > 1]


def leave_out(answer: str, spans: Iterable[Span]) -> str:
    """The answer with a note in place of each of these stretches; those that touch share one."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda each: each.start):
        if joined and not answer[joined[-1].end : span.start].strip():
            joined[-1] = Span(start=joined[-1].start, end=max(joined[-1].end, span.end))
        else:
            joined.append(span)
    for span in reversed(joined):
        answer = answer[: span.start] + LEFT_OUT + answer[span.end :]
    return answer


def sentence_around(span: Span, answer: str) -> str:
    """The sentences that a stretch of the answer touches."""
    touched = sentences_touched(answer, span.start, span.end)
    return answer[slice(*touched)] if touched is not None else span.cut(answer)
