"""Keys in the editor and in a line of text take effect in the order in which they were typed."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.events import Key

from interviewer.tui.widgets.answer_area import AnswerArea
from interviewer.tui.widgets.line_input import LineInput


class Alone(App[None]):
    """A field inside two boxes, as on the screen of an interview."""

    def __init__(self, field: AnswerArea | LineInput) -> None:
        super().__init__()
        self.field = field

    def compose(self) -> ComposeResult:
        with Vertical(), Vertical():
            yield self.field


def keys(text: str, *behind: str) -> list[Key]:
    return [Key("space" if char == " " else char, char) for char in text] + [Key(name, None) for name in behind]


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ([*keys("one two three four", *["backspace"] * 8), *keys("Then four")], "one two thThen four"),
        ([*keys("right", "home"), *keys("a"), *keys("", "end"), *keys("b")], "arightb"),
        ([*keys("one two", "ctrl+w"), *keys("three")], "one three"),
        ([*keys("ab", "left", "delete"), *keys("c", "ctrl+z", "ctrl+z"), *keys("d")], None),
    ],
    ids=["backspaces", "ends of the line", "a word", "undo"],
)
async def test_a_burst_of_keys_does_what_the_same_keys_do_one_by_one(typed: list[Key], wanted: str | None) -> None:
    app = Alone(AnswerArea())
    async with app.run_test() as pilot:
        area = app.query_one(AnswerArea)
        area.focus()
        for key in typed:
            await pilot.press(key.key if key.character is None else key.character.replace(" ", "space"))
        slowly = area.text
        area.load_text("")
        await pilot.pause()
        for key in typed:
            app.post_message(key)
        await pilot.pause()
        await pilot.pause()
        assert area.text == slowly
        assert wanted is None or area.text == wanted


async def test_a_burst_of_keys_in_a_line_of_text_does_the_same() -> None:
    app = Alone(LineInput())
    async with app.run_test() as pilot:
        line = app.query_one(LineInput)
        line.focus()
        for key in [*keys("one two three", *["backspace"] * 5), *keys("four", "home"), *keys("x", "ctrl+k")]:
            app.post_message(key)
        await pilot.pause()
        await pilot.pause()
        assert line.value == "x"
        for key in [*keys("one two three", *["backspace"] * 5), *keys("four", "home"), *keys("y")]:
            app.post_message(key)
        await pilot.pause()
        await pilot.pause()
        assert line.value == "yxone two four"
