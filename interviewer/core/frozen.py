"""The one base of all values that are stored or sent: frozen, and refusing fields it does not know."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value. A field that nobody declared is an error, because a journal would keep the mistake for ever."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
