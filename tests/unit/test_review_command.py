"""`mockdl review` as a user meets it."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path

import pytest

from interviewer.core.bank.kinds import Level
from interviewer.core.interview.session import Mode
from interviewer.review import local_day
from interviewer.services import Services, build_services
from tests.tui.past import hold_session
from tests.unit.test_cli import mockdl


@pytest.fixture
def services(home: Path) -> Services:
    """The journal of a private home; commands run in processes of their own."""
    return build_services()


def test_without_a_graded_answer_there_is_nothing_to_review() -> None:
    for arguments in (["review"], ["review", "--start"]):
        result = mockdl(*arguments)
        assert result.returncode == 0, result.stderr
        assert "no graded answer yet" in result.stdout
        assert "`mockdl start`" in result.stdout


def test_what_is_due_is_listed_for_people_pipes_and_scripts(services: Services) -> None:
    old, newer = hold_session(services, days_ago=9, verdict="missing"), hold_session(services, days_ago=3)
    asked = [services.journal.session(each).plan[0].question_id for each in (old, newer)]
    services.close()
    piped = mockdl("review")
    assert piped.returncode == 0, piped.stderr
    rows = [line.split("\t") for line in piped.stdout.splitlines()]
    assert [row[0] for row in rows] == asked
    assert [row[2] for row in rows] == ["8", "1"]
    assert "2 questions" in piped.stderr
    body = json.loads(mockdl("review", "--json", "--count", "1").stdout)
    assert [each["question_id"] for each in body["due"]] == asked[:1]
    assert body["due"][0]["points"][0]["due"] == str(local_day(time.time()) - timedelta(days=8))


def test_nothing_due_says_when_the_next_one_is(services: Services) -> None:
    hold_session(services, verdict="missing")
    services.close()
    result = mockdl("review", "--start")
    assert result.returncode == 0, result.stderr
    assert f"due on {local_day(time.time()) + timedelta(days=1)}" in result.stdout


def test_a_demonstration_is_never_reviewed(services: Services) -> None:
    services.model.demo = True
    hold_session(services, days_ago=5, verdict="missing")
    services.close()
    assert "no graded answer yet" in mockdl("review").stdout


@pytest.mark.usefixtures("shared_worker")
def test_start_practises_what_is_due_at_the_level_asked(services: Services) -> None:
    due = hold_session(services, days_ago=5, verdict="missing", level=Level.SENIOR)
    hold_session(services, days_ago=4, verdict="missing", level=Level.SENIOR)
    asked = services.journal.session(due).plan[0].question_id
    result = mockdl("review", "--start", "--plain", "--level", "senior", "--count", "1", typed="/quit\n")
    assert "Question 1 of 1" in result.stdout
    made = services.journal.session("last")
    assert [each.question_id for each in made.plan] == [asked]
    assert (made.config.mode, made.config.level) == (Mode.PRACTICE, Level.SENIOR)
    services.close()


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        (["--level", "senoir"], "Did you mean 'senior'?"),
        (["--start", "--json"], "do not go together"),
        (["--count", "0"], "--count"),
    ],
)
def test_wrong_use_is_said(arguments: list[str], wanted: str) -> None:
    result = mockdl("review", *arguments)
    assert result.returncode == 2
    assert wanted in result.stderr
    assert "Traceback" not in result.stderr
