"""The two files a new question begins as: valid YAML with the fields of its standard, to be written over."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template

from interviewer.core.bank.kinds import Kind, Level, Standard
from interviewer.errors import UsageError

PLACEHOLDER = "TODO"
"""Stands wherever the author has to write; `mockdl pack check` reports it."""

_FOLDER = Path(__file__).resolve().parent / "starter_files"
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def write_starter(
    pack: Path, question_id: str, *, topic: str, level: Level, kind: Kind, standard: Standard
) -> tuple[Path, Path]:
    """Write `corpus/<topic>/<id>.yaml` and `rubrics/<topic>/<id>.yaml` under `pack`; returns both.

    Raises:
        UsageError: a name that is no slug, a file that is already there, or a folder that cannot be written.
    """
    for what, name in (("question id", question_id), ("topic", topic)):
        if not _SLUG.fullmatch(name) or len(name) > 64:
            nearest = "-".join(re.findall(r"[a-z0-9]+", name.lower()))[:64].strip("-") or "my-question"
            raise UsageError(
                f"{name!r} is no {what}: lower-case letters, digits and single hyphens make one.",
                todo=f"For example {nearest!r}.",
            )
    paths = (pack / "corpus" / topic / f"{question_id}.yaml", pack / "rubrics" / topic / f"{question_id}.yaml")
    for path in paths:
        if path.exists():
            raise UsageError(f"{path} is already there.", kept="Nothing was written.", todo="Choose another id.")
    values = {"id": question_id, "topic": topic, "level": level, "kind": kind}
    staged = kind in (Kind.SCENARIO, Kind.DESIGN)
    values["stage"] = "    stage: clarify # clarify, measure, hypothesise, act or verify\n" if staged else ""
    values["worked"] = (
        f"worked_solution: |\n  {PLACEHOLDER} the calculation, step by step\n" if kind is Kind.NUMERIC else ""
    )
    number = "    value: {number: 1.0, unit: GB, tolerance: 0.02} # the number the statement states\n"
    values["value"] = number if kind is Kind.NUMERIC else ""
    try:
        for path, name in zip(paths, ("question", "rubric"), strict=True):
            path.parent.mkdir(parents=True, exist_ok=True)
            text = Template((_FOLDER / f"{standard}_{name}.yaml").read_text(encoding="utf-8")).substitute(values)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{error.filename} could not be written: {error.strerror}.", todo="Name another --pack."
        ) from error
    return paths
