"""A canary key goes through everything that can go wrong, and is looked for everywhere after."""

from __future__ import annotations

import base64
import io
import logging
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from werkzeug import Response

from interviewer.errors import SettingsError
from interviewer.llm import ChatClient, ChatServer
from interviewer.llm.chat import ChatFailure, ChatReply
from interviewer.llm.redaction import Secrets
from interviewer.services import build_services
from interviewer.settings.file import load_settings, write_setting
from interviewer.settings.schema import Settings
from tests.llm.conftest import CANARY, FREE, WANTS_JSON, Connect
from tests.support.chat_server import ChatStage, as_json, completion, error, event, events

HEADER_CANARY = "header-canary-55aa10"
ECHOES: dict[str, Callable[[], Response]] = {
    "an error": lambda: error(400, f"you sent Authorization: Bearer {CANARY} and {HEADER_CANARY}"),
    "a page": lambda: Response(f"Bearer {CANARY} {HEADER_CANARY}", status=500),
    "a code": lambda: error(422, "no", code=CANARY, param=HEADER_CANARY, type=CANARY),
    "a model name": lambda: as_json(
        {"model": CANARY, "choices": [{"finish_reason": "stop", "message": {"content": HEADER_CANARY}}]}
    ),
    "a refusal": lambda: completion(None, refusal=f"I refuse {CANARY}"),
    "a reply": lambda: completion(f'{{"you": "sent {CANARY} and {HEADER_CANARY}"}}'),
    "a stream": lambda: events(event(f"{{{CANARY}"), event(finish="stop")),
    "a stream's error": lambda: events(f'data: {{"error": {{"message": "{CANARY}"}}}}\n\n'.encode()),
    "a redirect": lambda: Response(status=302, headers={"Location": f"/{CANARY}"}),
    "a wait": lambda: Response(status=429, headers={"Retry-After": CANARY}),
    "a status line": lambda: Response(status=f"400 {CANARY}", headers={"X-Request-Id": CANARY}),
    "broken JSON": lambda: Response(f'{{"{CANARY}', content_type="application/json"),
}


def assert_clean(text: str) -> None:
    for secret in (CANARY, HEADER_CANARY):
        assert secret not in text
        assert base64.b64encode(secret.encode()).decode().rstrip("=") not in text


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that any library logs, at its most talkative."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    before = root.level
    names = ("openai", "httpx2", "httpcore2", "asyncio")
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)
    for name in names:
        logging.getLogger(name).setLevel(logging.NOTSET)


@pytest.mark.parametrize("echo", ECHOES)
def test_what_a_server_sends_back_is_not_shown(
    connect: Connect, stage: ChatStage, tmp_path: Path, log: io.StringIO, echo: str
) -> None:
    stage.act = lambda body: ECHOES[echo]()
    client = connect(cache=tmp_path / "cache", headers={"X-Gate": SecretStr(HEADER_CANARY)})
    heard: list[str] = []
    answers = [client.ask(WANTS_JSON).result(20), client.stream(FREE, heard.append).result(20)]
    assert stage.headers[0]["authorization"] == f"Bearer {CANARY}"
    assert stage.headers[0]["x-gate"] == HEADER_CANARY
    assert_clean(repr(answers))
    assert_clean("".join(heard))
    written = [file.read_text() for file in (tmp_path / "cache").rglob("*") if file.is_file()]
    assert_clean("".join(written))
    assert "Using selector" in log.getvalue(), "the log was not listened to"
    assert_clean(log.getvalue())


def test_representations_hold_no_key() -> None:
    server = ChatServer("https://models.example/v1", "m", SecretStr(CANARY), headers={"X": SecretStr(HEADER_CANARY)})
    client = ChatClient(server)
    settings = Settings(judge_headers={"X": SecretStr(HEADER_CANARY)})
    for each in (server, client, settings, server.secrets(), server.credentials()):
        assert_clean(f"{each!r} {each}")
    assert_clean(settings.model_dump_json())
    assert_clean(str(settings.model_dump()))


