"""What a judge said, read tolerantly and checked strictly.

The model gives quotes, reasons and verdicts, never a number. Its text may come in a fence, with a
sentence around it, or with a trailing comma; what it means must still be beyond doubt: an unknown id is
dropped, a missing one is "cannot tell", one given twice makes the whole reply an error.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from typing import Any, NamedTuple

from interviewer.core.bank.kinds import VerdictName
from interviewer.core.text import clean_line, shorten

JUDGED = {
    "covered": VerdictName.COVERED,
    "partial": VerdictName.PARTIAL,
    "missing": VerdictName.MISSING,
    "contradicted": VerdictName.CONTRADICTED,
    "cannot tell": VerdictName.UNSURE,
}
"""The words a judge may use, and what they stand for."""
_MOST_REASON = 400
_MOST_QUOTE = 2000


class JudgedPoint(NamedTuple):
    """A judge's opinion on one key point, its quote not yet verified."""

    quote: str
    reason: str
    verdict: VerdictName


class Judgement(NamedTuple):
    """A judge's opinion on an answer."""

    points: dict[str, JudgedPoint]
    """By key-point id, one for each that was asked about."""
    misconceptions: dict[str, str]
    """Misconceptions said to be held -> the quote."""
    dropped: tuple[str, ...]
    """Ids the judge made up."""


class Unreadable(NamedTuple):
    """A reply that cannot be used, and what was wrong with it: the text of a repair request."""

    problem: str


def judgement_schema(point_ids: Collection[str], misconception_ids: Collection[str]) -> dict[str, Any]:
    """JSON Schema of a judgement: the quote comes first, the verdict last, and there is no number."""
    point = {
        "type": "object",
        "properties": {
            "id": {"type": "string", "enum": sorted(point_ids)},
            "quote": {"type": "string"},
            "reason": {"type": "string"},
            "verdict": {"type": "string", "enum": list(JUDGED)},
        },
        "required": ["id", "quote", "reason", "verdict"],
        "additionalProperties": False,
    }
    held = {
        "type": "object",
        "properties": {
            "id": {"type": "string", "enum": sorted(misconception_ids)} if misconception_ids else {"type": "string"},
            "quote": {"type": "string"},
        },
        "required": ["id", "quote"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {
            "points": {"type": "array", "items": point},
            "misconceptions": {"type": "array", "items": held},
        },
        "required": ["points", "misconceptions"],
        "additionalProperties": False,
    }


def parse_judgement(
    text: str, point_ids: Collection[str], misconception_ids: Collection[str]
) -> Judgement | Unreadable:
    """Read a judge's reply.

    Args:
        text: of the reply.
        point_ids: key points that were asked about.
        misconception_ids: misconceptions that were asked about.
    """
    body = _find_object(text)
    if body is None:
        return Unreadable("it holds no JSON object")
    rows = body.get("points")
    if not isinstance(rows, list):
        return Unreadable('it has no list "points"')
    points: dict[str, JudgedPoint] = {}
    dropped: list[str] = []
    for row in rows:
        if not isinstance(row, dict) or not isinstance(row.get("id"), str):
            return Unreadable('a row of "points" has no text "id"')
        name = row["id"].strip()
        verdict = JUDGED.get(str(row.get("verdict", "")).strip().lower().replace("_", " "))
        if name not in point_ids:
            dropped.append(shorten(name, 60))
        elif name in points:
            return Unreadable(f'the id "{name}" is given twice')
        elif verdict is None:
            return Unreadable(f'the verdict on "{name}" is none of {", ".join(JUDGED)}')
        else:
            points[name] = JudgedPoint(_text(row, "quote", _MOST_QUOTE), _text(row, "reason", _MOST_REASON), verdict)
    if not points:
        return Unreadable("it judges none of the key points")
    silent = JudgedPoint("", "The judge did not mention this key point.", VerdictName.UNSURE)
    full = {each: points.get(each, silent) for each in point_ids}
    return Judgement(full, _held(body, misconception_ids), tuple(dropped))


def _held(body: dict[str, Any], known: Collection[str]) -> dict[str, str]:
    rows = body.get("misconceptions")
    found: dict[str, str] = {}
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and row.get("id") in known:
            found.setdefault(row["id"], _text(row, "quote", _MOST_QUOTE))
    return found


def _text(row: dict[str, Any], name: str, most: int) -> str:
    value = row.get(name)
    return clean_line(value)[:most] if isinstance(value, str) else ""


def _find_object(text: str) -> dict[str, Any] | None:
    """The first JSON object of a text that has "points", however it is wrapped."""
    decoder = json.JSONDecoder()
    mended = re.sub(r",(\s*[}\]])", r"\1", text)
    for source in (text, mended):
        for start in (match.start() for match in re.finditer(r"\{", source)):
            try:
                body, _ = decoder.raw_decode(source, start)
            except (ValueError, RecursionError):
                continue
            if isinstance(body, dict) and "points" in body:
                return body
    return None
