"""What a user can set: names, types, defaults, limits, and the text that explains each."""

from __future__ import annotations

import ast
import inspect
import json
import re
from collections.abc import Sequence
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

from interviewer.core.bank.kinds import Level
from interviewer.core.interview.session import AskConfidence, Mode
from interviewer.core.server_address import check_address
from interviewer.errors import nearest_names
from interviewer.settings.key_bindings import check_keys

_OWN_FIELDS = {"messages", "model", "response_format", "stream", "stream_options"}
"""Fields of a request that no setting may change."""
DEVICES = ("auto", "cpu", "cuda", "mps")
_DEAREST = 1_000_000.0
"""Price of a million tokens at most, in any currency."""
MAY_HOLD_A_KEY = {"judge_url", "judge_key_variable", "judge_headers"}
"""Settings whose value is not repeated in messages: a key may have been put there, by design or by mistake."""


class JudgeMode(StrEnum):
    """Whether a model judges answers."""

    OFF = "off"
    AUTO = "auto"
    LLM = "llm"


class VoiceMode(StrEnum):
    """Whose words the interviewer speaks."""

    AUTO = "auto"
    AUTHORED = "authored"


class Settings(BaseModel):
    """All settings, with the text that `mockdl config show` prints beside each."""

    # The schema is built when something is to be validated: defaults need none, and it takes a fiftieth of the start.
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)

    level: Level = Level.MID
    """Level of an interview when `--level` is not given: junior, mid, senior or staff."""
    mode: Mode = Mode.INTERVIEW
    """"interview" shows verdicts at the end, "practice" after each question."""
    count: int = Field(default=6, ge=1, le=50)
    """Number of questions of an interview, 1 to 50."""
    minutes: float | None = Field(default=None, ge=0.1, le=1440, allow_inf_nan=False)
    """Answering time in minutes for a whole interview; unset for no limit."""
    encoder: str = "default"
    """Sentence encoder: "default" (bundled all-MiniLM-L6-v2), a folder, or a sentence-transformers name."""
    device: str = "auto"
    """Where the encoder runs: auto, cpu, cuda or mps."""
    packs: tuple[str, ...] = ()
    """Folders with question packs of your own, beside the built-in one."""
    theme: str = "textual-dark"
    """Colours of the terminal interface: textual-dark, textual-light, high-contrast, or any that `ctrl+p` lists."""
    ask_confidence: AskConfidence = AskConfidence.PRACTICE
    """Whether you are asked how sure you are of an answer before you see the verdict: "practice" (in practice mode),
    "always" or "never"; answers that are piped in are not asked about."""
    reduced_motion: bool = False
    """Whether the terminal interface does without animation and blinking cursors."""
    keys: dict[str, str] = Field(default_factory=dict)
    """Other keys for actions of the terminal interface, as a table, e.g. {hint = "ctrl+t", history = "f12"};
    F1 names the actions."""
    judge: JudgeMode = JudgeMode.OFF
    """Whether a language model judges answers too: "off" (nothing is ever sent), "auto" (when judge_url and
    judge_model are set) or "llm" (refuse to start without them)."""
    judge_url: str = ""
    """Base URL of the judge's OpenAI-compatible server, e.g. http://127.0.0.1:11434/v1."""
    judge_model: str = ""
    """Name of the judge's model on that server; `mockdl doctor --probe` lists them."""
    judge_key_variable: str = "OPENAI_API_KEY"
    """Name of the environment variable with the server's key. A server on this machine needs none, and is
    sent one only when this names another variable than OPENAI_API_KEY."""
    judge_timeout: float = Field(default=60.0, gt=0, le=86_400, allow_inf_nan=False)
    """Seconds that one call of the judge may take, repeats included."""
    judge_retries: int = Field(default=2, ge=0, le=10)
    """How often a call is repeated after a failure that may pass."""
    judge_concurrency: int = Field(default=4, ge=1, le=64)
    """Calls of the judge under way at once."""
    judge_headers: dict[str, SecretStr] = Field(default_factory=dict)
    """Further HTTP headers for the judge's server, as a table of names and values."""
    judge_max_tokens: int | None = Field(default=None, ge=64, le=1_000_000)
    """Most tokens of one reply, thoughts included; unset to begin with what a reply needs and to give four times as
    much, up to 16,384, where one was cut off."""
    judge_extra: dict[str, Any] = Field(default_factory=dict)
    """Further fields of each request to the judge's server, as a table, e.g. {reasoning_effort = "low"} or
    {chat_template_kwargs = {enable_thinking = false}}."""
    judge_price_in: float | None = Field(default=None, ge=0, le=_DEAREST, allow_inf_nan=False)
    """Price of a million tokens sent to the judge's model, in judge_currency. With judge_price_out, reports
    say what a session cost; unset for no cost."""
    judge_price_out: float | None = Field(default=None, ge=0, le=_DEAREST, allow_inf_nan=False)
    """Price of a million tokens the judge's model writes, in judge_currency; unset for no cost."""
    judge_currency: str = Field(default="USD", min_length=1, max_length=8)
    """Currency of the two prices, e.g. USD or EUR; it is only printed beside amounts."""
    interviewer_voice: VoiceMode = VoiceMode.AUTO
    """Whose words the interviewer speaks: "auto" (the judge's model, when one judges) or "authored"."""
    interviewer_patience: float = Field(default=6.0, gt=0, le=120, allow_inf_nan=False)
    """Seconds that the interviewer's model has to its first word, and three times as many to its last; then
    the authored words are used."""

    @field_validator("judge", mode="before")
    @classmethod
    def _check_judge(cls, value: Any) -> Any:
        return _one_of(value, [str(each) for each in JudgeMode])

    @field_validator("device")
    @classmethod
    def _check_device(cls, value: str) -> str:
        _one_of(value, DEVICES)
        return value

    @field_validator("encoder")
    @classmethod
    def _check_encoder(cls, value: str) -> str:
        if not value.strip():
            raise ValueError('it must name an encoder; "default" is the bundled one')
        return value

    @field_validator("packs")
    @classmethod
    def _check_packs(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for each in value:
            if not each.strip() or "\0" in each:
                raise ValueError("each must name a folder")
            try:
                Path(each).expanduser()
            except RuntimeError:
                raise ValueError(f"there is no user whose home {each!r} could be in") from None
        return value

    @field_validator("encoder", "theme", "judge_model")
    @classmethod
    def _check_line(cls, value: str) -> str:
        if not value.isprintable():
            raise ValueError("it must be one line of text")
        return value

    @field_validator("keys")
    @classmethod
    def _check_keys(cls, value: dict[str, str]) -> dict[str, str]:
        return check_keys(value)

    @field_validator("judge_url")
    @classmethod
    def _check_judge_url(cls, value: str) -> str:
        return check_address(value) if value else value

    @field_validator("judge_key_variable")
    @classmethod
    def _check_judge_key_variable(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", value):
            raise ValueError("it must be the name of an environment variable, not the key itself")
        return value

    @field_validator("judge_currency")
    @classmethod
    def _check_judge_currency(cls, value: str) -> str:
        if not value.isprintable() or not value.strip() or any(char.isdigit() for char in value):
            raise ValueError("it must be the name or sign of a currency")
        return value.strip()

    @field_validator("judge_extra")
    @classmethod
    def _check_judge_extra(cls, value: dict[str, Any]) -> dict[str, Any]:
        if taken := sorted(_OWN_FIELDS & value.keys()):
            raise ValueError(f"{taken[0]!r} is set by mockdl itself; leave it out")
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError, RecursionError):
            raise ValueError("it holds something that JSON cannot say, such as a date or nan") from None
        return value

    @field_validator("judge_headers")
    @classmethod
    def _check_judge_headers(cls, value: dict[str, SecretStr]) -> dict[str, SecretStr]:
        for name, text in value.items():
            if not re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", name):
                raise ValueError("a name must be that of an HTTP header, without spaces")
            plain = text.get_secret_value()
            if not (plain.isascii() and plain.isprintable()):
                raise ValueError("a value must be one line of ASCII text")
        return value


def _one_of(value: Any, known: Sequence[str]) -> Any:
    if value in known:
        return value
    near = nearest_names(str(value), known, most=1)
    told = f"it must be {', '.join(known[:-1])} or {known[-1]}"
    raise ValueError(f"{told}; did you mean {near[0]!r}?" if near else told)


def describe_settings() -> dict[str, str]:
    """The text that follows each setting in this file.

    Read from the source when it is asked for: pydantic would do so at every start.
    """
    described = {}
    (source,) = ast.parse(inspect.getsource(Settings)).body
    assert isinstance(source, ast.ClassDef)
    for field, text in pairwise(source.body):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            described[ast.unparse(field.target)] = " ".join(str(text.value.value).split())
    return described
