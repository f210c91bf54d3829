"""One YAML file to plain data, quickly and within limits, and to places when something is wrong.

libyaml's parser is ten times faster than the pure Python one, and its events say where they stand. A file is read
a second time, with places, only to say where an error is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from interviewer.bank.file_reading import FileFaultError, read_file
from interviewer.bank.yaml_building import Builder, LinePath, Place, Places
from interviewer.bank.yaml_values import NotPlainError
from interviewer.core.bank.finding import Finding


def read_yaml(path: Path, raw: bytes) -> dict[str, Any]:
    """Parse the bytes of `path`.

    Raises:
        FileFaultError: it is no YAML, goes beyond the limits, or is no mapping.
    """
    data = _read(path, raw, None)
    if not isinstance(data, dict):
        raise FileFaultError(Finding(path, 1, "", "must hold a mapping of fields (`id: ...`)"))
    return data


def find_places(path: Path, raw: bytes) -> Places:
    """Where each value stands, as far as the file can be read."""
    places: Places = {}
    with suppress(FileFaultError):
        _read(path, raw, places)
    return places


def place_of(places: Places, where: LinePath) -> Place:
    """The place of a value, or the line alone of the deepest part of `where` that is there."""
    if where in places:
        return places[where]
    above = (places[where[:end]].line for end in range(len(where) - 1, -1, -1) if where[:end] in places)
    return Place(next(above, 0))


_PART = re.compile(r"[^.\[\]]+|\[(\d+)\]")


def locate_findings(findings: Iterable[Finding]) -> list[Finding]:
    """Give a line to each finding that names a field but no line yet."""
    located, known = [], dict[Path, Places]()
    for finding in findings:
        if finding.line or not finding.field:
            located.append(finding)
            continue
        if finding.path not in known:
            try:
                known[finding.path] = find_places(finding.path, read_file(finding.path))
            except FileFaultError:
                known[finding.path] = {}
        parts = tuple(int(part[1]) if part[1] else part[0] for part in _PART.finditer(finding.field))
        located.append(finding._replace(line=place_of(known[finding.path], parts).line))
    return located


@cache
def _parser() -> Any:
    """libyaml's parser, or the pure Python one where there is none."""
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _read(path: Path, raw: bytes, places: Places | None) -> Any:
    import yaml

    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise FileFaultError(Finding(path, line, "", "is not UTF-8 text; save the file as UTF-8")) from error
    builder = Builder(places)
    try:
        builder.read(_parser()(text))
    except NotPlainError as error:
        raise FileFaultError(Finding(path, builder.line, "", str(error))) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        raise FileFaultError(Finding(path, line, "", f"is not valid YAML: {error.problem}")) from error
    except yaml.YAMLError as error:
        where = getattr(error, "position", None)
        line = 0 if where is None else text.encode()[:where].count(b"\n") + 1
        told = str(error).partition("\n")[0]
        raise FileFaultError(Finding(path, line, "", f"is not valid YAML: {told}")) from error
    return builder.result
