"""Questions and rubrics: YAML files on disk become one validated bank.

The only room that imports `yaml`.
"""

from interviewer.bank.checking import check_bank
from interviewer.bank.finding import Finding
from interviewer.bank.loading import PackReading, load_bank, read_known_hard, read_pack
from interviewer.bank.reading import locate_findings
from interviewer.bank.starter import write_starter

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
