"""What was told on a bus, and other small help for the tests of conversations."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from oats_tui.chat.ledger import Folder
from oats_tui.core.bus import Event, EventBus, EventType
from oats_tui.session.message import Message
from oats_tui.session.session import Session, get_session_storage

HERE = Folder(Path("/project"), Path("/project/src"))


class Heard:
    """Every event, in order."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    async def take(self, event: Event) -> None:
        """Take one in."""
        self.events.append(event)

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The data of every event of a type."""
        return [event.data for event in self.events if _name(event) == kind]

    @property
    def texts(self) -> list[str]:
        """The growing text, each time it was told."""
        return [data["text"] for data in self.of("message.part.updated")]

    @property
    def phases(self) -> list[str]:
        """The phases of answers, each time one was told; an end is empty."""
        return [data["state"].phase if data["state"] else "" for data in self.of("turn.changed")]

    @property
    def kinds(self) -> list[str]:
        """The types, in order."""
        return [_name(event) for event in self.events]


@contextmanager
def hearing(bus: EventBus) -> Iterator[Heard]:
    """Listen to a bus for a while."""
    heard = Heard()
    unsubscribe = bus.subscribe_all(heard.take)
    try:
        yield heard
    finally:
        unsubscribe()


async def drain() -> None:
    """Let everything run that can run without time passing."""
    for _ in range(20):
        await asyncio.sleep(0)


async def read(session_id: str) -> Session:
    """The session as it is on disk."""
    session = await get_session_storage().get(session_id)
    assert session is not None
    return session


async def texts(session_id: str) -> list[str]:
    """What is said in a session, in order."""
    return [message.get_text_content() for message in (await read(session_id)).messages]


def said(role: str, text: str, session_id: str = "s") -> Message:
    """A message that says something."""
    message = Message.model_validate({"session_id": session_id, "role": role})
    message.add_text(text)
    return message


def _name(event: Event) -> str:
    """The type as a plain text."""
    return event.type.value if isinstance(event.type, EventType) else event.type
