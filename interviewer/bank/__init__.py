"""Questions and rubrics: YAML files on disk become one validated bank.

The only room that imports `yaml`.
"""

from interviewer.bank.content_rules import check_bank
from interviewer.bank.natural_reading import read_natural
from interviewer.bank.pack_loading import load_bank, read_known_hard, read_pack
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
