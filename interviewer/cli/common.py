"""What several commands share: parsing of names, JSON output, the services, progress."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from interviewer.cli.process import escape_json, users_rights
from interviewer.core.text import clean, escape_hidden
from interviewer.errors import EncoderError, UsageError, nearest_names

if TYPE_CHECKING:
    from interviewer.core.bank.content import Bank
    from interviewer.core.ports import Engine
    from interviewer.services import Services

Name = TypeVar("Name", bound=StrEnum)


def parse_name(text: str, kind: type[Name], what: str) -> Name:
    """Return the member of `kind` named `text`; `UsageError` names the nearest one."""
    try:
        return kind(text.strip().lower())
    except ValueError:
        near = nearest_names(text, [str(each) for each in kind], most=1)
        hint = f"Did you mean {near[0]!r}? " if near else ""
        raise UsageError(f"{text!r} is not a {what}.", todo=f"{hint}Valid: {', '.join(kind)}.") from None


def level_names() -> list[str]:
    """For completion in a shell."""
    from interviewer.core.bank.kinds import Level

    return list(Level)


def say(text: str) -> None:
    """Narration: one line on standard error."""
    print(clean(text), file=sys.stderr, flush=True)


def print_text(text: str) -> None:
    """A line for people on standard output; packs, settings and file names in it can do nothing to a terminal."""
    print(clean(text))


def say_left_out(bank: Bank) -> None:
    """Say which packs were left out, and why."""
    for notice in bank.notices:
        say(notice)


def print_json(body: Any) -> None:
    """Data for scripts on standard output."""
    print(escape_json(escape_hidden(json.dumps(body, indent=2, ensure_ascii=False, default=str))))


def write_output(text: str, output: Path | None, what: str, *, kept: str = "") -> None:
    """Print, or write to a file and say where.

    Args:
        text: what to write.
        output: the file; None for standard output.
        what: a word for it.
        kept: where it can still be had when the file cannot be written; without such a place it is printed.

    Raises:
        UsageError: the file cannot be written.
    """
    if output is None:
        sys.stdout.write(text)
        return
    try:
        with users_rights():
            output.write_text(text, encoding="utf-8")
    except OSError as error:
        if not kept:
            sys.stdout.write(text)
        raise UsageError(
            f"{output} could not be written: {error.strerror}.",
            kept=kept or f"The {what} was printed instead.",
            todo="Choose another file with -o.",
        ) from error
    say(f"The {what} was written to {output}.")


@contextmanager
def open_services(packs: Sequence[Path] = (), *, alone: Path | None = None) -> Iterator[Services]:
    """The services for one command, closed at its end; what was found damaged is said then, below all else."""
    from interviewer.services import build_services

    services = build_services(packs=packs, alone=alone)
    try:
        yield services
    finally:
        services.close()
        if services.model.damage:
            say(services.model.damage)


def ready_engine(services: Services, *, quiet: bool = False, index: bool = True) -> Engine:
    """Start the encoder's worker and wait until it can answer, with a progress bar on a terminal.

    Raises:
        EncoderError: it failed to start.
    """
    import time

    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

    engine = services.engine()
    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal, transient=True) as progress:
        task = progress.add_task("Starting the encoder", total=None)
        while True:
            status = engine.status()
            if status.state == "ready" or (status.state == "indexing" and not index):
                say_notices(engine)
                return engine
            if status.state in ("failed", "stopped"):
                raise EncoderError(
                    f"The encoder could not be started: {status.detail}",
                    kept="Nothing was changed.",
                    todo="`mockdl doctor` says what is missing.",
                )
            description = "Building the search index" if status.state == "indexing" else "Starting the encoder"
            progress.update(task, description=description, completed=status.done, total=status.total or None)
            time.sleep(0.05)


def say_notices(engine: Engine) -> None:
    """Say what the encoder wants to be said, such as a cache that cannot be written."""
    while engine.notices:
        say(engine.notices.pop(0))


@contextmanager
def waiting(what: str, *, quiet: bool = False) -> Iterator[None]:
    """Show on a terminal that something is at work, and for how long."""
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal, transient=True) as progress:
        progress.add_task(what, total=None)
        yield


def use_judge(services: Services, mode: str) -> None:
    """Let `--judge` stand above the settings, for this run.

    Raises:
        UsageError: no such mode, or "llm" without a configured server.
    """
    from interviewer.settings.schema import JudgeMode

    chosen = parse_name(mode, JudgeMode, "judge")
    services.apply_settings(services.settings.model_copy(update={"judge": chosen}))
    services.model.notice()
