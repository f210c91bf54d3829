"""Questions and rubrics: YAML files on disk become one validated bank.

The only room that imports `yaml`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from interviewer.bank.bank_loading import load_bank

if TYPE_CHECKING:
    from interviewer.bank.content_rules import check_bank
    from interviewer.bank.natural_reading import read_natural
    from interviewer.bank.pack_loading import read_known_hard, read_pack
    from interviewer.bank.starter import write_starter
    from interviewer.bank.yaml_reading import locate_findings

__all__ = [
    "check_bank",
    "load_bank",
    "locate_findings",
    "read_known_hard",
    "read_natural",
    "read_pack",
    "write_starter",
]

_MODULES = {
    "check_bank": "content_rules",
    "locate_findings": "yaml_reading",
    "read_known_hard": "pack_loading",
    "read_natural": "natural_reading",
    "read_pack": "pack_loading",
    "write_starter": "starter",
}
"""Where the author of a pack finds what the first question should not wait for."""


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
