"""What a judge said, read tolerantly and checked strictly.

The model gives quotes, reasons and verdicts, never a number. Its text may come after thoughts and drafts, in a fence,
with a sentence around it, or as JSON that has to be mended; what it means must still be beyond doubt: an unknown id is
dropped, a missing one, or one with two verdicts, is "cannot tell".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from interviewer.core.bank.kinds import VerdictName
from interviewer.core.text import clean_line, shorten
from interviewer.llm.final_text import final_text, json_values
from interviewer.llm.json_modes import strict_object

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
_ASKED_REASON, _ASKED_QUOTE = 240, 320
"""Characters that the schema allows."""
_NO_VERDICT = "The judge's verdict was none of those it may give."
_NOT_HELD = ("false", "no", "none", "not held", "missing")
"""What a judge says of a misconception that it lists though nobody holds it."""
_MOST_MENDED = 60_000
"""Characters of a reply that is mended; longer ones go on without end."""


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
    silent: tuple[str, ...] = ()
    """Key points it said nothing of."""


class Unreadable(NamedTuple):
    """A reply that cannot be used, and what was wrong with it: the text of a repair request."""

    problem: str


def judgement_schema(point_ids: Collection[str], misconception_ids: Collection[str]) -> dict[str, Any]:
    """JSON Schema of a judgement: the quote comes first, the verdict last, and there is no number.

    An object with a field for each id, all of them required: where a grammar enforces it, none is left out, judged
    twice, or made up. Strings have a length, for small models go on without end where they may.
    """
    quote = {"type": "string", "maxLength": _ASKED_QUOTE}
    point = strict_object(
        {
            "quote": quote,
            "reason": {"type": "string", "maxLength": _ASKED_REASON},
            "verdict": {"type": "string", "enum": list(JUDGED)},
        }
    )
    names = {"type": "string", "enum": sorted(misconception_ids)} if misconception_ids else {"type": "string"}
    held = {
        "type": "array",
        "items": strict_object({"id": names, "quote": quote}),
        "maxItems": len(misconception_ids),
    }
    return strict_object({"points": strict_object(dict.fromkeys(point_ids, point)), "misconceptions": held})


def parse_judgement(
    text: str, point_ids: Collection[str], misconception_ids: Collection[str]
) -> Judgement | Unreadable:
    """Read a judge's reply: of all that could be meant the last that judges a key point.

    Rows are read one by one. One whose verdict is no verdict, or that comes twice with two verdicts, is "cannot tell".

    Args:
        text: of the reply.
        point_ids: key points that were asked about.
        misconception_ids: misconceptions that were asked about.
    """
    said = final_text(text)
    if not said and text.strip():
        return Unreadable("it holds thoughts alone")
    problem = "it holds no JSON object"
    for body in _bodies(said):
        found = _read(body, point_ids, misconception_ids)
        if isinstance(found, Judgement):
            return found
        problem = found.problem
    return Unreadable(problem)


def _bodies(text: str) -> Iterator[dict[str, Any]]:
    """What may be the judgement, likeliest first: whole JSON, the last of several; then what can be mended."""
    values = [value for _, _, value in json_values(text)]
    for value in reversed(values):
        if (body := _body(value)) is not None:
            yield body
    start = re.search(r"[{\[]", text)
    if start is None or len(text) > _MOST_MENDED:
        return
    from json_repair import repair_json

    try:
        mended = repair_json(text[start.start() :], return_objects=True, skip_json_loads=True)
    except (ValueError, RecursionError):
        return
    for value in reversed(mended if isinstance(mended, list) and not _are_rows(mended) else [mended]):
        if (body := _body(value)) is not None:
            yield body


def _body(value: object) -> dict[str, Any] | None:
    """A judgement by its shape: an object with "points", a list of rows, or a string that holds one."""
    if isinstance(value, str):
        value = next((inner for _, _, inner in json_values(value)), None)
    if isinstance(value, list) and _are_rows(value):
        return {"points": value}
    return value if isinstance(value, dict) and "points" in value else None


def _are_rows(value: list[Any]) -> bool:
    return bool(value) and all(isinstance(row, dict) and "id" in row for row in value)


def _read(
    body: dict[str, Any], point_ids: Collection[str], misconception_ids: Collection[str]
) -> Judgement | Unreadable:
    known = {_plain(name): name for name in point_ids}
    points: dict[str, JudgedPoint] = {}
    dropped: list[str] = []
    for given, row in _rows(body.get("points")):
        name = known.get(_plain(given))
        if name is None:
            dropped.append(shorten(clean_line(given), 60))
            continue
        verdict = _verdict(row.get("verdict"))
        if verdict is None:
            points.setdefault(name, JudgedPoint("", _NO_VERDICT, VerdictName.UNSURE))
        elif name in points and points[name].verdict is not verdict:
            points[name] = JudgedPoint("", "The judge gave two verdicts.", VerdictName.UNSURE)
        elif name not in points:
            points[name] = JudgedPoint(_text(row, "quote", _MOST_QUOTE), _text(row, "reason", _MOST_REASON), verdict)
    if not points:
        return Unreadable("it judges none of the key points")
    if all(each.reason == _NO_VERDICT for each in points.values()):
        return Unreadable(f"its verdicts are none of {', '.join(JUDGED)}")
    silent = JudgedPoint("", "The judge did not mention this key point.", VerdictName.UNSURE)
    full = {each: points.get(each, silent) for each in point_ids}
    silence = tuple(each for each in point_ids if each not in points)
    return Judgement(full, _held(body, misconception_ids), tuple(dropped), silence)


def _rows(rows: object) -> Iterator[tuple[str, dict[str, Any]]]:
    """Ids with their rows, of a list or of an object keyed by id; what is no row is passed over."""
    if isinstance(rows, dict):
        rows = [{"id": name, **(row if isinstance(row, dict) else {"verdict": row})} for name, row in rows.items()]
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and isinstance(row.get("id"), str):
            yield row["id"], row


def _verdict(given: object) -> VerdictName | None:
    words = re.sub(r"[\W_]+", " ", given).strip().lower() if isinstance(given, str) else ""
    return JUDGED.get(words)


def _plain(name: str) -> str:
    """An id as it is compared: without case, and whatever stands between its words."""
    return re.sub(r"[\s_\-]+", "-", name.strip().lower())


def _held(body: dict[str, Any], known: Collection[str]) -> dict[str, str]:
    own = {_plain(name): name for name in known}
    found: dict[str, str] = {}
    for given, row in _rows(body.get("misconceptions")):
        told = str(row.get("verdict", row.get("held", ""))).strip().lower()
        if (name := own.get(_plain(given))) is not None and told not in _NOT_HELD:
            found.setdefault(name, _text(row, "quote", _MOST_QUOTE))
    return found


def _text(row: dict[str, Any], name: str, most: int) -> str:
    value = row.get(name)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        value = " ... ".join(value)
    return clean_line(value)[:most] if isinstance(value, str) else ""
