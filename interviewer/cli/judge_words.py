"""What `mockdl grade` says about the judge: where answers go before they go, and what came of it."""

from __future__ import annotations

from collections import Counter

from interviewer.cli.common import say
from interviewer.core.grade.grade import Grade, GradeResult
from interviewer.core.grade.ledger import Asked, asked_for, build_ledger
from interviewer.services import Services
from interviewer.wording.model_costs import describe_sums
from interviewer.wording.waiting import IS_LOADED


def announce_judge(services: Services) -> None:
    """Say where answers are sent, if anywhere, and from now on that the judge's model is being loaded."""
    if notice := services.model.notice():
        say(notice)
    announce_loading(services)


def announce_loading(services: Services) -> None:
    """Say from now on that the judge's model is being loaded."""
    services.model.on_loading = lambda: say(f"{IS_LOADED}.")


class Judged:
    """Keeps count of grades that a judge was to have a say in.

    Args:
        services: whose model it is.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._asked: list[Asked] = []
        self._problems: Counter[str] = Counter()
        self._graded = self._cached = 0

    def announce(self) -> None:
        """Say where answers are sent, if anywhere."""
        announce_judge(self._services)

    def add(self, result: GradeResult) -> None:
        """Take note of one grade."""
        if not isinstance(result, Grade) or result.judging is None:
            return
        self._graded += 1
        self._asked += asked_for(result)
        self._cached += bool(result.judging.calls) and all(call.cached for call in result.judging.calls)
        if result.judging.problem:
            self._problems[result.judging.problem.rstrip(".")] += 1

    @property
    def failed(self) -> bool:
        """Whether a judge was asked and none of its opinions could be used."""
        return bool(self._graded) and self._problems.total() == self._graded

    def conclude(self) -> None:
        """Say what was sent and what it cost, why grades are the offline ones, and what came from the cache."""
        if not self._graded:
            return
        for line in describe_sums(build_ledger(self._asked, self._services.model.prices())):
            say(line)
        if self._cached:
            say(f"{self._cached} of {self._graded} came from this machine's cache; --fresh asks again.")
        for problem, count in self._problems.items():
            say(f"Offline grade instead of the judge's, {count} of {self._graded}: {problem}.")
