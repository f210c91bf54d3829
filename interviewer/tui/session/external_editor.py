"""The answer in an editor of the candidate's own: `$VISUAL`, `$EDITOR`, or one that is found."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from textual.app import App, SuspendNotSupported

from interviewer.core.text import plain_newlines

_USUAL = ("nano", "vim", "vi", "notepad")


class Edited(NamedTuple):
    """What came of it."""

    text: str
    """The new text; the old one when something went wrong."""
    problem: str = ""
    """What went wrong, and where the text is."""


def find_editor(environment: Mapping[str, str] = os.environ) -> list[str]:
    """The command line of the editor; empty when there is none."""
    wanted = environment.get("VISUAL", "").strip() or environment.get("EDITOR", "").strip()
    if wanted:
        try:
            return shlex.split(wanted, posix=os.name != "nt")
        except ValueError:
            return [wanted]
    return next(([found] for name in _USUAL if (found := shutil.which(name))), [])


def edit_outside(app: App[Any], text: str) -> Edited:
    """Give the terminal to an editor until it is closed.

    The file lies in a folder that nobody else can read and is deleted afterwards, unless the editor failed after the
    text had been changed: then it stays, and the problem names it.
    """
    command = find_editor()
    if not command:
        return Edited(text, "No editor was found. Set EDITOR to the name of one, e.g. EDITOR=nano.")
    folder = Path(tempfile.mkdtemp(prefix="mockdl-"))
    path = folder / "answer.md"
    try:
        path.write_text(text, encoding="utf-8", errors="replace", newline="")
        with app.suspend():
            code = subprocess.run([*command, str(path)], check=False).returncode
        edited = _read(path, text, "" if code == 0 else f"{command[0]} ended with an error ({code}).")
    except SuspendNotSupported:
        edited = Edited(text, "Another editor can't be opened here, only in a terminal of its own.")
    except OSError as error:
        edited = Edited(
            text, f"The editor {command[0]!r} could not be started: {error.strerror}. Set EDITOR to another."
        )
    if not edited.problem.endswith(str(path)):
        shutil.rmtree(folder, ignore_errors=True)
    return edited


def _read(path: Path, before: str, problem: str) -> Edited:
    """What the editor left behind; kept on disk where it can't be taken over."""
    try:
        after = plain_newlines(path.read_bytes().decode("utf-8"))
    except UnicodeDecodeError:
        return Edited(before, f"The file is not UTF-8 and was not taken over. It is at {path}")
    except OSError:
        return Edited(before, f"{problem} The file is gone; the answer is as it was.".strip())
    if problem:
        changed = after not in (before, before + "\n")
        return Edited(
            before, f"{problem} The answer is as it was." + (f" What was written is at {path}" if changed else "")
        )
    # Editors end a file with a line end that nobody typed.
    return Edited(after[:-1] if after.endswith("\n") and not before.endswith("\n") else after)
