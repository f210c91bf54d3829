"""What says no more than "I don't know", and what says something beside it."""

from __future__ import annotations

import pytest

from interviewer.core.english_not_known import says_not_known

BARE = """I don't know|no idea|I honestly have no idea, sorry, I don't know this one|I don't remember exactly
I'm really sorry but I have absolutely no idea how to even begin answering this question|not a clue|I give up|unsure
No, I don't know|im not sure|haven't the foggiest|my mind went blank|I never learned this|Honestly I forgot"""
NAMED = """I don't know how dropout behaves at test time.|not sure about the exact formula|I forget the exact statistic
no idea whether all units are kept at test time|I don't know how to compute it for images"""
ANSWERS = """not sure, but the variance grows|I don't know why, it just converges|not sure, 2|Not sure, no
no, but I'm not sure why|not sure it's the same for both|the forget gate|forget|we do not know the test labels
no idea why momentum averages past gradients|not sure what it's called it averages past gradients|maybe both, not sure
I don't know the name so momentum|who knows the label? the annotator|unsure samples are labelled first|no idea is needed
I give up some bias for variance|unsure about the name, but it is the one with momentum|not sure, maybe the mask"""


def cases(text: str) -> list[str]:
    return text.replace("\n", "|").split("|")


@pytest.mark.parametrize("text", cases(BARE))
def test_not_to_know_is_heard_in_any_words(text: str) -> None:
    assert says_not_known(text)
    assert says_not_known(f"  {text.upper()}!\n", of_anything=True)


@pytest.mark.parametrize("text", cases(NAMED))
def test_what_is_not_known_may_be_named_where_that_is_allowed(text: str) -> None:
    assert says_not_known(text, of_anything=True)


@pytest.mark.parametrize("text", ["", "...", *cases(ANSWERS)])
def test_what_says_anything_else_is_an_answer(text: str) -> None:
    assert not says_not_known(text)
    assert not says_not_known(text, of_anything=True)


def test_who_says_that_the_interviewer_is_not_understood_may_be_asking() -> None:
    assert not says_not_known("I don't know what you mean", of_anything=True)
