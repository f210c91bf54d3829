"""How a failure of the libraries below is told to people."""

from __future__ import annotations

from interviewer.errors import EncoderError

BACK_TO_DEFAULT = "`mockdl config set encoder default` goes back to the bundled one."
LESS_MEMORY = "Close other programs, or `mockdl config set device cpu`."


def first_line(error: Exception) -> str:
    """What happened, without the pages of advice that some libraries add."""
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")


def failed_load(what: str, error: Exception, *, check: str = "") -> EncoderError:
    """The error to raise when loading failed.

    Args:
        what: what was tried, without a full stop.
        error: what the library raised.
        check: a sentence on what to look at first.
    """
    short = isinstance(error, MemoryError) or "out of memory" in str(error)
    return EncoderError(
        f"{what}: {first_line(error)}.", todo=LESS_MEMORY if short else f"{check} {BACK_TO_DEFAULT}".strip()
    )


def failed_run(error: Exception) -> EncoderError:
    """What to say of an encoder that was loaded and failed at its work."""
    return EncoderError(f"The encoder failed: {first_line(error)}.", kept="Your answers are saved.", todo=LESS_MEMORY)
