"""What is sent to a model for one turn of the interviewer.

It is told no more than it may say: no key point, no verdict and no model answer, except where it is to
explain one. The candidate's text stands between fences, as for the judge.
"""

from __future__ import annotations

import hashlib

from interviewer.core.grade.injection import find_injections, leave_out
from interviewer.core.interview.authored import Speech
from interviewer.core.interview.utterance import Act
from interviewer.core.text import clean
from interviewer.llm.chat import ChatMessage, ChatRequest
from interviewer.llm.judge_prompt import fence_of, prompt_hash, read_prompt
from interviewer.llm.voice_parts import PARTS, part_schema

ACTS = (Act.REACTION, Act.ASK, Act.CLARIFICATION, Act.EXPLANATION)
"""What a model has a part in. Greeting and closing are authored: neither the first question nor the report waits for
it; and so are hints and new questions, which are what they are."""
_TOKENS = {Act.REACTION: 80, Act.ASK: 80, Act.CLARIFICATION: 250, Act.EXPLANATION: 500}
_TEMPERATURE = 0.5
_MOST_TEXT = 6_000
"""Characters of the candidate's text that are sent: enough for a reaction, and small for a slow server."""


def voice_hash(act: Act) -> str:
    """First twelve hex digits of a SHA-256 over both prompt files of an act."""
    both = prompt_hash("voice") + prompt_hash(f"voice_{act}")
    return hashlib.sha256(both.encode()).hexdigest()[:12]


def voice_request(speech: Speech) -> ChatRequest:
    """The request for the words of one speech; the task comes last, so that no model goes on with the text before."""
    said = clean(speech.words.asked if speech.act is Act.CLARIFICATION else speech.answer)[:_MOST_TEXT]
    said = leave_out(said, find_injections(said))
    fence = fence_of(said)
    parts = _material(speech)
    if said.strip():
        who = "asks" if speech.act is Act.CLARIFICATION else "said"
        parts.append(f"The candidate {who}:\n{fence}\n{said}\n{fence}")
    parts.append(read_prompt(f"voice_{speech.act}").strip())
    is_part = speech.act in PARTS
    return ChatRequest(
        messages=(ChatMessage("system", read_prompt("voice").strip()), ChatMessage("user", "\n\n".join(parts))),
        schema=part_schema(speech.act) if is_part else None,
        schema_name=PARTS.get(speech.act, ""),
        max_tokens=_TOKENS[speech.act],
        temperature=_TEMPERATURE,
        stream=not is_part,
    )


def _material(speech: Speech) -> list[str]:
    """What the model may know."""
    assert speech.turn is not None
    assert speech.item is not None
    question, asked = speech.item.question, speech.turn.prompt.strip()
    if speech.act is Act.CLARIFICATION:
        others = [each.strip() for each in question.prompts if each.strip() != asked]
        return [f"The question:\n{asked}", "Other wordings of the topic's question:\n" + "\n\n".join(others)]
    if speech.act is Act.REACTION:
        return []
    if speech.act is Act.EXPLANATION and speech.point is not None:
        worked = [f"Worked solution:\n{question.worked_solution.strip()}"] if question.worked_solution else []
        answer = f"Model answer:\n{question.model_answer.strip()}"
        return [f"The question:\n{asked}", f"The key point:\n{speech.point.statement}", answer, *worked]
    return [f"The question:\n{asked}"]
