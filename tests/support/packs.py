"""Question packs on disk."""

from __future__ import annotations

from pathlib import Path

from interviewer.core.bank.content import Item


def write_pack(root: Path, *items: Item) -> Path:
    """Write items as a pack; JSON is YAML, so no YAML writer is needed. Returns the root."""
    for item in items:
        for room, model in (("corpus", item.question), ("rubrics", item.rubric)):
            folder = root / room / item.question.topic
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{item.question.id}.yaml").write_text(model.model_dump_json(indent=1), encoding="utf-8")
    return root


def edit(path: Path, old: str, new: str) -> None:
    """Replace a piece of a pack's file, which must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
