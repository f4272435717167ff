"""A list from which one line is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Label, OptionList
from textual.widgets.option_list import Option

from oats_tui.ui.cells import clean_line
from oats_tui.ui.screens.overlay import Overlay

LONGEST_LINE = 200
"""Characters of a line that are shown."""


class ChooseScreen(Overlay[int | None]):
    """Gives the number of the chosen line, from 0; None where the person thinks better of it.

    Args:
        title: What is asked.
        lines: What can be chosen.
        verb: What enter does.
        here: The line on which the cursor begins.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q", "leave", "never mind"),
        Binding("j", "move('cursor_down')", show=False),
        Binding("k", "move('cursor_up')", show=False),
        Binding("g", "move('first')", show=False),
        Binding("G", "move('last')", show=False),
    ]

    def __init__(self, title: str, lines: Sequence[str], verb: str, here: int = 0) -> None:
        super().__init__(classes="overlay")
        self._title = title
        self._lines = [clean_line(line[: 4 * LONGEST_LINE])[:LONGEST_LINE] for line in lines]
        self._verb = verb
        self._here = here

    def compose(self) -> ComposeResult:
        """Make the list."""
        with Vertical(classes="card card-tall"):
            yield Label(self._title, markup=False, classes="card--title")
            yield OptionList(
                *(Option(Content(line).truncate(76, ellipsis=True)) for line in self._lines), compact=True
            )
            yield Label(f"enter: {self._verb} · esc: never mind", markup=False, classes="card--keys")

    def on_mount(self) -> None:
        """Put the cursor where it begins."""
        self.query_one(OptionList).highlighted = self._here

    def action_move(self, where: str) -> None:
        """Move the cursor."""
        getattr(self.query_one(OptionList), f"action_{where}")()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Give the number."""
        self.leave(event.option_index)
