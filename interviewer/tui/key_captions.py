"""Keys as captions name them: the ones in force, for the settings may have changed them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from textual.app import App
from textual.dom import DOMNode
from textual.keys import format_key

_PLACE = re.compile(r"\{(\^?)([a-z-]+)\}")
_WORDS = {"escape": "Esc", "enter": "Enter", "tab": "Tab"}


def name_keys(node: DOMNode, text: str, *elsewhere: type[DOMNode]) -> str:
    """A caption with the first key of each action that it names.

    Args:
        node: where it is shown; its bindings, its screen's and the app's are known.
        text: ours, never the candidate's: "{submit} sends it" becomes "ctrl+s sends it", and
            "{^submit}" is as short as in the footer, "^s".
        elsewhere: other screens whose keys the caption names.
    """
    kinds = [*(type(each) for each in node.ancestors_with_self), *elsewhere]
    return _PLACE.sub(lambda found: _name_key(node.app, found[2], kinds, short=bool(found[1])), text)


def _name_key(app: App[Any], name: str, kinds: Sequence[type[DOMNode]], *, short: bool) -> str:
    for kind in kinds:
        bindings = kind._merged_bindings
        if bindings is not None and app._keymap:  # as Textual does with each key that is pressed
            bindings = bindings.copy()
            bindings.apply_keymap(app._keymap)
        for key, binding in bindings or ():
            if binding.id == name:
                return app.get_key_display(binding.with_key(key)) if short else _spell(key)
    return "no key"  # another action was given it


def _spell(key: str) -> str:
    *modifiers, last = key.split("+")
    name = last.upper() if re.fullmatch(r"f\d+", last) else _WORDS.get(last) or format_key(last)
    return "+".join([*modifiers, name])
