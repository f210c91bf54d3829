"""The command tree and the one place where errors become exit codes."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from interviewer import __version__
from interviewer.cli.process import conclude_output, prepare_process
from interviewer.core.text import clean
from interviewer.errors import MockdlError

EXIT_CODES = """Exit codes: 0 done, 1 a check failed, 2 wrong use, 3 settings, 4 question pack, 5 journal or
files, 6 encoder or index, 7 input ended before the interview did (saved), 130 interrupted (saved)."""

_GROUPS = {
    "Practise": ("start", "review", "serve"),
    "Look back": ("report", "history"),
    "Grade answers": ("grade", "eval", "judge-check"),
    "Questions": ("search", "pack"),
    "Set up": ("config", "doctor"),
}
"""Commands by what one wants to do."""


@contextmanager
def _told_clean() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if hasattr(error, "format_message"):  # of every complaint about arguments
            told = clean(error.format_message())
            error.format_message = lambda: told
        raise


class _Grouped(TyperGroup):
    """Lists the commands in groups, and says without its control characters what of an argument it can't use."""

    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        with _told_clean():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: Any) -> Any:
        with _told_clean():
            return super().invoke(ctx)

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        for title, names in _GROUPS.items():
            found = [(name, self.get_command(ctx, name)) for name in names]
            with formatter.section(title):
                formatter.write_dl([(name, each.get_short_help_str(60)) for name, each in found if each is not None])


app = typer.Typer(
    name="mockdl",
    cls=_Grouped,
    help="Practise deep-learning job interviews in the terminal: questions, follow-ups, and a grade with evidence.",
    epilog=EXIT_CODES,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    # Plain help: the boxed form needs rich, which alone costs more than all the rest of `--help`.
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"mockdl {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", "-V", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Open the home screen, or run one command."""
    if context.invoked_subcommand is None:
        from interviewer.cli import start

        if not start.has_terminal():
            print(context.get_help())
            raise typer.Exit
        raise typer.Exit(start.open_home())


def _add_start() -> None:
    from interviewer.cli import start

    app.command("start")(start.start)


def _add_records() -> None:
    from interviewer.cli import grade, history, review

    app.command("report")(history.report)
    app.command("history")(history.history)
    app.command("review")(review.review)
    app.command("grade")(grade.grade)


def _add_bank() -> None:
    from interviewer.cli import evaluate, pack, search

    app.command("eval")(evaluate.evaluate)

    app.command("search")(search.search)
    app.add_typer(pack.pack_app, name="pack")


def _add_care() -> None:
    from interviewer.cli import config, doctor, judge_check, serve

    app.command("serve")(serve.serve)
    app.command("doctor")(doctor.doctor)
    app.command("judge-check")(judge_check.judge_check)
    app.add_typer(config.config_app, name="config")


def _add_commands(arguments: list[str]) -> None:
    """Add all commands, or `start` alone when it is what was asked for.

    Typer reads the signature of every command it knows at every start, and the first
    question should not wait for that.
    """
    _add_start()
    if arguments[:1] != ["start"]:
        _add_records()
        _add_bank()
        _add_care()


def _spell_out_resume(arguments: list[str]) -> list[str]:
    """`--resume` may stand without a value; it then means the newest unfinished session."""
    spelled: list[str] = []
    for number, argument in enumerate(arguments):
        spelled.append(argument)
        following = arguments[number + 1] if number + 1 < len(arguments) else "-"
        if argument == "--resume" and following.startswith("-"):
            spelled.append("last")
    return spelled


def _show_fault(kind: type[BaseException], fault: BaseException, trace: TracebackType | None) -> None:
    """A fault of the program itself, in which there can be anything that a file or a server said."""
    sys.stderr.write(clean("".join(traceback.format_exception(kind, fault, trace))))


def main() -> None:
    """Run the command line; every foreseen error ends as text on stderr and its exit code."""
    sys.excepthook = _show_fault
    prepare_process()
    try:
        code = _run(sys.argv[1:])
        sys.stdout.flush()
    except OSError as error:
        code = conclude_output(error)
    sys.exit(code)


def _run(arguments: list[str]) -> int | str | None:
    """Run a command; returns its exit code."""
    _add_commands(arguments)
    try:
        app(args=_spell_out_resume(arguments))
    except MockdlError as error:
        print(f"mockdl: {clean(str(error))}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("mockdl: interrupted", file=sys.stderr)
        return 130
    except SystemExit as end:
        return end.code
    return 0
