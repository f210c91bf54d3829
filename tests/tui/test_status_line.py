"""The line above an interview: whatever else must give way, it names topic and level."""

from __future__ import annotations

import pytest

from interviewer.core.bank.kinds import Level
from interviewer.core.interview.session import Outcome, SessionConfig, Turn, TurnKind
from interviewer.services import Services
from interviewer.sessions.conductor import Conductor
from interviewer.tui.widgets.status import describe_progress

WIDTHS = (42, 50, 66, 80, 120)


def asked(services: Services, topic: str, kind: TurnKind, *, minutes: float | None = None) -> Conductor:
    """The tenth of ten questions, on this topic, an hour and a quarter after it was asked."""
    heads = services.bank.heads
    own = next(head.id for head in heads if services.bank[head.id].question.topic == topic)
    others = [head.id for head in heads if head.id != own][:9]
    conductor = services.sessions.create_from([*others, own], SessionConfig(level=Level.SENIOR, minutes=minutes))
    first = Turn(id=0, question_id=own, kind=TurnKind.QUESTION, prompt="?", started=0.0, outcome=Outcome.ANSWERED)
    more = Turn(id=1, question_id=own, kind=kind, prompt="?", started=0.0)
    opened = first.model_copy(update={"outcome": None})
    conductor.open()
    state = conductor.state.model_copy(
        update={"turns": (opened,) if kind is TurnKind.QUESTION else (first, more), "position": 9}
    )
    conductor.state = state
    now = conductor.clock()
    conductor.clock = lambda: now + 4500
    return conductor


@pytest.mark.parametrize("minutes", [None, 1440])
@pytest.mark.parametrize("kind", [TurnKind.QUESTION, TurnKind.PROBE])
@pytest.mark.parametrize("topic", ["foundations", "transformers-llms", "distributed-training"])
def test_topic_and_level_are_kept_at_any_width(
    services: Services, topic: str, kind: TurnKind, minutes: float | None
) -> None:
    conductor = asked(services, topic, kind, minutes=minutes)
    level = conductor.item.question.level
    for width in WIDTHS:
        line = describe_progress(conductor, width).plain
        assert f"{topic} · {level}" in line, width
        assert len(line) <= width - 2
        assert line.startswith(("Question 10 of 10", "10/10"))


def test_the_clocks_lose_words_before_they_lose_numbers(services: Services) -> None:
    conductor = asked(services, "distributed-training", TurnKind.QUESTION)
    usual = conductor.item.question.minutes
    told = [describe_progress(conductor, width).plain.rstrip() for width in (120, 74, 66)]
    assert told[0].endswith(f"!! over 75:00 of {usual} min · 75:00 in all")
    assert told[1].endswith(f"!! 75:00/{usual} min · 75:00 in all")
    assert told[2].endswith("!! 75:00 in all")
