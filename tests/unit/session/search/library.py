"""A folder of sessions with an index."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from oats_tui.core.bus import EventBus
from oats_tui.session.message import Message, ToolCallPart, ToolResultPart
from oats_tui.session.models import Session, SessionInfo, SessionTime
from oats_tui.session.search import Found, SearchIndex
from oats_tui.session.session import SessionStorage

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
DEADLINE = 30.0


def told(session_id: str, *texts: str, hours: float = 0, **facts: Any) -> Session:
    """A session with questions and answers in turn, a minute apart."""
    begun = START + timedelta(hours=hours)
    time = SessionTime(created=begun, updated=begun)
    info = {"id": session_id, "title": f"T {session_id}", "project_dir": "/p", "working_dir": "/p", **facts}
    session = Session(info=SessionInfo(time=time, **info))
    for index, text in enumerate(texts):
        message = Message(
            id=f"{session_id}-{index}",
            session_id=session_id,
            role="assistant" if index % 2 else "user",
            created_at=begun + timedelta(minutes=index),
        )
        message.add_text(text)
        session.add_message(message)
    return session


def with_tool(session: Session, name: str, arguments: dict[str, Any], output: str) -> Session:
    """The session with a tool that was called, and what it gave."""
    message = Message(id=f"{session.info.id}-tool", session_id=session.info.id, role="assistant", created_at=START)
    message.parts = [
        ToolCallPart(id="c", tool_name=name, tool_call_id="1", arguments=arguments),
        ToolResultPart(id="r", tool_name=name, tool_call_id="1", title="", output=output),
    ]
    session.add_message(message)
    return session


def keep(*sessions: Session) -> None:
    """Write sessions."""

    async def write() -> None:
        for session in sessions:
            await SessionStorage().create(session)

    asyncio.run(write())


class Library:
    """Sessions and their index.

    Args:
        data_dir: Where the sessions are.
        cache_dir: Where the index is.
    """

    def __init__(self, data_dir: Path, cache_dir: Path) -> None:
        self.data_dir = data_dir
        self.cache_dir = cache_dir

    @property
    def file(self) -> Path:
        """The index's file."""
        (found,) = (self.cache_dir / "search").glob("*.sqlite")
        return found

    def index(self, bus: EventBus | None = None) -> SearchIndex:
        """The index, not yet followed."""
        return SearchIndex(self.cache_dir, self.data_dir, bus or EventBus())

    def find(self, text: str, limit: int = 50) -> Found:
        """What is found after the index was brought up to date."""

        async def look(index: SearchIndex) -> Found:
            await index.catch_up()
            return await index.find(text, limit=limit)

        found: Found = self.run(look)
        return found

    def ids(self, text: str) -> list[str]:
        """The messages that are found, the newest first; for a title the session."""
        return [hit.message_id or hit.session_id for hit in self.find(text).hits]

    def run(self, work: Callable[[SearchIndex], Awaitable[Any]], bus: EventBus | None = None) -> Any:
        """Do something with an index that is put away afterwards."""

        async def whole() -> Any:
            index = self.index(bus)
            try:
                return await asyncio.wait_for(work(index), DEADLINE)
            finally:
                await index.stop()

        return asyncio.run(whole())


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until something is so."""
    while not await condition():  # noqa: ASYNC110 - nobody tells that the index is up to date
        await asyncio.sleep(0.02)


@contextmanager
def unreadable(path: Path, data: bytes) -> Iterator[None]:
    """Something else in the place of a file, for a while."""
    before = path.read_bytes()
    path.write_bytes(data)
    yield
    path.write_bytes(before)


def marked(found: Found) -> Iterable[str]:
    """What is marked in the snippets, of each hit the first."""
    return [hit.snippet[slice(*hit.marks[0])] for hit in found.hits if hit.marks]
