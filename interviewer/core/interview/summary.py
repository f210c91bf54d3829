"""A whole session in numbers and words: what every report is made from."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

from interviewer.core.bank.content import Item
from interviewer.core.bank.kinds import EDITION, Kind, Level, Standard
from interviewer.core.frozen import Frozen
from interviewer.core.grade.grade import GradeResult
from interviewer.core.grade.ledger import Asked, Ledger, asked_for, build_ledger
from interviewer.core.interview.calibration import Calibration, build_calibration
from interviewer.core.interview.score_formula import INTERVAL_Z
from interviewer.core.interview.scoring import QuestionScore, as_shown, score_question
from interviewer.core.interview.session import Outcome, Phase, SessionConfig, State, Turn, TurnKind
from interviewer.core.interview.study import Strength, StudyItem, find_strengths, find_study
from interviewer.core.interview.utterance import Act, Utterance

BANDS = ((78.0, "strong"), (60.0, "solid"), (38.0, "mixed"), (0.0, "not there yet"))
"""Lower bound of the score and what it is called, for the level asked.

The readers whose scores chose the formula's constants called 85 strong, 70 solid, 50 half of it and 25 poor; the bounds
lie midway.
"""
FIRST_BANDS = ((80.0, "strong"), (65.0, "solid"), (45.0, "mixed"), (0.0, "not there yet"))
"""The same for scores by the first formula."""


class QuestionSummary(Frozen):
    """One question of the session with all that was said about it."""

    item: Item
    turns: tuple[Turn, ...]
    score: QuestionScore
    is_open: bool = False
    """Whether it is still being asked, so that nothing may be told of its answer."""
    said: tuple[Utterance, ...] = ()
    """Facts that the interviewer told, and replies to what the candidate asked, in order."""

    @property
    def counts(self) -> bool:
        """Whether its score is part of averages, topics, trends and reviews; that of a warm-up is not."""
        return self.item.question.kind is not Kind.WARMUP

    @property
    def talk(self) -> tuple[Turn, ...]:
        """The turns without the last words, which are about all questions."""
        return tuple(turn for turn in self.turns if turn.kind is not TurnKind.LAST_WORDS)

    def words(self, act: Act, turn: Turn) -> tuple[Utterance, ...]:
        """What was said for this purpose at one of the turns, in order."""
        return tuple(each for each in self.said if each.act == act and each.turn_id == turn.id)

    def facts(self, turn: Turn, *, at_end: bool = False) -> tuple[Utterance, ...]:
        """What was told of the case before one of the turns was asked, or behind it."""
        return tuple(each for each in self.words(Act.REVEAL, turn) if each.at_end is at_end)

    @property
    def seconds(self) -> float:
        """Answering time, without the last words."""
        return sum(turn.seconds for turn in self.talk)


class TopicScore(Frozen):
    """Mean score over the graded questions of one topic."""

    topic: str
    value: float
    questions: int


class SessionSummary(Frozen):
    """A session as a report shows it."""

    session_id: str
    config: SessionConfig
    started_at: float
    finished: bool
    notes: tuple[str, ...]
    questions: tuple[QuestionSummary, ...]
    value: float | None
    """Mean over the graded questions, 0 to 100; None when none is graded."""
    low: float
    high: float
    """An 80% interval for `value`."""
    core: float | None = None
    depth: float | None = None
    """Mean shares of core and depth, 0 to 1, over the graded questions that have them."""
    band: str
    topics: tuple[TopicScore, ...]
    strengths: tuple[Strength, ...]
    study: tuple[StudyItem, ...]
    left_out: tuple[str, ...]
    """Questions without a score, as "title: reason"."""
    seconds: float
    """Answering time."""
    calibration: Calibration = Calibration()
    """How sure the candidate said they were, against how it went."""
    ledger: Ledger = Ledger()
    """What language models were asked in this session, replaced grades included."""

    @property
    def last_words(self) -> Turn | None:
        """What was asked and said to close, once; it stands under each question that it was read for."""
        found = [turn for each in self.questions for turn in each.turns if turn.kind is TurnKind.LAST_WORDS]
        return min(found, key=lambda turn: turn.id, default=None)


def band(value: float, edition: int = EDITION) -> str:
    """The word for a score by the formula of an edition."""
    return next(name for bound, name in bands(edition) if value >= bound)


def bands(edition: int) -> tuple[tuple[float, str], ...]:
    """The bands of an edition's formula."""
    return FIRST_BANDS if edition == 1 else BANDS


