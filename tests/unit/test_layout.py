"""The layout goes, the words stay, and every word keeps its place in what was typed."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.core.english import tokens
from interviewer.core.layout import plain_layout

PROSE = "Dropout switches off random units. It stops co-adaptation, so features get robust. It is off at test time."


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("* drop**out** is <b>off</b>\n* it &amp; the mask", "- dropout is off\n- it & the mask"),
        ("drop\u200bout\u00a0is off", "dropout is off"),
        ("dropout\u200bis\u200boff", "dropout is off"),
        ("| dropout | off at test time |", "dropout, off at test time"),
        ("| a | b |\n|---|---|\n| dropout | off |", "a, b\n\ndropout, off"),
        ("```python\nmodel.eval()\n```", "\nmodel.eval()\n"),
        ("small batch -> noisy gradient → escapes", "small batch, noisy gradient, escapes"),
        ("<ul><li>first one</li><li>second</li></ul>", "\n\nfirst one\n\nsecond\n\n"),
        ("- [x] the mask\n- [ ] the scale", "- the mask\n- the scale"),
        ("> it is off", "it is off"),
        ("## Answer\nit is off", "Answer\nit is off"),
        ("It is off.The rest stays on.it scales", "It is off. The rest stays on. it scales"),
        ("a ﬁlter, ｆｕｌｌ", "a filter, full"),
    ],
)
def test_layout_goes(typed: str, plain: str) -> None:
    assert plain_layout(typed).text == plain


@pytest.mark.parametrize(
    "typed",
    [
        PROSE,
        "use torch.nn.Linear and model.eval() e.g. with p=0.5, i.e. half",
        "x_t and h_{t-1}, a*b*c, 2*x, snake_case and v1.2",
        "P(y|x) and p(x | y) differ",
        "if a < b and c > d then swap",
        "softmax(QK^T/sqrt(d_k)) V",
        "1e-3 -- 5e-4",
        "first line\nsecond line\nthird line",
    ],
)
def test_what_only_looks_like_layout_stays(typed: str) -> None:
    assert plain_layout(typed).text == typed


@pytest.mark.parametrize("width", [30, 40, 72])
def test_lines_that_an_editor_wrapped_are_joined(width: int) -> None:
    import textwrap

    text = f"{PROSE} At training time the rest is scaled up, which keeps the expected activation the same."
    assert plain_layout(textwrap.fill(text, width)).text == text


def test_entries_on_lines_of_their_own_are_not() -> None:
    typed = "off at test time\nscales the weights\na new mask per step\nno co-adaptation"
    assert plain_layout(typed).text == typed


@pytest.mark.parametrize("typed", ["| relu | no saturation |", "a | relu", "  | relu"])
def test_a_cell_is_found_where_it_was_typed(typed: str) -> None:
    layout = plain_layout(typed)
    at = layout.text.index("relu")
    start, end = layout.typed(at, at + 4)
    assert typed[start:end] == "relu"


@given(st.text(alphabet=st.sampled_from("ab .,;|*_`<>/&-#\n\t\u200b→1)(lip"), max_size=120))
def test_every_character_keeps_its_place(typed: str) -> None:
    layout = plain_layout(typed)
    assert len(layout.at) == len(layout.text) + 1
    assert all(0 <= one <= other <= len(typed) for one, other in zip(layout.at, layout.at[1:], strict=False))
    for at, char in enumerate(layout.text):
        start, end = layout.typed(at, at + 1)
        assert end > start or not typed
        if char.isalnum():
            assert char in typed[start:end]


@given(st.text(alphabet=st.sampled_from("abc .,\n*-"), max_size=80))
def test_taking_the_layout_off_twice_changes_no_word(typed: str) -> None:
    once = plain_layout(typed).text
    assert tokens(plain_layout(once).text) == tokens(once)


def test_a_stretch_comes_back_to_where_it_was_typed() -> None:
    typed = "* the **mask** is <b>new</b> each step"
    layout = plain_layout(typed)
    start = layout.text.index("mask")
    assert "mask" in typed[slice(*layout.typed(start, start + 4))]
    assert layout.text[slice(*layout.plain(typed.index("new"), typed.index("new") + 3))] == "new"


@pytest.mark.parametrize(
    "typed", ["<" * 40_000, "*" * 40_000, "| " * 20_000, "a.B" * 13_000, "\n" * 40_000, "_a" * 20_000]
)
def test_no_text_takes_long(typed: str) -> None:
    began = time.process_time()
    plain_layout(typed)
    assert time.process_time() - began < 5


def told(typed: str) -> str:
    return plain_layout(typed).text


UNSTOPPED = (
    "dropout zeroes random units in training",
    "at test time nothing is dropped at all",
    "the outputs are scaled so the mean stays",
)


@pytest.mark.parametrize("by", ["; ", " / ", " -> ", " → "])
def test_what_stands_in_place_of_full_stops_ends_sentences(by: str) -> None:
    assert told(by.join(UNSTOPPED)) == ". ".join(UNSTOPPED)
    stopped = f"{by.join(UNSTOPPED)}. And more."
    assert told(stopped) == stopped.replace(" -> ", ", ").replace(" → ", ", "), "there it stands inside a sentence"


@pytest.mark.parametrize(
    "text",
    [
        "dropout / weight decay / early stopping / data augmentation in the input pipeline of the model",
        "In training units are zeroed at random; at test time nothing is dropped, so nothing has to be scaled.",
        "The lr / batch size / dropout rate are typed in by me or found by a search over many runs.",
    ],
)
def test_separators_of_lists_and_one_semicolon_end_none(text: str) -> None:
    assert told(text) == text


def test_a_capital_letter_begins_a_sentence_where_full_stops_were_left_out() -> None:
    text = "In training random units are zeroed At test time nothing is dropped So the outputs are scaled with Adam"
    assert told(text) == text.replace(" At", ". At").replace(" So", ". So")
    assert told(f"{text}. Then more.") == f"{text}. Then more."
    assert told("We use Adam In Practice") == "We use Adam In Practice"


def test_wrapped_lines_are_joined_whatever_arrows_they_hold() -> None:
    import textwrap

    text = (
        "freeze backbone, fresh head on top, 2000 imgs enough for that. early layers = edges, textures, useful "
        "anywhere. unfreeze everything -> memorises the 2000"
    )
    assert "\n" not in told(textwrap.fill(text, 40))
