"""What a person sees of a message, taken out of its JSON without making a model of it: thousands a second."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic_core import to_json

from oats_tui.core.codec import NotJsonError, parse

ROLES = ("title", "user", "assistant", "system")
"""Who spoke, by the number that is kept; the first stands for what is no message, but a session's title."""

_SEEN = {
    "text": ("content",),
    "tool_call": ("tool_name", "arguments"),
    "tool_result": ("tool_name", "title", "output", "error"),
    "image": (),
}
_OF_UNKNOWN = ("content", "text", "title")
_FIRST_SECOND = 0.0
_LAST_SECOND = 253_402_300_799.0


@dataclass(frozen=True, slots=True)
class Said:
    """A message as it is searched.

    Attributes:
        id: Its id; empty if it tells none.
        role: The number of its role.
        time: When it was made, in seconds since 1970; None if it does not tell.
        model: Who answered; empty if it does not tell.
        text: What a person sees of it.
    """

    id: str
    role: int
    time: float | None
    model: str
    text: str


def said_in(raw: bytes) -> Said:
    """The message that a piece of a session's file holds; of one that cannot be understood, nothing."""
    try:
        value = parse(raw)
    except NotJsonError:
        value = None
    if not isinstance(value, dict):
        return Said("", ROLES.index("system"), None, "", "")
    parts = value.get("parts")
    texts = (_part(part) for part in parts) if isinstance(parts, list) else ()
    role = value.get("role")
    return Said(
        as_text(value.get("id")),
        ROLES.index(role) if role in ROLES[1:] else ROLES.index("system"),
        as_time(value.get("created_at")),
        as_text(value.get("model")),
        "\n".join(filter(None, texts)),
    )


def as_text(value: Any) -> str:
    """A text; anything else is an empty one."""
    return value if isinstance(value, str) else ""


def as_time(value: Any) -> float | None:
    """The moment that a text tells, in seconds since 1970; None if it tells none. Without a zone it is in UTC."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, _FIRST_SECOND), _LAST_SECOND)


def _part(part: Any) -> str:
    """What a person sees of one part; of a picture, nothing."""
    if not isinstance(part, dict):
        return ""
    kind = part.get("type")
    names = _SEEN.get(kind, _OF_UNKNOWN) if isinstance(kind, str) else _OF_UNKNOWN
    return "\n".join(text for name in names for text in _strings(part.get(name)) if text)


def _strings(value: Any) -> Iterator[str]:
    """The texts in a value, with the names of fields."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting += (each for pair in reversed(value.items()) for each in reversed(pair))
        elif isinstance(value, list):
            waiting += reversed(value)
        elif value is not None:
            yield to_json(value, inf_nan_mode="constants").decode()