def summarise(
    session_id: str,
    state: State,
    items: Mapping[str, Item],
    *,
    started_at: float,
    notes: tuple[str, ...] = (),
    ledger: Ledger | None = None,
) -> SessionSummary:
    """Build the summary of a session, finished or not; without a ledger, that of the grades which stand."""
    questions = tuple(_question_summaries(state, items))
    counted = [each for each in questions if each.counts]
    scored = [each for each in counted if each.score.value is not None]
    values = [each.score.value for each in scored if each.score.value is not None]
    mean = sum(values) / len(values) if values else None
    spread = INTERVAL_Z * math.sqrt(sum(each.score.variance for each in scored)) / len(scored) if scored else 0.0
    core = _mean(each.score.core for each in scored)
    points = [(each.item, point) for each in counted if not each.is_open for point in each.score.points]
    return SessionSummary(
        session_id=session_id,
        config=state.config,
        started_at=started_at,
        finished=state.phase is Phase.FINISHED,
        notes=(*notes, *_basic(counted)),
        questions=questions,
        value=mean,
        low=max(0.0, mean - spread) if mean is not None else 0.0,
        high=min(100.0, mean + spread) if mean is not None else 100.0,
        core=core,
        depth=_mean(each.score.depth for each in scored),
        band=band(mean, 1 if core is None else EDITION) if mean is not None else "no score",
        topics=_topic_scores(scored),
        strengths=find_strengths(points, {turn.id: turn.answer for turn in state.turns}),
        study=find_study(points),
        left_out=tuple(
            f"{each.item.question.title}: {each.score.note}"
            for each in counted
            if each.score.value is None and not each.is_open
        ),
        seconds=sum(turn.seconds for turn in state.turns),
        calibration=build_calibration(
            (each.item.question.title, each.turns[0].confidence, each.score.value) for each in counted
        ),
        ledger=ledger or build_ledger(_asked(state)),
    )


def _basic(questions: Iterable[QuestionSummary]) -> Iterator[str]:
    """What must be said of questions whose rubrics are basic ones."""
    titles = [each.item.question.title for each in questions if each.item.rubric.standard is Standard.BASIC]
    if titles:
        yield f"Less certain, for their rubrics are basic ones: {', '.join(titles)}."


def _mean(shares: Iterable[float | None]) -> float | None:
    known = [share for share in shares if share is not None]
    return sum(known) / len(known) if known else None


def _asked(state: State) -> Iterator[Asked]:
    for turn in state.turns:
        yield from asked_for(turn.result)
    for words in state.said:
        if words.voicing is not None:
            yield words.voicing.asked()


def summarise_answer(item: Item, level: Level, answer: str, result: GradeResult) -> QuestionSummary:
    """One answer outside of any session, scored as if it had been given in an interview at `level`."""
    turn = Turn(
        id=0,
        question_id=item.question.id,
        kind=TurnKind.QUESTION,
        prompt=item.question.prompt,
        started=0.0,
        outcome=Outcome.ANSWERED,
        answer=answer,
        result=result,
    )
    score = as_shown(score_question(item, level, (turn,)), item, level)
    return QuestionSummary(item=item, turns=(turn,), score=score)


def _question_summaries(state: State, items: Mapping[str, Item]) -> list[QuestionSummary]:
    asked = [turn.question_id for turn in state.turns if turn.kind is TurnKind.QUESTION]
    phase = state.before_pause if state.phase is Phase.PAUSED else state.phase
    under_way = asked[-1] if asked and phase in (Phase.ANSWERING, Phase.GRADING) else None
    return [_question_summary(state, items[each], is_open=each == under_way) for each in asked]


def _question_summary(state: State, item: Item, *, is_open: bool) -> QuestionSummary:
    level, turns = state.config.level, state.turns_of(item.question.id)
    told = {turn.id for turn in turns}
    return QuestionSummary(
        item=item,
        turns=turns,
        score=as_shown(score_question(item, level, turns, state.config.mode), item, level),
        is_open=is_open,
        said=tuple(each for each in state.said if each.act in (Act.REVEAL, Act.CLARIFICATION) and each.turn_id in told),
    )


def _topic_scores(scored: list[QuestionSummary]) -> tuple[TopicScore, ...]:
    values: dict[str, list[float]] = {}
    for each in scored:
        if each.score.value is not None:
            values.setdefault(each.item.question.topic, []).append(each.score.value)
    return tuple(
        TopicScore(topic=topic, value=sum(found) / len(found), questions=len(found))
        for topic, found in sorted(values.items())
    )