def test_tracebacks_with_all_their_variables_hold_no_key(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the screen's own crash report shows them."""
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    write_setting(home / "config" / "config.toml", "judge_url", "https://models.example/v1")
    write_setting(home / "config" / "config.toml", "judge_headers", f'{{ "X-Gate" = "{HEADER_CANARY}" }}')
    services = build_services()
    server = services.model.server()
    assert server is not None
    assert server.key is not None
    assert server.key.get_secret_value() == CANARY

    def crash(client: ChatClient, served: ChatServer) -> None:
        with_settings = services.settings
        secrets = served.secrets()
        raise RuntimeError(f"{client} {with_settings} {secrets}")

    try:
        crash(ChatClient(server), server)
    except RuntimeError as caught:
        shown = traceback.TracebackException.from_exception(caught, capture_locals=True)
        assert_clean("".join(shown.format()))
    services.close()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("judge_url", f"https://me:{CANARY}@models.example/v1"),
        ("judge_url", f"https://models.example/v1?key={CANARY}"),
        ("judge_url", f"{CANARY}"),
        ("judge_key_variable", f"sk-{CANARY}"),
        ("judge_headers", f'{{ "X Gate" = "{CANARY}" }}'),
        ("judge_headers", f'{{ "X-Gate" = "{CANARY}\\n" }}'),
        ("judge_headers", f'"{CANARY}"'),
    ],
)
def test_a_key_in_the_wrong_place_is_not_repeated_nor_kept(
    home: Path, monkeypatch: pytest.MonkeyPatch, key: str, value: str
) -> None:
    file = home / "config" / "config.toml"
    with pytest.raises(SettingsError) as caught:
        write_setting(file, key, value)
    assert not file.exists()
    file.parent.mkdir(parents=True)
    file.write_text(f"{key} = {value if key == 'judge_headers' else repr(value)}\n")
    with pytest.raises(SettingsError, match=r"config\.toml:1") as read:
        load_settings(file)
    for error_found in (caught.value, read.value):
        assert_clean("".join(traceback.format_exception(error_found)))


def test_an_address_with_a_password_is_no_address() -> None:
    with pytest.raises(ValueError, match="user name or password") as caught:
        ChatServer(f"http://me:{CANARY}@127.0.0.1/v1")
    assert_clean("".join(traceback.format_exception(caught.value)))


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (f"key {CANARY}!", "key [hidden]!"),
        ("Bearer abcdef0123", "Bearer [hidden]"),
        ("at http://me:pw@host/v1", "at http://[hidden]@host/v1"),
        ("Incorrect key: sk-proj-ab12***wxyz.", "Incorrect key: [hidden]"),
        (f"b64 {base64.b64encode(CANARY.encode()).decode()}", "b64 [hidden]="),
        ("nothing of the kind, e.g. x@y.z", "nothing of the kind, e.g. x@y.z"),
    ],
)
def test_what_looks_like_a_key_is_hidden(said: str, shown: str) -> None:
    assert Secrets([CANARY]).hide(said).rstrip("=") == shown.rstrip("=")


def test_a_word_that_serves_as_key_stays_readable_in_replies(connect: Connect, stage: ChatStage) -> None:
    stage.act = lambda body: completion("I run on ollama.")
    answer = connect(key=SecretStr("ollama")).ask(FREE).result(20)
    assert isinstance(answer, ChatReply)
    assert answer.text == "I run on ollama."


def test_no_key_is_read_while_the_judge_is_off(home: Path, stage: ChatStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    write_setting(home / "config" / "config.toml", "judge_url", stage.url)
    services = build_services()
    assert services.model.chat() is None
    services.close()
    assert stage.bodies == []


def test_a_local_server_gets_only_the_key_that_was_named_for_it(
    home: Path, stage: ChatStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key that lies in the environment for OpenAI is not handed to whatever listens on a port."""
    file = home / "config" / "config.toml"
    monkeypatch.setenv("OPENAI_API_KEY", CANARY)
    monkeypatch.setenv("HOUSE_KEY", "house-key-0123")
    write_setting(file, "judge", "auto")
    write_setting(file, "judge_model", "tiny-chat")
    write_setting(file, "judge_url", stage.url)
    for wanted in ("Bearer none", "Bearer house-key-0123"):
        services = build_services()
        chat = services.model.chat()
        assert chat is not None
        assert isinstance(chat.ask(FREE).result(20), ChatReply)
        assert stage.headers[-1]["authorization"] == wanted
        services.close()
        write_setting(file, "judge_key_variable", "HOUSE_KEY")


def test_another_machine_gets_no_call_without_its_key(home: Path) -> None:
    file = home / "config" / "config.toml"
    write_setting(file, "judge", "llm")
    write_setting(file, "judge_url", "https://models.example/v1")
    services = build_services()
    chat = services.model.chat()
    assert chat is not None
    answer = chat.ask(FREE).result(20)
    services.close()
    assert isinstance(answer, ChatFailure)
    assert answer.kind == "bad-key"
    assert "OPENAI_API_KEY is not set" in answer.reason
