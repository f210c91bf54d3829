"""Follow-ups that only make sense beside something nobody need have said, and those that stand on their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from interviewer.bank.dangling import dangling
from tests.unit.test_second_edition import findings, item_of

PROMPT = "How would you tune the learning rate of a network, and which layer do you start with?"


@pytest.mark.parametrize(
    ("text", "pointing"),
    [
        ("How else could the sum over all those words be averaged?", "those words"),
        ("Why isn't it simply 90 per cent of 500?", "Why isn't it"),
        ("How long is that in days of a single GPU?", "How long is that"),
        ("Without it, how would memory be set aside?", "Without it"),
        ("What kind of network is it, and what may a position in it look at?", "What kind of network is it"),
        ("What happens to that protection once the attacker knows it is there?", "to that protection"),
        ("Would such an agent ever sacrifice a chess piece?", "such an"),
        ("What would that do to the confidences your users see?", "What would that"),
        ("How much extra arithmetic does it cost compared with the forward pass?", "How much extra arithmetic does it"),
        ("Why did it spread to teams without a giant budget?", "Why did it"),
        ("What does that scheme assume?", "does that scheme"),
        ("Work out that factor for a group with one right of eight.", "that factor"),
        ("Two of them change the same function. Who knows about it?", "Two of them"),
        ("They check out the repository on an empty machine. What's missing?", "They"),
        ("It goes wrong at three in the morning. Who decides?", "It goes"),
        ("Suppose it can't send mail. How else could text get out?", "Suppose it can"),
        ("If they were noise, what would happen to the loss?", "If they"),
        ("If that were so, why would anybody train the older of the two?", "If that were"),
        ("And if the loss comes back, what have you learnt?", "And"),
        ("Now take two right replies. What does the loss do with them?", "Now take"),
        ("Ask it for a biography. What would you expect?", "Ask it"),
        ("How do the families you named relate to one another?", "you named"),
        ("A colleague says that all this is new. What do you answer?", "A colleague says that all this"),
        ("What is the goal that these share?", "these share"),
        ("How do these differ in speed?", "these differ"),
    ],
)
def test_words_that_point_at_something_unsaid_are_found(text: str, pointing: str) -> None:
    assert dangling(text, [PROMPT]) == pointing


@pytest.mark.parametrize(
    "text",
    [
        "How long does this network take, and who reads that layer?",  # the prompt names both
        "What would the rate at that layer be?",
        "A rank reports a timeout. What had that rank done before?",  # so does the text itself
        "One tensor feeds two layers. How long is that in bytes?",
        "Put in the numbers. How long does that take?",
        "Annotators hand you forty thousand labels. What are those worth?",
        "How does Muon's memory compare with that of Adam?",
        "What changes for those who train and host a model?",
        "How do the features near the input differ from those near the output?",
        "What does the data look like in those cases where a table wins?",
        "What could you do about that part of the noise?",
        "What do people use these days?",
        "In which library would you start an experiment this week?",
        "What is it about the shape of the loss that makes one direction cheaper?",
        "Why is it often a waste to look at all the data?",
        "Why does it pay to have many requests in a step?",
        "How much memory does it take to broadcast a bias?",
        "What does it mean, precisely, that a model is well calibrated?",
        "How certain is it that the optimiser deserves the credit?",
        "Does it matter who wrote the answers, or only what they say?",
        "It's Monday morning and the complaints are on your desk. What do you change?",
        "If all that is asked is equal vectors, what could go wrong?",
        "Which models are there that span several devices?",
        "What can a tensor do that an array cannot?",
        "Two models that score alike differ in speed. Which do you take?",
        "Suppose that long prompts disturb the others. What helps?",
        "Besides those of 16 bits, which number types do models use?",
        "Gases such as steam expand. By how much?",
        "You must add it up for the given figures. What comes out?",
    ],
)
def test_a_follow_up_that_names_what_it_points_at_stands_on_its_own(text: str) -> None:
    assert dangling(text, [PROMPT]) is None


def test_only_what_every_wording_of_the_prompt_names_is_known() -> None:
    assert dangling("What does this layer learn?", [PROMPT]) is None
    assert dangling("What does this layer learn?", [PROMPT, "How do you tune a net?"]) == "this layer"


def test_a_challenge_is_read_alone_like_a_probe(tmp_path: Path) -> None:
    wrong = item_of().rubric.misconceptions[0].model_dump()
    item = item_of(rubric={"misconceptions": [{**wrong, "challenge": "What becomes of\nthat protection then?"}]})
    (found,) = findings(tmp_path, item)
    assert (found.severity, found.field) == ("error", "misconceptions[0].challenge")
    assert found.message == "does not make sense read alone ('of that protection'); name what it points at"
