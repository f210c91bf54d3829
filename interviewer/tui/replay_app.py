"""`mockdl start --replay`: a stored session played through the interface, step by step or by itself.

An application of its own, because it has no encoder, no home screen and nothing to save.
"""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.screen import ModalScreen
from textual.timer import Timer

from interviewer.services import Services
from interviewer.sessions.recording import Recording
from interviewer.tui.base import AppBase
from interviewer.tui.key_captions import name_keys
from interviewer.tui.screens.replay_screens import ReplayInterview, ReplayReport, ReplayVerdict, screen_for

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
"""What `+` and `-` choose from; 1 is a reader's pace."""
_TICK = 0.05
"""Seconds between two strokes of the typing animation."""
_TYPING = 2.0
"""Seconds in which an answer is typed at speed 1, however long it is."""
_OF_THE_TAPE = {"next", "previous", "play", "speed", "leave"}
_ROWS = (
    ("{help}", "this help  (help)"),
    ("{jump}", "a letter over each part, which jumps there  (jump)"),
    ("Tab", "to the next part"),
    ("{quit}", "leave  (quit)"),
)
_ABOUT = """\
What a replay is
  A stored session, step by step or by itself. Nothing is written, graded or
  asked of a model, and nothing on these screens can be answered.
"""


class ReplayApp(AppBase):
    """Plays one recording."""

    TITLE = "mockdl replay"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "next", "Next", id="replay-next", tooltip="The next step", priority=True),
        Binding("right", "next", "Next", id="replay-next", tooltip="The next step", priority=True, show=False),
        Binding("left", "previous", "Back", id="replay-back", tooltip="One step back", priority=True),
        Binding("p", "play", "Play/pause", id="replay-play", tooltip="Play by itself, or stop", priority=True),
        Binding("plus,equals_sign", "speed(1)", "Faster", id="replay-faster", tooltip="Faster", priority=True),
        Binding("minus", "speed(-1)", "Slower", id="replay-slower", tooltip="Slower", priority=True),
        Binding("q,escape", "leave", "Leave", id="replay-leave", tooltip="Nothing was changed", priority=True),
        Binding("ctrl+q", "quit", "Leave", id="quit", tooltip="Nothing was changed", priority=True, show=False),
        Binding("f1,question_mark", "help", "Help", id="help", tooltip="Keys of the replay", priority=True),
    ]

    def __init__(self, services: Services, recording: Recording) -> None:
        super().__init__(services)
        self.recording = recording
        self.place = 0
        self.playing = False
        self.speed = 1.0
        self._typed = 0
        self._next: Timer | None = None
        self._over: ReplayVerdict | ReplayReport | None = None
        self._over_for: tuple[object, ...] = ()

    def on_mount(self) -> None:
        """Show the first frame."""
        self.apply_looks()
        self._interview = ReplayInterview(self.recording)
        self.push_screen(self._interview)
        self.set_interval(_TICK, self._type)
        self.call_later(self.go, 0)

    # Moving

    def go(self, place: int, *, animated: bool = False) -> None:
        """Show this frame; an answer is typed stroke by stroke when animated, unless motion is reduced."""
        self.place = place
        frame = self.recording.go(place)
        self._typed = 0 if animated and self.animation_level != "none" else len(frame.typed)
        self._show_cover()
        self._show()
        self._wait()

    def _show_cover(self) -> None:
        """Put the verdict or the report above the interview, or take it away."""
        state = self.recording.state
        wanted = (state.phase, state.position if state.phase == "reviewing" else None)
        over = screen_for(self.recording) if wanted != self._over_for else self._over
        if over is not self._over:
            if self._over is not None:
                self.pop_screen()
            if over is not None:
                self.push_screen(over, callback=None)
                self.call_after_refresh(self._show)
        self._over, self._over_for = over, wanted

    def _show(self) -> None:
        shown = self._over or self._interview
        if shown.is_mounted:
            shown.show_frame(self.recording.frame.typed[: self._typed])
            shown.show_caption(self._describe())

    def _describe(self) -> str:
        frames = self.recording.frames
        pace = (
            f"playing at {self.speed:g}x"
            if self.playing
            else f"{self.speed:g}x, {name_keys(self, '{replay-play}')} plays"
        )
        end = " · the end" if self.place == len(frames) - 1 else ""
        return f"Replay {self.place + 1} of {len(frames)} · {pace}{end} · {self.recording.frame.caption}"

    @property
    def is_typing(self) -> bool:
        """Whether an answer is appearing stroke by stroke."""
        return self._typed < len(self.recording.frame.typed)

    def _type(self) -> None:
        if self.is_typing:
            whole = len(self.recording.frame.typed)
            self._typed = min(whole, self._typed + max(1, round(whole * _TICK / _TYPING * self.speed)))
            self._show()
            self._wait()

    # Playing

    def _wait(self) -> None:
        """Have the next frame follow when this one has been read."""
        if self._next is not None:
            self._next.stop()
            self._next = None
        last = self.place == len(self.recording.frames) - 1
        if self.playing and last and not self.is_typing:
            self.playing = False
            self._show()
        elif self.playing and not self.is_typing:
            self._next = self.set_timer(self.recording.frame.reading_time / self.speed, self._advance)

    def _advance(self) -> None:
        if self.place < len(self.recording.frames) - 1:
            self.go(self.place + 1, animated=True)

    def action_next(self) -> None:
        """The next frame; while an answer is being typed, the rest of it."""
        if self.is_typing:
            self._typed = len(self.recording.frame.typed)
            self._show()
            self._wait()
        else:
            self._advance()

    def action_previous(self) -> None:
        """One frame back."""
        if self.place > 0:
            self.go(self.place - 1)

    def action_play(self) -> None:
        """Play or stop; at the end, play from the beginning."""
        self.playing = not self.playing
        if self.playing and self.place == len(self.recording.frames) - 1:
            self.go(0)
        else:
            self._show()
            self._wait()

    def action_speed(self, steps: int) -> None:
        """Play faster or slower."""
        at = SPEEDS.index(self.speed) + steps
        self.speed = SPEEDS[max(0, min(len(SPEEDS) - 1, at))]
        self._show()
        self._wait()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Above help and letters the keys of the tape are theirs: Esc and q close them, p may be a letter."""
        return action not in _OF_THE_TAPE or not isinstance(self.screen, ModalScreen)

    def keys_everywhere(self) -> tuple[tuple[str, str], ...]:
        """Beside those of the tape."""
        return _ROWS

    def about(self) -> str:
        """What a replay is."""
        return _ABOUT

    def action_help(self) -> None:
        """Show help once; the tape stops, for it moves the screens below."""
        self._stop()
        super().action_help()

    def action_jump(self) -> None:
        """Show a letter over each part, or take the letters away; the tape stops here too."""
        self._stop()
        super().action_jump()

    def _stop(self) -> None:
        if self.playing:
            self.action_play()

    def action_leave(self) -> None:
        """Close; nothing was changed."""
        self.exit(0)
