"""What judges were measured to be worth, kept for the weight of their opinions."""

from __future__ import annotations

import json
from pathlib import Path

from interviewer.core.grade.judge_weight import JudgeWorth
from interviewer.paths import make_private


class JudgeWorths:
    """What was measured, in a small file; nothing secret is in it.

    Args:
        file: JSON; a damaged one is as none.
    """

    def __init__(self, file: Path) -> None:
        self._file = file

    def find(self, address: str, model: str, prompt: str) -> JudgeWorth | None:
        """What this judge was measured to be worth; None when it was not."""
        row = self._read().get(_name(address, model, prompt))
        if not isinstance(row, dict):
            return None
        try:
            found = JudgeWorth(**row)
            known = all(0 <= share <= 1 for share in found[2:]) and found.verdicts > 0
        except TypeError:
            return None
        return found if known else None

    def keep(self, address: str, model: str, prompt: str, worth: JudgeWorth) -> None:
        """Keep a measurement instead of the one before.

        Raises:
            OSError: the file cannot be written.
        """
        rows = {**self._read(), _name(address, model, prompt): worth._asdict()}
        make_private(self._file.parent)
        fresh = self._file.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(rows, indent=1, ensure_ascii=False), encoding="utf-8")
        fresh.replace(self._file)

    def _read(self) -> dict[str, object]:
        try:
            body = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return body if isinstance(body, dict) else {}


def _name(address: str, model: str, prompt: str) -> str:
    return f"{address} {model} {prompt}"
