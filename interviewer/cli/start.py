"""`mockdl start`: one interview, in the terminal interface or in line mode."""

from __future__ import annotations

import math
import os
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from interviewer.cli.common import level_names, open_services, parse_name, say, use_judge
from interviewer.cli.process import end_with_terminal, interrupt_when_told
from interviewer.errors import UsageError

if TYPE_CHECKING:
    from interviewer.core.interview.session import SessionConfig
    from interviewer.plain import Console
    from interviewer.services import Services
    from interviewer.sessions.conductor import Conductor


def has_terminal() -> bool:
    """Whether the terminal interface can run here."""
    streams = (sys.stdin, sys.stdout)
    return all(each is not None and each.isatty() for each in streams) and os.environ.get("TERM") != "dumb"


def open_home() -> int:
    """Show the home screen; returns the exit code."""
    from interviewer.tui import run

    end_with_terminal()
    with open_services() as services:
        return run(services, None, None)


def _topics() -> list[str]:
    from interviewer.core.bank.kinds import TOPICS

    return list(TOPICS)


def _judges() -> list[str]:
    from interviewer.settings.schema import JudgeMode

    return list(JudgeMode)


def start(
    level: Annotated[
        str | None, typer.Option(help="junior, mid, senior or staff.", autocompletion=level_names, show_default=False)
    ] = None,
    topic: Annotated[
        list[str] | None,
        typer.Option(help="A topic, or free text in quotes. Repeat for several.", autocompletion=_topics),
    ] = None,
    count: Annotated[int | None, typer.Option(min=1, max=50, help="Number of questions.", show_default=False)] = None,
    minutes: Annotated[
        float | None,
        typer.Option(min=0.1, max=1440, help="Answering time for the whole interview.", show_default=False),
    ] = None,
    mode: Annotated[
        str | None,
        typer.Option(help="interview (verdicts at the end) or practice (after each question).", show_default=False),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="The same seed asks the same questions.", show_default=False)] = None,
    pack: Annotated[
        list[Path] | None, typer.Option(help="A folder with questions of your own. Repeatable.", show_default=False)
    ] = None,
    judge: Annotated[
        str | None,
        typer.Option(help="off, auto (when one is configured) or llm.", autocompletion=_judges, show_default=False),
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="A scripted model judges and speaks: no key, no network, no trend.")
    ] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Line mode, for screen readers and pipes.")] = False,
    resume: Annotated[
        str | None,
        typer.Option(metavar="[ID]", help="Take up a saved session; without ID the newest.", show_default=False),
    ] = None,
    take_over: Annotated[
        bool, typer.Option("--take-over", help="With --resume: also a session that is open in another window.")
    ] = False,
    replay: Annotated[
        str | None,
        typer.Option(metavar="SESSION", help="Play a saved session, or `last`, only to watch.", show_default=False),
    ] = None,
) -> None:
    """Start an interview (or take one up again).

    Everything runs on this machine, unless you configured a judge. Answers are saved as you submit them,
    drafts as you type.
    """
    line_mode = plain or not has_terminal()
    if replay is not None:
        from interviewer.cli.replay import play

        raise typer.Exit(play(replay, line_mode=line_mode))
    with open_services(pack or []) as services:
        services.model.demo = demo
        if judge is not None and demo:
            raise UsageError("`--demo` brings a judge of its own.", todo="Leave `--judge` out, or `--demo`.")
        if judge is not None:
            use_judge(services, judge)
        if resume is not None:
            conductor = services.sessions.resume(resume, take_over=take_over)
            raise typer.Exit(conduct(services, conductor, line_mode))
        config = _build_config(services, level, topic or [], count, minutes, mode, seed)
        if line_mode:
            raise typer.Exit(conduct(services, services.sessions.create(config), line_mode))
        from interviewer.tui import run

        end_with_terminal()
        raise typer.Exit(run(services, config, None))


def _build_config(
    services: Services,
    level: str | None,
    topics: list[str],
    count: int | None,
    minutes: float | None,
    mode: str | None,
    seed: int | None,
) -> SessionConfig:
    from interviewer.core.bank.kinds import Level
    from interviewer.core.interview.session import RULES, Mode, SessionConfig

    settings = services.settings
    if minutes is not None and math.isnan(minutes):  # no bound stops it
        raise UsageError("--minutes is no number.")
    if any(" " in topic.strip() for topic in topics):
        say("Looking for the topic in the index; the encoder starts first.")
    return SessionConfig(
        level=parse_name(level, Level, "level") if level else settings.level,
        mode=parse_name(mode, Mode, "mode") if mode else settings.mode,
        topics=services.sessions.find_topics(topics),
        count=count or settings.count,
        minutes=minutes or settings.minutes,
        seed=seed if seed is not None else secrets.randbelow(2**31),
        edition=RULES,
    )


def conduct(services: Services, conductor: Conductor, line_mode: bool) -> int:
    """Hold a session that was just begun or taken up again; returns the exit code."""
    if not line_mode:
        from interviewer.tui import run

        end_with_terminal()
        return run(services, None, conductor)
    return _conduct_plain(services, conductor)


def _conduct_plain(services: Services, conductor: Conductor) -> int:
    from interviewer.core.interview.session import Mode, Phase
    from interviewer.plain import Console, offer_contests, run_plain
    from interviewer.report.brief_report import render_brief
    from interviewer.report.terminal_report import render_head

    if sys.stdin is None:
        raise UsageError("Standard input is closed.", todo="Run in a terminal, or pipe answers in.")
    interrupt_when_told()
    console = Console()
    code = run_plain(
        conductor, console, services.engine().status, services.settings.ask_confidence, services.model.is_loading
    )
    if conductor.state.phase is Phase.FINISHED:
        summary, practice = conductor.summary(), conductor.state.config.mode is Mode.PRACTICE
        if practice:  # each question has been shown already
            console.say("", "─" * console.width, *render_head(summary, console.width))
        else:
            console.say("", *render_brief(summary, console.width).splitlines())
        _save_report(services, conductor, console)
        if not practice and not code and offer_contests(conductor, console):
            _save_report(services, conductor, console)
    return code


def _save_report(services: Services, conductor: Conductor, console: Console) -> None:
    from interviewer.errors import StorageError
    from interviewer.report.saving import save_report

    try:
        path = save_report(conductor.summary(), services.places.reports)
        console.narrate(f"The report was saved to {path}")
    except StorageError as error:
        console.narrate(str(error))
