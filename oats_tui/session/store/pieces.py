"""A session's file cut at its messages, and put together again.

Each message is parsed, checked, compared and written for itself: one that cannot be understood spoils no other,
and what nobody changed goes back byte for byte.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from pydantic import BaseModel
from pydantic_core import to_json

from oats_tui.core.codec import NotJsonError, TooDeepError, encode, parse, to_plain

_HEAD = b'{\n  "info": '
_INFO_END = b"\n  }"
_TO_MESSAGES = b',\n  "messages": ['
_FIRST = b"\n    {"
_MESSAGE_END = b"\n    }"
_INNER_LINE = b"\n      "
_NEXT = b",\n    {"
_LIST_END = b"\n  ]"
_END = b"\n}"
BETWEEN = b",\n    "
_FURTHER_FIELD = re.compile(rb'\s*,\s*"')


Cut: TypeAlias = Callable[[bytes, int], tuple[Sequence[bytes], int]]
"""Cuts one or more messages from a place on in a file of the usual form: they, and where the last one ends.

The end is -1 where what begins there is of no such form.
"""


class NotASessionError(ValueError):
    """The bytes are JSON, but not a session's."""


@dataclass(slots=True)
class Pieces:
    """A session's file, cut at its messages.

    Attributes:
        info: The JSON of the `info` object, its lines indented as in the file.
        messages: The JSON of each message, likewise.
        rest: What follows the list of messages: the fields that we do not know, and the closing brace.
        is_usual: Whether each message is known to be of the usual form.
    """

    info: bytes
    messages: list[bytes] = field(default_factory=list)
    rest: bytes = _END
    is_usual: bool = field(default=False, compare=False)


def split(data: bytes) -> Pieces:
    """Cut a session's file at its messages, which are not looked at if the file is of the usual form.

    Raises:
        NotJsonError: The bytes are not JSON: perhaps they are cut off, or being written.
        NotASessionError: They are, but not a session's.
    """
    return split_usual(data) or split_any(data)


def split_checked(data: bytes) -> Pieces:
    """The same, with each message found to be JSON: for what is to be written again.

    Raises:
        NotJsonError: The bytes are not JSON.
        NotASessionError: They are, but not a session's.
    """
    pieces = split(data)
    try:
        for raw in pieces.messages:
            _check(raw)
    except NotJsonError:
        return split_any(data)
    return pieces


def split_ends(head: bytes, tail: bytes) -> Pieces | None:
    """The facts and the last whole messages out of the two ends of a file; None if it is not of the usual form."""
    info_end = head.find(_INFO_END, len(_HEAD)) + len(_INFO_END)
    first = tail.find(_MESSAGE_END + _NEXT)
    if not head.startswith(_HEAD + b"{") or not head.startswith(_TO_MESSAGES, info_end) or first < 0:
        return None
    messages: list[bytes] = []
    position = _cut_messages(tail, first + len(_MESSAGE_END) + 1, messages, cut_one)
    if position < 0 or not _is_rest(tail[position:]):
        return None
    return Pieces(head[len(_HEAD) : info_end], messages, tail[position:])


def join(pieces: Pieces) -> list[bytes]:
    """The bytes of a session's file, in pieces to be written one after the other."""
    if not pieces.messages:
        return [_HEAD, pieces.info, _TO_MESSAGES, b"]", pieces.rest]
    parts = [_HEAD, pieces.info, _TO_MESSAGES, b"\n    "]
    for message in pieces.messages:
        parts += (message, BETWEEN)
    parts[-1] = _LIST_END
    parts.append(pieces.rest)
    return parts


def extra_of(rest: bytes) -> dict[str, Any]:
    """The fields of a session that we do not know."""
    return {} if rest.strip() == b"}" else dict(parse(_opened(rest)))


def encode_info(info: BaseModel | dict[str, Any]) -> bytes:
    """The piece of the facts about a session."""
    return indented(encode(info) if isinstance(info, BaseModel) else to_json(to_plain(info), indent=2), 2)


def encode_rest(extra: dict[str, Any]) -> bytes:
    """What follows the list of messages."""
    fields = (_field(name, value) for name, value in to_plain(extra).items())
    return b"".join([*fields, _END])


def message_raw(value: Any) -> bytes:
    """The piece of a message that is a plain JSON value."""
    try:
        return indented(to_json(value, indent=2), 4)
    except ValueError:
        # Deeper than that one goes, or with surrogates on their own.
        return indented(json.dumps(value, indent=2).encode("ascii"), 4)


