"""What may follow the leader key."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Label, Static

from oats_tui.ui.commands import COMMANDS, LEADER, by_leader, key_name
from oats_tui.ui.screens.overlay import Overlay

_FRAME_LINES = 6

HINT_AFTER = 0.4
"""Seconds after which the keys are shown to somebody who hesitates."""


class LeaderScreen(Overlay[str | None]):
    """Takes the next key; gives the id of the command behind it, or None.

    Args:
        leader: The leader key as it is configured.
    """

    def __init__(self, leader: str) -> None:
        super().__init__(classes="overlay overlay-clear")
        self._leader = leader

    def compose(self) -> ComposeResult:
        """Make the list of keys, hidden at first."""
        lines = []
        for command in COMMANDS:
            if command.leader and command.shown:
                key = key_name(self._leader if command.leader[0] == LEADER else command.leader[0])
                lines.append(f"{key:<8}{command.title}")
        lines.append(f"{'1 … 9':<8}That session of the list")
        room = self.app.size.height - _FRAME_LINES
        if len(lines) > room:
            lines[max(0, room - 1) :] = ["…       F1 lists them all"]
        with Vertical(classes="card", id="leader-keys"):
            yield Label(f"{self._leader} …", markup=False, classes="card--title")
            yield Static("\n".join(lines), markup=False, classes="one-line")

    def on_mount(self) -> None:
        """Hide the list from those who know."""
        card = self.query_one("#leader-keys")
        card.display = False
        self.set_timer(HINT_AFTER, lambda: setattr(card, "display", True))

    async def on_key(self, event: events.Key) -> None:
        """Take the key."""
        event.stop()
        event.prevent_default()
        key = event.character if event.key.startswith("upper_") else event.key
        command = by_leader(key or event.key, self._leader)
        self.leave(command.id if command else None)
