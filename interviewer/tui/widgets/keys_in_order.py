"""Keys take effect in the order in which they were typed, also where they come faster than they are handled.

Textual looks for a binding only once a key has come up through all that a field lies in, and by then text that was
typed after a Backspace may stand before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.events import Key

if TYPE_CHECKING:
    from textual.widget import Widget as _Base
else:
    _Base = object  # a second widget among the bases would hide the styles of the first


class KeysInOrder(_Base):
    """Does what a field's own bindings say as soon as a key comes; to stand before the kind of field it is."""

    async def _on_key(self, event: Key) -> None:
        """Textual calls the field's own method after this one, unless that is prevented."""
        for binding in self._bindings.key_to_bindings.get(event.key, ()):
            if not binding.priority and await self.app.run_action(binding.action, self):
                event.stop()
                event.prevent_default()
                return
