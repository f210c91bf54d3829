"""`mockdl config`: where the settings are, what they are, and how to change one."""

from __future__ import annotations

from typing import Annotated

import typer

from interviewer.cli.common import print_json, print_text, say

config_app = typer.Typer(
    help="Show and change settings.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _keys() -> list[str]:
    from interviewer.settings.schema import Settings

    return list(Settings.model_fields)


@config_app.command("path")
def path() -> None:
    """Print where the settings file is (it need not exist)."""
    from interviewer.paths import find_places

    print_text(str(find_places().settings_file))


@config_app.command("show")
def show(as_json: Annotated[bool, typer.Option("--json", help="For scripts.")] = False) -> None:
    """Print all settings as they are in force, with what each means."""
    from interviewer.paths import find_places
    from interviewer.settings.file import load_settings
    from interviewer.settings.schema import describe_settings

    settings = load_settings(find_places().settings_file)
    if as_json:
        print_json(settings.model_dump(mode="json"))
        return
    for name, text in describe_settings().items():
        value = getattr(settings, name)
        # Of a table only the names: the values may be keys.
        shown = ", ".join(value) if isinstance(value, tuple | dict) else value
        print_text(f"# {text}\n{name} = {'(unset)' if shown in (None, '') else shown}\n")


@config_app.command("set")
def set_value(
    key: Annotated[str, typer.Argument(help="A setting's name.", autocompletion=_keys)],
    value: Annotated[str, typer.Argument(help="Its new value.")],
) -> None:
    """Write one setting to the settings file."""
    from interviewer.paths import find_places
    from interviewer.settings.file import write_setting

    file = find_places().settings_file
    known: list[str] = []
    if key == "theme":
        from interviewer.tui.themes import theme_names

        known = theme_names()
    written = write_setting(file, key, value, known)
    say(f"{key} = {written!r} was written to {file}.")
