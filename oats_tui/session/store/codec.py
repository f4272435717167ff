"""Sessions ↔ the bytes of their files, message by message."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from oats_tui.core.codec import (
    NotJsonError,
    TooDeepError,
    decode,
    encode,
    fault,
    parse,
    replace_surrogates,
    to_plain,
)
from oats_tui.session.message import Message, OpaqueMessage, TextPart
from oats_tui.session.models import SessionInfo
from oats_tui.session.store.pieces import (
    NotASessionError,
    Pieces,
    encode_info,
    encode_rest,
    extra_of,
    indented,
    info_in,
    join,
    message_raw,
    split,
    split_checked,
    split_ends,
)

__all__ = [
    "NotASessionError",
    "NotJsonError",
    "Pieces",
    "decode",
    "decode_info",
    "decode_message",
    "encode",
    "encode_info",
    "encode_message",
    "encode_rest",
    "extra_of",
    "info_of",
    "join",
    "message_raw",
    "parse",
    "replace_surrogates",
    "split",
    "split_checked",
    "split_ends",
    "to_plain",
]


_ALL_FIELDS: dict[type[BaseModel], set[str]] = {kind: set(kind.model_fields) for kind in (Message, TextPart)}


def info_of(data: bytes) -> dict[str, Any]:
    """The `info` object of a session's file, not yet validated.

    Raises:
        NotJsonError: The bytes are not JSON.
        NotASessionError: They are, without an `info` object.
    """
    return info_in(parse(data))


def decode_message(raw: bytes) -> Message:
    """The message that a piece holds; one that cannot be understood is an `OpaqueMessage`.

    Raises:
        NotJsonError: The piece is not JSON.
    """
    try:
        value = parse(raw)
    except TooDeepError:
        return OpaqueMessage.of(raw, {}, "it is nested too deeply")
    try:
        return _slim(Message.model_validate(value))
    except ValidationError as error:
        return OpaqueMessage.of(raw, value if isinstance(value, dict) else {}, fault(error))


def _slim(message: Message) -> Message:
    """The message; which of its fields were there is told by a set that all share: each of its own is 1 KB."""
    for each in (message, *message.parts):
        names = _ALL_FIELDS.get(type(each))
        # With an unknown field, or without a known one, it has names of its own, to which more may come.
        if names is not None and len(each.__pydantic_fields_set__) == len(names) and not each.__pydantic_extra__:
            object.__setattr__(each, "__pydantic_fields_set__", names)
    return message


def decode_info(raw: bytes) -> SessionInfo:
    """The facts that the `info` piece holds.

    Raises:
        pydantic.ValidationError: They are not those of a session.
    """
    return SessionInfo.model_validate(parse(raw))


def encode_message(message: Message) -> bytes:
    """The piece of a message."""
    if isinstance(message, OpaqueMessage):
        return message.raw
    return indented(encode(message), 4)
