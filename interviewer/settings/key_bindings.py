"""The actions of the terminal interface whose keys can be changed, by the id of their binding.

A table of its own, because settings are checked long before the interface is imported. A
test holds it against the bindings themselves.
"""

from __future__ import annotations

from collections.abc import Mapping

from interviewer.core.patterns import late_pattern
from interviewer.errors import nearest_names

ACTIONS = (
    "back",
    "bank",
    "bank-answer",
    "bank-choose",
    "bank-search",
    "clarify",
    "clarify-back",
    "clock",
    "close-help",
    "confidence-skip",
    "confirm-no",
    "confirm-other",
    "confirm-yes",
    "contest",
    "contest-answer",
    "contest-mark",
    "contest-submit",
    "contest-whole",
    "continue",
    "doctor",
    "doctor-again",
    "dont-know",
    "editor",
    "explain",
    "export",
    "go-on",
    "help",
    "help-letter",
    "hint",
    "history",
    "history-compare",
    "history-delete",
    "history-filter",
    "history-grade",
    "history-mark",
    "history-rename",
    "history-resume",
    "history-trend",
    "home",
    "judge-again",
    "jump",
    "jump-leave",
    "leave-no",
    "leave-yes",
    "line-cancel",
    "own-mark",
    "palette",
    "pause",
    "question",
    "quit",
    "read-down",
    "read-up",
    "replay-back",
    "replay-faster",
    "replay-leave",
    "replay-next",
    "replay-play",
    "replay-slower",
    "resume",
    "review",
    "settings",
    "settings-clear",
    "settings-edit",
    "skip",
    "sources",
    "start",
    "submit",
    "topics-tick",
    "verdict",
    "verdict-next",
    "verdict-previous",
)
"""Ids of the bindings."""

_KEY = late_pattern(r"^(ctrl\+|shift\+|alt\+|super\+)*[a-z0-9_]+$")


def check_keys(keys: Mapping[str, str]) -> dict[str, str]:
    """Return the table as it was given.

    Raises:
        ValueError: no such action (the nearest one is named), or a text that is no key.
    """
    for action, text in keys.items():
        if action not in ACTIONS:
            near = nearest_names(action, ACTIONS, most=1)
            hint = f"did you mean {near[0]!r}?" if near else "F1 in the interface names them"
            raise ValueError(f"{action!r} is no action of the interface; {hint}")
        for key in text.split(","):
            if not _KEY.match(key.strip()):
                raise ValueError(f"{key.strip()!r} is no key; keys are written as f2, ctrl+t or question_mark")
    return dict(keys)
