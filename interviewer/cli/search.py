"""`mockdl search` over the bank's index."""

from __future__ import annotations

from typing import Annotated

import typer

from interviewer.cli.common import open_services, print_json, print_text, ready_engine, say_left_out
from interviewer.core.text import clean_line
from interviewer.errors import UsageError


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
    say_left_out(bank)
    if as_json:
        print_json([{**hit.model_dump(), "title": bank[hit.question_id].question.title} for hit in hits])
        return
    for hit in hits:
        question = bank[hit.question_id].question
        print_text(f"{hit.score:4.2f}  {question.id:<28} {question.level:<7} {clean_line(question.title)}")
        if hit.point_id is not None:
            print_text(f"      {clean_line(bank[hit.question_id].rubric.point(hit.point_id).statement)}")
