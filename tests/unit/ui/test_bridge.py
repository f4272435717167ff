"""What is told on the bus reaches the screen: the latest of what grows, and all of what must arrive."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from textual import on
from textual.app import App
from textual.message import Message
from textual.message_pump import MessagePump

from oats_tui.chat.state import PREPARING_CHANGED, TURN_CHANGED, Preparing
from oats_tui.core.bus import Event, EventBus, EventType
from oats_tui.core.topics import SESSION_MERGED, WATCHING_CHANGED
from oats_tui.ui.bridge import (
    AnswerGrew,
    News,
    PreparingChanged,
    SessionMerged,
    SessionsChanged,
    TurnChanged,
    WatchingChanged,
    connect,
    to_message,
)
from tests.support.app import run, until

MANY = 2000


class Target(MessagePump):
    """Somebody who gets messages and does not look at them yet.

    Attributes:
        posted: The messages so far.
        is_closed: Whether no more are taken.
    """

    def __init__(self) -> None:
        super().__init__()
        self.posted: list[Message] = []
        self.is_closed = False

    def post_message(self, message: Message) -> bool:
        """Take a message, unless it is closed."""
        if not self.is_closed:
            self.posted.append(message)
        return not self.is_closed

    def taken(self) -> list[dict[str, bool | None]]:
        """What the messages about sessions hold; they are gone then."""
        found = [message.take() for message in self.posted if isinstance(message, SessionsChanged)]
        self.posted.clear()
        return found


def changed(session_id: str, source: str | None = "watch", kind: str = "session.updated", **data: Any) -> Event:
    """The event of a session that has changed."""
    return Event(kind, {"session_id": session_id, **data}, source)


def tell(bus: EventBus, *events: Event) -> None:
    """Publish events, one after the other."""

    async def publish() -> None:
        for event in events:
            await bus.publish(event)

    asyncio.run(publish())


@pytest.fixture
def bus() -> EventBus:
    return EventBus()


@pytest.fixture
def target(bus: EventBus) -> Target:
    """Somebody who is told of everything on the bus."""
    found = Target()
    connect(bus, found)
    return found


def test_thousands_of_changes_join_into_one_message(bus: EventBus, target: Target) -> None:
    tell(bus, *(changed(f"s{number % 500}") for number in range(MANY)))
    assert len(target.posted) == 1
    assert target.taken() == [{f"s{number}": False for number in range(500)}]


def test_what_comes_after_the_taking_is_in_the_next_one(bus: EventBus, target: Target) -> None:
    tell(bus, changed("a"))
    [first] = target.posted
    assert isinstance(first, SessionsChanged)
    tell(bus, changed("b"))
    assert first.take() == {"a": False, "b": False}
    tell(bus, changed("c"), changed("a"))
    assert first.take() == {"a": False, "b": False}
    assert len(target.posted) == 2
    target.posted.remove(first)
    assert target.taken() == [{"c": False, "a": False}]
    tell(bus)
    assert target.posted == []


def test_every_kind_of_change_of_sessions_joins_and_others_come_on_their_own(
    bus: EventBus, target: Target
) -> None:
    kinds = ["session.created", EventType.SESSION_UPDATED, "session.deleted", "message.updated"]
    events = [Event(kind, {"session_id": f"s{place}"}, "watch") for place, kind in enumerate(kinds)]
    grown = Event(EventType.MESSAGE_PART_UPDATED, {"session_id": "s0", "text": "x"})
    tell(bus, *events[:2], grown, *events[2:], Event(TURN_CHANGED, {"session_id": "s1"}))
    assert [type(message) for message in target.posted] == [SessionsChanged, AnswerGrew, TurnChanged]
    assert target.taken() == [{"s0": False, "s1": False, "s2": False, "s3": False}]


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([("watch", True)], True),
        ([("watch", True), ("watch", False)], False),
        ([("watch", False), ("watch", True)], True),
        ([(None, False)], None),
        ([(None, False), ("watch", True)], True),
        # What this program did says nothing of whether another one is writing.
        ([("watch", True), (None, False)], True),
        ([("watch", False), (None, False)], False),
        ([(None, True)], None),
    ],
)
def test_of_what_is_told_of_the_writing_the_latest_counts(
    bus: EventBus, target: Target, told: list[tuple[str | None, bool]], expected: bool | None
) -> None:
    told_data: list[dict[str, Any]] = [{"writing": True} if writing else {} for _, writing in told]
    tell(bus, *(changed("s", each[0], **data) for each, data in zip(told, told_data, strict=True)))
    assert target.taken() == [{"s": expected}]


def test_each_event_has_its_message() -> None:
    preparing = Preparing("m", 1, 2)
    cases: list[tuple[Event, type[News], dict[str, Any]]] = [
        (Event("message.part.updated", {"session_id": "s"}), AnswerGrew, {"session_id": "s"}),
        (Event(TURN_CHANGED, {"session_id": "s", "state": None}), TurnChanged, {"session_id": "s"}),
        (Event("message.created", {"session_id": "s"}), TurnChanged, {"session_id": "s"}),
        (Event(PREPARING_CHANGED, {"preparing": preparing}), PreparingChanged, {"preparing": preparing}),
        (Event(PREPARING_CHANGED, {}), PreparingChanged, {"preparing": None}),
        (Event(SESSION_MERGED, {"session_id": "s", "restored": 3}), SessionMerged, {"restored": 3}),
        (Event(WATCHING_CHANGED, {"how": "scan", "why": "w"}), WatchingChanged, {"how": "scan", "why": "w"}),
    ]
    for event, kind, fields in cases:
        message = to_message(event)
        assert type(message) is kind
        assert fields.items() <= vars(message).items()
    for event in (changed("s"), Event("tool.start"), Event("something.else", {"session_id": "s"})):
        assert to_message(event) is None


def test_newer_text_replaces_older_text_of_the_same_session_only() -> None:
    newer = AnswerGrew("s")
    assert newer.can_replace(AnswerGrew("s"))
    assert not newer.can_replace(AnswerGrew("t"))
    assert not newer.can_replace(TurnChanged("s"))
    assert not SessionsChanged().can_replace(SessionsChanged())


def test_nothing_more_is_told_to_who_is_closed(bus: EventBus, target: Target) -> None:
    target.is_closed = True
    tell(bus, Event(TURN_CHANGED, {"session_id": "s"}))
    target.is_closed = False
    tell(bus, Event(TURN_CHANGED, {"session_id": "s"}), changed("s"))
    assert target.posted == []


class Reader(App[None]):
    """A program that takes its time over what it is told.

    Attributes:
        sessions: The sessions of which it was told, in order.
        messages: How many messages that were.
    """

    def __init__(self) -> None:
        super().__init__()
        self.sessions: list[str] = []
        self.messages = 0

    @on(News)
    async def take(self, news: News) -> None:
        """Take a message, and let others work before and after that."""
        await asyncio.sleep(0)
        if isinstance(news, SessionsChanged):
            self.sessions += news.take()
            self.messages += 1
            await asyncio.sleep(0)


@pytest.mark.parametrize("pause", [MANY, 7])
def test_a_program_that_runs_hears_of_every_change_in_few_messages(bus: EventBus, pause: int) -> None:
    async def scenario() -> None:
        app = Reader()
        async with app.run_test(size=(20, 5)):
            connect(bus, app)
            for number in range(MANY):
                await bus.publish(changed(f"s{number}"))
                if not number % pause:
                    await asyncio.sleep(0)
            await until(lambda: len(app.sessions) >= MANY)
            assert sorted(app.sessions) == sorted(f"s{number}" for number in range(MANY))
            assert app.messages <= MANY // pause + 2

    run(scenario())
