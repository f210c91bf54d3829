"""Theme, motion and keys as the settings want them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import constants
from textual.theme import Theme
from textual.widgets import Input, TextArea

from interviewer.errors import nearest_names
from interviewer.tui.safe_text import toast

if TYPE_CHECKING:
    from textual.widget import Widget

    from interviewer.tui.app import MockdlApp

__all__ = ["THEMES", "apply_looks", "steady_cursor"]

THEMES = (
    Theme(
        name="high-contrast",
        primary="#00ffff",
        secondary="#ffffff",
        accent="#ffff00",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#000000",
        boost="#202020",
        success="#00ff00",
        warning="#ffff00",
        error="#ff8080",
        dark=True,
        variables={
            "primary-background": "#003050",
            "text-muted": "#ffffff",
            "block-cursor-background": "#ffff00",
            "block-cursor-foreground": "#000000",
            "block-cursor-blurred-background": "#606000",
            "block-cursor-blurred-foreground": "#ffffff",
            "footer-key-foreground": "#ffff00",
        },
    ),
    Theme(
        name="high-contrast-light",
        primary="#00008b",
        secondary="#000000",
        accent="#8b0000",
        foreground="#000000",
        background="#ffffff",
        surface="#ffffff",
        panel="#ffffff",
        boost="#e0e0e0",
        success="#004d00",
        warning="#5c3a00",
        error="#8b0000",
        dark=False,
        variables={
            "primary-background": "#d0e0ff",
            "text-muted": "#000000",
            "block-cursor-background": "#00008b",
            "block-cursor-foreground": "#ffffff",
            "footer-key-foreground": "#8b0000",
        },
    ),
)
"""Beside Textual's own."""


def apply_looks(app: MockdlApp) -> None:
    """Put theme, motion and keys of the settings in force."""
    settings = app.services.settings
    for theme in THEMES:
        if theme.name not in app.available_themes:
            app.register_theme(theme)
    if settings.theme in app.available_themes:
        app.theme = settings.theme
    else:
        near = nearest_names(settings.theme, app.available_themes, most=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        toast(app, f"There is no theme {settings.theme!r}.{hint}", severity="warning")
    app.animation_level = "none" if settings.reduced_motion else constants.TEXTUAL_ANIMATIONS
    for screen in app.screen_stack:
        for widget in screen.query("Input, TextArea"):
            steady_cursor(app, widget)
    app.set_keymap(settings.keys)


def steady_cursor(app: MockdlApp, widget: Widget) -> None:
    """Let a line's or an editor's cursor blink, unless motion is reduced."""
    if isinstance(widget, Input | TextArea):
        widget.cursor_blink = not app.services.settings.reduced_motion
