"""Sessions ↔ the bytes of their files."""

from __future__ import annotations

from typing import Any

from oats_tui.core.codec import NotJsonError, decode, encode, parse, replace_surrogates, to_plain

__all__ = [
    "NotASessionError",
    "NotJsonError",
    "decode",
    "encode",
    "info_of",
    "parse",
    "replace_surrogates",
    "to_plain",
]


class NotASessionError(ValueError):
    """The bytes are JSON, but not a session's."""


def info_of(data: bytes) -> dict[str, Any]:
    """The `info` object of a session's file, not yet validated.

    Raises:
        NotJsonError: The bytes are not JSON.
        NotASessionError: They are, without an `info` object.
    """
    value = parse(data)
    info = value.get("info") if isinstance(value, dict) else None
    if not isinstance(info, dict):
        raise NotASessionError("The file is JSON, but not a session: it has no info object.")
    return info
