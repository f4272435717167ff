"""The embedded model answers, stops and counts: the real model in the real child process."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from oats_tui.provider.base import End, Event, Options, Progress, ProviderError, Text, Usage
from oats_tui.provider.embedded import DEFAULT_MODEL, is_available
from oats_tui.provider.embedded.provider import EmbeddedProvider
from tests.support import weights
from tests.support.embedded import QUESTION, STORY, collect, text_of, with_provider


@pytest.fixture(scope="module")
def cache_dir() -> Path:
    return weights.cache_dir()


def test_the_engine_is_there_and_the_model_known(cache_dir: Path) -> None:
    provider = EmbeddedProvider(cache_dir)
    assert is_available()
    assert provider.context(DEFAULT_MODEL) == 8192
    assert provider.context(f"gguf:{weights.model_file()}") == 8192
    assert provider.context("gguf:/nowhere") is None
    assert not provider.reads_images(DEFAULT_MODEL)


def test_an_answer_comes_piece_by_piece_then_its_counts_and_its_end(cache_dir: Path) -> None:
    async def use(provider: EmbeddedProvider) -> None:
        events = await collect(provider, QUESTION)
        assert events[0] == Progress("loading")
        assert isinstance(events[1], Progress)
        assert events[1].what == "reading"
        assert "Tokyo" in text_of(events)
        assert sum(isinstance(event, Text) for event in events) > 3
        usage = next(event for event in events if isinstance(event, Usage))
        assert usage.counts["total_tokens"] == usage.counts["prompt_tokens"] + usage.counts["completion_tokens"]
        assert isinstance(events[-1], End)
        assert [event for event in events if isinstance(event, End)] == [events[-1]]
        again = await collect(provider, QUESTION)
        assert Progress("loading") not in again

    with_provider(cache_dir, use)


def test_the_longest_answer_is_as_long_as_asked_for(cache_dir: Path) -> None:
    async def use(provider: EmbeddedProvider) -> None:
        events = await collect(provider, STORY, Options(max_tokens=7))
        usage = next(event for event in events if isinstance(event, Usage))
        assert usage.counts["completion_tokens"] == 7
        assert events[-1] == End("length")

    with_provider(cache_dir, use)


def test_nothing_is_fetched_or_loaded_twice(cache_dir: Path) -> None:
    async def use(provider: EmbeddedProvider) -> None:
        assert [progress async for progress in provider.prepare(DEFAULT_MODEL)] == []
        await provider.warm_up(DEFAULT_MODEL)
        pids = provider.pids
        assert len(pids) == 1
        await provider.warm_up(DEFAULT_MODEL)
        assert Progress("loading") not in await collect(provider, QUESTION, Options(max_tokens=2))
        assert provider.pids == pids

    with_provider(cache_dir, use)


def test_a_second_turn_reads_only_what_is_new(cache_dir: Path) -> None:
    async def use(provider: EmbeddedProvider) -> None:
        long = {"role": "user", "content": "Cats are small animals. " * 25 + "What are cats?"}
        first = await collect(provider, [long])
        turn = [
            long,
            {"role": "assistant", "content": text_of(first)},
            {"role": "user", "content": "And dogs?"},
        ]
        reading = [event for event in await collect(provider, turn) if isinstance(event, Progress)]
        done, total = reading[0].done, reading[0].total
        assert done is not None
        assert total is not None
        assert total - done < 80 < total

    with_provider(cache_dir, use)


@pytest.mark.parametrize(("messages", "event"), [(STORY, Text), (None, Progress)])
def test_a_stop_gives_control_back_and_leaves_the_child_usable(
    cache_dir: Path, messages: list[dict[str, Any]] | None, event: type[Event]
) -> None:
    async def use(provider: EmbeddedProvider) -> None:
        await provider.warm_up(DEFAULT_MODEL)
        pids = provider.pids
        prompt = messages or [{"role": "user", "content": "hello " * 6000}]
        answer = provider.stream(prompt, DEFAULT_MODEL, Options())
        async for got in answer:
            if isinstance(got, event) and not (isinstance(got, Progress) and not (got.done or 0) > 60):
                break
        before = time.perf_counter()
        await answer.aclose()
        assert time.perf_counter() - before < 0.1
        assert "Tokyo" in text_of(await collect(provider, QUESTION))
        # Reading that prompt to its end would have taken far longer.
        assert time.perf_counter() - before < 15
        assert provider.pids == pids

    with_provider(cache_dir, use)


def test_cancelling_the_reader_stops_the_answer(cache_dir: Path) -> None:
    async def use(provider: EmbeddedProvider) -> None:
        started = asyncio.Event()

        async def read() -> None:
            async for event in provider.stream(STORY, DEFAULT_MODEL, Options()):
                if isinstance(event, Text):
                    started.set()

        task = asyncio.create_task(read())
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert text_of(await collect(provider, QUESTION))

    with_provider(cache_dir, use)


def test_two_requests_at_once_are_answered_one_after_the_other(cache_dir: Path) -> None:
    async def use(provider: EmbeddedProvider) -> None:
        order: list[int] = []

        async def read(number: int) -> None:
            answer = provider.stream(QUESTION, DEFAULT_MODEL, Options(max_tokens=12))
            async for event in answer:
                order.extend([number] * isinstance(event, Text))

        await asyncio.gather(read(1), read(2))
        assert set(order) == {1, 2}
        assert order in (sorted(order), sorted(order, reverse=True))
        assert len(provider.pids) == 1

    with_provider(cache_dir, use)


def test_a_conversation_that_is_too_long_is_refused_with_the_context(cache_dir: Path) -> None:
    async def use(provider: EmbeddedProvider) -> None:
        with pytest.raises(ProviderError) as caught:
            await collect(provider, [{"role": "user", "content": "word " * 9000}])
        assert caught.value.kind == "context"
        assert caught.value.context == 8192
        assert text_of(await collect(provider, QUESTION))

    with_provider(cache_dir, use)


def test_any_other_file_answers_as_well_and_takes_the_place_of_the_first(cache_dir: Path) -> None:
    async def use(provider: EmbeddedProvider) -> None:
        await provider.warm_up(DEFAULT_MODEL)
        first = provider.pids
        model = f"gguf:{weights.model_file()}"
        events = [event async for event in provider.stream(QUESTION, model, Options(max_tokens=8))]
        assert text_of(events)
        assert len(provider.pids) == 1
        assert provider.pids != first

    with_provider(cache_dir, use)


def test_the_loop_is_never_held_up(cache_dir: Path) -> None:
    async def use(provider: EmbeddedProvider) -> None:
        await asyncio.sleep(0)
        # Processor time of this thread: what others do on this machine hardly shows.
        slowest = 0.0
        done = asyncio.Event()

        async def watch() -> None:
            nonlocal slowest
            while not done.is_set():
                before = time.thread_time()
                await asyncio.sleep(0.002)
                slowest = max(slowest, time.thread_time() - before)

        watching = asyncio.create_task(watch())
        await collect(provider, QUESTION)
        done.set()
        await watching
        assert 0 < slowest < 0.05

    with_provider(cache_dir, use)
