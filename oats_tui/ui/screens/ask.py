"""A line of text, asked for."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Label

from oats_tui.core.sanitize import sanitize_line
from oats_tui.ui.screens.overlay import Overlay
from oats_tui.ui.widgets.lineinput import LineInput


class AskScreen(Overlay[str]):
    """Asks for one line; gives an empty text where the person thinks better of it.

    Args:
        question: What is asked for.
        text: What stands there already.
    """

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "leave('')", "never mind")]

    def __init__(self, question: str, text: str) -> None:
        super().__init__(classes="overlay")
        self._question = question
        self._text = sanitize_line(text)

    def compose(self) -> ComposeResult:
        """Make the question, the line and what the keys do."""
        with Vertical(classes="card"):
            yield Label(self._question, markup=False, classes="card--title")
            yield LineInput(self._text, compact=True, select_on_focus=True)
            yield Label("enter: done · esc: never mind", markup=False, classes="card--keys")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Give the line."""
        self.leave(event.value)
