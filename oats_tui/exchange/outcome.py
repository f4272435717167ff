"""What comes of a piece of a foreign file: a conversation, or why there is none."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any, TypeAlias

from oats_tui.exchange.conversation import Conversation
from oats_tui.exchange.formats import whole_of
from oats_tui.exchange.limits import MEBIBYTE, Limits
from oats_tui.exchange.report import Skipped
from oats_tui.exchange.unreadable import UnreadableError

_log = logging.getLogger(__name__)

UNKNOWN = "its format is not known"
NOT_JSON = "it is not JSON, or cut off"
NOT_AS_IT_SHOULD_BE = "it is not as its format should be"
TOO_MUCH = "the rest was not looked at, because too much of it cannot be understood"

MOST_BAD = 1000
"""How many pieces of a file may be none, before the rest is not looked at."""

PROBED = 200
"""How many pieces are looked at to find out what a file is."""


@dataclass(frozen=True, slots=True)
class Found:
    """A conversation, and the name of its format."""

    format: str
    conversation: Conversation


Outcome: TypeAlias = Found | Skipped


def of_value(value: Any, name: str) -> Outcome:
    """The conversation that a value is."""
    format_ = whole_of(value)
    if format_ is None:
        return Skipped(name, UNKNOWN)
    try:
        return Found(format_.name, format_.read(value))
    except UnreadableError as error:
        return Skipped(_titled(name, value), str(error))
    except Exception as error:  # noqa: BLE001 - foreign data may be wrong in any way, and must not stop the others
        _log.warning("a conversation of %s could not be read: %s", format_.name, type(error).__name__)
        return Skipped(_titled(name, value), NOT_AS_IT_SHOULD_BE)


def _titled(name: str, value: Any) -> str:
    """The name of a conversation in the report, with its title if it tells one."""
    for key in ("title", "name"):
        title = value.get(key) if isinstance(value, dict) else None
        if isinstance(title, str) and title.strip():
            return f"{name} “{title.strip()[:80]}”"
    return name


def too_large(limits: Limits) -> str:
    """That something is too large."""
    return f"it is larger than {limits.conversation // MEBIBYTE} MB"
