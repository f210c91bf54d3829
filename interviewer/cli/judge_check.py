"""`mockdl judge-check`: whether the configured judge is good enough, measured on the packs' golden examples."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interviewer.cli.common import open_services, print_json, print_text, ready_engine, say, use_judge
from interviewer.errors import UsageError

if TYPE_CHECKING:
    from interviewer.audit.judge_agreement import Scores
    from interviewer.audit.judge_run import GoldenCase, Run
    from interviewer.services import Services


def judge_check(
    questions: Annotated[
        int, typer.Option(min=0, help="Questions to draw, spread over the topics; 0 for all of them.")
    ] = 6,
    question: Annotated[
        list[str] | None, typer.Option(help="This question instead of a draw. Repeatable.", show_default=False)
    ] = None,
    examples: Annotated[
        int, typer.Option(min=0, help="Golden examples of each question, of all kinds in turn; 0 for all.")
    ] = 0,
    repeats: Annotated[int, typer.Option(min=1, max=10, help="How often each answer is judged.")] = 2,
    seed: Annotated[int, typer.Option(help="The same seed draws the same questions.")] = 7,
    pack: Annotated[
        list[Path] | None, typer.Option(help="A folder with questions of your own. Repeatable.", show_default=False)
    ] = None,
    judge: Annotated[
        str | None, typer.Option(help="llm asks a judge on another machine while it is off.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For scripts, every verdict included.")] = False,
) -> None:
    """Measure the judge against the offline grader.

    Golden examples, whose right verdicts are known, are judged with `judge_url` and `judge_model`. Printed are
    the agreement with the authored verdicts beside the offline grader's, whether the judge says the same twice,
    whether its quotes hold, and its time, tokens and cost. Its opinions weigh by the result from then on. Ctrl-C
    prints what was measured until then, and changes nothing.
    """
    from interviewer.audit.judge_agreement import measure_run
    from interviewer.audit.judge_run import choose_examples, choose_questions

    with open_services(pack or []) as services:
        model, host = _judge_to_ask(services, judge)
        items = choose_questions(services.bank, question or [], questions, seed)
        chosen = choose_examples(items, examples)
        say(
            f"{len(chosen)} golden examples of {len(items)} question{'s' * (len(items) != 1)} are sent to {host}, "
            f"where {model} judges each {repeats} time{'s' * (repeats != 1)}: with their questions, key points "
            "and model answers. Nothing that you typed is among them."
        )
        run = _run(services, chosen, repeats, quiet=as_json)
        scores = measure_run(run, model, host, services.model.prices())
        weight = _weigh(services, run, scores)
    if as_json:
        print_json({"model": model, "host": host, "weight": weight, **_as_dict(run, scores)})
    else:
        from interviewer.cli.judge_table import describe_weight, render_scores

        print_text("\n".join((*render_scores(run, scores, model, host), *describe_weight(weight))))
    raise typer.Exit(_code(run, scores))


def _judge_to_ask(services: Services, judge: str | None) -> tuple[str, str]:
    """The judge's model and host, if it may be asked."""
    from interviewer.settings.schema import JudgeMode

    server = services.model.server()
    off = services.settings.judge is JudgeMode.OFF if judge is None else judge == "off"
    if server is not None and off and (judge == "off" or not server.is_local):
        raise UsageError(
            "The judge is off, and while it is nothing is sent to another machine.",
            kept="Nothing was sent anywhere.",
            todo="`mockdl config set judge auto` turns it on; `mockdl judge-check --judge llm` asks it this once.",
        )
    if judge is not None:
        use_judge(services, judge)
    use_judge(services, "llm")
    assert server is not None, "llm without a server was refused"
    problem = server.key_problem()
    if problem:
        raise UsageError(problem, kept="Nothing was sent anywhere.")
    return server.model, server.host


def _run(services: Services, examples: Sequence[GoldenCase], repeats: int, *, quiet: bool) -> Run:
    from rich.console import Console
    from rich.progress import Progress

    from interviewer.audit.judge_run import judge_examples
    from interviewer.cli.judge_words import announce_loading

    engine = ready_engine(services, quiet=quiet, index=False)
    announce_loading(services)
    judge = services.model.fresh_judge(engine)
    console = Console(stderr=True)
    try:
        with Progress(console=console, disable=quiet or not console.is_terminal, transient=True) as progress:
            task = progress.add_task("Judging golden examples", total=len(examples))
            return judge_examples(
                examples, engine, judge, repeats=repeats, progress=lambda done: progress.update(task, completed=done)
            )
    finally:
        judge.close()


def _weigh(services: Services, run: Run, scores: Scores) -> float | None:
    """Keep what was found; the judge's weight from now on, None when too little was measured to change it."""
    from interviewer.audit.judge_agreement import worth_of

    worth = None if run.interrupted or run.gave_up else worth_of(scores)
    try:
        return services.model.keep_worth(worth) if worth is not None else None
    except OSError as error:
        say(f"What was measured could not be kept ({error}); the judge weighs what it did before.")
        return None


def _code(run: Run, scores: Scores) -> int:
    if run.interrupted:
        return 130
    return 0 if scores.rows and not run.gave_up else 1


def _as_dict(run: Run, scores: Scores) -> dict[str, Any]:
    from interviewer.audit.judge_agreement import scores_as_dict
    from interviewer.wording.model_costs import ledger_as_dict

    return {
        "planned_answers": run.planned,
        "answers": len(run.answers),
        "repeats": run.repeats,
        "interrupted": run.interrupted,
        "gave_up": run.gave_up,
        "no_opinion": {kind: {"times": count, "reason": reason} for kind, (count, reason) in run.failures.items()},
        **scores_as_dict(scores),
        "ledger": ledger_as_dict(scores.ledger),
        "verdicts": [row._asdict() for row in scores.rows],
    }
