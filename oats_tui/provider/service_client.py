"""The connection to one service. Importing this module is cheap; making a client imports the slow library."""

from __future__ import annotations

import asyncio
import logging
import os
import re
import threading
import warnings
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from oats_tui.core.collector import resting_collector
from oats_tui.core.settings import ServiceSettings
from oats_tui.provider.base import Options, ProviderError
from oats_tui.provider.service_errors import masked, shortened

if TYPE_CHECKING:
    import httpx2
    from pydantic_ai.messages import ModelMessage
    from pydantic_ai.models import StreamedResponse
    from pydantic_ai.models.openai import OpenAIChatModel

_CONNECT_SECONDS = 10.0
_TAIL = 4096
_COMPLETE = re.compile(rb'\[DONE\]|"finish_reason"\s*:\s*"|"total_tokens"\s*:')
_IMPORTING = threading.Lock()


class Client:
    """The HTTP client of one service and the library's models on it.

    Args:
        service: The service.

    Raises:
        ProviderError: The client cannot be built, such as with a proxy's address that is none.
    """

    def __init__(self, service: ServiceSettings) -> None:
        self._service = service
        self._key: SecretStr | None = None
        self._key_looked_for = False
        self._models: dict[str, OpenAIChatModel] = {}
        _import_library()
        try:
            self._http = _http_client()
        except Exception as error:  # noqa: BLE001 - each wrong variable of the environment fails in its own way
            # What the error says is not shown: a proxy's address may hold a password.
            raise ProviderError(
                "The connection cannot be set up.",
                f"The HTTP library said {type(error).__name__}.",
                "Look at the variables for proxy and certificates, such as HTTPS_PROXY and SSL_CERT_FILE.",
                kind="setup",
            ) from None

    @property
    def key(self) -> str | None:
        """The key, or None where there is none."""
        return self._key.get_secret_value() if self._key else None

    @property
    def has_key(self) -> bool:
        """Whether a key has been looked for."""
        return self._key_looked_for

    def set_key(self, key: SecretStr | None) -> None:
        """Use a key from now on; None for a server that asks for none."""
        self._key = key
        self._key_looked_for = True
        self._models.clear()

    def forget_key(self) -> None:
        """Look for the key anew at the next request: this one was not accepted."""
        self._key_looked_for = False

    def import_rest(self) -> None:
        """Build a model, so that the first request finds everything imported."""
        with resting_collector(keep=True):
            self._model("", self._service.base_url)

    def request(
        self, model: str, messages: list[ModelMessage], options: Options
    ) -> AbstractAsyncContextManager[StreamedResponse]:
        """Return the streamed answer, to be entered; leaving it closes the connection."""
        import openai
        from pydantic_ai.direct import model_request_stream
        from pydantic_ai.settings import ModelSettings

        if model not in self._models:
            self._models[model] = self._model(model, self._service.base_url)
        built = self._models[model]
        settings = ModelSettings()
        if options.max_tokens is not None:
            settings["max_tokens"] = options.max_tokens
        # The library warns on the terminal when it drops a temperature that reasoning models do not take.
        if options.temperature is not None and not built.profile.get("openai_supports_reasoning", False):
            settings["temperature"] = options.temperature
        if not self.key:
            nothing: Any = {"Authorization": openai.Omit()}
            settings["extra_headers"] = nothing
        return model_request_stream(built, messages, model_settings=settings, instrument=False)

    async def list_models(self, key: str | None, seconds: float) -> list[str]:
        """Return the names of the service's models.

        Args:
            key: The key to send, or None.
            seconds: How long to wait at most.

        Raises:
            ProviderError: The service cannot be reached, or does not list its models.
        """
        import httpx2

        headers = {"Authorization": f"Bearer {key}"} if key else {}
        address = f"{self._service.base_url}/models"
        try:
            async with asyncio.timeout(seconds):
                response = await self._http.get(address, headers=headers)
                body = response.raise_for_status().json()
            return [str(entry["id"]) for entry in body["data"]]
        except (httpx2.HTTPError, TimeoutError, ValueError, KeyError, TypeError) as error:
            detail = masked(str(error), key) or f"No answer within {seconds:.0f} s."
            title = f"{self._service.id} did not list its models."
            unreachable = isinstance(error, (httpx2.TransportError, TimeoutError))
            hint = f"Asked was {address}."
            kind: Any = "connection" if unreachable else "protocol"
            raise ProviderError(title, shortened(detail), hint, kind=kind) from None

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    def _model(self, name: str, address: str) -> OpenAIChatModel:
        """Return the library's model for one of the service's."""
        import openai
        from pydantic_ai.models.openai import OpenAIChatModel
        from pydantic_ai.profiles.openai import OpenAIModelProfile
        from pydantic_ai.providers.openai import OpenAIProvider
        from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

        key = self.key
        client = openai.AsyncOpenAI(
            base_url=address,
            # The client is not made without a key; each request leaves this one's header out.
            api_key=key or "none",
            http_client=self._http,
            timeout=self._http.timeout,
            max_retries=0,
        )
        if urlsplit(address).hostname == "api.openai.com":
            return OpenAIChatModel(name, provider=OpenAIProvider(openai_client=client))
        # Only OpenAI itself has given up max_tokens.
        profile = OpenAIModelProfile(openai_chat_supports_max_completion_tokens=False)
        provider = OpenAICompatibleProvider(self._service.id, openai_client=client, profile=profile)
        return OpenAIChatModel(name, provider=provider)


