"""Sets of other people's texts that training and measuring read, and what of them is held out."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["is_held", "load_negate", "read_rows"]

_FOLDS = 5


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Rows of a gzipped JSON Lines file."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def is_held(statement: str) -> bool:
    """Whether a statement of `contrast/` is never trained on: one in five, the same on every machine."""
    return int.from_bytes(hashlib.sha256(statement.encode()).digest()[:4], "big") % _FOLDS == 0


def load_negate(data: Path) -> Callable[[str, random.Random], str]:
    """`negate` of `contrast/negate.py`."""
    spec = importlib.util.spec_from_file_location("negate", data / "contrast" / "negate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    negate: Callable[[str, random.Random], str] = module.negate
    return negate
