"""One YAML file to plain data, quickly, and to line numbers when something is wrong.

libyaml's loader is ten times faster than the pure Python one but gives no positions,
so a file is parsed a second time, into nodes, only to say where an error is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from interviewer.core.bank.finding import Finding

LinePath = tuple[str | int, ...]


@cache
def _loader() -> Any:
    """The C loader (pure Python where there is none) that also refuses duplicate keys."""
    import yaml

    class StrictLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
        pass

    StrictLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _construct_mapping)
    return StrictLoader


def _construct_mapping(loader: Any, node: Any) -> dict[Any, Any]:
    import yaml

    seen: dict[Any, Any] = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if key in seen:
            raise yaml.constructor.ConstructorError(
                None, None, f"the key {key!r} stands here twice", key_node.start_mark
            )
        seen[key] = loader.construct_object(value_node, deep=True)
    return seen


def read_yaml(path: Path, raw: bytes) -> tuple[dict[str, Any] | None, Finding | None]:
    """Parse the bytes of `path`; exactly one of the two results is not None."""
    import yaml

    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return None, Finding(path, line, "", "is not UTF-8 text; save the file as UTF-8")
    try:
        data = yaml.load(text, Loader=_loader())  # noqa: S506 - derives from the safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return None, Finding(path, mark.line + 1 if mark else 0, "", f"is not valid YAML: {error.problem}")
    except (yaml.YAMLError, ValueError) as error:
        return None, Finding(path, 0, "", f"is not valid YAML: {error}")
    if not isinstance(data, dict):
        return None, Finding(path, 1, "", "must hold a mapping of fields (`id: ...`)")
    return data, None


def locate(raw: bytes, path: LinePath) -> int:
    """Return the line (from 1) of the deepest existing part of `path` in the YAML text."""
    import yaml

    try:
        node = yaml.compose(raw.decode("utf-8"), Loader=_loader())
    except (yaml.YAMLError, UnicodeDecodeError):
        return 0
    line = 1
    for part in path:
        child = _child(node, part)
        if child is None:
            break
        mark, node = child
        line = mark.line + 1
    return line


_PART = re.compile(r"[^.\[\]]+|\[(\d+)\]")


def locate_findings(findings: Iterable[Finding]) -> list[Finding]:
    """Give a line to each finding that names a field but no line yet."""
    located = []
    for finding in findings:
        if not finding.line and finding.field and finding.path.is_file():
            parts = [int(part[1]) if part[1] else part[0] for part in _PART.finditer(finding.field)]
            located.append(finding._replace(line=locate(finding.path.read_bytes(), tuple(parts))))
        else:
            located.append(finding)
    return located


def _child(node: Any, part: str | int) -> tuple[Any, Any] | None:
    import yaml

    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark, value
    elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        item = node.value[part]
        return item.start_mark, item
    return None
