"""Conversations with the real embedded model in its real child process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from oats_tui.provider.base import Event, Options, Provider, Text
from oats_tui.provider.embedded import DEFAULT_MODEL
from oats_tui.provider.embedded.provider import EmbeddedProvider

QUESTION = [{"role": "user", "content": "What is the capital of Japan?"}]
STORY = [{"role": "user", "content": "Write a long story about a cat and a ship."}]
SHORT = Options(max_tokens=24, temperature=0)


def with_provider(cache_dir: Path, use: Callable[[EmbeddedProvider], Awaitable[None]]) -> None:
    """Run a test with a provider that is closed afterwards, and check that no process is left."""

    async def run() -> None:
        provider = EmbeddedProvider(cache_dir)
        try:
            await asyncio.wait_for(use(provider), 60)
        finally:
            await provider.close()
        assert provider.pids == []

    asyncio.run(run())


async def collect(provider: Provider, messages: list[dict[str, Any]], options: Options = SHORT) -> list[Event]:
    """The whole answer of the default model."""
    return [event async for event in provider.stream(messages, DEFAULT_MODEL, options)]


def text_of(events: list[Event]) -> str:
    """What an answer says."""
    return "".join(event.text for event in events if isinstance(event, Text))


async def until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until something is so. Raises TimeoutError after that many seconds."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for happens in another process
            await asyncio.sleep(0.005)
