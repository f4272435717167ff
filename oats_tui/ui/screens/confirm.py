"""A question with yes or no."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Label

from oats_tui.ui.screens.overlay import Overlay


class ConfirmScreen(Overlay[bool]):
    """Asks before something that cannot be undone.

    Args:
        question: What is about to happen, as a question.
        verb: What yes does.
    """

    def __init__(self, question: str, verb: str) -> None:
        super().__init__(classes="overlay")
        self._question = question
        self._verb = verb

    def compose(self) -> ComposeResult:
        """Make the question and what the keys do."""
        with Vertical(classes="card"):
            yield Label(self._question, markup=False, classes="card--title")
            yield Label(
                f"enter: {self._verb.lower()} · any other key: keep it", markup=False, classes="card--keys"
            )

    def on_key(self, event: events.Key) -> None:
        """Take enter for yes and everything else for no, so that words typed by mistake destroy nothing."""
        event.stop()
        event.prevent_default()
        self.leave(event.key == "enter")
