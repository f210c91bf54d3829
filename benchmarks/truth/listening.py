"""Does the interviewer ask for what was just said? Natural answers played through the engine's choice of follow-ups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from benchmarks.truth.held import CONTRADICTED, COVERED, Held, grade
from interviewer.core.bank.natural import NaturalAnswer
from interviewer.core.grade.grade import FIX_PREFIX
from interviewer.core.interview.followup import pick_follow_up
from interviewer.core.interview.session import RULES, Outcome, TurnKind
from interviewer.core.interview.summary import summarise_answer

__all__ = ["listening"]


def listening(held: Sequence[Held], answers: Mapping[str, Sequence[NaturalAnswer]]) -> None:
    """Print how many follow-ups ask for what was made, and how many challenges what was not wrong."""
    asked: dict[int, list[tuple[TurnKind, bool]]] = {1: [], RULES: []}
    silent = dict.fromkeys(asked, 0)
    count = 0
    for each in held:
        for item in each.items:
            for answer in answers.get(item.question.id, ()):
                found = grade(each.grader, item, answer.text)
                if found is None:
                    continue
                count += 1
                (main,) = summarise_answer(item, item.question.level, answer.text, found).turns
                for edition, told in asked.items():
                    turns = [main]
                    while (follow := pick_follow_up(item, item.question.level, turns, edition=edition)) is not None:
                        told.append((follow.kind, _is_useless(follow.kind, follow.target, answer)))
                        passed = {"id": len(turns), "kind": follow.kind, "target": follow.target, "answer": ""}
                        turns.append(main.model_copy(update={**passed, "outcome": Outcome.SKIPPED, "result": None}))
                    silent[edition] += len(turns) == 1
    for edition, told in asked.items():
        print(f"rules {edition}: {count} answers, {silent[edition] / count:.2f} of them without a follow-up")
        for kind in TurnKind:
            own = [useless for each, useless in told if each is kind]
            if own:
                print(f"  {kind:<10}{len(own):>5}, of what was {_WORDS.get(kind, 'made')} {sum(own) / len(own):.3f}")


_WORDS = {TurnKind.CHALLENGE: "not wrong"}


def _is_useless(kind: TurnKind, target: str, answer: NaturalAnswer) -> bool:
    """A challenge of what was not said wrongly; else a question for what was made."""
    if target.startswith(FIX_PREFIX):
        return target.removeprefix(FIX_PREFIX) not in answer.misconceptions
    verdict = answer.verdicts.get(target)
    return verdict is not CONTRADICTED if kind is TurnKind.CHALLENGE else verdict is COVERED
