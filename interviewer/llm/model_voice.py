"""The interviewer in a model's words, or in authored ones at once when the model is slow, down or indiscreet.

It only finds words. What is asked, and when a turn ends, is decided before it is called; whatever
the model says, the result is one `Utterance`, which decides nothing. There is a limit to the first
word and one to the last, and whoever waits can end the waiting. `voice_gate` says what may be said.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError

from interviewer.core.futures import settled
from interviewer.core.grade.grade import GradeRequest, GradeResult, JudgeCall
from interviewer.core.grade.quotes import find_places
from interviewer.core.interview.authored import OnWords, Speech
from interviewer.core.interview.session import Outcome, TurnKind
from interviewer.core.interview.utterance import Act, Utterance, Voicing
from interviewer.core.ports import Reads
from interviewer.llm.chat import Chat, ChatAnswer, ChatFailure, ChatReply, ChatRequest, Rung
from interviewer.llm.json_modes import request_body
from interviewer.llm.voice_gate import Free, Gate
from interviewer.llm.voice_parts import PARTS, Part
from interviewer.llm.voice_prompt import ACTS, voice_hash, voice_request

PATIENCE_TO_THE_LAST = 3.0
"""How many times as long as to the first word the model has to the last."""
_MOST_FAILURES = 2
"""Failures in a row after which the model is only asked for what the candidate asked for."""
_LATE = "It took longer than {:g} s; `mockdl config set interviewer_patience SECONDS` gives it longer."
_READING = 30.0
"""Seconds in which the offline grader reads what is to be said; it may still be loading."""
_UNREAD = "It could not be checked in time."
_UNLED = (TurnKind.QUESTION, TurnKind.LAST_WORDS)
_QUOTED = re.compile(r"[\"“'‘]([^\"”’]{8,})[\"”'’]")
_ON_REQUEST = (Act.CLARIFICATION, Act.EXPLANATION)


class ModelVoice:
    """Words an interviewer's turns with a model; implements `core.voice.Voice`. Thread-safe.

    Args:
        chat: the model.
        patience: seconds to the first word; three times as many to the last.
        warm: makes the first call quick.
        reads: the offline grader, which reads what is to be shown as it would read an answer; None to go without.
    """

    def __init__(
        self,
        chat: Chat,
        *,
        patience: float,
        warm: Callable[[], None] | None = None,
        reads: Reads | None = None,
    ) -> None:
        self._chat = chat
        self._reads = reads
        self._patience = patience
        self._warm = warm
        self._failures = 0
        self._led: set[str] = set()
        """Lead-ins that were said; none is said twice."""

    def speak(self, speech: Speech, on_words: OnWords) -> Future[Utterance]:
        """Word a speech; what a model does not word, or no longer, is said in authored words at once."""
        if not self._asks(speech):
            return settled(speech.words)
        gate = Part(speech, self._led) if speech.act in PARTS else Free(speech)
        speaking = _Speaking(speech, self._chat, on_words, gate, self._reads)
        speaking.add_done_callback(self._count)
        speaking.begin(self._patience)
        return speaking

    def prepare(self) -> None:
        """Make the first call quick; nothing is sent."""
        warm, self._warm = self._warm, None
        if warm is not None:
            warm()

    def _asks(self, speech: Speech) -> bool:
        turn = speech.turn
        if speech.act not in ACTS or turn is None:
            return False
        if speech.act is Act.REACTION and turn.outcome is not Outcome.ANSWERED:
            return False
        # A new question leads over from nothing, and one that quotes the candidate has its lead.
        if speech.act is Act.ASK and (turn.kind in _UNLED or _quotes(turn.prompt, speech.answer)):
            return False
        return speech.act in _ON_REQUEST or self._failures < _MOST_FAILURES

    def _count(self, future: Future[Utterance]) -> None:
        voicing = future.result().voicing
        if voicing is not None and voicing.call.outcome != "cancelled":
            self._failures = self._failures + 1 if voicing.failed else 0


def _quotes(prompt: str, answer: str) -> bool:
    """Whether a question holds words of the answer as a quotation."""
    return any(next(find_places(quoted, answer), None) for quoted in _QUOTED.findall(prompt))


class _Speaking(Future[Utterance]):
    """One speech being worded. Cancelling it settles it with what may be said by then."""

    def __init__(self, speech: Speech, chat: Chat, on_words: OnWords, gate: Gate, reads: Reads | None) -> None:
        super().__init__()
        self._speech = speech
        self._chat = chat
        self._on_words = on_words
        self._reads = reads
        self._gate = gate
        self._checked = reads is None or not isinstance(gate, Free)
        """Whether what passed the gate may be shown: of what is to be read only once it was read."""
        self._lock = threading.RLock()
        self._request = voice_request(speech)
        self._call: Future[ChatAnswer] | None = None
        self._timer: threading.Timer | None = None
        self._began = time.monotonic()
        self._heard = False

    def begin(self, patience: float) -> None:
        """Ask the model."""
        self._limit(patience, lambda: self._late(patience))
        if self._request.stream:
            call = self._chat.stream(self._request, lambda piece: self._hear(piece, patience))
        else:
            call = self._chat.ask(self._request)
        with self._lock:
            self._call = call
        call.add_done_callback(self._answered)
        if self.done():  # it was turned down while the call was being made
            call.cancel()

    def cancel(self) -> bool:
        """End the waiting: the authored words, or those that passed."""
        return self._end("cancelled", "The waiting was ended.")

    def _limit(self, seconds: float, end: Callable[[], bool]) -> None:
        timer = threading.Timer(seconds, end)
        timer.daemon = True
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = timer
            if not self.done():
                timer.start()

    def _late(self, patience: float) -> bool:
        return self._end("timeout", _LATE.format(patience))

    def _hear(self, piece: str, patience: float) -> None:
        with self._lock:
            if self.done():
                return
            first, self._heard = not self._heard, True
            self._gate.add(piece)
        if first:
            last = PATIENCE_TO_THE_LAST * patience
            self._limit(last - (time.monotonic() - self._began), lambda: self._late(last))

    def _answered(self, done: Future[ChatAnswer]) -> None:
        try:
            answer = done.result()
            with self._lock:
                if isinstance(answer, ChatReply) and not self._request.stream:
                    self._gate.add(answer.text)
                passed = not self.done() and isinstance(answer, ChatReply) and self._gate.finish()
            if passed and self._reads is not None and isinstance(self._gate, Free):
                self._have_read(self._reads, answer)
                return
            self._show(answer)
        except Exception as error:  # whoever waits would wait to the limit
            self._fail(error)

    def _have_read(self, reads: Reads, answer: ChatAnswer) -> None:
        """Show what passed once the offline grader has read it, too."""
        gate, item = self._gate, self._speech.item
        assert isinstance(gate, Free)
        assert item is not None
        self._limit(_READING, lambda: self._end("ok", _UNREAD, answer))  # the model has had its time

        def judge(graded: Future[GradeResult]) -> None:
            try:
                with self._lock:
                    self._checked = not self.done() and gate.read(graded.result())
                self._show(answer)
            except Exception as error:
                self._fail(error)

        reads(GradeRequest(question_id=item.question.id, answer=gate.passed), item).add_done_callback(judge)

    def _show(self, answer: ChatAnswer) -> None:
        if self._passed and not self.done():
            self._on_words(self._passed)
        outcome, reason = (answer.kind, answer.reason) if isinstance(answer, ChatFailure) else ("ok", "")
        self._end(outcome, reason, answer)

    def _fail(self, error: Exception) -> None:
        reason = f"The model's reply could not be used ({type(error).__name__})."
        with self._lock:
            self._gate.passed = ""
        self._end("bad-reply", reason, ChatFailure("bad-reply", reason))

    def _end(self, outcome: str, reason: str, answer: ChatAnswer | None = None) -> bool:
        """Settle it, unless it is settled."""
        with self._lock:
            if self._timer is not None:
                self._timer.cancel()
            try:
                self.set_result(self._utterance(outcome, reason, answer))
            except InvalidStateError:
                return False
            call = self._call
        if call is not None and answer is None:
            call.cancel()
        return True

    def _utterance(self, outcome: str, reason: str, answer: ChatAnswer | None) -> Utterance:
        passed, words = self._passed, self._speech.words
        call = JudgeCall(
            outcome=outcome,
            seconds=answer.seconds if answer else time.monotonic() - self._began,
            request_bytes=answer.request_bytes if answer else _size(self._request, self._chat.model),
            prompt_tokens=answer.prompt_tokens if isinstance(answer, ChatReply) else None,
            completion_tokens=answer.completion_tokens if isinstance(answer, ChatReply) else None,
            rung=str(answer.rung) if isinstance(answer, ChatReply) else "",
            reason=reason,
        )
        voicing = Voicing(
            model=self._chat.model,
            host=self._chat.host,
            prompt_hash=voice_hash(self._speech.act),
            call=call,
            used=bool(passed),
            problem=self._gate.problem or reason,
        )
        return words.model_copy(update={"text": self._text(passed, outcome), "voicing": voicing})

    @property
    def _passed(self) -> str:
        return self._gate.passed if self._checked else ""

    def _text(self, passed: str, outcome: str) -> str:
        """What passed; an explanation that broke off by itself is completed by the authored one."""
        if not passed:
            return self._speech.words.text
        broke_off = outcome not in ("ok", "cancelled") or bool(self._gate.problem)
        if broke_off and self._speech.act in _ON_REQUEST:
            return f"{passed}\n\n{self._speech.words.text}"
        return passed


def _size(request: ChatRequest, model: str) -> int:
    """Bytes of one request, for a call that was ended before it could say so itself."""
    body = request_body(request, model, Rung.TEXT, frozenset(), most=request.max_tokens)
    return len(json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace"))
