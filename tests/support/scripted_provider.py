"""A source of answers that says what a test wrote down, and waits where the test wants it to wait."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from oats_tui.core.settings import ModelSettings, ServiceSettings, Settings
from oats_tui.provider import base
from oats_tui.provider.names import ModelRef
from oats_tui.provider.registry import Models


class Gate:
    """A place where an answer waits until the test opens it."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self._open = asyncio.Event()

    def open(self) -> None:
        """Let everybody through, now and later."""
        self._open.set()

    async def passed(self) -> None:
        """Wait until it is open."""
        self.reached.set()
        await self._open.wait()


Step = base.Event | Exception | Gate


class ScriptedProvider:
    """Answers each request with the next script.

    A script is a sequence of events; an exception in it is raised, a gate waited for. A text stands for a
    ``Text`` event. Where the script does not say how the answer ends, it ends with ``End("stop")``.

    Attributes:
        requests: The messages of each request so far.
        models: The model of each request so far.
        context_size: What ``context`` returns.
        images: What ``reads_images`` returns.
        ended: How many answers have ended, whether whole, failed or closed early.
        warmed: The models that were warmed up.
        closed: Whether it was closed.
        preparations: The scripts of ``prepare``, in order; without one nothing is lacking.
    """

    def __init__(self) -> None:
        self.requests: list[list[dict[str, Any]]] = []
        self.models: list[str] = []
        self.context_size: int | None = None
        self.images = False
        self.ended = 0
        self.warmed: list[str] = []
        self.closed = False
        self.preparations: deque[Sequence[base.Progress | Exception | Gate]] = deque()
        self.prepared = 0
        self._scripts: deque[tuple[Step, ...]] = deque()

    def will(self, *steps: Step | str) -> None:
        """Say what the answer to the next request without a script is."""
        self._scripts.append(tuple(base.Text(step) if isinstance(step, str) else step for step in steps))

    def context(self, model: str) -> int | None:
        """The model's context in tokens."""
        return self.context_size

    def reads_images(self, model: str) -> bool:
        """Whether the model understands images."""
        return self.images

    async def stream(
        self, messages: list[dict[str, Any]], model: str, options: base.Options
    ) -> AsyncGenerator[base.Event, None]:
        """Answer as the next script says."""
        self.requests.append(messages)
        self.models.append(model)
        if not self._scripts:
            raise AssertionError("nobody wrote a script for this request")
        try:
            for step in self._scripts.popleft():
                if isinstance(step, Gate):
                    await step.passed()
                elif isinstance(step, Exception):
                    raise step
                else:
                    yield step
                    if isinstance(step, base.End):
                        return
            yield base.End("stop")
        finally:
            self.ended += 1

    async def prepare(self, model: str) -> AsyncIterator[base.Progress]:
        """Fetch as the next script says."""
        self.prepared += 1
        for step in self.preparations.popleft() if self.preparations else ():
            if isinstance(step, Gate):
                await step.passed()
            elif isinstance(step, Exception):
                raise step
            else:
                yield step

    async def warm_up(self, model: str) -> None:
        """Take note of it."""
        self.warmed.append(model)

    async def close(self) -> None:
        """Take note of it."""
        self.closed = True


class ScriptedModels(Models):
    """Two models of one service, ``test/echo`` and ``test/other``, both answered for by one provider.

    Args:
        provider: Who answers.
        configured: False leaves no model at all.
    """

    def __init__(self, provider: ScriptedProvider, *, configured: bool = True) -> None:
        models = (ModelSettings(name="echo"), ModelSettings(name="other"))
        service = ServiceSettings(id="test", base_url="http://127.0.0.1:1/v1", models=models)
        super().__init__(Settings(services={"test": service} if configured else {}), Path("/nonexistent"))
        self.scripted = provider
        self.configured = configured

    def default(self) -> ModelRef | None:
        """The chosen model, or the first; none where none is configured."""
        return super().default() if self.configured or self.chosen else None

    def names(self) -> list[str]:
        """The full names, the model inside this program left out."""
        return ["test/echo", "test/other"] if self.configured else []

    def provider(self, ref: ModelRef) -> base.Provider:
        """The scripted provider, for every model."""
        return self.scripted

    async def close(self) -> None:
        """Close the provider."""
        await self.scripted.close()
