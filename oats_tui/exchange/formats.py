"""The formats that are read, and what each of them is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from oats_tui.exchange import chatgpt, claude, claude_code, codex, native
from oats_tui.exchange.conversation import Conversation


class Reader(Protocol):
    """Takes the lines of a log, in order, and makes conversations of them."""

    def take(self, value: dict[str, Any], number: int) -> bool:
        """Take the value of a line, the first of which has the number 1; returns whether it is kept in memory."""

    def finished(self) -> list[Conversation]:
        """The conversations of all lines that were taken."""


@dataclass(frozen=True, slots=True)
class Whole:
    """A format that tells a conversation as one JSON object.

    Attributes:
        name: How it is called.
        matches: Whether a value is a conversation of this format.
        read: Makes it ours; raises `UnreadableError`.
    """

    name: str
    matches: Callable[[dict[str, Any]], bool]
    read: Callable[[dict[str, Any]], Conversation]


@dataclass(frozen=True, slots=True)
class Log:
    """A format that tells a conversation line by line.

    Attributes:
        name: How it is called.
        matches: Whether a value can only be a line of this format.
        reader: Makes a reader of one file.
    """

    name: str
    matches: Callable[[dict[str, Any]], bool]
    reader: Callable[[], Reader]


OATS = "oats"
WHOLES: Sequence[Whole] = (
    Whole(OATS, native.matches, native.read),
    Whole("ChatGPT", chatgpt.matches, chatgpt.read),
    Whole("Claude", claude.matches, claude.read),
)
LOGS: Sequence[Log] = (
    Log("Claude Code", claude_code.matches, claude_code.ClaudeCodeReader),
    Log("Codex", codex.matches, codex.CodexReader),
)


def whole_of(value: Any) -> Whole | None:
    """The format of a conversation, if it is one."""
    if not isinstance(value, dict):
        return None
    return next((each for each in WHOLES if each.matches(value)), None)


def log_of(value: Any) -> Log | None:
    """The format of a log, told by one of its lines."""
    if not isinstance(value, dict):
        return None
    return next((each for each in LOGS if each.matches(value)), None)
