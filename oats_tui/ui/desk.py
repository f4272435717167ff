"""What a person does on the chat screen, beyond a single widget."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from oats_tui.chat.chat import Chat
from oats_tui.chat.ledger import Folder
from oats_tui.core.collector import resting_collector
from oats_tui.core.crash import Crashes
from oats_tui.core.errors import OatsError
from oats_tui.ui.drafting import Drafting
from oats_tui.ui.left import left_path, save_left
from oats_tui.ui.memory import Memory, save_memory
from oats_tui.ui.painting.pacing import Pacing
from oats_tui.ui.readmarks import ReadMarks, refresh_read_marks, save_read_marks
from oats_tui.ui.statusline import QUITS_WITHIN
from oats_tui.ui.view import View
from oats_tui.ui.workspace import Workspace

if TYPE_CHECKING:
    from oats_tui.chat.tending import PutAway
    from oats_tui.session.search import SearchIndex

MOST_NOTICES = 5
"""How many notices are shown at the start."""

PAUSE = 0.3
"""Seconds without a key after which somebody is taken to pause."""

LAST = "last"
"""What stands for the session with the newest activity, where a session is named."""


async def _nothing() -> None:
    """Do nothing."""


@dataclass(frozen=True)
class Start:
    """How the program was started.

    Attributes:
        folder: Where a new conversation takes place.
        memory_path: Where the memory is kept.
        resume: The id of the session to open, "last", or None for a new conversation.
        watching: Waits until changes by others are noticed.
        notices: What is to be said at the start, one sentence each.
        leader: The leader key.
        keys: The key of each command that does not have its usual one.
        theme: The theme asked for in the configuration, or None.
        log_path: The file that has the rest after a crash.
        search: Finds messages of all sessions; None where nothing does.
        pacing: How slow the line to the terminal is.
        notifications: How the person is told of answers, as the configuration says; None where it does not.
        crashes: Who writes reports of errors that nobody foresaw.
    """

    folder: Folder
    memory_path: Path
    resume: str | None = None
    watching: Callable[[], Awaitable[None]] = _nothing
    notices: tuple[str, ...] = ()
    leader: str = "ctrl+x"
    keys: dict[str, str] = field(default_factory=dict)
    theme: str | None = None
    log_path: Path = Path()
    search: SearchIndex | None = None
    pacing: Pacing = field(default_factory=Pacing)
    notifications: Literal["auto", "bell", "off"] | None = None
    crashes: Crashes | None = None

    @property
    def marks_path(self) -> Path:
        """Where it is kept what has been read."""
        return self.memory_path.with_name("read.json")


class Desk:
    """The work behind the chat screen.

    Args:
        view: What is shown, and where.
        workspace: The list and the open session.
        chat: Who reads, writes and answers.
        memory: What is remembered of the person.
        marks: What has been read.
        start: How the program was started.
        clock: Seconds, monotonic.

    Attributes:
        put_away: What was archived last, until something else is to be undone; None for nothing.
        deleted: What was deleted last at once, until it has been brought back.
    """

    def __init__(
        self,
        view: View,
        workspace: Workspace,
        chat: Chat,
        memory: Memory,
        marks: ReadMarks,
        start: Start,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.view = view
        view.opening = start.resume is not None
        self.screen = view.screen
        self.workspace = workspace
        self.chat = chat
        self.memory = memory
        self.marks = marks
        self.start = start
        self.searched = ""
        self.put_away: PutAway | None = None
        self.deleted: list[str] = []
        self._clock = clock
        self._pressed = float("-inf"), ""
        self._warm: object = None
        self._typed = float("-inf")
        self._waiting = False
        self._begun = asyncio.Event()
        self._moving = asyncio.Lock()
        self._saving = asyncio.Lock()
        self.draft = Drafting(self.screen.prompt, memory)

    async def begin(self) -> None:
        """Read the list once changes by others are noticed, and open what was asked for."""
        model = self.chat.model_of(None)
        if model is not None:
            self.chat.preparation.start(model)
        try:
            await self.workspace.listing.glance()
            self.view.rows()
            await self.start.watching()
            with resting_collector(keep=True):
                await self.workspace.listing.load()
            await self.chat.elsewhere.look_everywhere()
            session_id = self.start.resume
            if session_id == LAST:
                begun_at = self.view.left.at(None) if self.memory.draft(None) else 0.0
                session_id = self.workspace.listing.last(self.view.left.at, begun_at)
            if session_id is not None:
                await self._resume(session_id)
            elif self.start.resume is not None:
                self.draft.resume(None)
        except OatsError as error:
            self.view.fail(error)
        finally:
            self._begun.set()
            self.view.opening = False
        self.view.rows()
        self.view.conversation()
        await self.save_marks()
        for notice in self.start.notices[:MOST_NOTICES]:
            self.view.fail(OatsError(notice))

    async def _resume(self, session_id: str) -> None:
        """Open the session that was asked for; what has been typed meanwhile stays in the input."""
        await self.workspace.open(session_id)
        self.draft.resume(session_id)
        self.view.conversation(opened_now=True)
        self._read_rest()

    def _read_rest(self) -> None:
        """Have read what has not been: the rest of the open session, or what changed since it was open last."""
        opened = self.workspace.opened
        if opened is not None:
            # What is there already is shown first: reading in a thread would hold up the painting.
            self.screen.call_after_refresh(self.view.refresh, opened.id)

    async def open(self, session_id: str | None, *, stays: bool = False) -> None:
        """Open a session, or a new conversation; its draft and its answer in progress come with it.

        The input is the other session's at once: what is typed while that is read belongs to it.

        Args:
            session_id: Its id; None for a new conversation.
            stays: Whether who is in the list stays there, so that keys meant for it are not typed as a message.
        """
        async with self._moving:
            before = self.draft.session_id
            self.view.left.note(before, self.screen.transcript.reading.state)
            self.draft.take_up(session_id)
            if self.screen.narrow:
                self.screen.show_sidebar(False)
            if not stays or self.screen.narrow or not self.screen.side.leads:
                self.screen.set_focus(self.screen.prompt)
            self.screen.runner.let_keys_on()
            try:
                if session_id is None:
                    self.workspace.close()
                else:
                    await self.workspace.open(session_id)
            except OatsError:
                self.draft.take_up(before)
                raise
            self.view.status.say("")
            self.view.rows()
            self.view.conversation(opened_now=True)
            self._read_rest()
            await self.save()
            await save_left(left_path(self.start.memory_path), self.view.left)

    async def send(self, text: str) -> None:
        """Send a message, which has left the input. Raises OatsError where it could not be put on disk."""
        with self.draft.sending(text):
            await self._begun.wait()
            meant = self.draft.session_id
            async with self._moving:
                if meant != self.workspace.open_id:
                    raise OatsError("Not sent: the session it was written for could not be opened.")
                await self._send(meant, text)
        self.memory.sent(text)
        self.screen.prompt.remember(self.memory.history)
        await self.save()

    async def _send(self, session_id: str | None, text: str) -> None:
        """Send a message to the open session, or begin one with it."""
        if session_id is None:
            session_id = (await self.chat.begin(self.start.folder, text)).id
            self.draft.begin(session_id)
            await self.workspace.open(session_id)
        else:
            await self.chat.send(session_id, text)
        self.view.refresh(session_id, at_end=True)

    def typed(self) -> None:
        """Keep the draft and get the model ready at the next pause in the typing.

        A letter says that the model will be needed. It is not loaded at the letter itself: that takes the
        interpreter for a second, and keys would wait.
        """
        self._typed = self._clock()
        if not self._waiting:
            self._waiting = True
            self.screen.set_timer(PAUSE, self._paused)

    async def _paused(self) -> None:
        """Do what waits for a pause, unless somebody is still typing."""
        self._waiting = False
        if self._clock() - self._typed < PAUSE:
            self._waiting = True
            self.screen.set_timer(PAUSE, self._paused)
            return
        model = self.chat.model_of(self.workspace.info())
        if model is not None and model != self._warm and self.screen.prompt.text:
            self._warm = model
            self.chat.preparation.warm_up(model)
        await self.save()

    def subject(self) -> str:
        """Return the session that a command is about: the list's cursor's, else the open one.

        Raises OatsError where the open conversation has no file yet.
        """
        row = self.screen.sidebar.cursor_row
        if self.screen.sidebar.has_focus and row is not None:
            return row.id
        if self.workspace.open_id is None:
            raise OatsError("This conversation has no file yet.", hint="It becomes one with its first message.")
        return self.workspace.open_id

    def pressed_twice(self) -> bool:
        """Return whether this is the second time within a second, with nothing typed in between."""
        now, typed = self._clock(), self.screen.prompt.text
        (before, kept), self._pressed = self._pressed, (now, typed)
        return now - before <= QUITS_WITHIN and typed in ("", kept)

    async def choose_model(self, name: str) -> None:
        """Have this model answer from now on. Raises OatsError for a name that nothing answers to."""
        ref = self.chat.models.choose(name)
        self.chat.preparation.start(ref)
        if self.workspace.open_id is not None:
            await self.chat.ledger.use(self.workspace.open_id, ref)
        self.view.conversation()

    async def save(self) -> None:
        """Keep what is remembered."""
        self.draft.keep()
        # A save that began earlier must not end later, and put an old draft in the place of a new one.
        async with self._saving:
            await save_memory(self.start.memory_path, self.memory)

    async def look_back(self) -> None:
        """Show what has been read in other windows meanwhile."""
        if await refresh_read_marks(self.start.marks_path, self.marks):
            self.view.unread()
            # Two windows that save in the same moment have one file between them, which lacks what one has read.
            await self.save_marks()

    async def save_marks(self) -> None:
        """Keep what has been read, and show what others have read meanwhile."""
        if self.marks.unsaved and await save_read_marks(self.start.marks_path, self.marks):
            self.view.unread()
