"""A stored session told again in line mode: who said what, in order. Nothing is asked or graded."""

from __future__ import annotations

from interviewer.core.bank.content import Item
from interviewer.core.interview.session import Turn, TurnKind
from interviewer.core.interview.utterance import Act, Utterance
from interviewer.core.text import clean
from interviewer.plain.console import Console
from interviewer.report.terminal_report import wrap_text
from interviewer.sessions.session_view import SessionView
from interviewer.sessions.speaking import question_text
from interviewer.wording.replies import describe_reply


def retell(view: SessionView, console: Console) -> None:
    """Print the conversation of a stored session."""
    row, state = view.row, view.state
    console.say(f"mockdl: {row.config.level} level {row.config.mode}, session {row.id}")
    for note in row.notes:
        console.say(*wrap_text(f"Note: {note}", console.width))
    for words in state.words(Act.GREETING, 0):
        _say(console, "Interviewer", words.text)
    asked: list[str] = []
    copied = [turn for turn in state.turns if turn.kind is TurnKind.LAST_WORDS][1:]
    for turn in (each for each in state.turns if each not in copied):
        if turn.question_id not in asked:
            asked.append(turn.question_id)
        _tell_turn(view, console, turn, len(asked))
    for words in state.said:
        if words.act is Act.CLOSING:
            _say(console, "Interviewer", words.text)


def _tell_turn(view: SessionView, console: Console, turn: Turn, number: int) -> None:
    """What was asked, what was said about it, and the answer with what the interviewer said to it."""
    state, item = view.state, view.items[turn.question_id]
    kind = f"Question {number} of {len(state.plan)} ({item.question.topic}, {item.question.level})"
    follow_up = "Last words" if turn.kind is TurnKind.LAST_WORDS else "Follow-up"
    console.say("", kind if turn.kind is TurnKind.QUESTION else follow_up)
    said = [each for each in state.said if each.turn_id == turn.id]
    for words in said:
        if words.act is Act.REVEAL and not words.at_end:
            _say(console, "Interviewer", words.text)
    _say(console, "Interviewer", question_text(state, turn))
    told = {each.about for each in said if each.act is Act.HINT}
    for at, hint in enumerate(item.question.hints[: turn.hints]):
        earlier = any(at < other.hints for other in state.turns_of(turn.question_id) if other.id < turn.id)
        if str(at) not in told and not earlier:
            _say(console, _hint_label(hint.price), hint.text)
    for words in said:
        _tell_words(console, words, item)
    _say(console, "You", describe_reply(turn), typed=bool(turn.answer or turn.draft))
    for words in said:
        if words.act in (Act.REACTION, Act.EXPLANATION) or words.at_end:
            _say(console, "Interviewer", words.text)


def _tell_words(console: Console, words: Utterance, item: Item) -> None:
    if words.act is Act.HINT:
        _say(console, _hint_label(item.question.hints[int(words.about)].price), words.text)
    elif words.act is Act.CLARIFICATION:
        _say(console, "You asked", words.asked, typed=True)
        _say(console, "Interviewer", words.text)


def _hint_label(price: float) -> str:
    return f"Hint (costs {price:g} points)"


def _say(console: Console, speaker: str, text: str, *, typed: bool = False) -> None:
    """One utterance; what was typed and code keep their own lines, authored text is wrapped."""
    console.say("", f"{speaker}:")
    if typed or "```" in text:
        console.say(*(f"  {line}" for line in clean(text).strip("\n").split("\n")))
        return
    for number, paragraph in enumerate(text.strip().split("\n\n")):
        console.say(*([""] if number else []), *(f"  {line}" for line in wrap_text(paragraph, console.width - 2)))
