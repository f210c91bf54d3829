"""What was chosen last on the home screen, so that it stands there again; no setting, which stays as it was written."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from pydantic import Field, ValidationError

from interviewer.core.bank.kinds import Level
from interviewer.core.frozen import Frozen
from interviewer.core.interview.session import Mode

__all__ = ["LastForm", "load_last_form", "save_last_form"]


class LastForm(Frozen):
    """Level, mode and number of questions."""

    level: Level
    mode: Mode
    count: int = Field(ge=1, le=50)


def load_last_form(path: Path) -> LastForm | None:
    """What was kept; None when nothing was, or it cannot be read."""
    try:
        return LastForm.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, ValidationError, UnicodeDecodeError):
        return None


def save_last_form(path: Path, form: LastForm) -> None:
    """Keep a form; that it cannot be kept is not worth a word."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(form.model_dump_json() + "\n", encoding="utf-8")
