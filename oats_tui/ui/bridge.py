"""Bus events as Textual messages; the only way by which the screen learns that something happened."""

from __future__ import annotations

from textual.message import Message
from textual.message_pump import MessagePump

from oats_tui.chat.state import PREPARING_CHANGED, TURN_CHANGED, Preparing
from oats_tui.core.bus import Event, EventBus, EventType


class News(Message):
    """Something came over the bus."""


class SessionChanged(News):
    """A session was created, changed or deleted, by whomever. Must arrive."""

    def __init__(self, session_id: str, *, deleted: bool, foreign: bool) -> None:
        super().__init__()
        self.session_id = session_id
        self.deleted = deleted
        self.foreign = foreign


class AnswerGrew(News):
    """An answer in progress has more text. The latest wins."""

    def __init__(self, session_id: str) -> None:
        super().__init__()
        self.session_id = session_id

    def can_replace(self, message: Message) -> bool:
        """An answer's newer text makes the older one needless."""
        return isinstance(message, AnswerGrew) and message.session_id == self.session_id


class TurnChanged(News):
    """How far an answer is has changed."""

    def __init__(self, session_id: str) -> None:
        super().__init__()
        self.session_id = session_id


class PreparingChanged(News):
    """How far the fetching of a model is has changed; None when it is there."""

    def __init__(self, preparing: Preparing | None) -> None:
        super().__init__()
        self.preparing = preparing


_SESSION_EVENTS = {
    EventType.SESSION_CREATED.value,
    EventType.SESSION_UPDATED.value,
    EventType.SESSION_DELETED.value,
    EventType.MESSAGE_UPDATED.value,
}


def to_message(event: Event) -> News | None:
    """Return the Textual message that stands for a bus event; None for events that no screen shows."""
    kind = event.type.value if isinstance(event.type, EventType) else event.type
    session_id = str(event.data.get("session_id", ""))
    if kind in _SESSION_EVENTS:
        return SessionChanged(
            session_id, deleted=kind == EventType.SESSION_DELETED.value, foreign=event.source == "watch"
        )
    if kind == EventType.MESSAGE_PART_UPDATED.value:
        return AnswerGrew(session_id)
    if kind in {TURN_CHANGED, EventType.MESSAGE_CREATED.value}:
        return TurnChanged(session_id)
    if kind == PREPARING_CHANGED:
        return PreparingChanged(event.data.get("preparing"))
    return None


def connect(bus: EventBus, target: MessagePump) -> None:
    """Post every bus event that a screen shows to this target, until it is closed."""

    async def forward(event: Event) -> None:
        message = to_message(event)
        if message is not None and not target.post_message(message):
            disconnect()

    disconnect = bus.subscribe_all(forward)
