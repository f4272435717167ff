"""Answers from a server that speaks the OpenAI chat protocol."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from oats_tui.core.settings import ModelSettings, ServiceSettings
from oats_tui.provider.base import (
    End,
    Event,
    Options,
    Progress,
    ProviderError,
    Text,
    Thinking,
    ToolCall,
    Usage,
)
from oats_tui.provider.keys import find_key
from oats_tui.provider.names import ModelRef, bare_name, wire_name
from oats_tui.provider.service_errors import Failure
from oats_tui.provider.service_messages import to_library

if TYPE_CHECKING:
    from pydantic_ai.models import StreamedResponse

    from oats_tui.provider.service_client import Client

_LOG = logging.getLogger(__name__)
_LIST_SECONDS = 10.0
_LIST_SECONDS_AFTER_FAILURE = 2.0


class ServiceProvider:
    """Answers from one service.

    Args:
        service: Where it is, how it is entered and what it offers.
    """

    def __init__(self, service: ServiceSettings) -> None:
        self._service = service
        self._client: Client | None = None
        self._loading = asyncio.Lock()
        self._closed = False

    def context(self, model: str) -> int | None:
        """The model's context in tokens, where the settings tell it."""
        known = self._known(model)
        return known.context if known else None

    def reads_images(self, model: str) -> bool:
        """Whether the model reads image parts; True where the settings do not tell."""
        known = self._known(model)
        return known is None or known.images

    async def stream(
        self, messages: list[dict[str, Any]], model: str, options: Options
    ) -> AsyncGenerator[Event, None]:
        """Answer a conversation in the OpenAI chat format.

        Raises:
            ProviderError: No answer, or no more of it.
        """
        sent_name = self._wire_name(model)
        client = await self._ready()
        key = await self._key(client)
        failure = Failure(self._service, sent_name, key)
        begun = False
        try:
            async with aclosing(_events(client, sent_name, messages, options)) as events:
                async for event in events:
                    begun = True
                    yield event
        except (ProviderError, GeneratorExit):
            raise
        except Exception as error:  # noqa: BLE001 - whatever a server makes the library raise becomes a sentence
            told = failure.told(error, begun=begun)
        else:
            return
        if told.kind == "auth":
            client.forget_key()
        if told.kind == "not_found":
            told = await self._with_models(failure, told)
        raise told

    async def prepare(self, model: str) -> AsyncGenerator[Progress, None]:
        """Yield nothing: a service has what it needs."""
        nothing: tuple[Progress, ...] = ()
        for progress in nothing:
            yield progress

    async def warm_up(self, model: str) -> None:
        """Load the library and build the client. Connects to nothing, raises nothing."""
        try:
            client = await self._ready()
        except ProviderError as error:
            _LOG.info("The service %s is not ready: %s", self._service.id, error.title)
            return
        await asyncio.to_thread(client.import_rest)

    async def list_models(self) -> list[str]:
        """Ask the service which models it has.

        Raises:
            ProviderError: It did not tell.
        """
        client = await self._ready()
        key = await self._key(client)
        return await client.list_models(key, _LIST_SECONDS)

    async def close(self) -> None:
        """Close the connections."""
        self._closed = True
        if self._client is not None:
            client, self._client = self._client, None
            await client.close()

    def _known(self, model: str) -> ModelSettings | None:
        """Return what the settings tell about a model, however its name is written."""
        for known in self._service.models:
            if known.name == model:
                return known
        for known in self._service.models:
            if bare_name(known.name) == bare_name(model):
                return known
        return None

    def _wire_name(self, model: str) -> str:
        """Return the name that the server is sent."""
        return wire_name(ModelRef(self._service.id, model), self._service)

    async def _ready(self) -> Client:
        """Return the client; the first call loads the library, in a thread."""
        async with self._loading:
            if self._closed:
                raise ProviderError("This service was closed.", kind="setup")
            if self._client is None:
                self._client = await asyncio.to_thread(_load, self._service)
            return self._client

    async def _key(self, client: Client) -> str | None:
        """Return the key, looked for at the first request."""
        if not client.has_key:
            client.set_key(await find_key(self._service))
        return client.key

    async def _with_models(self, failure: Failure, told: ProviderError) -> ProviderError:
        """Return the error with the service's models, if it lists them quickly."""
        client = self._client
        if client is None:
            return told
        try:
            known = await client.list_models(client.key, _LIST_SECONDS_AFTER_FAILURE)
        except ProviderError:
            return told
        return failure.unknown_model(known, told.detail)


def _load(service: ServiceSettings) -> Client:
    """Import the library and build the client; takes a second, so it runs in a thread."""
    from oats_tui.provider.service_client import Client

    return Client(service)


async def _events(
    client: Client, model: str, messages: list[dict[str, Any]], options: Options
) -> AsyncGenerator[Event, None]:
    """Yield one answer's events; raises what the library raises."""
    async with client.request(model, to_library(messages), options) as response:
        reader = _Reader()
        async for part in response:
            event = reader.read(part)
            if event is not None:
                yield event
        usage = _usage(response)
        if usage is not None:
            yield usage
        yield reader.end(response.finish_reason)


class _Reader:
    """Turns the library's events into ours."""

    def __init__(self) -> None:
        from pydantic_ai import messages

        self._called = False
        self._delta, self._start, self._part_end = (
            messages.PartDeltaEvent,
            messages.PartStartEvent,
            messages.PartEndEvent,
        )

    def read(self, event: Any) -> Event | None:
        """Return our event, or None where the library's tells nothing new."""
        kind = type(event)
        if kind is self._delta:
            return _piece(event.delta.part_delta_kind, getattr(event.delta, "content_delta", None))
        if kind is self._start:
            return _piece(event.part.part_kind, getattr(event.part, "content", None))
        if kind is self._part_end and event.part.part_kind == "tool-call":
            self._called = True
            return _tool_call(event.part)
        return None

    def end(self, reason: str | None) -> End:
        """Return the end; not every server that calls a tool says that this is why it stopped."""
        if reason == "length":
            return End("length")
        if reason == "content_filter":
            return End("filtered")
        return End("tool_calls" if self._called or reason == "tool_call" else "stop")


def _piece(kind: str, text: str | None) -> Text | Thinking | None:
    """Return a piece of answer or thought, or None where it is neither or empty."""
    if not text:
        return None
    if kind == "text":
        return Text(text)
    return Thinking(text) if kind == "thinking" else None


def _tool_call(part: Any) -> ToolCall:
    """Return a complete call."""
    arguments = part.args
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments) if arguments.strip() else {}
        except (ValueError, RecursionError):
            arguments = ()
    if arguments is None:
        arguments = {}
    if not isinstance(arguments, dict):
        raise ProviderError(
            "The model called a tool in a way that cannot be understood.",
            "The arguments are not a JSON object.",
            "Send again, or choose another model.",
            kind="protocol",
        )
    return ToolCall(part.tool_call_id, part.tool_name, arguments)


def _usage(response: StreamedResponse) -> Usage | None:
    """Return the token counts, or None where the server told none."""
    usage = response.usage
    if callable(usage):
        usage = usage()
    prompt, completion = usage.input_tokens or 0, usage.output_tokens or 0
    if not prompt and not completion:
        return None
    counts = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
    return Usage(counts)
