"""The program with a scripted conversation, a clock that stands still, and a model that never ends."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input

from oats_tui.chat.chat import Chat
from oats_tui.chat.elsewhere import Elsewhere
from oats_tui.chat.ledger import Folder, Ledger
from oats_tui.chat.pace import Pace
from oats_tui.core.bus import EventBus
from oats_tui.core.config import set_data_dir
from oats_tui.core.settings import ModelSettings, ServiceSettings, Settings
from oats_tui.provider.base import Event, Options, Progress, Text
from oats_tui.provider.names import ModelRef
from oats_tui.provider.registry import Models
from oats_tui.session.activity import NOBODY, Activity
from oats_tui.session.meta import MetaStorage
from oats_tui.session.search import SearchIndex
from oats_tui.session.session import get_session_storage
from oats_tui.ui.app import OatsApp
from oats_tui.ui.desk import Start
from oats_tui.ui.memory import Memory
from oats_tui.ui.screens.chat import ChatScreen
from screenshots import conversations, texts
from screenshots.picture import beside, cleaned, text_of
from screenshots.scenes import Pair, Scene

DEADLINE = 30.0
"""Seconds after which a screen that does not show what it should is given up."""

_PAUSE = 0.05


class UnendingProvider:
    """Says the beginning of an answer and is never done."""

    def context(self, model: str) -> int | None:
        """Return None: nobody knows."""
        return None

    def reads_images(self, model: str) -> bool:
        """Return False."""
        return False

    async def stream(
        self, messages: list[dict[str, Any]], model: str, options: Options
    ) -> AsyncGenerator[Event, None]:
        """Begin to answer, and wait until that is stopped."""
        yield Text(texts.RELEASE_BEGUN.strip())
        await asyncio.Event().wait()

    async def prepare(self, model: str) -> AsyncIterator[Progress]:
        """Yield nothing: all is there."""
        nothing: tuple[Progress, ...] = ()
        for step in nothing:
            yield step

    async def warm_up(self, model: str) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""


class ScriptedModels(Models):
    """One model of one service, which answers without a network."""

    def __init__(self, cache_dir: Path) -> None:
        provider_id, model_id = conversations.PROVIDER_ID, conversations.MODEL_ID
        # The address is never asked; the name is one that no machine can have.
        service = ServiceSettings(
            id=provider_id, base_url="http://llm.invalid/v1", models=(ModelSettings(name=model_id),)
        )
        super().__init__(Settings(services={provider_id: service}), cache_dir)

    def provider(self, ref: ModelRef) -> UnendingProvider:
        """Return the scripted provider, whatever the model."""
        return UnendingProvider()


class OtherWindow(Elsewhere):
    """One answer that comes in another window; no file and no process is looked at."""

    def activity(self, session_id: str) -> Activity:
        """Return that another window answers in the session RELEASE, and nobody in any other one."""
        return conversations.answer_elsewhere() if session_id == conversations.RELEASE else NOBODY

    def look(self, session_id: str) -> None:
        """Do nothing: what is known stands still."""


async def draw_pair(pair: Pair) -> str:
    """Return two windows as one SVG, the same each time. Raises TimeoutError as ``draw`` does."""
    return beside(await draw(pair.left), await draw(pair.right))


async def draw(scene: Scene) -> str:
    """Return a scene as SVG, the same each time. Raises TimeoutError where it never shows what it should."""
    with _fixed_environment(), TemporaryDirectory() as folder:
        set_data_dir(folder)
        try:
            await conversations.write_down()
            async with _chat(Path(folder), watches=scene.watches) as (chat, bus):
                return await _draw(scene, chat, bus, Path(folder))
        finally:
            set_data_dir(None)


@contextmanager
def _fixed_environment() -> Iterator[None]:
    """Have times shown in UTC, and colours shown at all, whatever the person's own settings are."""
    fixed = {"TZ": "UTC", "TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
    kept = {name: os.environ.pop(name, None) for name in (*fixed, "NO_COLOR")}
    os.environ.update(fixed)
    time.tzset()
    try:
        yield
    finally:
        for name in fixed:
            del os.environ[name]
        os.environ.update({name: value for name, value in kept.items() if value is not None})
        time.tzset()


@asynccontextmanager
async def _chat(folder: Path, *, watches: bool) -> AsyncIterator[tuple[Chat, EventBus]]:
    """Give a chat that answers, or watches another window do so, and the bus that it talks on."""
    bus = EventBus()
    chat = Chat(Ledger(get_session_storage(), MetaStorage()), ScriptedModels(folder), bus)
    try:
        if watches:
            chat.elsewhere = OtherWindow(chat.ledger.answers, bus, lambda *_: False, Pace())
        else:
            await chat.retry(conversations.RELEASE)
        yield chat, bus
    finally:
        await chat.close()


async def _draw(scene: Scene, chat: Chat, bus: EventBus, folder: Path) -> str:
    """Start the program, press the scene's keys and take the picture."""
    index = SearchIndex(folder / "cache", folder, bus)
    start = Start(
        Folder(folder, folder),
        folder / "memory.json",
        resume=scene.opened,
        theme="textual-dark",
        log_path=folder,
        search=index,
    )
    app = OatsApp(chat, Memory(), start, bus)
    app.animation_level = "none"
    async with app.run_test(size=scene.size) as pilot:
        screen = app.screen
        assert isinstance(screen, ChatScreen)
        # The list offers no clock to its users, and a picture may not change with the day.
        screen.sidebar._now = screen.shelf._now = screen.desk.workspace.now = conversations.NOW.astimezone
        await index.start()
        await _settled(pilot, scene, lambda _: bool(screen.sidebar.rows))
        await pilot.press(*scene.keys)
        try:
            return await _settled(pilot, scene, lambda text: all(word in text for word in scene.words))
        finally:
            await index.stop()


async def _settled(pilot: Pilot[None], scene: Scene, ready: Callable[[str], bool]) -> str:
    """Return the picture once it shows what it should and does not change any more. Raises TimeoutError."""
    picture = ""
    limit = time.monotonic() + DEADLINE
    while pilot.app.is_running and time.monotonic() < limit:
        await pilot.pause(_PAUSE)
        for box in pilot.app.screen.query(Input):
            box.cursor_blink = not box.has_focus
        before, picture = picture, pilot.app.export_screenshot(title=scene.title, simplify=True)
        if picture == before and ready(text_of(picture)):
            return cleaned(picture, f"oats-{scene.name}")
    raise TimeoutError(f"The screen “{scene.name}” never showed what it should. It shows:\n{text_of(picture)}")
