"""`mockdl pack`, for people who write questions: check, new, show, schema."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from interviewer.cli.common import open_services, parse_name, print_json, print_text, ready_engine, say, say_left_out
from interviewer.cli.process import users_rights
from interviewer.errors import UsageError, nearest_names

if TYPE_CHECKING:
    from interviewer.audit.survey import Survey
    from interviewer.core.bank.finding import Finding

pack_app = typer.Typer(
    help="Write and test questions of your own.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@pack_app.command("check")
def check(
    folder: Annotated[Path | None, typer.Argument(help="A pack; the built-in one when left out.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail the check too.")] = False,
    sample: Annotated[
        int | None,
        typer.Option(
            min=0, metavar="N", help="Grade the golden examples of N questions only, the same ones each time."
        ),
    ] = None,
    report: Annotated[
        bool, typer.Option("--report", help="Write the quality card to docs/quality.md of the pack and its README.")
    ] = False,
) -> None:
    """Check a pack: format, ids, weights, content rules, texts too near to each other, and its golden examples.

    A second check grades only what changed since the first.
    """
    from interviewer.audit.golden import grader_name
    from interviewer.cli.pack_check import audit, write_card
    from interviewer.paths import built_in_pack, find_places
    from interviewer.services.wiring import pack_files

    files = pack_files()
    reading = files.read_pack(folder if folder is not None else built_in_pack())
    findings = [*reading.findings, *files.check_bank(reading)]
    outcome, grader = None, ""
    with_card = report and sample is None
    if not any(finding.severity == "error" for finding in findings):
        with open_services(alone=reading.root) as services:
            engine = ready_engine(services, quiet=as_json, index=False)
            cache = find_places().cache / "golden.json"  # good for any pack: a grade is known by its contents
            outcome = audit(reading, files, engine, cache, quiet=as_json, sample=sample)
            if with_card:
                grader = grader_name(next(iter(reading.items.values())), engine)
        findings += outcome.findings
    findings = files.locate_findings(findings)
    survey = outcome.survey(reading, findings) if outcome is not None else None
    _print_check(findings, survey, len(reading.items), as_json=as_json)
    warnings = sum(finding.severity == "warning" for finding in findings)
    if any(finding.severity == "error" for finding in findings) or (strict and warnings):
        raise typer.Exit(4)
    if with_card and outcome is not None and survey is not None:
        with users_rights():
            written = list(write_card(reading.root, survey, grader=grader, broken=outcome.broken))
        for path in written:
            say(f"The quality card was written to {path}.")


def _print_check(findings: list[Finding], survey: Survey | None, questions: int, *, as_json: bool) -> None:
    if as_json:
        rows = [{**finding._asdict(), "path": str(finding.path)} for finding in findings]
        print_json({**(survey.as_dict() if survey else {"questions": questions}), "findings": rows})
        return
    for finding in findings:
        print_text(f"{finding.severity}: {finding}")
    if survey is not None:
        from interviewer.cli.pack_check import render_table

        print_text("\n".join(render_table(survey)))
    counts = Counter(finding.severity for finding in findings)
    told = [(questions, "question"), (counts["error"], "error"), (counts["warning"], "warning")]
    told += [(counts["note"], "note")] if counts["note"] else []
    say(", ".join(f"{count} {what}{'' if count == 1 else 's'}" for count, what in told) + ".")


@pack_app.command("new")
def new(
    question_id: Annotated[str, typer.Argument(metavar="ID", help="The new question's id, e.g. index-selectivity.")],
    topic: Annotated[str, typer.Option(help="Its topic; a pack may have topics of its own.")],
    pack: Annotated[Path, typer.Option(help="The pack's folder.")] = Path(),
    level: Annotated[str, typer.Option(help="junior, mid, senior or staff.")] = "mid",
    kind: Annotated[str, typer.Option(help="concept, derivation, scenario, design, numeric or warmup.")] = "concept",
    standard: Annotated[
        str, typer.Option(help="basic: three points and no examples, ten minutes; full: what the built-in bank holds.")
    ] = "basic",
) -> None:
    """Write the two files of a new question, to be filled in."""
    from interviewer.core.bank.kinds import Kind, Level, Standard
    from interviewer.services.wiring import pack_files

    with users_rights():
        paths = pack_files().write_starter(
            pack,
            question_id,
            topic=topic,
            level=parse_name(level, Level, "level"),
            kind=parse_name(kind, Kind, "kind"),
            standard=parse_name(standard, Standard, "standard"),
        )
    for path in paths:
        print_text(str(path))
    say(f"Fill in what says TODO; `mockdl pack check {pack}` tells what is left.")


@pack_app.command("show")
def show(
    question_id: Annotated[str, typer.Argument(metavar="ID", help="A question's id.")],
    pack: Annotated[list[Path] | None, typer.Option(help="A pack of your own. Repeatable.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
) -> None:
    """Print a question with its rubric."""
    with open_services(pack or []) as services:
        bank = services.bank
    say_left_out(bank)
    if question_id not in bank:
        near = nearest_names(question_id, bank.items)
        hint = f"Did you mean {' or '.join(near)}? " if near else ""
        raise UsageError(f"There is no question {question_id!r}.", todo=f'{hint}`mockdl search "..."` finds questions.')
    item = bank[question_id]
    if as_json:
        print_json(item.model_dump(mode="json"))
        return
    from interviewer.report.question_sheet import render_item

    print_text("\n".join(render_item(item, 80)))


@pack_app.command("schema")
def schema(
    part: Annotated[str, typer.Argument(help="`question` or `rubric`.")] = "question",
) -> None:
    """Print the JSON Schema of the format, for editors that complete YAML."""
    from interviewer.core.bank.question import Question
    from interviewer.core.bank.rubric import Rubric

    models: dict[str, type[Question] | type[Rubric]] = {"question": Question, "rubric": Rubric}
    if part not in models:
        raise UsageError(f"{part!r} is not a part of a pack.", todo="Valid: question, rubric.")
    body = models[part].model_json_schema()
    print_json({"$schema": "https://json-schema.org/draft/2020-12/schema", **body})
