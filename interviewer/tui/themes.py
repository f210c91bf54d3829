"""The themes of our own, of high contrast in the dark and in the light."""

from __future__ import annotations

from textual.theme import BUILTIN_THEMES, Theme

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


def theme_names() -> list[str]:
    """The names of all themes that there are."""
    return [*BUILTIN_THEMES, *(theme.name for theme in THEMES)]