def is_usual(raw: bytes) -> bool:
    """Whether a piece is of the form in which it can be cut out of a file again."""
    return raw.startswith(_FIRST[-1:]) and cut_one(raw, 0) == ((raw,), len(raw))


def cut_one(data: bytes, start: int) -> tuple[Sequence[bytes], int]:
    """The message that begins here, and where it ends; -1 if it is not of the usual form."""
    end = data.find(_MESSAGE_END, start)
    if end < 0:
        return (), -1
    end += len(_MESSAGE_END)
    raw = data[start:end]
    # A line further left is no part of a message of this form.
    return ((raw,), end) if raw.count(b"\n") == raw.count(_INNER_LINE) + 1 else ((), -1)


def split_usual(data: bytes, cut: Cut = cut_one) -> Pieces | None:
    """Cut a file of the form that oats and we write; None for any other.

    JSON has no line ends within texts, so lines that begin with a brace behind exactly so many spaces are where
    messages begin and end.
    """
    info_end = data.find(_INFO_END, len(_HEAD)) + len(_INFO_END)
    if not data.startswith(_HEAD + b"{") or not data.startswith(_TO_MESSAGES, info_end):
        return None
    position = info_end + len(_TO_MESSAGES)
    messages: list[bytes] = []
    if data.startswith(b"]", position):
        position += 1
    elif data.startswith(_FIRST, position):
        position = _cut_messages(data, position, messages, cut)
    else:
        return None
    info, rest = data[len(_HEAD) : info_end], data[position:]
    if position < 0 or not _is_rest(rest) or not _is_object(info):
        return None
    return Pieces(info, messages, rest, is_usual=True)


def _cut_messages(data: bytes, position: int, messages: list[bytes], cut: Cut) -> int:
    """Collect the messages from here on; returns where their list has ended, -1 where the form is another."""
    while True:
        start = position + len(_FIRST) - 1
        raws, end = cut(data, start)
        if end < 0:
            return -1
        messages += raws
        if data.startswith(_LIST_END, end):
            return end + len(_LIST_END)
        if not data.startswith(_NEXT, end):
            return -1
        position = end + 1


def _is_rest(rest: bytes) -> bool:
    """Whether this can follow the messages: further fields of other names, and the closing brace."""
    if rest.strip() == b"}":
        return True
    if not _FURTHER_FIELD.match(rest):
        return False
    try:
        value = parse(_opened(rest))
    except NotJsonError:
        return False
    return isinstance(value, dict) and not {"info", "messages"} & value.keys()


def _is_object(data: bytes) -> bool:
    """Whether bytes are a JSON object and nothing more."""
    try:
        return isinstance(parse(data), dict)
    except NotJsonError:
        return False


def _check(raw: bytes) -> None:
    """Make sure that a piece is JSON, however deep.

    Raises:
        NotJsonError: It is not.
    """
    try:
        parse(raw)
    except TooDeepError:
        return


def _opened(rest: bytes) -> bytes:
    """What follows the messages, as an object of its own."""
    return b"{" + rest.lstrip().removeprefix(b",")


def split_any(data: bytes) -> Pieces:
    """Parse a file of any form as a whole, and bring it into the usual one."""
    value = _parse_deep(data)
    info = info_in(value)
    # A session may have none at all; with other fields in their place, they may be hidden among those.
    messages = value.get("messages", [] if len(value) == 1 else None)
    if not isinstance(messages, list):
        raise NotASessionError("The file is JSON, but not a session: its messages are no list.")
    extra = {name: each for name, each in value.items() if name not in ("info", "messages")}
    return Pieces(encode_info(info), [message_raw(each) for each in messages], encode_rest(extra))


def _parse_deep(data: bytes) -> Any:
    """The JSON value that bytes hold, also where one message in it is nested deeper than others are read.

    Raises:
        NotJsonError: They hold none.
    """
    try:
        return parse(data)
    except TooDeepError as error:
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            raise error from None


def info_in(value: Any) -> dict[str, Any]:
    """The `info` object of what a session's file holds."""
    info = value.get("info") if isinstance(value, dict) else None
    if not isinstance(info, dict):
        raise NotASessionError("The file is JSON, but not a session: it has no info object.")
    return info


def indented(data: bytes, spaces: int) -> bytes:
    """JSON with each line but the first moved to the right; there are no line ends within its texts."""
    return data.replace(b"\n", b"\n" + b" " * spaces)


def _field(name: str, value: Any) -> bytes:
    """One more field of the outermost object."""
    return b",\n  " + to_json(name) + b": " + indented(to_json(value, indent=2), 2)
