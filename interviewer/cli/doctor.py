"""`mockdl doctor`: what is installed, what works, and what to do about what does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import typer

from interviewer.cli.common import print_json, print_text, ready_engine, say
from interviewer.errors import MockdlError
from interviewer.services.health import Check, check_installed, check_services


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False,
    quick: Annotated[bool, typer.Option("--quick", help="Do not start the encoder.")] = False,
    probe: Annotated[
        bool, typer.Option("--probe", help="Look for model servers and have one judge an example.")
    ] = False,
) -> None:
    """Check the installation, the encoder, the index and your files."""
    checks = [*check_installed(), *_checked_services(quick=quick, quiet=as_json, probe=probe)]
    if as_json:
        print_json([check._asdict() for check in checks])
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            print_text(f"{'ok  ' if check.good else 'BAD '} {check.name:<{width}}  {check.found}")
            if check.todo:
                print_text(f"     {'':<{width}}  -> {check.todo}")
    if not all(check.good for check in checks):
        raise typer.Exit(1)


def _checked_services(*, quick: bool, quiet: bool, probe: bool) -> Iterator[Check]:
    from interviewer.services import build_services

    try:
        services = build_services()
    except MockdlError as error:
        yield Check("settings", False, error.what, error.todo)
        return
    try:
        yield from check_services(services, None if quick else lambda: ready_engine(services, quiet=quiet))
        if probe:
            from interviewer.services.probe import probe_servers

            yield from probe_servers(services, (lambda _: None) if quiet else say)
    finally:
        services.close()
