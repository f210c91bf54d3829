"""What a user can set: flags, then environment (`MOCKDL_*`), then the TOML file, then defaults.

Unknown keys are errors, because a typo that is silently ignored is a setting that does
not work.
"""

from __future__ import annotations

import ast
import inspect
import os
import re
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from interviewer.core.address import check_address
from interviewer.core.chat import JudgeMode, VoiceMode
from interviewer.core.content import Level
from interviewer.core.keys import check_keys
from interviewer.core.session import AskConfidence, Mode
from interviewer.errors import SettingsError, nearest_names
from interviewer.paths import WORKER_SOCKET

__all__ = [
    "Settings",
    "clear_setting",
    "describe_settings",
    "load_settings",
    "names_in_environment",
    "names_in_file",
    "parse_value",
    "write_setting",
]

_ENV_PREFIX = "MOCKDL_"
_OTHER_VARIABLES = {"MOCKDL_HOME", WORKER_SOCKET}
_MAY_HOLD_A_KEY = {"judge_url", "judge_key_variable", "judge_headers"}
"""Settings whose value is not repeated in messages: a key may have been put there, by design or by mistake."""


class Settings(BaseModel):
    """All settings, with the text that `mockdl config show` prints beside each."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    level: Level = Level.MID
    """Level of an interview when `--level` is not given: junior, mid, senior or staff."""
    mode: Mode = Mode.INTERVIEW
    """"interview" shows verdicts at the end, "practice" after each question."""
    count: int = 6
    """Number of questions of an interview."""
    minutes: float | None = None
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
    judge_timeout: float = Field(default=60.0, gt=0, allow_inf_nan=False)
    """Seconds that one call of the judge may take, repeats included."""
    judge_retries: int = Field(default=2, ge=0, le=10)
    """How often a call is repeated after a failure that may pass."""
    judge_concurrency: int = Field(default=4, ge=1, le=64)
    """Calls of the judge under way at once."""
    judge_headers: dict[str, SecretStr] = Field(default_factory=dict)
    """Further HTTP headers for the judge's server, as a table of names and values."""
    judge_price_in: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    """Price of a million tokens sent to the judge's model, in judge_currency. With judge_price_out, reports
    say what a session cost; unset for no cost."""
    judge_price_out: float | None = Field(default=None, ge=0, allow_inf_nan=False)
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
        known = [str(each) for each in JudgeMode]
        if value in known:
            return value
        near = nearest_names(str(value), known, most=1)
        raise ValueError(f"it must be off, auto or llm{f'; did you mean {near[0]!r}?' if near else ''}")

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


def _with_environment(values: dict[str, Any]) -> Settings:
    """Lay `MOCKDL_*` variables over the values of the file.

    pydantic-settings is imported here because it takes a tenth of the time to the first
    question, and most people set no variable.
    """
    from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

    class FromEnvironment(Settings, BaseSettings):
        model_config = SettingsConfigDict(
            env_prefix=_ENV_PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True
        )

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return (env_settings, init_settings)

    return FromEnvironment(**values)


def load_settings(path: Path) -> Settings:
    """Read the settings file (if there is one) and the environment.

    Raises:
        SettingsError: naming the file, line, key and the nearest valid key.
    """
    values = _read_file(path)
    for key in values:
        if key not in Settings.model_fields:
            raise _unknown_key(key, f"{path}:{_line_of(path, key)}")
    for_key = os.environ.get("MOCKDL_JUDGE_KEY_VARIABLE", values.get("judge_key_variable"))
    others = {*_OTHER_VARIABLES, for_key}
    variables = [name for name in os.environ if name.startswith(_ENV_PREFIX) and name not in others]
    for name in variables:
        key = name.removeprefix(_ENV_PREFIX).lower()
        if key not in Settings.model_fields:
            raise _unknown_key(key, f"The environment variable {name}")
    try:
        return _with_environment(values) if variables else Settings(**values)
    except ValidationError as error:
        raise _invalid(error, path, values) from error
    except Exception as error:  # pydantic-settings wraps JSON errors of the environment in its own type
        raise SettingsError(f"The environment holds a setting that cannot be read: {error}") from error


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path} is not valid TOML: {error}",
            kept="The file was left as it is.",
            todo="Mend it in an editor, or delete it to go back to the defaults.",
        ) from error
    except OSError as error:
        raise SettingsError(f"{path} could not be read: {error.strerror}") from error


