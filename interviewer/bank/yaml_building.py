"""Values from the events of a YAML parser, within limits, and where each of them stands.

The stack is this module's own: nothing recurses, and what is too deep or too large, by aliases or without, ends the
reading where the limit is reached.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from interviewer.bank.yaml_values import NotPlainError, read_scalar, short

MOST_DEPTH = 40
"""Collections inside each other; the format needs 6."""
MOST_VALUES = 100_000
"""Of one file, what an alias stands for counted each time; the largest of the built-in pack has 2,500."""

LinePath = tuple[str | int, ...]


class Place(NamedTuple):
    """Where a value stands, and how it is written."""

    line: int
    """Counted from 1."""
    text: str = ""
    """A scalar as written, without its quotes."""
    value: Any = ...
    """What was read; for a list or mapping an empty one, and `...` where that is not known."""
    end: int = 0
    """Characters of the file up to the end of a scalar without quotes; 0 for any other value."""


Places = dict[LinePath, Place]


class _Open:
    """A list or mapping that is being read."""

    __slots__ = ("anchor", "before", "key", "key_line", "path", "values")

    def __init__(self, values: Any, path: LinePath, anchor: str | None, before: int) -> None:
        self.values = values
        self.path = path
        self.anchor = anchor
        self.before = before
        """Values of the file up to here."""
        self.key: str | None = None
        self.key_line = 0


class Builder:
    """Makes values of events."""

    def __init__(self, places: Places | None) -> None:
        self.result: Any = None
        self.line = 0
        """Of the last event, counted from 1."""
        self._places = places
        self._stack: list[_Open] = []
        self._top: _Open | None = None
        self._anchored: dict[str, tuple[Any, int]] = {}
        self._count = 0
        self._documents = 0

    def read(self, parser: Any) -> None:
        """Read the one document of a file; `NotPlainError` at what is beyond the limits or the format."""
        from yaml import events

        kinds = {
            events.ScalarEvent: self._scalar,
            events.AliasEvent: self._alias,
            events.SequenceStartEvent: self._begin_list,
            events.MappingStartEvent: self._begin_mapping,
            events.SequenceEndEvent: self._end,
            events.MappingEndEvent: self._end,
            events.DocumentStartEvent: self._document,
        }
        try:
            while (event := parser.get_event()) is not None:
                take = kinds.get(event.__class__)
                if take is not None:
                    self.line = event.start_mark.line + 1
                    take(event)
        finally:
            parser.dispose()

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            raise NotPlainError("holds a second document; a file is one")

    def _scalar(self, event: Any) -> None:
        value = read_scalar(event.value, event.tag, plain=event.implicit[0])
        self._add(value, event.value, 0 if event.style else event.end_mark.index)
        if event.anchor:
            self._anchored[event.anchor] = (value, 1)

    def _alias(self, event: Any) -> None:
        if event.anchor not in self._anchored:
            raise NotPlainError(f"*{short(event.anchor)} stands for nothing that ends before it")
        value, count = self._anchored[event.anchor]
        self._count += count - 1
        self._add(value, "")

    def _begin_list(self, event: Any) -> None:
        self._begin(event, [], "tag:yaml.org,2002:seq")

    def _begin_mapping(self, event: Any) -> None:
        self._begin(event, {}, "tag:yaml.org,2002:map")

    def _begin(self, event: Any, values: Any, tag: str) -> None:
        if event.tag not in (None, "!", tag):
            raise NotPlainError(f"the tag {short(event.tag)} is not read; leave it out")
        if len(self._stack) >= MOST_DEPTH:
            raise NotPlainError(f"is nested more than {MOST_DEPTH} deep")
        before = self._count
        path = self._add(values, "")
        self._top = _Open(values, path, event.anchor, before)
        self._stack.append(self._top)

    def _end(self, event: Any) -> None:
        ended = self._stack.pop()
        self._top = self._stack[-1] if self._stack else None
        if ended.anchor:
            self._anchored[ended.anchor] = (ended.values, self._count - ended.before)

    def _add(self, value: Any, text: str, end: int = 0) -> LinePath:
        """Put a value where it belongs; returns its path, () unless places are wanted."""
        self._count += 1
        if self._count > MOST_VALUES:
            raise NotPlainError(f"holds more than {MOST_VALUES:,} values, those of aliases counted each time")
        top, line = self._top, self.line
        part: str | int = ""
        if top is None:
            self.result = value
        elif top.values.__class__ is list:
            part = len(top.values)
            top.values.append(value)
        elif top.key is None:
            self._begin_field(top, value, text)
            return ()
        else:
            part, line = top.key, top.key_line
            top.values[part] = value
            top.key = None
        if self._places is None:
            return ()
        path: LinePath = () if top is None else (*top.path, part)
        self._places[path] = Place(line, text, type(value)() if isinstance(value, list | dict) else value, end)
        return path

    def _begin_field(self, top: _Open, key: Any, text: str) -> None:
        if isinstance(key, list | dict):
            raise NotPlainError("has a list or mapping for the name of a field; put text that begins so in quotes")
        if not isinstance(key, str):
            raise NotPlainError(f"{short(text) or 'nothing'} is no name of a field; put it in quotes")
        if key in top.values:
            raise NotPlainError(f"the key {short(key)!r} stands here twice")
        top.key, top.key_line = key, self.line
