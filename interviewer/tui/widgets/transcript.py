"""Who said what so far, newest at the bottom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from interviewer.core.bank.content import Item
from interviewer.core.interview.session import State, Turn, TurnKind
from interviewer.core.interview.utterance import Act, Utterance
from interviewer.tui.safe_text import show
from interviewer.tui.widgets.prose_view import make_authored
from interviewer.wording.prose import rejoin
from interviewer.wording.replies import describe_reply

_IN_SIGHT = 3
"""Lines of a long question that must be seen for it to be in sight."""


class Transcript(VerticalScroll):
    """What was said about the question on screen: the interviewer's words, hints, and the candidate's."""

    HELP = "What was said so far. Up, down, Page up and Page down scroll, Tab goes on."
    can_focus = True
    rests: reactive[int] = reactive(0, repaint=False)
    """How often it has come to rest, with everything that was said laid out and the last of it in sight."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._first: list[Widget] | None = []
        self._live: Static | None = None
        self._question: Widget | None = None
        self._moving = True
        """Whether something was added that is not scrolled to yet."""
        self.shown: tuple[object, ...] = ()
        """What is on screen: turns, and what the interviewer said."""

    def compose(self) -> ComposeResult:
        """What was added before mounting, so that the first paint already shows the question."""
        first, self._first = self._first or [], None
        yield from first

    def begin_question(self) -> None:
        """Clear for a new question."""
        self.shown = ()
        self._live = None
        self._moving = True
        if self._first is None:
            self.remove_children()

    def show_turns(
        self, state: State, items: Mapping[str, Item], notes: Sequence[str], *, asking: int | None = None
    ) -> None:
        """Show the turns of the current question anew, unless they are what is shown.

        Args:
            state: the interview so far.
            items: the questions by id.
            notes: shown above the first question.
            asking: a turn whose question is still being worded; what was there before it stays until it is.
        """
        asked = [turn for turn in state.turns if turn.id != asking]
        turns = tuple(turn for turn in asked if turn.question_id == asked[-1].question_id)
        if asked[-1].kind is TurnKind.LAST_WORDS:  # it is about all questions, and is kept once for each
            turns = (next(turn for turn in asked if turn.kind is TurnKind.LAST_WORDS),)
        if self.shown == (turns, state.said):
            return
        self.begin_question()
        for note in notes if turns[0].id == 0 else ():
            self.add_note(note)
        for turn in turns:
            before = (*state.words(Act.GREETING, turn.id), *state.words(Act.REACTION, turn.id - 1))
            said = [*_told_after(state, turn.id - 1), *(each for each in state.said if each.turn_id == turn.id)]
            self.add_turn(turn, items[turn.question_id], said, before[0].text if before else "")
        for words in state.words(Act.REACTION, turns[-1].id)[:1]:
            self.add_reaction(words.text)
        for words in _told_after(state, turns[-1].id):
            self._add("Interviewer", words.text, "asked", authored=True)
        self.shown = (turns, state.said)

    def add_turn(self, turn: Turn, item: Item, said: Sequence[Utterance], opening: str = "") -> None:
        """Show a turn: what was asked, the hints it used, what was asked back, and the answer when there is one.

        Args:
            turn: which.
            item: its question.
            said: the interviewer's words at this turn, in order, behind what was told of the question before; what is
                not among them is shown as authored.
            opening: what the interviewer said before it asked.
        """
        asked = next((each.text for each in said if each.act is Act.ASK), turn.prompt)
        # A challenge quotes the candidate, and a model may: only the bank's own words are read as Markdown.
        authored = asked.endswith(turn.prompt.strip()) and not turn.prompt.startswith("You said")
        if opening:
            self._add("Interviewer", opening, "asked")
        for words in said:
            if words.act is Act.REVEAL and not (words.at_end and words.turn_id == turn.id):
                self._add("" if opening else "Interviewer", words.text, "asked", authored=True)
        self._question = self._add("" if opening else "Interviewer", asked, "asked", authored=authored)
        told = {each.about for each in said if each.act is Act.HINT}
        for number in range(turn.hints):
            if str(number) not in told:
                self.add_hint(item, number, item.question.hints[number].text)
        for words in said:
            if words.act is Act.HINT:
                self.add_hint(item, int(words.about), words.text)
            elif words.act is Act.CLARIFICATION:
                self._add("You asked", words.asked, "answered")
                self._add("Interviewer", words.text, "asked")
        if turn.outcome is not None:
            self.add_answer(describe_reply(turn))

    def add_hint(self, item: Item, number: int, text: str) -> None:
        """Show a hint with its price."""
        hint = item.question.hints[number]
        self._add(f"Hint (costs {hint.price:g} points)", text, "hinted", authored=text.strip() == hint.text.strip())

    def add_answer(self, text: str) -> None:
        """Show what the candidate said."""
        self._add("You", text, "answered")

    def add_reaction(self, text: str) -> None:
        """Show what the interviewer said to an answer."""
        self._add("Interviewer", text, "asked")

    def add_note(self, text: str) -> None:
        """Show a remark of the program."""
        self._add("mockdl", text, "noted")

    def show_live(self, text: str) -> None:
        """Show what the interviewer is saying right now, below everything else; it is replaced as it grows."""
        content = _said("Interviewer", rejoin(text))
        if self._live is None:
            self._live = Static(content, classes="said -asked")
            self.mount(self._live)
        else:
            self._live.update(content)
        self.call_after_refresh(self._rest)

    @property
    def shows_question(self) -> bool:
        """Whether the beginning of what was asked last is in sight, or about to be."""
        if self._question is None or not self._question.is_attached or self._moving:
            return True
        region = self._question.virtual_region
        last = region.y + min(region.height, _IN_SIGHT)
        return self.scroll_y <= region.y and last <= self.scroll_y + self.size.height

    def _add(self, speaker: str, text: str, kind: str, *, authored: bool = False) -> Widget:
        classes = f"said -{kind}"
        if authored:
            said_by = make_authored(speaker, text, classes)
        else:
            said_by = Static(_said(speaker, text.strip("\n") if kind == "answered" else rejoin(text)), classes=classes)
        if self._first is not None:
            self._first.append(said_by)
            return said_by
        self._moving = True
        self.mount(said_by)
        self.call_after_refresh(self._rest)
        return said_by

    def on_resize(self) -> None:
        """Come to rest anew in the new room."""
        self.call_after_refresh(self._rest)

    def on_markdown_table_of_contents_updated(self) -> None:
        """Markdown knows its height only now, when it has been parsed. By name, for the widget is rarely imported."""
        self.call_after_refresh(self._rest)

    def _rest(self) -> None:
        """Show the end; the beginning of what was said last when all of that does not fit."""
        if not self.children:
            return
        last = self.children[-1]
        if last.outer_size.height > self.size.height:
            self.scroll_to(y=last.virtual_region.y, animate=False, on_complete=self._come_to_rest)
        else:
            self.scroll_end(animate=False, on_complete=self._come_to_rest)

    def _come_to_rest(self) -> None:
        self._moving = False
        self.rests += 1


def _told_after(state: State, turn_id: int) -> list[Utterance]:
    """Facts of a case that were told when its last turn, this one, had ended."""
    return [each for each in state.words(Act.REVEAL, turn_id) if each.at_end]


def _said(speaker: str, text: str) -> Content:
    return Content.assemble(show(f"{speaker}\n", "bold") if speaker else "", show(text))
