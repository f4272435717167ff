"""The protocol between a conversation and whatever answers it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from oats_tui.core.errors import OatsError

EndReason = Literal["stop", "length", "tool_calls", "filtered"]
FailureKind = Literal["auth", "not_found", "rate", "server", "connection", "context", "protocol", "setup"]


@dataclass(frozen=True, slots=True)
class Text:
    """The next piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Thinking:
    """The next piece of what the model thinks before it answers."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A complete call that the model wants made."""

    id: str
    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts, named as OpenAI names them: prompt_tokens, completion_tokens, total_tokens."""

    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Progress:
    """What happens while there is no text yet.

    Attributes:
        what: ``fetching`` (the model's file, in bytes), ``loading`` (the model into memory) or ``reading``
            (the prompt, in tokens).
        done: How much is done, or None where nobody tells.
        total: How much there is to do, or None where nobody tells.
    """

    what: Literal["fetching", "loading", "reading"]
    done: int | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class End:
    """The answer is complete, for this reason. Nothing follows it."""

    reason: EndReason


Event = Text | Thinking | ToolCall | Usage | Progress | End


@dataclass(frozen=True, slots=True)
class Options:
    """How to answer. None leaves a value to the source of the answer.

    Attributes:
        max_tokens: The longest answer, in tokens.
        temperature: 0 for the likeliest token each time; larger is more varied.
    """

    max_tokens: int | None = None
    temperature: float | None = None


class ProviderError(OatsError):
    """No answer, or no more of it.

    Args:
        title: One short sentence: what went wrong.
        detail: The cause as far as it is known, such as the server's own words. Never a key.
        hint: What to do next.
        kind: What sort of failure it is.
        retry_after: Seconds after which the server asks to try again, where it says so.
        context: With kind ``context``: the model's context in tokens, where it is known.
    """

    def __init__(
        self,
        title: str,
        detail: str = "",
        hint: str = "",
        *,
        kind: FailureKind,
        retry_after: float | None = None,
        context: int | None = None,
    ) -> None:
        super().__init__(title, detail, hint)
        self.kind = kind
        self.retry_after = retry_after
        self.context = context

    @property
    def retryable(self) -> bool:
        """Whether the same request may succeed a little later."""
        return self.kind in {"rate", "server", "connection"}


class Provider(Protocol):
    """A source of answers.

    ``stream`` yields events as they come and ends after one ``End``. Closing the iterator (``aclose``, or
    cancelling the task that iterates) stops the answer at the other end at once. It raises ProviderError, and
    retries nothing itself: whether to try again is the conversation's to decide.
    """

    def context(self, model: str) -> int | None:
        """The model's context in tokens, or None where nobody knows."""
        ...

    def reads_images(self, model: str) -> bool:
        """Whether the model understands image parts; False makes the conversation send a note instead."""
        ...

    def stream(self, messages: list[dict[str, Any]], model: str, options: Options) -> AsyncGenerator[Event, None]:
        """Answer a conversation in the OpenAI chat format."""
        ...

    def prepare(self, model: str) -> AsyncIterator[Progress]:
        """Fetch what the model needs and this machine lacks, telling how far it is.

        Yields nothing where nothing is lacking. Raises ProviderError.
        """
        ...

    async def warm_up(self, model: str) -> None:
        """Load ahead of time what the first answer would have to wait for. Fetches nothing, raises nothing."""
        ...

    async def close(self) -> None:
        """Let go of everything, child processes included. A closed provider is not used again."""
        ...
