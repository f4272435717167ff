from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable

import pytest

from oats_tui.core.bus import Event, EventBus, EventHandler, EventType, bus


def noting(log: list[str], name: str = "") -> EventHandler:
    async def handler(event: Event) -> None:
        log.append(name or str(event.data.get("n", "")))

    return handler


def test_the_names_of_event_types_are_their_values_in_capitals() -> None:
    for member in EventType:
        assert member.name == member.value.upper().replace(".", "_")


def test_every_event_type_of_the_specification_is_there() -> None:
    wanted = (
        "session.created session.updated session.deleted session.budget session.compacted "
        "session.task_budget message.created message.updated message.part.created message.part.updated "
        "tool.start tool.complete tool.error provider.request provider.response provider.error "
        "permission.request permission.granted permission.denied hook.fired hook.blocked file.changed "
        "agent.started agent.completed"
    )
    assert [member.value for member in EventType] == wanted.split()


def test_an_event_has_no_data_and_no_source_unless_told() -> None:
    assert (Event("x").data, Event("x").source) == ({}, None)
    assert Event("x").data is not Event("x").data


@pytest.mark.parametrize(
    ("asked", "published"),
    [
        (EventType.TOOL_START, "tool.start"),
        ("tool.start", EventType.TOOL_START),
        (EventType.TOOL_START, EventType.TOOL_START),
        ("my.own", "my.own"),
    ],
)
def test_a_member_and_its_value_are_the_same_key(asked: EventType | str, published: EventType | str) -> None:
    heard: list[str] = []
    own = EventBus()
    own.subscribe(asked, noting(heard, "heard"))
    asyncio.run(own.publish(Event(published)))
    asyncio.run(own.publish(Event("other")))
    assert heard == ["heard"]


def test_who_subscribes_to_all_hears_all_in_order_of_subscription() -> None:
    heard: list[str] = []
    own = EventBus()
    own.subscribe_all(noting(heard, "first"))
    own.subscribe("a", noting(heard, "second"))
    asyncio.run(own.publish(Event("a")))
    asyncio.run(own.publish(Event("b")))
    assert heard == ["first", "second", "first"]


@pytest.mark.parametrize("way", ["subscribe", "subscribe_all", "once"])
def test_unsubscribing_ends_it_and_may_be_done_twice(way: str) -> None:
    heard: list[str] = []
    own = EventBus()
    other = own.subscribe("a", noting(heard, "other"))
    handler = noting(heard, "mine")
    made: dict[str, Callable[[], Callable[[], None]]] = {
        "subscribe": lambda: own.subscribe("a", handler),
        "subscribe_all": lambda: own.subscribe_all(handler),
        "once": lambda: own.once("a", handler),
    }
    unsubscribe = made[way]()
    unsubscribe()
    unsubscribe()
    asyncio.run(own.publish(Event("a")))
    assert heard == ["other"]
    other()


def test_unsubscribing_one_of_two_equal_subscriptions_leaves_the_other() -> None:
    heard: list[str] = []
    own = EventBus()
    handler = noting(heard, "x")
    first = own.subscribe("a", handler)
    own.subscribe("a", handler)
    first()
    first()
    asyncio.run(own.publish(Event("a")))
    assert heard == ["x"]


def test_once_is_called_once_even_when_its_handler_publishes_again() -> None:
    heard: list[str] = []
    own = EventBus()

    async def again(event: Event) -> None:
        heard.append("x")
        await own.publish(event)

    own.once("a", again)
    asyncio.run(own.publish(Event("a")))
    asyncio.run(own.publish(Event("a")))
    assert heard == ["x"]


def test_a_handler_that_raises_is_logged_and_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[str] = []
    own = EventBus()

    async def broken(event: Event) -> None:
        raise RuntimeError("broken on purpose")

    async def cancelled(event: Event) -> None:
        raise asyncio.CancelledError

    def not_async(event: Event) -> Awaitable[None]:
        raise KeyError("at once")

    for handler in (broken, cancelled, not_async):
        own.subscribe("a", handler)
    own.subscribe("a", noting(heard, "last"))
    asyncio.run(own.publish(Event(EventType("tool.start"))))
    asyncio.run(own.publish(Event("a")))
    assert heard == ["last"]
    assert "broken on purpose" in caplog.text
    assert len(caplog.records) == 3


def test_cancelling_the_publisher_cancels_the_publishing() -> None:
    heard: list[str] = []
    own = EventBus()

    async def slow(event: Event) -> None:
        heard.append("slow")
        await asyncio.Event().wait()

    own.subscribe("a", slow)
    own.subscribe("a", noting(heard, "after"))

    async def main() -> None:
        task = asyncio.create_task(own.publish(Event("a")))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert heard == ["slow"]


def test_who_subscribes_during_an_event_hears_the_next_and_who_leaves_hears_this_one() -> None:
    heard: list[str] = []
    own = EventBus()
    leave: list[Callable[[], None]] = []

    async def turbulent(event: Event) -> None:
        heard.append("turbulent")
        leave[0]()
        own.subscribe("a", noting(heard, "late"))

    own.once("a", turbulent)
    leave.append(own.subscribe("a", noting(heard, "leaver")))
    asyncio.run(own.publish(Event("a")))
    assert heard == ["turbulent", "leaver"]
    asyncio.run(own.publish(Event("a")))
    assert heard == ["turbulent", "leaver", "late"]


def test_publish_sync_outside_a_loop_has_run_everybody_when_it_returns() -> None:
    heard: list[str] = []
    own = EventBus()

    async def slow(event: Event) -> None:
        await asyncio.sleep(0.01)
        heard.append("done")

    own.subscribe("a", slow)
    own.publish_sync(Event("a"))
    assert heard == ["done"]


def test_publish_sync_inside_a_loop_runs_soon_and_survives_the_garbage_collector() -> None:
    heard: list[str] = []
    own = EventBus()

    async def main() -> None:
        done = asyncio.Event()

        async def slow(event: Event) -> None:
            await asyncio.sleep(0)
            heard.append("done")
            done.set()

        own.subscribe("a", slow)
        own.publish_sync(Event("a"))
        assert heard == []
        gc.collect()
        await asyncio.wait_for(done.wait(), 10)

    asyncio.run(main())
    assert heard == ["done"]


def test_clear_ends_every_subscription() -> None:
    heard: list[str] = []
    own = EventBus()
    unsubscribe = own.subscribe("a", noting(heard, "x"))
    own.subscribe_all(noting(heard, "x"))
    own.once("a", noting(heard, "x"))
    own.clear()
    unsubscribe()
    asyncio.run(own.publish(Event("a")))
    assert heard == []


def test_there_is_one_bus_for_the_process() -> None:
    assert isinstance(bus, EventBus)
