"""The screens one can go to from anywhere but an interview, each imported when it is first wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textual.screen import Screen


def _history() -> Screen[Any]:
    from interviewer.tui.screens.history import HistoryScreen

    return HistoryScreen()


def _bank() -> Screen[Any]:
    from interviewer.tui.screens.bank import BankScreen

    return BankScreen()


def _settings() -> Screen[Any]:
    from interviewer.tui.screens.settings import SettingsScreen

    return SettingsScreen()


def _doctor() -> Screen[Any]:
    from interviewer.tui.screens.doctor import DoctorScreen

    return DoctorScreen()


PLACES: dict[str, tuple[str, Callable[[], Screen[Any]]]] = {
    "history": ("All sessions: open, compare, trends, rename, delete", _history),
    "bank": ("Browse and search the questions", _bank),
    "settings": ("See and change settings", _settings),
    "doctor": ("What is installed and what works", _doctor),
}
"""Name -> what it is for, and how it is made."""


def make_place(name: str) -> Screen[Any]:
    """A new screen of that name; the name keeps it from being opened twice."""
    return PLACES[name][1]()
