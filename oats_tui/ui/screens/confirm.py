"""A question with yes or no."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Label


class ConfirmScreen(ModalScreen[bool]):
    """Asks before something that cannot be undone.

    Args:
        question: What is about to happen, as a question.
        verb: What yes does.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        ("y", "dismiss(True)", "yes"),
        ("n,escape", "dismiss(False)", "no"),
    ]

    def __init__(self, question: str, verb: str) -> None:
        super().__init__(classes="overlay")
        self._question = question
        self._verb = verb

    def compose(self) -> ComposeResult:
        """Make the question and what the keys do."""
        with Vertical(classes="card"):
            yield Label(self._question, markup=False, classes="card--title")
            yield Label(f"y: {self._verb.lower()} · n or esc: keep it", markup=False, classes="card--keys")
