"""Words and sentences as everyone reads them: grader, guards, contests, voice."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.core.english import clauses, content_words, is_taken_back, sentence_ends, sentences, stem, tokens


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "text",
    [
        "We use e.g. Adam with warm-up.",
        "It is adaptive, i.e. each weight has its own rate.",
        "It is adaptive, cf. Adagrad vs. Adam.",
        "Vaswani et al. showed this (see Fig. 2 and Eq. 3).",
        "J. Smith and D. P. Kingma proposed it.",
        "The rate is 3.14 and the version is v1.2.3 of it.",
        "The gradient w.r.t. W is zero, approx. 0.5 of it.",
        "Samples are i.i.d. by assumption.",
        "Use dropout, weight decay etc. to regularise.",
        "It costs O(n!) time and O(n.) space.",
        'He said "no." and left.',
        "Well... it depends.",
        "See no. 5 of the list.",
    ],
)
def test_no_sentence_ends_inside(text: str) -> None:
    assert cut(text) == [text]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("It is noisy. so use momentum", ["It is noisy.", "so use momentum"]),
        ("Is it? Yes! Good.", ["Is it?", "Yes!", "Good."]),
        ("Samples are i.i.d. The loss is a mean.", ["Samples are i.i.d.", "The loss is a mean."]),
        ("Take the matrix A. Then multiply.", ["Take the matrix A.", "Then multiply."]),
        ("dropout, decay etc. The rest stays.", ["dropout, decay etc.", "The rest stays."]),
        ("It takes 4 ms. For 3 ms it misses.", ["It takes 4 ms.", "For 3 ms it misses."]),
        ("Is it linear? no. it is not", ["Is it linear?", "no.", "it is not"]),
        ("2).\" It works!", ['2)."', "It works!"]),
        ("1. first item\n2) second one\n- third\n(a) fourth", ["first item", "second one", "third", "fourth"]),
        ("short line\nother line\n\nlast", ["short line", "other line", "last"]),
        ("a line that was wrapped by an editor at about that many\ncolumns. Next.",
         ["a line that was wrapped by an editor at about that many\ncolumns.", "Next."]),
    ],
)  # fmt: skip
def test_sentences_are_these(text: str, parts: list[str]) -> None:
    assert cut(text) == parts


@given(st.text(alphabet="aB. \n!?)\"1e…,;-'i", max_size=60))
def test_sentences_lie_in_order_and_leave_out_no_word(text: str) -> None:
    found = sentences(text)
    assert all(0 <= start < end <= len(text) for start, end in found)
    assert all(one[1] <= other[0] for one, other in pairwise(found))
    assert sentence_ends(text) == sorted(set(sentence_ends(text)))
    kept = [token for start, end in found for token in tokens(text[start:end])]
    marks = {"1", "e", "i", "a", "11"}
    assert [each for each in kept if each not in marks] == [each for each in tokens(text) if each not in marks]


@given(st.text(alphabet="ab ,;:-", max_size=60))
def test_clauses_hold_every_word_of_a_sentence(text: str) -> None:
    pieces = clauses(text, 0, len(text))
    assert [word for start, end in pieces for word in tokens(text[start:end])] == tokens(text)


@pytest.mark.parametrize(
    "family",
    [
        "normalise normalize normalised normalizing normalisation normalization",
        "generate generates generated generating generation generative generator",
        "precise precision",
        "adapt adapted adaptive adaptation",
        "memory memories",
        "estimate estimated estimator estimation",
        "regularise regularize regularizer regularisation",
        "gradient gradients",
        "rescaled rescaling rescales",
    ],
)
def test_a_word_has_one_stem_in_all_its_forms(family: str) -> None:
    assert len({stem(word) for word in family.split()}) == 1


def test_content_words_have_no_grammar_in_them() -> None:
    assert content_words("It is the rate of k, and not 3") == {stem("rate"), "3"}


@pytest.mark.parametrize("text", ["96*32*9 = 27648... no wait", "128, scratch that", "it is 3, sorry, 4"])
def test_words_that_are_taken_back_are_known(text: str) -> None:
    assert is_taken_back(text)
    assert not is_taken_back("the cache takes 16 GiB, no more")


def test_words_are_taken_back_by_those_that_follow_soon() -> None:
    text = "It is 128... no wait, 64.\nIt is 32."
    assert is_taken_back(text, text.index("128") + 3)
    assert not is_taken_back(text, text.index("64") + 2)
    assert not is_taken_back("128 and then a great many other words before it says no wait", 3)
