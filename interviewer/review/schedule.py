"""When each key point should be recalled next: FSRS over the rated answers, replayed from the first.

Nothing is stored, so that the schedule always agrees with the journal. fsrs is imported when a schedule is first
made, because a screen is shown before one is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta

from interviewer.core.progress.agenda import Answered, Card

_LONGEST = 365
"""Days between two reviews at most. Nobody prepares for an interview years ahead."""


_DAY_BEGINS = timedelta(hours=4)
"""After midnight, as in Anki: who practises late has not slept between two answers."""


def local_day(moment: float) -> date:
    """The day of a Unix time on this machine's calendar; until 4:00 at night it is the day before."""
    return (datetime.fromtimestamp(moment, UTC).astimezone() - _DAY_BEGINS).date()


def build_cards(answers: Iterable[Answered], day_of: Callable[[float], date] = local_day) -> list[Card]:
    """One card for each key point that was ever rated.

    Always the same for the same answers, in whatever order they come: the schedule has no random part here, and no
    steps shorter than a day, which are made for flashcards turned over in one sitting.

    Args:
        answers: of any sessions.
        day_of: the calendar by which days are counted.
    """
    ordered = sorted(answers, key=lambda each: (each.at, each.question_id, each.ratings))
    if not ordered:
        return []
    import fsrs

    scheduler = fsrs.Scheduler(learning_steps=(), relearning_steps=(), maximum_interval=_LONGEST, enable_fuzzing=False)
    cards: dict[tuple[str, str], fsrs.Card] = {}
    for answer in ordered:
        when = datetime.combine(day_of(answer.at), time(), UTC)
        for point_id, rating in answer.ratings:
            key = (answer.question_id, point_id)
            card = cards.get(key) or fsrs.Card(card_id=len(cards), due=when)
            cards[key], _ = scheduler.review_card(card, fsrs.Rating(int(rating)), when)
    return [
        Card(*key, last=card.last_review.date(), due=card.due.date())
        for key, card in cards.items()
        if card.last_review is not None
    ]
