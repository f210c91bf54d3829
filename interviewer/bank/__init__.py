"""Questions and rubrics: YAML files on disk become one validated bank.

The only room that imports `yaml`.
"""

from interviewer.bank.content_rules import check_bank
from interviewer.bank.pack_loading import PackReading, load_bank, read_known_hard, read_pack
from interviewer.bank.starter import write_starter
from interviewer.bank.yaml_reading import locate_findings
from interviewer.core.bank.finding import Finding

__all__ = [
    "Finding",
    "PackReading",
    "check_bank",
    "load_bank",
    "locate_findings",
    "read_known_hard",
    "read_pack",
    "write_starter",
]
