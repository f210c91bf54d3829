"""Which device the encoder runs on, and how many threads it may take there."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from interviewer.errors import EncoderError

_TOPOLOGY = Path("/sys/devices/system/cpu")
_LARGE_PIECE = 2**24
"""Bytes: more than a layer frees at a time. The threshold follows pieces of less than 2**25."""


def choose_device(device: str) -> str:
    """Resolve `auto` to cuda, mps or cpu, in this order; refuse a device that is not there.

    Raises:
        EncoderError: naming the devices that are there.
    """
    import torch

    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if device == "auto":
        return next(name for name, there in present.items() if there)
    if not present.get(device, False):
        here = ", ".join(name for name, there in present.items() if there)
        raise EncoderError(
            f"The device {device!r} is not available here.",
            todo=f"Available: {here}. `mockdl config set device auto` chooses by itself.",
        )
    return device


def prefers_bfloat16() -> bool:
    """Whether this processor multiplies matrices in bfloat16 several times faster than in single precision.

    True where it has tile units for that (Intel AMX); others emulate it, or gain little.
    """
    import torch

    read = getattr(torch.cpu, "get_capabilities", None)  # younger than the oldest torch that will do
    return read is not None and bool(read().get("amx_bf16"))


def limit_threads() -> int:
    """Let torch use one thread for each physical core; returns how many.

    Two threads on the halves of one core only get in each other's way, and in the
    interface's: an interview is a small load that must leave typing smooth.
    """
    import torch

    threads = max(1, min(int(torch.get_num_threads()), physical_cores()))
    torch.set_num_threads(threads)
    return threads


def keep_freed_memory() -> None:
    """Let what an operation frees be there for the next one, where the C library is glibc; elsewhere this does nothing.

    It gives large pieces back to the system at once, and has every page of the next one brought in anew: a quarter of
    the time of many small batches. Once a piece of 16 MB was freed it keeps pieces up to that size, and up to 32 MB at
    the end of its heap: `mallopt(3)`, M_MMAP_THRESHOLD, on the threshold that adjusts itself. None of it is touched.
    """
    import torch

    torch.empty(_LARGE_PIECE, dtype=torch.uint8)


def physical_cores(topology: Path = _TOPOLOGY) -> int:
    """Physical cores that this process may run on; logical ones where the system does not tell."""
    try:
        allowed = sorted(os.sched_getaffinity(0))
    except AttributeError:  # only Linux has it
        return os.cpu_count() or 1
    siblings: set[str] = set()
    for cpu in allowed:
        name = f"cpu{cpu}"
        with suppress(OSError):
            name = (topology / name / "topology" / "thread_siblings_list").read_text(encoding="ascii").strip()
        siblings.add(name)
    return max(1, len(siblings))
