"""What opens over the chat screen and gives one result."""

from __future__ import annotations

from typing import TypeVar

from textual.screen import ModalScreen

T = TypeVar("T")


class Overlay(ModalScreen[T]):
    """A screen that is left once."""

    VERTICAL_BREAKPOINTS = [(0, "-flat"), (16, "-low"), (27, "-tall")]  # noqa: RUF012 - Textual's

    left = False

    def leave(self, result: T | None = None) -> None:
        """Close with a result, unless that has happened."""
        if not self.left:
            self.left = True
            self.dismiss(result)

    async def action_leave(self, result: T | None = None) -> None:
        """Close with a result: the action of a key."""
        self.leave(result)
