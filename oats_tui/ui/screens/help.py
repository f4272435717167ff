"""Every key on one screen."""

from __future__ import annotations

from typing import ClassVar

from rich.table import Table
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Label, Static

from oats_tui.ui.commands import COMMANDS, key_names

MORE = (
    ("pgup, pgdn", "Scroll the messages from the input"),
    ("tab", "From an empty input to the messages; esc comes back"),
    ("1 … 9", "Behind the leader: that session of the list"),
)


class HelpScreen(ModalScreen[None]):
    """Lists what can be done, and how.

    Args:
        leader: The leader key as it is configured.
    """

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q,f1,question_mark", "dismiss", "back")]

    def __init__(self, leader: str) -> None:
        super().__init__(classes="overlay")
        self._leader = leader

    def compose(self) -> ComposeResult:
        """Make the list."""
        table = Table.grid(padding=(0, 2))
        for command in COMMANDS:
            keys = ", ".join(key_names(command, self._leader))
            if command.shown:
                table.add_row(keys, command.title)
        for keys, title in MORE:
            table.add_row(keys, title)
        with VerticalScroll(classes="card card-tall"):
            yield Label("Keys", markup=False, classes="card--title")
            yield Static(table)
            yield Label("esc: back", markup=False, classes="card--keys")
