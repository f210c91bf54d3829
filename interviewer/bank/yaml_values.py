"""What a scalar of YAML is: text, a number, true or false, or nothing.

YAML 1.1 takes some words and numbers for what nobody means by them in a text: `no` is false, 012 is ten, 1:30 is
ninety, and a date is no text. What can't be meant is refused; the rest is said where a text was due.
"""

from __future__ import annotations

from functools import cache
from typing import Any

_CORE = "tag:yaml.org,2002:"
_LONGEST = 100
"""Characters; what is longer and not in quotes is text."""
_SHOWN = 40


class NotPlainError(Exception):
    """Something that a pack may not hold, in words to follow the name of its file."""


def short(text: str) -> str:
    """A name from a file as a message may quote it."""
    text = text.replace(_CORE, "!!")
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def read_scalar(text: str, tag: str | None, *, plain: bool) -> Any:
    """The value of a scalar; `plain` says that it stands without quotes and without a tag."""
    if tag not in (None, "!", f"{_CORE}str"):
        raise NotPlainError(f"the tag {short(str(tag))} is not read; leave it out")
    if not plain or len(text) > _LONGEST:
        return text
    for kind, pattern in _kinds().get(text[:1], ()):
        if pattern.match(text):
            return _value(kind.removeprefix(_CORE), text)
    return text


@cache
def _kinds() -> dict[str, list[tuple[str, Any]]]:
    """First character -> what a scalar may be that begins with it."""
    import yaml

    kinds: dict[str, list[tuple[str, Any]]] = yaml.SafeLoader.yaml_implicit_resolvers
    return kinds


def _value(kind: str, text: str) -> Any:
    if kind == "bool":
        return text.lower() in ("yes", "true", "on")
    if kind == "null":
        return None
    if kind == "timestamp":
        raise NotPlainError(f"{text} is a date to YAML; put it in quotes")
    if kind not in ("int", "float"):
        return text
    digits = text.replace("_", "").lower()
    if ":" in digits:
        raise NotPlainError(f"{text} is a number to base 60 in YAML; put it in quotes")
    if kind == "float":
        return float(digits.replace(".inf", "inf").replace(".nan", "nan"))
    bare = digits.lstrip("+-")
    if bare.startswith("0") and bare.isdigit() and len(bare) > 1:
        raise NotPlainError(
            f"{text} is the octal number {int(digits, 8)} to YAML; put it in quotes, or write a number without that 0"
        )
    return int(digits, 0) if bare[2:] or bare.isdigit() else text


def describe_value(text: str, value: Any) -> str:
    """What was read where a text was due, and what to do about it."""
    if value is None:
        return f"{text} is read as nothing; put it in quotes" if text else "is empty"
    if isinstance(value, bool):
        return f"{text} is read as {str(value).lower()}; put it in quotes"
    if isinstance(value, int | float):
        return f"{text} is read as a number; put it in quotes"
    what = "list" if isinstance(value, list) else "mapping"
    return f"a {what} stands where a text is due; put a text that begins so in quotes"
