"""The language model as it is configured: its server, its opinions, its words, and its price.

Apart from `wiring.py`, because all of it is optional: without a judge nothing here is made,
and nothing leaves this machine. Every part is made when it is first asked for.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from interviewer.core.grade.ledger import Prices
from interviewer.errors import UsageError
from interviewer.settings.schema import JudgeMode, Settings, VoiceMode

if TYPE_CHECKING:
    from collections.abc import Callable

    from interviewer.core.grade.judge_weight import JudgeWorth
    from interviewer.core.ports import Grader, Reads
    from interviewer.llm import ChatServer
    from interviewer.llm.chat import Chat
    from interviewer.llm.judge import Judge
    from interviewer.llm.judged_grader import JudgedGrader
    from interviewer.llm.model_voice import ModelVoice
    from interviewer.services.judge_checks import JudgeCheck

_ABOUT = ("judge", "interviewer")
"""How the names of the settings begin that say something about the model."""


class LanguageModel:
    """The judge's and interviewer's model.

    Args:
        settings: what the user configured; `apply` puts others in force.
        cache: folder in which the model's replies are kept.
        checks: file with what judges were measured to be worth.
    """

    def __init__(self, settings: Settings, cache: Path, checks: Path) -> None:
        self.demo = False
        """Let a scripted model judge and speak, whatever the settings say; every session begun then is marked."""
        self.fresh = False
        """Ask the judge anew, also where its reply is kept."""
        self.damage = ""
        """What must be said of a file with measurements that was set aside; "" for nothing."""
        self.on_loading: Callable[[], None] = lambda: None
        """Called, in another thread, when opinions begin to wait until the server has loaded its model."""
        self._settings = settings
        self._cache = cache
        self._checks = checks
        self._chat: Chat | None = None
        self._judge: Judge | None = None
        self._judged: JudgedGrader | None = None
        self._voice: ModelVoice | None = None

    def server(self) -> ChatServer | None:
        """The server as it is configured, whether the judge is on or off; None without `judge_url`."""
        from pydantic import SecretStr

        from interviewer.llm import ChatServer

        wanted = self._settings
        if not wanted.judge_url:
            return None
        server = ChatServer(
            url=wanted.judge_url,
            model=wanted.judge_model,
            key_variable=wanted.judge_key_variable,
            headers=wanted.judge_headers,
            timeout=wanted.judge_timeout,
            retries=wanted.judge_retries,
            concurrency=wanted.judge_concurrency,
            max_tokens=wanted.judge_max_tokens,
            extra=wanted.judge_extra,
        )
        # The key that lies there for OpenAI is no server's nearby unless it was named for it.
        if server.is_near and "judge_key_variable" not in wanted.model_fields_set:
            return server
        return replace(server, key=SecretStr(os.environ.get(wanted.judge_key_variable, "").strip()))

    def chat(self) -> Chat | None:
        """The model, connected on its first call; None while the judge is off or has no server."""
        if self.demo:
            return self._demo_chat()
        if self._settings.judge is JudgeMode.OFF:
            return None
        if self._chat is None:
            from interviewer.llm import ChatClient

            server = self.server()
            self._chat = ChatClient(server, cache=self._cache, on_loading=self.on_loading) if server else None
        return self._chat

    def is_loading(self) -> bool:
        """Whether an opinion has to wait until the server has loaded its model."""
        return bool(getattr(self._chat, "is_loading", False))

    def _demo_chat(self) -> Chat:
        if self._chat is None:
            from interviewer.llm.demo_model import demo_chat

            self._chat = demo_chat()
        return self._chat

    def judges(self) -> bool:
        """Whether the model judges answers too: the judge is on, and it has a server and a model."""
        wanted = self._settings
        if self.demo:
            return True
        return wanted.judge is not JudgeMode.OFF and bool(wanted.judge_url and wanted.judge_model)

    def check(self) -> None:
        """Do nothing, unless the judge is to be used and cannot be.

        Raises:
            UsageError: it is not configured.
        """
        wanted = self._settings
        if not self.demo and wanted.judge is JudgeMode.LLM and not (wanted.judge_url and wanted.judge_model):
            missing = "judge_model" if wanted.judge_url else "judge_url"
            raise UsageError(
                f"The judge is to be used, but {missing} is not set.",
                kept="Nothing was sent anywhere.",
                todo=f"`mockdl doctor --probe` finds local servers; `mockdl config set {missing} VALUE` sets it.",
            )

    def grader(self, offline: Grader) -> Grader:
        """The judge behind the offline grader; the offline grader alone when none judges.

        Raises:
            UsageError: the judge is to be used and is not configured.
        """
        self.check()
        chat = self.chat()
        if chat is None or not chat.model:
            return offline
        if self._judged is None:
            from interviewer.llm.judge import Judge
            from interviewer.llm.judged_grader import JudgedGrader
            from interviewer.llm.reply_cache import ReplyCache

            server = self.server()
            replies = None
            if server is not None and not self.demo:
                replies = ReplyCache(self._cache / "replies", chat.model, server.url, past=self.fresh)
            self._judge = Judge(
                chat,
                replies,
                threads=self._settings.judge_concurrency,
                reads=offline.grade,
                weight=self.weight()[0],
            )
            self._judged = JudgedGrader(offline, self._judge)
        return self._judged

    def fresh_judge(self, offline: Grader) -> Judge:
        """A judge without a cache of replies, so that each opinion is asked for anew; to be closed after use.

        Args:
            offline: whose grades it works on.

        Raises:
            UsageError: it is not configured.
        """
        from interviewer.core.grade.judge_weight import WHILE_MEASURED
        from interviewer.llm.judge import Judge

        self.check()
        chat = self.chat()
        assert chat is not None, "the judge is off"
        # It is measured as one that decides: what it is worth decides afterwards.
        return Judge(chat, threads=self._settings.judge_concurrency, reads=offline.grade, weight=WHILE_MEASURED)

    def weight(self) -> tuple[float, bool]:
        """What the judge's opinion weighs beside the offline grader's, 0 to 1, and whether that was measured."""
        from interviewer.core.grade.judge_weight import WHILE_MEASURED, weight_of

        if self.demo:
            return WHILE_MEASURED, False
        check = self._check()
        worth = check.find() if check is not None else None
        self.damage = (check.told if check is not None else "") or self.damage
        return weight_of(worth), worth is not None

    def keep_worth(self, worth: JudgeWorth) -> float:
        """Keep what the judge was measured to be worth; what it weighs from now on.

        Raises:
            OSError: it cannot be written.
        """
        check = self._check()
        assert check is not None, "what was measured has a server"
        check.keep(worth)
        self.close()
        return self.weight()[0]

    def _check(self) -> JudgeCheck | None:
        from interviewer.services.judge_checks import JudgeCheck

        server = self.server()
        return JudgeCheck(self._checks, server.url, server.model) if server is not None else None

    def _speaks(self) -> bool:
        """Whether the model has a part in what the interviewer says."""
        return self.judges() and self._settings.interviewer_voice is VoiceMode.AUTO

    def voice(self, reads: Reads) -> ModelVoice | None:
        """Who words the interviewer's turns: the model when one judges; None for authored words.

        Args:
            reads: grades offline what the model is to say, as it would an answer.
        """
        chat = self.chat() if self._speaks() else None
        if self._voice is None and chat is not None:
            from interviewer.llm import ChatClient
            from interviewer.llm.model_voice import ModelVoice

            warm = chat.warm if isinstance(chat, ChatClient) else None
            self._voice = ModelVoice(chat, patience=self._settings.interviewer_patience, warm=warm, reads=reads)
        return self._voice

    def prices(self) -> Prices | None:
        """What its tokens cost; None unless both prices are set."""
        wanted = self._settings
        if wanted.judge_price_in is None or wanted.judge_price_out is None:
            return None
        return Prices(
            model=wanted.judge_model,
            per_million_in=wanted.judge_price_in,
            per_million_out=wanted.judge_price_out,
            currency=wanted.judge_currency,
        )

    def notice(self) -> str:
        """What will be sent where, for the notes of a session; "" when nothing leaves this machine.

        Raises:
            UsageError: the judge is to be used and is not configured.
        """
        self.check()
        if self.demo:
            from interviewer.llm.demo_model import DEMO_NOTICE

            return DEMO_NOTICE
        server = self.server() if self._settings.judge is not JudgeMode.OFF else None
        if server is None or not server.model:
            return ""
        notice = f"Your answers are sent to {server.host}, where {server.model} judges them beside the offline grader"
        notice += " and words what the interviewer says." if self._speaks() else "."
        return f"{notice} {self._about_weight()}"

    def _about_weight(self) -> str:
        weight, measured = self.weight()
        if not measured:
            return "It was not measured here: until `mockdl judge-check` did, it only settles what is left open."
        if not weight:
            return "`mockdl judge-check` found it worse than the offline grader: it is shown and not counted."
        return f"By `mockdl judge-check` its opinion weighs {weight:.0%} where the two differ."

    def apply(self, settings: Settings) -> None:
        """Put other settings in force; what was in use is let go when anything about the model changed."""
        before, self._settings = self._settings, settings
        names = [name for name in type(settings).model_fields if name.startswith(_ABOUT)]
        if any(getattr(before, name) != getattr(settings, name) for name in names):
            self.close()

    def close(self) -> None:
        """End the calls under way; the next one is made with the settings then in force."""
        if self._judge is not None:
            self._judge.close()
        elif self._chat is not None:
            self._chat.close()
        self._chat = self._judge = self._judged = self._voice = None
