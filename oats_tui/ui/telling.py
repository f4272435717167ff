"""Tells the person through the terminal that an answer has ended, where it would go unnoticed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Protocol

from oats_tui.chat.state import TURN_CHANGED
from oats_tui.core.bus import Event, EventBus
from oats_tui.ui.notifying import How, sequence

WORDS = {"answered": "answered", "failed": "failed"}
"""The outcomes of an answer that are told; one that somebody has stopped is known to them."""


class Window(Protocol):
    """What has to be known of the screen."""

    @property
    def open_id(self) -> str | None:
        """The id of the open session; None in a new conversation."""

    @property
    def is_there(self) -> bool:
        """Whether the screen is up, and its terminal has not gone."""

    def title_of(self, session_id: str) -> str:
        """Return a session's title."""

    def send(self, sequence: str) -> None:
        """Send a sequence to the terminal."""


class Telling:
    """Notifies of answers of this program that end.

    Args:
        window: The screen.
        how: What is wanted.
        environ: The environment.

    Attributes:
        has_focus: Whether the window has the focus; None where that was never reported.
    """

    def __init__(self, window: Window, how: How, environ: Mapping[str, str] = os.environ) -> None:
        self.has_focus: bool | None = None
        self._window = window
        self._how = how
        self._environ = environ

    def listen(self, bus: EventBus) -> None:
        """Listen to the bus from now on."""
        if self._how != "off":
            bus.subscribe_all(self._take)

    async def _take(self, event: Event) -> None:
        """Tell of an answer that has ended."""
        outcome = WORDS.get(str(event.data.get("outcome")))
        session_id = str(event.data.get("session_id", ""))
        if event.type == TURN_CHANGED and outcome and self._goes_unnoticed(session_id):
            self._window.send(sequence(self._window.title_of(session_id), outcome, self._how, self._environ))

    def _goes_unnoticed(self, session_id: str) -> bool:
        """Return whether nobody would see the end of an answer in a session."""
        if not self._window.is_there:
            return False
        return session_id != self._window.open_id if self.has_focus is None else not self.has_focus
