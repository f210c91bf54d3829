"""What judges were measured to be worth, kept for the weight of their opinions."""

from __future__ import annotations

import json
from pathlib import Path

from interviewer.core.grade.judge_weight import JudgeWorth
from interviewer.paths import make_private


class JudgeCheck:
    """What one judge was measured to be worth, in a small file beside the others; nothing secret is in it.

    Args:
        file: JSON; a damaged one is as none.
        address: where the judge is asked.
        model: who it is.
    """

    def __init__(self, file: Path, address: str, model: str) -> None:
        from interviewer.llm.judge_prompt import prompt_hash

        self._file = file
        self._name = f"{address} {model} {prompt_hash('judge')}"

    def find(self) -> JudgeWorth | None:
        """What it was measured to be worth; None when it was not, with this prompt."""
        row = self._read().get(self._name)
        if not isinstance(row, dict):
            return None
        try:
            found = JudgeWorth(**row)
            known = all(0 <= share <= 1 for share in found[2:]) and found.verdicts > 0
        except TypeError:
            return None
        return found if known else None

    def keep(self, worth: JudgeWorth) -> None:
        """Keep a measurement instead of the one before.

        Raises:
            OSError: the file cannot be written.
        """
        rows = {**self._read(), self._name: worth._asdict()}
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
