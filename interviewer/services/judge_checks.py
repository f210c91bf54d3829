"""What judges were measured to be worth, kept for the weight of their opinions."""

from __future__ import annotations

from pathlib import Path

from interviewer.core.grade.judge_weight import JudgeWorth
from interviewer.kept_json import DamagedFileError, keep, read_kept, set_aside


class JudgeCheck:
    """What one judge was measured to be worth, in a small file beside the others; nothing secret is in it.

    Args:
        file: JSON; a damaged one is set aside when it is read, and is as none.
        address: where the judge is asked.
        model: who it is.
    """

    told: str = ""
    """What a person must be told of a damaged file; "" for nothing."""

    def __init__(self, file: Path, address: str, model: str) -> None:
        from interviewer.llm.judge_prompt import prompt_hash

        self._file = file
        self._is_stuck = False
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
        if self._is_stuck:
            raise OSError(f"{self._file} is damaged and cannot be moved away")
        keep(self._file, rows)

    def _read(self) -> dict[str, object]:
        try:
            body = read_kept(self._file, or_plain=True)
            if isinstance(body, dict) and all(isinstance(row, dict) for row in body.values()):
                return body
            raise DamagedFileError("it holds something else")
        except FileNotFoundError:
            return {}
        except DamagedFileError as error:
            self._set_aside(str(error))
            return {}

    def _set_aside(self, problem: str) -> None:
        """Move what cannot be made again without asking the judge out of the way, and never delete it."""
        told = f"The file with what judges were measured to be worth is damaged ({problem})"
        try:
            self.told = f"{told}; it was set aside as {set_aside(self._file)}. `mockdl judge-check` measures anew."
        except OSError as error:
            self._is_stuck = True
            self.told = f"{told} and could not be set aside ({error.strerror}): {self._file}. It is not used."
