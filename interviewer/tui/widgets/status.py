"""The two status lines of the interview, as text: how far it has come, and what is going on."""

from __future__ import annotations

from typing import Literal

from textual.content import Content

from interviewer.core.interview.session import Phase, TurnKind
from interviewer.core.ports import EncoderStatus
from interviewer.core.text import shorten
from interviewer.sessions.session_view import SessionView
from interviewer.tui.safe_text import show_line
from interviewer.wording.waiting import FIRST_READING

_SOON = 0.75
"""Share of a question's usual time after which its clock turns amber; at the whole of it, red."""
Pace = Literal["good", "soon", "over"]


def question_time(view: SessionView) -> tuple[float, Pace]:
    """Answering time of the question on screen, in seconds, and how that compares with what it usually takes."""
    state, turn = view.state, view.turn
    seconds = sum(each.seconds for each in state.turns_of(turn.question_id))
    if turn.outcome is None:
        seconds += max(0.0, state.answering_time(view.clock()) - turn.started)
    share = seconds / (60 * view.item.question.minutes)
    return seconds, "over" if share >= 1 else "soon" if share >= _SOON else "good"


def describe_progress(view: SessionView, width: int, *, clock: bool = True) -> Content:
    """Question n of m, which follow-up, topic and level, and the clocks at the right end unless they are hidden.

    Where there are few columns the clocks and the numbers are told in fewer words; topic and level stay.
    """
    state, turn = view.state, view.turn
    question = view.item.question
    follow_ups = len(state.turns_of(turn.question_id)) - 1
    number, about = state.position + 1, f"{question.topic} · {question.level}"
    follow_up = f", follow-up {follow_ups}" if turn.kind is not TurnKind.QUESTION else ""
    seconds, pace = question_time(view)
    if turn.kind is TurnKind.LAST_WORDS:
        number, about, follow_up, pace = len(state.plan), "last words", "", "good"
    clocks = _describe_clock(view, seconds, pace, clock)
    short = f"{number}/{len(state.plan)}"
    lefts = [
        f"Question {number} of {len(state.plan)}{follow_up} · {about}",
        *(f"{short}{follow_up} · {about}" for _ in clocks),
        f"{short} · {about}",
        f"{short} · {about}",
    ]
    told = list(zip(lefts, [clocks[0], *clocks, clocks[-1], ""], strict=True))
    left, shown = next((each for each in told if len(each[0]) + len(each[1]) <= width - 4), told[-1])
    left = shorten(left, max(10, width - 4))
    gap = max(1, width - 2 - len(left) - len(shown))
    style = _PACES[pace] if clock and view.state.phase is Phase.ANSWERING else ""
    return Content.assemble(Content(left + " " * gap), show_line(shown, style))


_PACES: dict[Pace, str] = {"good": "", "soon": "$text-warning bold", "over": "$text-error bold"}


def _describe_clock(view: SessionView, seconds: float, pace: Pace, shown: bool) -> list[str]:
    """This question's time against its usual one, then that of the session; that alone when all questions are meant.
    In as many words as there is room for, the longest first."""
    if view.state.phase is Phase.PAUSED:
        return ["paused"]
    if not shown:
        return ["clock hidden"]
    left = view.seconds_left()
    session = (
        f"{_minutes(view.state.answering_time(view.clock()))} in all" if left is None else f"{_minutes(left)} left"
    )
    if view.turn.kind is TurnKind.LAST_WORDS:
        return [session]
    spent, usual = _minutes(seconds), view.item.question.minutes
    sign = {"good": "", "soon": "! ", "over": "!! "}[pace]
    return [
        f"{sign}{'over ' * (pace == 'over')}{spent} of {usual} min · {session}",
        f"{sign}{spent}/{usual} min · {session}",
        f"{sign}{session}",
    ]


def describe_hint(view: SessionView) -> str:
    """What the next hint costs, before it is bought."""
    if view.turn.kind is TurnKind.LAST_WORDS:
        return "anything to add, or nothing"
    hints, used = view.item.question.hints, _hints_used(view)
    return f"next hint ({used + 1} of {len(hints)}) costs {hints[used].price:g}" if has_hint(view) else "no hint left"


def has_hint(view: SessionView) -> bool:
    """Whether a hint can be bought."""
    return view.turn.kind is not TurnKind.LAST_WORDS and _hints_used(view) < len(view.item.question.hints)


def _hints_used(view: SessionView) -> int:
    return max((turn.hints for turn in view.state.turns_of(view.turn.question_id)), default=0)


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def describe_doing(
    phase: Phase, status: EncoderStatus, words: str, *, waiting: str, loads: bool, go_on: str, pause: str
) -> Content:
    """What the program is doing, how long the answer is, and the keys that end a waiting or a pause.

    Args:
        phase: of the interview.
        status: of the encoder.
        words: what is said while somebody answers.
        waiting: how long the answer has been read, as it is shown.
        loads: whether a judge's server has to load its model first.
        go_on: key that ends the waiting.
        pause: key that ends the pause.
    """
    first, why = (FIRST_READING, "") if status.state == "starting" else ("", " without waiting")
    reading = "The judge's model is being loaded" if loads else f"Reading your answer{first}"
    doing = {
        Phase.ANSWERING: words,
        Phase.GRADING: f"{reading} {waiting} · saved · {go_on} goes on{why}",
        Phase.PAUSED: f"Paused; the clock has stopped. {pause} goes on",
        Phase.REVIEWING: "Verdict",
        Phase.FINISHED: "The interview is over",
    }.get(phase, "")
    return show_line(f"{doing} · the reader failed: {status.detail}" if status.state == "failed" else doing)
