"""Encoders from the Hugging Face hub: from its local cache first, and never fetched in silence."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from interviewer.embedding.load_failures import BACK_TO_DEFAULT, failed_load
from interviewer.errors import EncoderError

_PATIENCE = 10.0
"""Seconds to wait for the hub to say anything at all."""


def load_from_hub(kind: Any, model: str, device: str, say: Callable[[str], None]) -> Any:
    """Load a hub model from the local cache, or fetch it after saying so.

    Args:
        kind: the class to make, `SentenceTransformer`.
        model: the name on the hub.
        device: cpu, cuda or mps.
        say: is told before anything is fetched.

    Raises:
        EncoderError: it is not in the cache and cannot or must not be fetched.
    """
    try:
        return kind(model, device=device, local_files_only=True)
    except Exception:  # not in the cache: each library below raises types of its own
        if os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "ON", "YES", "TRUE"):
            raise EncoderError(
                f"The encoder {model!r} is not on this machine and HF_HUB_OFFLINE forbids fetching it.",
                todo=f"Unset HF_HUB_OFFLINE once. {BACK_TO_DEFAULT}",
            ) from None
    say(f"Fetching the encoder {model} from the Hugging Face hub, because the settings name it.")
    try:
        _reach_hub(model)
        return kind(model, device=device)
    except Exception as error:
        raise failed_load(
            f"The encoder {model!r} could not be fetched", error, check="Check the name and the network."
        ) from error


def _reach_hub(model: str) -> None:
    """Raise within seconds where there is no network: fetching itself tries again for over a minute."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError

    try:
        HfApi().model_info(model, timeout=_PATIENCE)
    except HfHubHTTPError:
        return  # the hub is there; if it refuses, the fetching will say why


def hub_revision(model: str) -> str:
    """The commit a loaded hub model is of, so that a model updated there is another one here."""
    from huggingface_hub import try_to_load_from_cache

    for name in (model, f"sentence-transformers/{model}"):
        if name.count("/") <= 1:
            found = try_to_load_from_cache(name, "config.json")
            if isinstance(found, str):
                return Path(found).parent.name
    return "hub"
