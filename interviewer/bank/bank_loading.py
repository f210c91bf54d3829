"""The bank of some packs: from its cache as long as their files are the same, else read and validated anew."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from interviewer.bank.bank_cache import content_key, read_cache, stamp_of, write_cache
from interviewer.core.bank.content import Bank


def load_bank(roots: Sequence[Path], *, cache: Path | None = None) -> Bank:
    """Load and merge packs; a later pack may not redefine a question of an earlier one.

    Args:
        roots: pack folders. The first must be in order; a later one that is not is left out as a
            whole, and the bank's notices say why.
        cache: file for the validated bank. It is used when it was written for the very
            same file contents, and silently left alone when it cannot be written.

    Raises:
        BankError: the first pack has errors; names every file, line and field that is wrong.
    """
    stamp = stamp_of(roots)
    cached = read_cache(cache, stamp, lambda: content_key(roots)) if cache else None
    if cached is not None:
        return cached
    from interviewer.bank.pack_loading import merge_packs

    bank = merge_packs(roots)
    if cache:
        write_cache(cache, bank, stamp)
    return bank
