from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest

from oats_tui.provider.base import Event, Options, ProviderError, Text
from oats_tui.provider.service import ServiceProvider
from tests.support.fake_service import FakeService, Reply, Silence, answer, chunk
from tests.support.service_runs import HELLO, provider_at

AT_ONCE = 0.1
ENDLESS = Reply((chunk({"content": "a"}), Silence()))
Scene = Callable[[ServiceProvider, FakeService], Awaitable[float]]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


def seconds_until_the_server_sees_it(reply: Reply, scene: Scene) -> float:
    """Return the shortest of up to three times: a machine that is busy elsewhere delays one, not each."""
    times: list[float] = []
    while len(times) < 3 and min(times, default=AT_ONCE) >= AT_ONCE:
        times.append(seconds_once(reply, scene))
    return min(times)


def seconds_once(reply: Reply, scene: Scene) -> float:
    async def run(service: FakeService) -> float:
        async with provider_at(service.url) as provider:
            await provider.warm_up("m")
            stopped = await scene(provider, service)
            assert await asyncio.to_thread(service.client_left.wait, 10)
            return service.left_at - stopped

    with FakeService(reply) as service:
        return asyncio.run(run(service))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - the server runs in a thread and knows no loop
            await asyncio.sleep(0.002)


async def cancelled(task: asyncio.Task[None]) -> float:
    stopped = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    return stopped


async def cancel_after_the_first_piece(provider: ServiceProvider, _service: FakeService) -> float:
    got: list[Event] = []

    async def listen() -> None:
        async for event in provider.stream(HELLO, "m", Options()):
            got.append(event)  # noqa: PERF401 - the first is waited for

    task = asyncio.create_task(listen())
    await until(lambda: bool(got))
    return await cancelled(task)


async def cancel_before_any_answer(provider: ServiceProvider, service: FakeService) -> float:
    async def listen() -> None:
        async for _ in provider.stream(HELLO, "m", Options()):
            raise AssertionError("Nothing was sent.")

    task = asyncio.create_task(listen())
    await until(lambda: bool(service.requests))
    return await cancelled(task)


async def close_the_iterator(provider: ServiceProvider, _service: FakeService) -> float:
    stream = provider.stream(HELLO, "m", Options())
    assert await anext(stream) == Text("a")
    stopped = time.monotonic()
    await stream.aclose()
    return stopped


def test_cancelling_closes_the_connection_at_once() -> None:
    assert seconds_until_the_server_sees_it(ENDLESS, cancel_after_the_first_piece) < AT_ONCE


def test_cancelling_while_the_server_thinks_closes_the_connection_at_once() -> None:
    assert seconds_until_the_server_sees_it(Reply((Silence(),)), cancel_before_any_answer) < AT_ONCE


def test_closing_the_iterator_closes_the_connection_at_once() -> None:
    assert seconds_until_the_server_sees_it(ENDLESS, close_the_iterator) < AT_ONCE


def test_cancelling_in_the_middle_of_many_pieces_closes_the_connection_at_once() -> None:
    fast = answer(["a"] * 5000, pace=0.001)
    assert seconds_until_the_server_sees_it(fast, cancel_after_the_first_piece) < AT_ONCE


def test_after_a_stop_the_next_answer_comes() -> None:
    async def run(service: FakeService) -> list[Event]:
        async with provider_at(service.url) as provider:
            await close_the_iterator(provider, service)
            return [event async for event in provider.stream(HELLO, "m", Options())]

    with FakeService(ENDLESS, answer(["b"])) as service:
        assert asyncio.run(run(service))[0] == Text("b")


def test_a_silence_is_waited_out() -> None:
    async def run(service: FakeService) -> list[Event]:
        async with provider_at(service.url) as provider:
            stream = provider.stream(HELLO, "m", Options())
            first = await anext(stream)
            waiting = asyncio.ensure_future(anext(stream))
            done, _ = await asyncio.wait([waiting], timeout=0.3)
            assert not done
            service.release()
            rest = [await waiting]
            rest += [event async for event in stream]
            return [first, *rest]

    steps = (chunk({"content": "a"}), Silence(), chunk({"content": "b"}), chunk({}, "stop"))
    with FakeService(Reply(steps)) as service:
        assert asyncio.run(run(service))[:2] == [Text("a"), Text("b")]


def test_pieces_are_handed_on_as_they_come() -> None:
    async def run(service: FakeService) -> list[float]:
        async with provider_at(service.url) as provider:
            await provider.warm_up("m")
            return [time.monotonic() async for _ in provider.stream(HELLO, "m", Options())]

    with FakeService(answer(["a"] * 10, pace=0.03)) as service:
        times = asyncio.run(run(service))
    assert times[-1] - times[0] > 0.2


def test_a_closed_provider_answers_no_more() -> None:
    async def run() -> None:
        async with provider_at("http://127.0.0.1:9/v1") as provider:
            pass
        with pytest.raises(ProviderError):
            await anext(provider.stream(HELLO, "m", Options()))

    asyncio.run(run())


def test_two_conversations_at_once_do_not_mix() -> None:
    async def one(provider: ServiceProvider) -> str:
        stream = provider.stream(HELLO, "m", Options())
        return "".join([event.text async for event in stream if isinstance(event, Text)])

    async def run(service: FakeService) -> list[str]:
        async with provider_at(service.url) as provider:
            return list(await asyncio.gather(one(provider), one(provider)))

    with FakeService(answer(["a"] * 20, pace=0.002), answer(["b"] * 20, pace=0.002)) as service:
        assert sorted(asyncio.run(run(service))) == ["a" * 20, "b" * 20]
