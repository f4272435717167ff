"""Keys of a widget, one after the other."""

from __future__ import annotations

from textual import events
from textual.binding import NoBinding
from textual.widget import Widget


async def run_own_binding(widget: Widget, event: events.Key) -> None:
    """Do what a widget binds a key to, now.

    Textual looks for bindings only once a key has come back up to the app; by then the widget has taken in the
    keys behind it, which may be meant for what that key opens.
    """
    try:
        bindings = widget._bindings.get_bindings_for_key(event.key)
    except NoBinding:
        return
    event.stop()
    event.prevent_default()
    for binding in bindings:
        if await widget.app.run_action(binding.action, widget):
            return