def _line_of(path: Path, key: str) -> int:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return next((n for n, line in enumerate(lines, 1) if line.split("=")[0].strip().strip('[]"') == key), 0)


def _unknown_key(key: str, where: str) -> SettingsError:
    near = nearest_names(key, Settings.model_fields, most=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"Known settings: {', '.join(Settings.model_fields)}."
    return SettingsError(f"{where}: {key!r} is not a setting of mockdl.", todo=hint)


def _invalid(error: ValidationError, path: Path, values: dict[str, Any]) -> SettingsError:
    first = error.errors(include_url=False)[0]
    key = str(first["loc"][0]) if first["loc"] else "?"
    variable = _ENV_PREFIX + key.upper()
    where = f"The environment variable {variable}" if variable in os.environ else f"{path}:{_line_of(path, key)}"
    shown = "(not shown)" if key in _MAY_HOLD_A_KEY else repr(first["input"])
    return SettingsError(
        f"{where}: {key} = {shown} cannot be used: {_message_of(error)}.",
        kept="Nothing was changed.",
        todo=f"`mockdl config set {key} VALUE` writes a new one.",
    )


def _message_of(error: ValidationError) -> str:
    return error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ").rstrip(".")


def describe_settings() -> dict[str, str]:
    """The text that follows each setting in this file.

    Read from the source when it is asked for: pydantic would do so at every start.
    """
    tree = ast.parse(inspect.getsource(Settings))
    described = {}
    body = tree.body[0].body  # type: ignore[attr-defined]
    for field, text in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
            described[field.target.id] = " ".join(str(text.value.value).split())  # type: ignore[union-attr]
    return described


def parse_value(text: str) -> Any:
    """Read a value as typed on the command line: TOML when it parses, else plain text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def write_setting(path: Path, key: str, text: str) -> Any:
    """Set one key in the settings file, keeping comments and order; returns the value as it may be shown.

    Raises:
        SettingsError: unknown key, bad value, or a file that cannot be written. The file
            is only replaced once the new contents are valid.
    """
    if key not in Settings.model_fields:
        raise _unknown_key(key, "config set")
    value = parse_value(text)
    if key == "packs":  # absolute, since a session may begin in another folder
        folders = value if isinstance(value, list) else [value]
        value = [str(Path(str(folder)).expanduser().absolute()) for folder in folders]
    values = {**_read_file(path), key: value}
    try:
        shown = Settings.model_validate(values).model_dump(mode="json")[key]
    except ValidationError as error:
        typed = "(not shown)" if key in _MAY_HOLD_A_KEY else text
        raise SettingsError(
            f"{key} = {typed} cannot be used: {_message_of(error)}.", kept="Nothing was changed."
        ) from error
    document = _open_document(path)
    document[key] = value
    _save_document(path, document)
    return shown


def clear_setting(path: Path, key: str) -> None:
    """Take one key out of the settings file, so that its default holds again.

    Raises:
        SettingsError: a file that cannot be read or written.
    """
    document = _open_document(path)
    if key in document:
        del document[key]
        _save_document(path, document)


def names_in_file(path: Path) -> set[str]:
    """The settings that the file sets."""
    return set(_read_file(path))


def names_in_environment() -> set[str]:
    """The settings that environment variables set."""
    return {name for name in Settings.model_fields if _ENV_PREFIX + name.upper() in os.environ}


def _open_document(path: Path) -> Any:
    import tomlkit

    try:
        return tomlkit.parse(path.read_text(encoding="utf-8")) if path.exists() else tomlkit.document()
    except OSError as error:
        raise SettingsError(f"{path} could not be read: {error.strerror}") from error


def _save_document(path: Path, document: Any) -> None:
    import tomlkit

    partial = path.with_suffix(".partial")
    try:
        body = tomlkit.dumps(document).encode()
    except UnicodeEncodeError as error:
        raise SettingsError(
            "The value holds half a character, which no file can.", kept="Nothing was changed."
        ) from error
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(body)
        partial.chmod(0o600)
        partial.replace(path)
    except OSError as error:
        raise SettingsError(
            f"{path} could not be written: {error.strerror}", kept="The old settings are unchanged."
        ) from error
