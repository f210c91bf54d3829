"""`mockdl search` over the bank's index, and `mockdl pack` for people who write questions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from interviewer.cli.common import open_services, print_json, ready_engine, say
from interviewer.errors import UsageError, nearest_names

__all__ = ["pack_app", "search"]

pack_app = typer.Typer(
    help="Write and test questions of your own.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def search(
    query: Annotated[list[str], typer.Argument(help="What to look for, in plain words.")],
    most: Annotated[int, typer.Option("--most", "-n", min=1, max=100, help="Number of results.")] = 8,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """Find questions by meaning."""
    text = " ".join(query).strip()
    if not text:
        raise UsageError("There is nothing to search for.", todo='For example: mockdl search "kv cache memory"')
    with open_services() as services:
        engine = ready_engine(services)
        hits = engine.search(text, most).result(timeout=120)
        bank = services.bank
    if as_json:
        print_json([{**hit.model_dump(), "title": bank[hit.question_id].question.title} for hit in hits])
        return
    for hit in hits:
        question = bank[hit.question_id].question
        print(f"{hit.score:4.2f}  {question.id:<28} {question.level:<7} {question.title}")
        if hit.point_id is not None:
            print(f"      {bank[hit.question_id].rubric.point(hit.point_id).statement}")


@pack_app.command("check")
def check(
    folder: Annotated[Path | None, typer.Argument(help="A pack; the built-in one when left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail the check too.")] = False,
) -> None:
    """Check a pack: format, ids, weights, content rules, and the order of its golden grades."""
    from interviewer.bank import check_bank, read_pack
    from interviewer.cli.golden import check_golden
    from interviewer.paths import built_in_pack

    reading = read_pack(folder if folder is not None else built_in_pack())
    findings = [*reading.findings, *check_bank(reading)]
    errors = sum(finding.severity == "error" for finding in findings)
    if not errors:
        with open_services() as services:
            engine = ready_engine(services, quiet=as_json, index=False)
            findings += check_golden(reading, engine, quiet=as_json)
    warnings = sum(finding.severity == "warning" for finding in findings)
    errors = len(findings) - warnings
    if as_json:
        print_json([{**finding._asdict(), "path": str(finding.path)} for finding in findings])
    else:
        for finding in findings:
            print(f"{finding.severity}: {finding}")
        say(f"{len(reading.items)} questions, {errors} errors, {warnings} warnings.")
    if errors or (strict and warnings):
        raise typer.Exit(4)


@pack_app.command("show")
def show(
    question_id: Annotated[str, typer.Argument(metavar="ID", help="A question's id.")],
    pack: Annotated[list[Path] | None, typer.Option(help="A pack of your own. Repeatable.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """Print a question with its rubric."""
    with open_services(pack or []) as services:
        bank = services.bank
    if question_id not in bank:
        near = nearest_names(question_id, bank.items)
        hint = f"Did you mean {' or '.join(near)}? " if near else ""
        raise UsageError(f"There is no question {question_id!r}.", todo=f'{hint}`mockdl search "..."` finds questions.')
    item = bank[question_id]
    if as_json:
        print_json(item.model_dump(mode="json"))
        return
    from interviewer.report.item import render_item

    print("\n".join(render_item(item, 80)))


@pack_app.command("schema")
def schema(
    part: Annotated[str, typer.Argument(help="`question` or `rubric`.")] = "question",
) -> None:
    """Print the JSON Schema of the format, for editors that complete YAML."""
    from interviewer.core.content import Question, Rubric

    models: dict[str, type[Question] | type[Rubric]] = {"question": Question, "rubric": Rubric}
    if part not in models:
        raise UsageError(f"{part!r} is not a part of a pack.", todo="Valid: question, rubric.")
    body = models[part].model_json_schema()
    print_json({"$schema": "https://json-schema.org/draft/2020-12/schema", **body})
