"""The report as a page: one file, nothing to load, and outside text that stays text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from itertools import pairwise

from interviewer.core.interview.summary import SessionSummary
from interviewer.core.text import clean
from interviewer.report import render_report
from tests.unit.test_report import ANSWER, make_summary, summary

__all__ = ["summary"]

VOID = {"meta", "br"}


class Page(HTMLParser):
    """What a browser would make of it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.said: list[str] = []
        self._said_at = 0
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)
        if ("class", "said") in attrs:
            self._said_at = len(self.open)
            self.said.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if len(self.open) < self._said_at:
            self._said_at = 0

    def handle_data(self, data: str) -> None:
        if self._said_at and self.open[-1] != "sup":
            self.said[-1] += data


def test_it_is_well_formed_and_loads_and_runs_nothing(summary: SessionSummary) -> None:
    page = Page(render_report(summary, "html"))
    assert page.open == []
    assert not {"script", "link", "img", "iframe", "a"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name in ("src", "href") or name.startswith("on")]
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in page.attributes


def test_answers_appear_as_typed_and_never_as_markup(summary: SessionSummary) -> None:
    text = render_report(summary, "html")
    assert Page(text).said[0] == clean(ANSWER)
    assert "<script>" not in text
    assert "\x1b" not in text


def test_headings_go_down_one_level_at_a_time(summary: SessionSummary) -> None:
    levels = [int(tag[1]) for tag in Page(render_report(summary, "html")).tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))


def test_it_says_what_the_other_forms_say() -> None:
    text = " ".join(render_report(make_summary(), "html").split())
    for wanted in (
        "covered",
        "contradicted",
        "did you mean this",
        "The right claim.",
        "All about alpha.",
        "the encoder died",
        "a note",
        "Nothing left this machine",
        "80% interval",
        '<mark class="against">',
    ):
        assert wanted in text, wanted
