"""Values of foreign JSON, read with care: whatever is not of the expected kind is as if it were not there."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

from oats_tui.core.codec import NotJsonError, parse, replace_surrogates
from oats_tui.date import as_utc
from oats_tui.session.message import flatten_usage

_MILLISECONDS_FROM = 1e11
_TITLE_LENGTH = 80
_MOST_TOKENS = 10**12


def text_of(value: Any) -> str:
    """A string that UTF-8 can express; anything else is the empty one."""
    return replace_surrogates(value) if isinstance(value, str) else ""


def dict_of(value: Any) -> dict[str, Any]:
    """A dictionary; anything else is an empty one."""
    return value if isinstance(value, dict) else {}


def list_of(value: Any) -> list[Any]:
    """A list; anything else is an empty one."""
    return value if isinstance(value, list) else []


def moment_of(value: Any) -> datetime | None:
    """A moment in UTC.

    Args:
        value: Seconds or milliseconds since 1970, or a text in the form of ISO 8601; anything else is None.
    """
    try:
        if isinstance(value, str):
            return as_utc(datetime.fromisoformat(value)).astimezone(UTC)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
            return None
        seconds = value / 1000 if value > _MILLISECONDS_FROM else value
        return datetime.fromtimestamp(seconds, UTC) if seconds > 0 else None
    except (ValueError, OverflowError, OSError):
        return None


def arguments_of(value: Any) -> dict[str, Any]:
    """The arguments of a tool: a dictionary, or the JSON of one; other text is kept under `input`."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, str):
        return {} if value is None else {"input": value}
    try:
        parsed = parse(value.encode("utf-8", "replace"))
    except NotJsonError:
        parsed = None
    return parsed if isinstance(parsed, dict) else {"input": replace_surrogates(value)} if value else {}


def usage_of(value: Any) -> dict[str, int] | None:
    """Counts of tokens under the names that this program shows, from any of the usual ones; None without any."""
    if not isinstance(value, dict):
        return None
    counts = {name: count for name, count in flatten_usage(value).items() if 0 <= count <= _MOST_TOKENS}
    cached = counts.get("cache_creation_input_tokens", 0) + counts.get("cache_read_input_tokens", 0)
    prompt = counts.get("prompt_tokens", counts.get("input_tokens", 0) + cached)
    completion = counts.get("completion_tokens", counts.get("output_tokens", 0))
    if not prompt and not completion:
        return None
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def title_from(text: str) -> str:
    """A title out of what was said first: its first line, cut at 80 characters."""
    line = next((line for line in text.splitlines() if line.strip()), "")
    words = " ".join(line.split())
    return words if len(words) <= _TITLE_LENGTH else f"{words[: _TITLE_LENGTH - 1].rstrip()}…"
