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


def judge_prompt(item: Item, answer: str, point_ids: Sequence[str] | None = None) -> tuple[str, str]:
    """System and user text of one judgement.

    Args:
        item: question and rubric; its phrasings and examples are not sent.
        answer: as typed.
        point_ids: key points to judge, `fix:<misconception>` for a correction; None for all key points.
    """
    said = clean(answer)
    fence = fence_of(said)
    points = [{"id": name, "claim": claim_of(item, name)} for name in judged_ids(item, point_ids)]
    wrongs = [{"id": each.id, "claim": each.claim} for each in item.rubric.misconceptions]
    parts = (
        f"Question:\n{item.question.prompt.strip()}",
        f"Key points:\n{json.dumps(points, ensure_ascii=False, indent=1)}",
        f"Misconceptions:\n{json.dumps(wrongs, ensure_ascii=False, indent=1)}",
        f"A model answer, for your orientation:\n{item.question.model_answer.strip()}",
        f"The candidate's answer:\n{fence}\n{said}\n{fence}",
    )
    return read_prompt("judge").replace("{fence}", fence), "\n\n".join(parts)


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
