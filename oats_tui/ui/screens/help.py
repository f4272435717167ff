"""Every key on one screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from rich.table import Table
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Label, Static

from oats_tui.ui.commands import COMMANDS, key_names
from oats_tui.ui.screens.overlay import Overlay


class HelpScreen(Overlay[None]):
    """Lists what can be done, and how.

    Args:
        leader: The leader key as it is configured.
        keys: The key of each command that does not have its usual one.
    """

    BINDINGS: ClassVar[list[BindingType]] = [("escape,q,f1,question_mark", "leave", "back")]

    def __init__(self, leader: str, keys: Mapping[str, str]) -> None:
        super().__init__(classes="overlay")
        self._leader = leader
        self._keys = keys

    def compose(self) -> ComposeResult:
        """Make the list."""
        table = Table.grid(padding=(0, 2))
        for command in COMMANDS:
            keys = ", ".join(key_names(command, self._leader, self._keys))
            if command.shown:
                table.add_row(keys, command.title)
        table.add_row(f"{self._leader} 1 … 9", "That session of the list")
        with Vertical(classes="card card-tall"):
            yield Label("Keys", markup=False, classes="card--title")
            with VerticalScroll(classes="card--body card--page"):
                yield Static(table)
            yield Label("esc: back", markup=False, classes="card--keys")
