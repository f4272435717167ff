"""The whole program but its services, on a screen that is not there."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any

os.environ["TEXTUAL_ANIMATIONS"] = "none"
os.environ["TEXTUAL_SMOOTH_SCROLL"] = "0"

from textual.events import Paste
from textual.pilot import Pilot
from textual.widget import Widget

from oats_tui.chat.chat import Chat
from oats_tui.chat.ledger import Folder, Ledger
from oats_tui.chat.pace import Pace
from oats_tui.core.bus import Event, bus
from oats_tui.session.meta import MetaStorage
from oats_tui.session.session import Session, get_session_storage
from oats_tui.ui.app import OatsApp
from oats_tui.ui.desk import Start
from oats_tui.ui.memory import Memory
from oats_tui.ui.screens.chat import ChatScreen
from tests.support.scripted_provider import ScriptedModels, ScriptedProvider, Step

DEADLINE = 10.0
"""Seconds after which a condition that has not come true fails the test."""

SIZES = ((120, 40), (80, 24), (40, 12))


def run(work: Coroutine[Any, Any, None], seconds: float = 60.0) -> None:
    """Run an async test; one that hangs fails."""

    async def limited() -> None:
        async with asyncio.timeout(seconds):
            await work

    asyncio.run(limited())


async def until(condition: Callable[[], object]) -> None:
    """Wait for a condition, with a generous deadline."""
    end = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < end, "what was waited for did not happen"
        await asyncio.sleep(0.002)


def make_chat(provider: ScriptedProvider, pace: Pace | None = None, *, configured: bool = True) -> Chat:
    """A chat over the session folder, answered by a script."""
    models = ScriptedModels(provider, configured=configured)
    return Chat(Ledger(get_session_storage(), MetaStorage()), models, bus, pace)


class Look:
    """What there is to see of the program.

    Attributes:
        app: The program.
    """

    app: OatsApp

    @property
    def screen(self) -> ChatScreen:
        """The chat screen, also while another lies over it."""
        screen = self.app.screen_stack[0]
        assert isinstance(screen, ChatScreen)
        return screen

    @property
    def top(self) -> str:
        """The class of the screen on top."""
        return type(self.app.screen).__name__

    def text(self) -> str:
        """What stands on the terminal now, line by line."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips)

    def lines(self, widget: Widget) -> list[str]:
        """What a widget shows, line by line."""
        return [widget.render_line(y).text.rstrip() for y in range(widget.size.height)]

    @property
    def shown(self) -> list[str]:
        """What the message pane shows, without the mark of the position at its right edge."""
        transcript = self.screen.transcript
        cropped = (
            transcript.render_line(y).crop(0, transcript.size.width - 1) for y in range(transcript.size.height)
        )
        return [strip.text.rstrip() for strip in cropped]

    @property
    def listed(self) -> list[str]:
        """What the session list shows."""
        return self.lines(self.screen.sidebar)

    @property
    def list_shown(self) -> bool:
        """Whether the session list is in sight."""
        return self.screen.sidebar.region.width > 0

    @property
    def said(self) -> str:
        """What the status bar says first."""
        return self.screen.status.status.state

    @property
    def open_id(self) -> str | None:
        """The open session."""
        return self.screen.desk.workspace.open_id

    def file(self, session_id: str) -> Path:
        """The file of a session."""
        return get_session_storage().path_of(session_id)


class Rig(Look):
    """The program on a screen of its own, with the means to work it and to look at it.

    Args:
        home: A folder for the memory file.
        memory: What is remembered.
        configured: Whether there is a model.
        preparation: With what the fetching of the first model fails.
        start: What differs from a usual start, by the names of ``Start``'s fields.
    """

    def __init__(
        self,
        home: Path,
        *,
        memory: Memory | None = None,
        configured: bool = True,
        preparation: Exception | None = None,
        **start: Any,
    ) -> None:
        self.provider = ScriptedProvider()
        if preparation is not None:
            self.provider.preparations.append((preparation,))
        self.memory = memory or Memory()
        self.chat = make_chat(self.provider, configured=configured)
        folder = Folder(Path("/project"), Path("/project"))
        begun = Start(folder, home / "state" / "memory.json", theme="textual-dark")
        self.start = replace(begun, **start)
        self.app = OatsApp(self.chat, self.memory, self.start, bus)
        self.app.animation_level = "none"
        self.pilot: Pilot[None]

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait for a condition while the screen does its work."""
        await until(condition)

    async def settle(self) -> None:
        """Wait until the keys pressed so far have been taken."""
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Type a text without newlines."""
        await self.press(*("space" if letter == " " else letter for letter in text))

    async def paste(self, text: str) -> None:
        """Paste a text."""
        assert self.app.focused is not None
        self.app.focused.post_message(Paste(text))
        await self.settle()

    async def say(self, text: str) -> None:
        """Paste a text into the input and send it."""
        await self.paste(text)
        await self.press("enter")

    async def ask(self, question: str, *answer: Step | str) -> str:
        """Ask in the open conversation, wait for the whole answer, and return the session's id."""
        before = len(self.provider.requests)
        self.provider.will(*answer)
        await self.say(question)
        await self.until(lambda: len(self.provider.requests) > before)
        assert self.open_id is not None
        await self.until(lambda: self.chat.turn(self.open_id or "") is None)
        return self.open_id


async def foreign(session: Session) -> None:
    """Save a session as another program does: the file first, then an event from the watcher."""
    path = get_session_storage().path_of(session.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    kind = "session.updated" if path.exists() else "session.created"
    path.write_text(session.model_dump_json(), "utf-8")
    await bus.publish(Event(kind, {"session_id": session.id}, "watch"))


def play(
    scenario: Callable[[Rig], Awaitable[None]],
    home: Path,
    size: tuple[int, int] = (120, 40),
    **options: Any,
) -> None:
    """Start the program, do what the scenario says, and put everything away."""

    async def whole() -> None:
        rig = Rig(home, **options)
        try:
            async with rig.app.run_test(size=size, notifications=True) as rig.pilot:
                await rig.until(lambda: rig.screen.sidebar.loading_word != "loading…")
                await rig.app.workers.wait_for_complete()
                await rig.settle()
                await scenario(rig)
                await rig.until(lambda: not any(work.group in ("refresh", "send") for work in rig.app.workers))
            await rig.app.put_away()
        finally:
            await rig.chat.close()
            bus.clear()

    run(whole())
