"""Asks for a small number, which one key answers where it can."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Label

from oats_tui.ui.screens.overlay import Overlay


class NumberScreen(Overlay[str]):
    """Gives the number that was typed, as digits; an empty text where the person thinks better of it.

    Args:
        question: What is asked.
        most: The largest number; up to 9 one digit is enough, else enter ends it.
    """

    def __init__(self, question: str, most: int) -> None:
        super().__init__(classes="overlay overlay-clear")
        self._question = question
        self._most = most
        self._typed = ""

    def compose(self) -> ComposeResult:
        """Make the question."""
        with Vertical(classes="card"):
            yield Label(self._question, markup=False, id="number-question")

    async def on_key(self, event: events.Key) -> None:
        """Take a digit; anything but a digit or enter ends it."""
        event.stop()
        event.prevent_default()
        if event.key == "enter":
            self.leave(self._typed)
        elif not (event.character or "").isdecimal() or not (event.character or "").isascii():
            self.leave("")
        else:
            self._typed += event.character or ""
            self.query_one("#number-question", Label).update(f"{self._question} {self._typed}")
            if int(self._typed) * 10 > self._most:
                self.leave(self._typed)