def _import_library() -> None:
    """Import the library, kept from writing on the terminal and from logging what people say."""
    with _IMPORTING:
        for name in ("openai", "httpx2", "httpcore2"):
            logging.getLogger(name).setLevel(logging.WARNING)
        # It warns of odd answers, and a warning goes to the terminal.
        warnings.filterwarnings("ignore", module=r"pydantic_ai\.models\.")
        # With this variable the SDK sets up a log of its own, to the terminal.
        wish = os.environ.pop("OPENAI_LOG", None)
        try:
            import pydantic_ai.direct
            import pydantic_ai.models.openai  # noqa: F401
        finally:
            if wish is not None:
                os.environ["OPENAI_LOG"] = wish


def _http_client() -> httpx2.AsyncClient:
    """Return an HTTP client that waits as long as it takes for an answer, but not for a connection."""
    import httpx2

    return httpx2.AsyncClient(
        timeout=httpx2.Timeout(None, connect=_CONNECT_SECONDS),
        follow_redirects=True,
        # A compressed stream would come in lumps, and its end could not be recognized.
        headers={"Accept-Encoding": "identity"},
        event_hooks={"response": [_end_watch()]},
    )


def _end_watch() -> Callable[[httpx2.Response], Awaitable[None]]:
    """Return a hook that makes it an error when a stream ends before its answer is complete."""
    import httpx2

    class Watched(httpx2.AsyncByteStream):
        """A stream whose end is an error where the answer is not complete; HTTP alone cannot always tell."""

        def __init__(self, inner: httpx2.AsyncByteStream) -> None:
            self._inner = inner
            self._tail = b""

        async def __aiter__(self) -> AsyncGenerator[bytes, None]:
            async for chunk in self._inner:
                self._tail = (self._tail + chunk)[-_TAIL:]
                yield chunk
            if not _COMPLETE.search(self._tail):
                raise httpx2.RemoteProtocolError("The stream ended without a sign that the answer is complete.")

        async def aclose(self) -> None:
            await self._inner.aclose()

    async def watch(response: httpx2.Response) -> None:
        """Watch the end of a response that is a stream of events."""
        is_stream = response.headers.get("content-type", "").startswith("text/event-stream")
        inner = response.stream
        if is_stream and "content-encoding" not in response.headers and isinstance(inner, httpx2.AsyncByteStream):
            response.stream = Watched(inner)

    return watch
