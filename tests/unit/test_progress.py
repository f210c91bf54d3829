"""Streaks, trends and comparisons, from records alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from interviewer.core.bank.kinds import Level
from interviewer.core.bank.word_search import find_by_words, merge_found
from interviewer.core.interview.session import Mode
from interviewer.core.progress.record import Record, Series, TopicMark
from interviewer.core.progress.trends import (
    Line,
    Wanted,
    compare,
    differences,
    filter_records,
    spark,
    streak,
    trend,
)
from interviewer.settings.key_bindings import check_keys
from tests.support.builders import make_item

TODAY = date(2026, 11, 21)


def make_record(
    name: str = "one",
    *,
    at: float = 0.0,
    marks: tuple[tuple[str, Series, float], ...] = (("vision", "offline", 50.0),),
    finished: bool = True,
    demo: bool = False,
    level: Level = Level.MID,
) -> Record:
    values = [value for _, _, value in marks]
    return Record(
        id=name,
        name=name,
        started_at=at,
        level=level,
        mode=Mode.INTERVIEW,
        finished=finished,
        demo=demo,
        planned=1,
        value=sum(values) / len(values) if values else None,
        low=0.0,
        high=100.0,
        band="mixed",
        marks=tuple(TopicMark(topic, series, value, 1) for topic, series, value in marks),
        owed=0,
        titles=("Sizing a KV cache",),
        topics=tuple(topic for topic, _, _ in marks),
        graders=("offline 1",),
    )


def days(*ago: int) -> set[date]:
    return {TODAY - timedelta(days=each) for each in ago}


@pytest.mark.parametrize(
    ("ago", "length"),
    [((), 0), ((0,), 1), ((1,), 1), ((0, 1, 2), 3), ((1, 2), 2), ((2, 3), 0), ((0, 2, 3), 1)],
)
def test_a_streak_ends_today_or_yesterday(ago: tuple[int, ...], length: int) -> None:
    assert streak(days(*ago), TODAY) == length


def test_a_sparkline_has_one_bar_a_score_from_lowest_to_highest() -> None:
    assert spark([0, 50, 100]) == "▁▅█"
    assert spark([-5, 120]) == "▁█"
    assert spark([]) == ""


def test_a_trend_never_mixes_kinds_of_grade_and_leaves_demonstrations_out() -> None:
    records = [
        make_record("b", at=2, marks=(("vision", "judged", 90), ("vision", "offline", 40))),
        make_record("a", at=1),
        make_record("demo", at=3, demo=True),
        make_record("open", at=4, finished=False),
    ]
    found = trend(records, "vision")
    level = records[0].level
    assert [point.value for point in found[Line("offline", level)]] == [50, 40]
    assert [point.value for point in found[Line("judged", level)]] == [90]
    assert trend(records, "data") == {}


def test_a_trend_never_mixes_levels_and_tells_of_the_latest_first() -> None:
    records = [
        make_record("c", at=3, level=Level.JUNIOR),
        make_record("b", at=2, level=Level.SENIOR),
        make_record("a", at=1, level=Level.JUNIOR),
    ]
    found = trend(records)
    assert [(line.level, len(points)) for line, points in found.items()] == [(Level.JUNIOR, 2), (Level.SENIOR, 1)]


def test_two_sessions_are_compared_topic_by_topic() -> None:
    first = make_record("a", marks=(("vision", "offline", 40), ("data", "offline", 10)))
    second = make_record("b", marks=(("vision", "offline", 70), ("trust", "offline", 5)))
    rows = {each.topic: each for each in compare(first, second)}
    assert rows["vision"].change == 30
    assert rows["data"].second is None
    assert rows["trust"].change is None
    assert differences(first, second) == []


def test_what_makes_two_sessions_incomparable_is_said() -> None:
    judged = make_record("b", marks=(("vision", "judged", 70),), level=Level.STAFF, demo=True, finished=False)
    said = " ".join(differences(make_record("a"), judged))
    for words in ("same level", "same grader", "demonstration", "not finished"):
        assert words in said


def test_versions_of_one_grader_are_said_to_differ_a_little() -> None:
    (said,) = differences(make_record("a"), make_record("b")._replace(graders=("offline 2",)))
    assert "different versions" in said


def test_sessions_are_filtered_by_words_and_choices() -> None:
    records = [make_record("alpha"), make_record("beta", level=Level.STAFF, finished=False)]
    assert [each.id for each in filter_records(records, Wanted(text="KV alph"))] == ["alpha"]
    assert [each.id for each in filter_records(records, Wanted(state="unfinished"))] == ["beta"]
    assert [each.id for each in filter_records(records, Wanted(level="staff", grading="offline"))] == ["beta"]
    assert filter_records(records, Wanted(grading="judged")) == []


def test_words_in_the_title_come_before_words_in_the_prompt() -> None:
    items = [make_item("alpha"), make_item("beta")]
    assert find_by_words(items, "BETA") == ["beta"]
    assert find_by_words(items, "what is") == ["alpha", "beta"]
    assert find_by_words(items, "absent") == []
    assert merge_found(["b"], ["a", "b"]) == ["b", "a"]


@pytest.mark.parametrize(
    ("keys", "words"),
    [({"hnt": "f2"}, "did you mean 'hint'"), ({"hint": "control t"}, "no key"), ({"zzzzzz": "f2"}, "F1")],
)
def test_a_wrong_key_setting_is_explained(keys: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words.replace("?", r"\?")):
        check_keys(keys)
    assert check_keys({"hint": "ctrl+t,f12"}) == {"hint": "ctrl+t,f12"}
