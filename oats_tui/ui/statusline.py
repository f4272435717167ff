"""What the status bar shows, from everybody who has something to say there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.timer import Timer

from oats_tui.chat.chat import Chat
from oats_tui.chat.state import Preparing
from oats_tui.date import utc
from oats_tui.session.activity import NOBODY
from oats_tui.ui.words import FIRST_KEYS, line_words, situation
from oats_tui.ui.workspace import Workspace

if TYPE_CHECKING:
    from oats_tui.ui.screens.chat import ChatScreen

QUITS_WITHIN = 1.0
"""Seconds within which a second ctrl+c quits, and for which that is said."""

SAID_FOR = 4.0
"""Seconds for which something said stands there."""

OFFERED_FOR = 8.0
"""Seconds for which it stands there what can be done next, or taken back."""

COUNTED_EVERY = 1.0
"""Seconds after which it is told again for how long an answer has been waited for."""


class StatusLine:
    """Knows what is to be told, and puts it into the status bar.

    Args:
        screen: Where it is shown.
        workspace: What is open.
        chat: Who knows of answers in progress.
    """

    def __init__(self, screen: ChatScreen, workspace: Workspace, chat: Chat) -> None:
        self._screen = screen
        self._workspace = workspace
        self._chat = chat
        self._preparing: Preparing | None = None
        self._said = ""
        self._watching = ""
        self._rate = ""
        self._is_counting = False
        self._until: Timer | None = None

    def show(self) -> None:
        """Show what is going on."""
        info, opened = self._workspace.info(), self._workspace.opened
        turn = self._chat.turn(opened.id) if opened else None
        model, preparing = self._chat.model_of(info), self._preparing
        line = line_words(self._screen.desk.start.pacing)
        words = situation(
            turn=turn.state if turn else None,
            seconds=max(0, int((utc() - turn.message.created_at).total_seconds())) if turn else 0,
            activity=self._chat.elsewhere.activity(opened.id) if opened else NOBODY,
            opened=opened,
            preparing=preparing if preparing and model and preparing.model == model.name else None,
            said=self._said,
            following=self._screen.transcript.following,
            model=model.name if model else "",
            tokens=info.total_tokens if info else 0,
            watching=" · ".join(filter(None, (self._watching, line, self._rate))),
        )
        self._screen.status.status = replace(words, keys=FIRST_KEYS[self.place])
        if turn is not None and not self._is_counting:
            self._is_counting = True
            self._screen.set_timer(COUNTED_EVERY, self._count)

    @property
    def place(self) -> str:
        """Where the focus is: "list", "messages", or "" for the input."""
        focused = self._screen.focused
        if focused is not None and self._screen.side in focused.ancestors:
            return "list"
        return "messages" if focused is self._screen.transcript else ""

    def say(self, words: str, seconds: float = SAID_FOR) -> None:
        """Say something for a moment; an empty text takes it back."""
        if self._until is not None:
            self._until.stop()
        self._said = words
        self.show()
        self._until = self._screen.set_timer(seconds, lambda: self.say("")) if words else None

    def prepare(self, preparing: Preparing | None) -> None:
        """Show how the fetching of a model goes."""
        self._preparing = preparing
        self.show()

    def watch(self, words: str) -> None:
        """Show how changes by others are noticed, where that is not as usual."""
        self._watching = words
        self.show()

    def rate(self, words: str) -> None:
        """Show how much goes to the terminal."""
        self._rate = words
        self.show()

    def _count(self) -> None:
        """Show for how long the answer has been waited for."""
        self._is_counting = False
        self.show()
