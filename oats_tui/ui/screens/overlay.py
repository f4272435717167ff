"""What opens over the chat screen and gives one result."""

from __future__ import annotations

from typing import TypeVar

from textual import events
from textual.screen import ModalScreen

T = TypeVar("T")


class Overlay(ModalScreen[T]):
    """A screen that is left once.

    Keys may come faster than it closes: what arrives behind the one that closed it goes on to what lies below.
    """

    left = False

    def leave(self, result: T | None = None) -> None:
        """Close with a result, unless that has happened."""
        if not self.left:
            self.left = True
            self.dismiss(result)

    async def action_leave(self, result: T | None = None) -> None:
        """Close with a result: the action of a key."""
        self.leave(result)

    async def on_event(self, event: events.Event) -> None:
        """Hand on keys that came too late."""
        if self.left and isinstance(event, events.Key):
            self.app.post_message(events.Key(event.key, event.character))
        else:
            await super().on_event(event)
