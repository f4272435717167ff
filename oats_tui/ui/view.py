"""What is shown: the workspace's values put into the widgets whenever news come."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from oats_tui.chat.chat import Chat
from oats_tui.core.errors import OatsError
from oats_tui.core.sanitize import sanitize, sanitize_line
from oats_tui.ui import bridge
from oats_tui.ui.left import Left
from oats_tui.ui.statusline import StatusLine
from oats_tui.ui.widgets.transcript import steps
from oats_tui.ui.words import EMPTY, merged_words, unreadable, watching_words, welcome
from oats_tui.ui.workspace import Workspace

if TYPE_CHECKING:
    from oats_tui.ui.screens.chat import ChatScreen


REST = 3
"""How many times its cost passes after a growing answer was drawn, until it is again: keys get their turn."""

LONGEST_REST = 1.0
"""Seconds at most between two readings of what others write all the time."""

SAVED_WITHIN = 1.0
"""Seconds until it is written down what has been read."""

TOLD_FOR = 8.0
"""Seconds for which something that asks for nothing is shown."""

SLOW_LINE_REST = 1 / 6
"""Seconds at least until a growing answer is drawn again at the end of a slow line."""

LEAST_REST = 0.06
"""Seconds; shorter rests are those that the 20 changes a second leave anyway."""


class View:
    """Shows the workspace on the chat screen.

    Args:
        screen: Where it is shown.
        workspace: What is shown.
        chat: Who knows of answers in progress.
        left: How sessions were left.
        clock: Seconds, monotonic.
        sleep: Waits so many seconds.

    Attributes:
        status: The status bar.
    """

    def __init__(
        self,
        screen: ChatScreen,
        workspace: Workspace,
        chat: Chat,
        left: Left,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.screen = screen
        self._workspace = workspace
        self._chat = chat
        self._clock = clock
        self._sleep = sleep
        self.opening = False
        self._stale: set[str] = set()
        self._answering: dict[str, str] = {}
        self._resting = False
        self._cost = 0.0
        self._refreshing = False
        self.left = left
        self.status = StatusLine(screen, workspace, chat)

    def take(self, news: bridge.News) -> None:
        """Show what came over the bus."""
        if not self.screen.sidebar.is_attached:
            return
        match news:
            case bridge.SessionsChanged():
                self._sessions(news.take())
            case bridge.AnswerGrew(session_id=session_id):
                self.grow(session_id)
            case bridge.TurnChanged(session_id=session_id):
                self._turn(session_id)
            case bridge.PreparingChanged(preparing=preparing):
                self.status.prepare(preparing)
            case bridge.SessionMerged(session_id=session_id, restored=restored):
                if session_id == self._workspace.open_id:
                    self.tell(*merged_words(restored))
            case bridge.WatchingChanged(how=how, why=why):
                self.status.watch(watching_words(how, why))

    def _sessions(self, writing: Mapping[str, bool | None]) -> None:
        """Read again what has changed."""
        for session_id, is_writing in writing.items():
            if is_writing is not None:
                self._workspace.listing.note_writing(session_id, writing=is_writing)
        self.refresh(*writing)

    def _turn(self, session_id: str) -> None:
        """Show that an answer has begun, how far it is, or that it is over."""
        growing = self._workspace.growing(session_id)
        self._workspace.listing.touch([session_id])
        if growing is None:
            # Its answer is in the file only; what was read before lacks it.
            self._answering.pop(session_id, None)
            self.refresh(session_id)
        elif self._answering.get(session_id) != growing.message.id:
            self._answering[session_id] = growing.message.id
            self.rows()
            if session_id == self._workspace.open_id:
                self.conversation()
        elif session_id == self._workspace.open_id and self._chat.turn(session_id) is None:
            self.conversation()
        elif session_id == self._workspace.open_id:
            self.status.show()

    def refresh(self, *session_ids: str, at_end: bool = False) -> None:
        """Read sessions again and show what changed; many calls at once cost one reading."""
        self._stale.update(session_ids)
        if at_end:
            self.screen.transcript.update(steps.last)
        if not self._refreshing:
            self._refreshing = True
            self.screen.run_worker(self._refresh(), group="refresh")

    def rows(self, *, anew: bool = False, from_top: bool = False) -> None:
        """Show the list as it is now.

        Args:
            anew: Whether its order changes under its reader as well, who asked for that.
            from_top: Whether the cursor goes to the first session as well.
        """
        open_id = self._workspace.open_id
        # What lies open while somebody looks elsewhere has not been read.
        if open_id is not None and self.screen.app.app_focus and self._workspace.listing.read(open_id):
            self.screen.set_timer(SAVED_WITHIN, self.screen.desk.save_marks)
        shelf, sidebar = self.screen.shelf, self.screen.sidebar
        lines = shelf.lines(self._workspace.listing.rows(), open_id)
        sidebar.empty_word = "nothing has these words" if shelf.filtering.words else "no sessions yet"
        sidebar.show(lines, open_id, anew=anew, from_top=from_top)
        self.screen.side.tell(shelf.hidden)

    def unread(self) -> None:
        """Show what has not been read, as it is now."""
        if self.screen.sidebar.is_attached:
            self._workspace.listing.touch(
                [row.id for row in self._workspace.listing.rows() if row.mark == "unread"]
            )
            self.rows()

    def conversation(self, *, opened_now: bool = False) -> None:
        """Show the open conversation as it is now; one that has just been opened as its reader left it."""
        state = self.left.state(self._workspace.open_id) if opened_now else None
        opened = self._workspace.opened
        entries = self._workspace.entries()
        model = self._chat.model_of(self._workspace.info())
        placeholder = welcome(model.name if model else None)
        if self.opening:
            placeholder = ["Opening the conversation…"]
        elif opened is not None:
            placeholder = unreadable(opened.problem, opened.savable) if opened.problem else [EMPTY]
        self.screen.transcript.show(entries, placeholder, state=state)
        self.status.show()

    def grow(self, session_id: str) -> None:
        """Show more of the open session's answer."""
        if session_id != self._workspace.open_id or self._resting:
            return
        begun = self._clock()
        growing = self._workspace.growing(session_id)
        if growing is None:
            return
        if not self.screen.transcript.grow(growing.entry):
            self.conversation()
        before, self._cost = self._cost, self._clock() - begun
        # A single time that took long was not the drawing, but something else in between, as the collector.
        rest = min(before, self._cost) * REST
        if self.screen.desk.start.pacing.is_slow:
            rest = max(rest, SLOW_LINE_REST)
        if rest > LEAST_REST:
            self._resting = True
            self.screen.set_timer(rest, lambda: self._rested(session_id))

    def _rested(self, session_id: str) -> None:
        """Show what has grown while the screen had a rest."""
        self._resting = False
        self.grow(session_id)

    def tell(self, title: str, message: str) -> None:
        """Tell something that asks for nothing."""
        self.screen.notify(message, title=title, timeout=TOLD_FOR, markup=False)

    def fail(self, error: OatsError) -> None:
        """Tell what went wrong, and what to do."""
        message = sanitize("\n".join(filter(None, (error.detail, error.hint))))
        title = sanitize_line(error.title)
        self.screen.notify(
            message or title, title=title if message else "", severity="error", timeout=10, markup=False
        )

    async def _refresh(self) -> None:
        """Read what is stale until nothing is."""
        try:
            while self._stale:
                stale, self._stale = self._stale, set()
                begun = self._clock()
                try:
                    await self._workspace.refresh(stale)
                except OatsError as error:
                    self.fail(error)
                if not self.screen.sidebar.is_attached:
                    return
                self.rows()
                if self._workspace.open_id in stale:
                    self.conversation()
                # A large session that is written all the time leaves room for everything else.
                await self._sleep(min(self._clock() - begun, LONGEST_REST))
        finally:
            self._refreshing = False
