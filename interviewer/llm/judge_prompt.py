"""What is sent to a judge: prompts are files, filled in here, and known by their hash.

Text of candidates and packs is data. It goes between two fences that hold a word drawn from the
text's own hash, so that no text can hold the fence that ends it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from interviewer.core.bank.content import Item
from interviewer.core.grade.grade import FIX_PREFIX
from interviewer.core.text import clean


@lru_cache
def read_prompt(name: str) -> str:
    """The text of `prompts/<name>.md`."""
    return files("interviewer.llm").joinpath("prompts").joinpath(f"{name}.md").read_text(encoding="utf-8")


def prompt_hash(name: str) -> str:
    """First twelve hex digits of the prompt file's SHA-256; line ends do not count."""
    return hashlib.sha256("\n".join(read_prompt(name).splitlines()).encode()).hexdigest()[:12]


def fence_of(text: str) -> str:
    """A line that the text cannot hold: it is made of the text's own hash."""
    return f"=====candidate {hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:16]}====="


def judge_prompt(
    item: Item, answer: str, point_ids: Sequence[str] | None = None, *, follow_up: str = "", before: str = ""
) -> tuple[str, str]:
    """System and user text of one judgement; what stays the same from answer to answer comes first.

    Args:
        item: question and rubric; its phrasings and examples are not sent.
        answer: as typed.
        point_ids: key points to judge, `fix:<misconception>` for a correction; None for all key points.
        follow_up: what the answer replies to, when that is not the question itself.
        before: what the candidate had answered to the question then.
    """
    points = [_point(item, name) for name in judged_ids(item, point_ids)]
    wrongs = [{"id": each.id, "claim": each.claim} for each in item.rubric.misconceptions]
    parts = [
        f"Question:\n{item.question.prompt.strip()}",
        f"A model answer, for your orientation:\n{item.question.model_answer.strip()}",
        f"Misconceptions:\n{json.dumps(wrongs, ensure_ascii=False, indent=1)}",
        f"Key points:\n{json.dumps(points, ensure_ascii=False, indent=1)}",
    ]
    if before.strip():
        parts.append(f"What the candidate answered first, as context; judge it not:\n{_fenced(before)}")
    if follow_up.strip():
        parts.append(f"What the interviewer then asked, which is no claim of the candidate:\n{_fenced(follow_up)}")
    parts.append(f"The candidate's answer:\n{_fenced(answer)}")
    return read_prompt("judge").strip(), "\n\n".join(parts)


def _fenced(text: str) -> str:
    said = clean(text)
    fence = fence_of(said)
    return f"{fence}\n{said}\n{fence}"


def _point(item: Item, name: str) -> dict[str, object]:
    """A claim with what tells it from its opposite: one contradiction, and the values that count."""
    told: dict[str, object] = {"id": name, "claim": claim_of(item, name)}
    if name.startswith(FIX_PREFIX):
        return {**told, "opposite": item.rubric.misconception(name.removeprefix(FIX_PREFIX)).claim}
    point = item.rubric.point(name)
    told["opposite"] = point.contradictions[0]
    if point.value is not None:
        same = [(point.value.number, point.value.unit), *point.value.also]
        told["values"] = [f"{number:g} {unit}".strip() for number, unit in same]
        told["tolerance"] = f"{point.value.tolerance:.0%}"
    return told


def judged_ids(item: Item, point_ids: Sequence[str] | None) -> tuple[str, ...]:
    """The ids a judge is asked about."""
    return tuple(point_ids) if point_ids is not None else tuple(point.id for point in item.rubric.key_points)


def claim_of(item: Item, name: str) -> str:
    """The claim an id stands for: a key point's statement, or a misconception's correction."""
    if name.startswith(FIX_PREFIX):
        return item.rubric.misconception(name.removeprefix(FIX_PREFIX)).correction
    return item.rubric.point(name).statement


def repair_prompt(problem: str) -> str:
    """The request that follows a reply that could not be used."""
    return read_prompt("repair").replace("{problem}", problem)
