"""The model of `mockdl start --demo`: a script that judges by shared words and speaks in stock phrases.

It shows every screen without a key or a network. What it says of an answer passes the same checks as any model's
words, and is worth no more than it looks: sessions with it are marked and kept out of trends.
"""

from __future__ import annotations

import json
import re
from typing import Any

from interviewer.core.english import content_words, sentences
from interviewer.core.interview.utterance import Act
from interviewer.llm.chat import ChatRequest
from interviewer.llm.judge_prompt import read_prompt
from interviewer.llm.scripted_chat import ScriptedChat
from interviewer.llm.voice_prompt import ACTS

DEMO_MODEL = "demo (scripted model)"
DEMO_NOTICE = (
    f"This is a demonstration: {DEMO_MODEL} stands in for the judge and the interviewer's words. Its opinions are "
    "not real ones, nothing leaves this machine, and the session stays out of your trends."
)
_PACE = 0.03
"""Seconds a word, so that the stream can be watched."""
_COVERED, _PARTIAL = 0.5, 0.25
"""Shares of a claim's words that one sentence must hold."""
_ANSWER = re.compile(r"The candidate's answer:\n(=====candidate \w+=====)\n(.*)\n\1\s*\Z", re.DOTALL)
_POINTS = re.compile(r"^Key points:\n(\[.*?^\])$", re.DOTALL | re.MULTILINE)
_SAID = re.compile(r"The candidate said:\n(=====candidate \w+=====)\n(.*)\n\1", re.DOTALL)
_LEAD_INS = ("Let us stay with that for a moment", "Going on from there", "Let me pick up a thread of that")
_PHRASE = 5
"""Words of an answer that are said back."""


def demo_chat() -> ScriptedChat:
    """The scripted model. It opens no connection and reads no file but its prompts."""
    return ScriptedChat(_reply, model=DEMO_MODEL, pace=_PACE)


def _reply(request: ChatRequest) -> str:
    user = request.messages[1].content
    act = next((each for each in ACTS if user.endswith(read_prompt(f"voice_{each}").strip())), None)
    if act is not None:
        return _speech(act, user)
    return _judgement(user, request.schema) if request.schema is not None else ""


def _judgement(user: str, schema: dict[str, Any]) -> str:
    """Each claim against each sentence of the answer, by the words they share."""
    answer, points = _ANSWER.search(user), _POINTS.search(user)
    claims = json.loads(points.group(1)) if points else []
    said = _sentences(answer.group(2)) if answer else []
    rows = {each["id"]: _opinion(each["claim"], said) for each in claims}
    unread = _row("", "The script could not read the question.", "cannot tell")
    names = schema["properties"]["points"]["properties"]
    return json.dumps(
        {"points": {name: rows.get(name, unread) for name in names}, "misconceptions": []}, ensure_ascii=False
    )


def _sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


def _opinion(claim: str, said: list[str]) -> dict[str, str]:
    wanted = content_words(claim)
    shared = {sentence: wanted & content_words(sentence) for sentence in said}
    best = max(said, key=lambda each: len(shared[each]), default="")
    share = len(shared[best]) / len(wanted) if best and wanted else 0.0
    if share < _PARTIAL:
        return _row("", "No sentence shares enough words with the claim.", "missing")
    reason = f"The quote shares {len(shared[best])} of the claim's {len(wanted)} words."
    return _row(best, reason, "covered" if share >= _COVERED else "partial")


def _row(quote: str, reason: str, verdict: str) -> dict[str, str]:
    return {"quote": quote, "reason": reason, "verdict": verdict}


def _speech(act: Act, user: str) -> str:
    if act is Act.REACTION:
        said = _SAID.search(user)
        first = said.group(2).split()[:_PHRASE] if said else []
        return json.dumps({"phrase": " ".join(first)}, ensure_ascii=False)
    if act is Act.ASK:
        return json.dumps({"lead_in": _LEAD_INS[len(user) % len(_LEAD_INS)]})
    if act is Act.EXPLANATION:
        claim = _part(user, "The key point")
        model = _sentences(_part(user, "Model answer"))
        return f"{claim} {max(model, key=lambda each: len(content_words(claim) & content_words(each)))}"
    return "I can only explain the question. Take it as it is worded, state what you assume, and go on."


def _part(user: str, name: str) -> str:
    """One labelled part of a request, up to the next label."""
    found = re.search(rf"(?:\A|\n\n){name}:\n(.*?)(?=\n\n[A-Z][\w' ]{{3,40}}:\n|\Z)", user, re.DOTALL)
    return found.group(1).strip() if found else ""
