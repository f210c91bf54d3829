"""What every model of the file format shares: frozen, strict about fields, outer space stripped, numbers finite."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


class Content(BaseModel):
    """Base of the models of the format."""

    # Schemas are built when first used: building all of them costs a tenth of the start-up.
    # JSON, in which sessions are kept, has no number for infinity, nor for what is no number.
    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, defer_build=True, allow_inf_nan=False
    )
