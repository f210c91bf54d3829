"""Past sessions for the stories, made through the journal like real ones."""

from __future__ import annotations

from interviewer.core.bank.kinds import Level
from interviewer.core.grade.grade import GradeResult, Judging, Ungraded
from interviewer.core.interview.session import AnswerSubmitted, Graded, Phase, Quit, SessionConfig
from interviewer.services import Services
from tests.support.builders import make_grade

DAY = 86_400.0


def hold_session(
    services: Services,
    *,
    days_ago: float = 0,
    verdict: str = "covered",
    answer: str = "an answer",
    judged: bool = False,
    ungraded: bool = False,
    finished: bool = True,
    topics: tuple[str, ...] = (),
    level: Level = Level.MID,
    name: str = "",
) -> str:
    """A session of one question (two when it is left unfinished); returns its id."""
    real = services.sessions.clock
    now = services.sessions.clock() - days_ago * DAY
    services.sessions.clock = lambda: now
    try:
        config = SessionConfig(level=level, count=1 if finished else 2, topics=topics, seed=int(days_ago))
        conductor = services.sessions.create(config)
        conductor.open()
        while conductor.state.phase is not Phase.FINISHED:
            turn = conductor.turn
            conductor.send(AnswerSubmitted(at=now, text=answer))
            ids = [turn.target] if turn.target else [each.id for each in conductor.item.rubric.key_points]
            result: GradeResult = make_grade(dict.fromkeys(ids, verdict))
            if judged:
                result = make_grade(dict.fromkeys(ids, verdict)).model_copy(
                    update={"judging": Judging(model="m", host="127.0.0.1:1", prompt_hash="x")}
                )
            if ungraded:
                result = Ungraded(reason="the encoder was on fire")
            conductor.send_grade(Graded(at=now, turn_id=turn.id, result=result))
            if not finished and conductor.state.position == 1:
                conductor.send(Quit(at=now))
                break
    finally:
        services.sessions.clock = real
    if name:
        services.journal.rename_session(conductor.row.id, name)
    return conductor.row.id
