"""The two status lines of the interview, as text: how far it has come, and what is going on."""

from __future__ import annotations

from textual.content import Content

from interviewer.conduct import Conductor
from interviewer.core.ports import EncoderStatus
from interviewer.core.session import Phase, TurnKind
from interviewer.core.text import shorten
from interviewer.tui.text import show_line

__all__ = ["describe_encoder", "describe_progress"]


def describe_progress(conductor: Conductor, width: int) -> Content:
    """Question n of m, which follow-up, topic and level, and the clock at the right end."""
    state, turn = conductor.state, conductor.turn
    question = conductor.item.question
    follow_ups = len(state.turns_of(turn.question_id)) - 1
    place = f"Question {state.position + 1} of {len(state.plan)}"
    if turn.kind is not TurnKind.QUESTION:
        place += f", follow-up {follow_ups}"
    text = f"{place} · {question.topic} · {question.level}"
    clock = _describe_clock(conductor)
    room = max(10, width - 4 - len(clock))
    return _spread(shorten(text, room), clock, width - 2)


def _spread(left: str, right: str, width: int) -> Content:
    """Two texts at the two ends of a line."""
    gap = max(1, width - len(left) - len(right))
    return Content(left + " " * gap + right)


def _describe_clock(conductor: Conductor) -> str:
    if conductor.state.phase is Phase.PAUSED:
        return "paused"
    left = conductor.seconds_left()
    if left is not None:
        return f"{_minutes(left)} left"
    return _minutes(conductor.state.answering_time(conductor.clock()))


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def describe_encoder(phase: Phase, status: EncoderStatus, words: str) -> Content:
    """What the program is doing, and how long the answer is."""
    encoder = {
        "starting": "encoder is loading",
        "indexing": f"encoder ready, index {status.done} of {status.total}" if status.total else "encoder ready",
        "ready": f"encoder ready on {status.device}",
        "failed": f"encoder failed: {status.detail}",
        "stopped": "encoder not started",
    }.get(status.state, status.state)
    doing = {
        Phase.ANSWERING: words,
        Phase.GRADING: "Reading your answer (saved). Esc goes on without waiting",
        Phase.PAUSED: "Paused; the clock has stopped. F5 goes on",
        Phase.REVIEWING: "Verdict",
        Phase.FINISHED: "The interview is over",
    }.get(phase, "")
    return show_line(f"{doing} · {encoder}" if doing else encoder)
