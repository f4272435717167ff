"""Bus events as Textual messages; the only way by which the screen learns that something happened."""

from __future__ import annotations

from textual.message import Message
from textual.message_pump import MessagePump

from oats_tui.chat.state import PREPARING_CHANGED, TURN_CHANGED, Preparing
from oats_tui.core.bus import Event, EventBus, EventType
from oats_tui.core.topics import SESSION_MERGED, WATCHING_CHANGED


class News(Message):
    """Something came over the bus."""


class SessionsChanged(News):
    """Sessions were created, changed or deleted, by whomever. Must arrive.

    What happens before it is taken joins it, so that thousands of changes at once are one message.
    """

    def __init__(self) -> None:
        super().__init__()
        self.is_taken = False
        self._writing: dict[str, bool | None] = {}

    def add(self, event: Event) -> None:
        """Join the news of one more change."""
        session_id = str(event.data.get("session_id", ""))
        if event.source is None:
            self._writing.setdefault(session_id, None)
        else:
            self._writing[session_id] = bool(event.data.get("writing"))

    def take(self) -> dict[str, bool | None]:
        """Return the sessions, and whether each one's file is being written; None where that is not told."""
        self.is_taken = True
        return self._writing


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


class SessionMerged(News):
    """What another program's old copy had dropped was put back."""

    def __init__(self, session_id: str, restored: int) -> None:
        super().__init__()
        self.session_id = session_id
        self.restored = restored


class WatchingChanged(News):
    """How changes by others are noticed has changed."""

    def __init__(self, how: str, why: str) -> None:
        super().__init__()
        self.how = how
        self.why = why


_SESSION_EVENTS = {
    EventType.SESSION_CREATED.value,
    EventType.SESSION_UPDATED.value,
    EventType.SESSION_DELETED.value,
    EventType.MESSAGE_UPDATED.value,
}


def to_message(event: Event) -> News | None:
    """Return the Textual message that stands for a bus event; None for events that no screen shows."""
    kind = _kind(event)
    session_id = str(event.data.get("session_id", ""))
    if kind == EventType.MESSAGE_PART_UPDATED.value:
        return AnswerGrew(session_id)
    if kind in {TURN_CHANGED, EventType.MESSAGE_CREATED.value}:
        return TurnChanged(session_id)
    if kind == PREPARING_CHANGED:
        return PreparingChanged(event.data.get("preparing"))
    if kind == SESSION_MERGED:
        return SessionMerged(session_id, int(event.data.get("restored", 0)))
    if kind == WATCHING_CHANGED:
        return WatchingChanged(str(event.data.get("how", "")), str(event.data.get("why", "")))
    return None


def _kind(event: Event) -> str:
    """The type of an event as a string."""
    return event.type.value if isinstance(event.type, EventType) else event.type


def connect(bus: EventBus, target: MessagePump) -> None:
    """Post every bus event that a screen shows to this target, until it is closed."""
    waiting = SessionsChanged()
    waiting.is_taken = True

    async def forward(event: Event) -> None:
        nonlocal waiting
        if _kind(event) in _SESSION_EVENTS:
            is_first = waiting.is_taken
            waiting = SessionsChanged() if is_first else waiting
            waiting.add(event)
            message: News | None = waiting if is_first else None
        else:
            message = to_message(event)
        if message is not None and not target.post_message(message):
            disconnect()

    disconnect = bus.subscribe_all(forward)
