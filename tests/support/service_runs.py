"""Short ways to ask a service in a test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from pydantic import SecretStr

from oats_tui.core.settings import ModelSettings, ServiceSettings
from oats_tui.provider.base import Event, Options, ProviderError
from oats_tui.provider.service import ServiceProvider
from tests.support.fake_service import FakeService, Reply

HELLO: list[dict[str, Any]] = [{"role": "user", "content": "Hello?"}]


def settings_for(url: str, key: str | None = None, **more: Any) -> ServiceSettings:
    """Return the settings of a service called ``test``."""
    more.setdefault("models", (ModelSettings(name="m"),))
    return ServiceSettings(id="test", base_url=url, api_key=SecretStr(key) if key else None, **more)


@asynccontextmanager
async def provider_at(url: str, key: str | None = None, **more: Any) -> AsyncGenerator[ServiceProvider, None]:
    """Yield a provider and close it in the end."""
    provider = ServiceProvider(settings_for(url, key, **more))
    try:
        yield provider
    finally:
        await provider.close()


def ask(
    service: FakeService,
    messages: Sequence[dict[str, Any]] = HELLO,
    model: str = "m",
    options: Options | None = None,
    **more: Any,
) -> list[Event]:
    """Return all events of one answer."""

    async def run() -> list[Event]:
        async with provider_at(service.url, **more) as provider:
            stream = provider.stream(list(messages), model, options or Options())
            return [event async for event in stream]

    return asyncio.run(run())


def failed(service: FakeService, model: str = "m", **more: Any) -> tuple[list[Event], ProviderError]:
    """Return what came of an answer that fails, and the failure."""
    events: list[Event] = []

    async def run() -> ProviderError:
        async with provider_at(service.url, more.pop("key", None), **more) as provider:
            try:
                async for event in provider.stream(HELLO, model, Options()):
                    events.append(event)  # noqa: PERF401 - those before the failure count
            except ProviderError as error:
                return error
        raise AssertionError(f"The answer did not fail: {events}")

    return events, asyncio.run(run())


def failure_of(reply: Reply, **more: Any) -> tuple[list[Event], ProviderError]:
    """Return what ``failed`` does, with a server that answers this way."""
    with FakeService(reply) as service:
        return failed(service, **more)
