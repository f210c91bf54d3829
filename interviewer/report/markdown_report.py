"""The report as Markdown, from one template.

Answers are fenced and other outside text is escaped: what a candidate typed must appear
as typed, and never as a heading, a link or HTML.
"""

from __future__ import annotations

import re

import jinja2

from interviewer.core.interview.summary import SessionSummary
from interviewer.core.text import clean, clean_line
from interviewer.wording import verdicts
from interviewer.wording.model_costs import describe_ledger
from interviewer.wording.replies import describe_asked, describe_reply
from interviewer.wording.worth import describe_passport

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$])")


def render_markdown(summary: SessionSummary) -> str:
    """Return the whole report, ending in a new line."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("interviewer.report"),
        autoescape=False,  # noqa: S701 - Markdown, escaped by the filters below
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters.update(inline=_inline, fence=_fence)
    template = environment.get_template("report.md.j2")
    return template.render(
        summary=summary,
        wording=verdicts,
        describe_asked=describe_asked,
        describe_passport=describe_passport,
        describe_reply=describe_reply,
        ledger=describe_ledger(summary),
    )


def _inline(text: str) -> str:
    """Outside text inside a line, with everything Markdown would read escaped."""
    return _SPECIAL.sub(r"\\\1", clean_line(text))


def _fence(text: str) -> str:
    """Outside text as a fenced block whose fence is longer than any run of backticks in it."""
    text = clean(text).strip("\n")
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"
