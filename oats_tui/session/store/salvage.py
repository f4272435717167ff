"""What can be saved of a damaged session: its facts, and every message that is whole.

The bytes are gone through once, object by object. Only what has its closing brace is believed: a parser that
accepts a cut-off end makes 12 of 1234. Where the bytes make no sense, the next object begins anew, and what is
found from there on is taken for a message only if it can be understood as one of this session.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TypeAlias

from oats_tui.core.codec import NotJsonError, parse
from oats_tui.session.message import Message, OpaqueMessage
from oats_tui.session.store.codec import (
    NotASessionError,
    decode_info,
    decode_message,
    encode_info,
    message_raw,
    split,
)
from oats_tui.session.store.merge import Version
from oats_tui.session.store.order import keys_of_raws

_END = b"\n}"
# In the form that oats and we write: how it begins, a message's beginning, and in how many brackets that stands.
_USUAL = b'{\n  "info": {\n'
_LINE = b"\n    {\n"
_DEPTH = 2
_MAX_DEPTH = 10_000
_MAX_ROUNDS = 3
# Blanks, and the mark that some editors put in front of UTF-8.
_BEFORE_SESSION = b"\xef\xbb\xbf \t\r\n"

_OBJECT = re.compile(rb'\{(?=\s*")')
# What stands between two brackets: blanks, numbers and words, strings that end where one can, empty containers.
# Nothing in it is possessive: before Python 3.11.5 groups of that kind match what they should not.
_BETWEEN = re.compile(
    rb'(?:[\s,:0-9+.\-eEINaeflnrstuity]+|"[^"\\\x00-\x1f]*(?:\\[^\x00-\x1f][^"\\\x00-\x1f]*)*"(?=\s*[:,\]}])'
    rb"|\{\s*\}|\[\s*\])*"
)
_INFO = re.compile(rb'"info"\s*:\s*$')
_MESSAGES = re.compile(rb'"messages"\s*:\s*$')
_FIELDS = (b'"role"', b'"session_id"')
_BEFORE = 64
_OPENING = {b"{": b"}", b"[": b"]"}


_Kept: TypeAlias = tuple[bytes, Message]


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What could be saved.

    Attributes:
        version: The messages, and the facts if they are whole (else empty bytes).
        id: The id that the facts name; None if they are not whole.
    """

    version: Version
    id: str | None


def salvaged(data: bytes) -> Salvaged | None:
    """What can be saved of the bytes of a damaged file; None if that is nothing. It takes 0.3 s for 10 MB."""
    found = _Scan(data).found
    info = _info(data, found.info)
    id_ = decode_info(info).id if info else None
    raws = _messages(data, found, id_)
    if id_ is None and not raws:
        return None
    messages = dict(zip(keys_of_raws(raws), raws, strict=True))
    return Salvaged(Version(info, messages, _rest(data, found.end)), id_)


@dataclass(slots=True)
class _Found:
    """Where something lies in the bytes, from and to.

    Attributes:
        info: The facts.
        listed: The objects in the list of messages.
        others: Objects that may be messages, because what they stand in is not whole.
        end: Where the session ends; 0 if it is not whole.
    """

    info: tuple[int, int] | None = None
    listed: list[tuple[int, int]] = field(default_factory=list)
    others: list[tuple[int, int]] = field(default_factory=list)
    end: int = 0


@dataclass(slots=True)
class _Open:
    """An object or list that has begun.

    Attributes:
        start: Where.
        closing: What ends it.
        role: `session`, `info` or `messages` if it is that; else empty.
        objects: The objects directly in it that have ended.
    """

    start: int
    closing: bytes
    role: str
    objects: list[tuple[int, int]] = field(default_factory=list)


class _Scan:
    """Goes through some bytes.

    Attributes:
        found: What was found.
    """

    def __init__(self, data: bytes) -> None:
        self.found = _Found()
        self._data = data
        self._open: list[_Open] = []
        self._is_first = True
        self._is_usual = data.startswith(_USUAL)
        position = 0
        while position >= 0:
            position = self._step(position) if self._open else self._seek(position)
        self._break()

    def _seek(self, position: int) -> int:
        """Go on behind the beginning of the next object; returns -1 where there is none."""
        start = _OBJECT.search(self._data, position)
        if start is None:
            return -1
        is_session = self._is_first and not self._data[: start.start()].strip(_BEFORE_SESSION)
        role = "session" if is_session else ""
        self._is_first = False
        self._open.append(_Open(start.start(), b"}", role))
        return start.start() + 1

    def _step(self, position: int) -> int:
        """Go on behind the next bracket; returns -1 at the end."""
        at = _BETWEEN.match(self._data, position).end()  # type: ignore[union-attr] # it matches also nothing
        bracket = self._data[at : at + 1]
        if self._is_usual and len(self._open) != _DEPTH and self._data.startswith(_LINE, at - _LINE.index(b"{")):
            # In this form that is a message's beginning; so what is open lacks its end.
            self._break()
            return at
        if bracket in _OPENING and len(self._open) < _MAX_DEPTH:
            self._open.append(_Open(at, _OPENING[bracket], self._role(bracket, at)))
            return at + 1
        if bracket and bracket == self._open[-1].closing:
            self._close(at + 1)
            return at + 1
        self._break()
        return at if bracket else -1

    def _role(self, bracket: bytes, at: int) -> str:
        """What the object or list is that begins here."""
        if len(self._open) != 1 or self._open[0].role != "session":
            return ""
        before = self._data[max(0, at - _BEFORE) : at]
        if bracket == b"{":
            return "info" if _INFO.search(before) else ""
        return "messages" if _MESSAGES.search(before) else ""

    def _close(self, end: int) -> None:
        """The innermost one has ended; what lies in it belongs to it, unless it is the list of messages."""
        closed = self._open.pop()
        span = closed.start, end
        if closed.role == "session":
            self.found.end = end
        elif closed.role == "info":
            self.found.info = self.found.info or span
        elif closed.role == "messages":
            self.found.listed += closed.objects
        elif closed.closing == b"}":
            (self._open[-1].objects if self._open else self.found.others).append(span)

    def _break(self) -> None:
        """What is open will never end."""
        for opened in self._open:
            (self.found.listed if opened.role == "messages" else self.found.others).extend(opened.objects)
        self._open.clear()


def _info(data: bytes, span: tuple[int, int] | None) -> bytes:
    """The JSON of the facts, as it stands there if it is of the usual form; empty if they are not a session's."""
    if span is None:
        return b""
    raw = data[slice(*span)]
    try:
        decode_info(raw)
        return raw if _is_usual(data, span, b'{\n  "info": ', b"\n  }") else encode_info(parse(raw))
    except ValueError:
        return b""


def _messages(data: bytes, found: _Found, session_id: str | None) -> list[bytes]:
    """The JSON of the messages, in the order of the bytes; of those that were not in the list each id once."""
    decoded = {span: _message(data, span) for span in found.listed}
    kept = {span: each for span, each in decoded.items() if each is not None}
    known = {message.id for _, message in kept.values()}
    sessions = {message.session_id for _, message in kept.values()} | {session_id}
    others = found.others
    for _ in range(_MAX_ROUNDS):
        for span in others:
            each = decoded[span] = _message(data, span) if _is_likely(data, span) else None
            if each is None or isinstance(each[1], OpaqueMessage) or each[1].id in known:
                continue
            if sessions == {None} or each[1].session_id in sessions:
                known.add(each[1].id)
                kept[span] = each
        # Where a piece is missing, two halves may have become one that has the next messages in it.
        unclear = [span for span, each in decoded.items() if each is None or isinstance(each[1], OpaqueMessage)]
        if found.end:
            break
        decoded = {}
        others = [inner for span in unclear if _is_likely(data, span) for inner in _inside(data, span)]
    return [raw for raw, _ in _outermost(kept)]


def _inside(data: bytes, span: tuple[int, int]) -> list[tuple[int, int]]:
    """The objects in an object, where it is not to be believed."""
    start = span[0] + 1
    found = _Scan(data[start : span[1]]).found
    return [(start + first, start + end) for first, end in found.others]


def _is_likely(data: bytes, span: tuple[int, int]) -> bool:
    """Whether an object may be a message; to look for what each has is much cheaper than to parse."""
    return all(data.find(name, *span) >= 0 for name in _FIELDS)


def _outermost(kept: dict[tuple[int, int], _Kept]) -> Iterator[_Kept]:
    """The messages in the order of the bytes; those that could not be understood only if there is none in them."""
    spans = sorted(kept)
    for span, following in zip_longest(spans, spans[1:]):
        if following is None or following[0] >= span[1] or not isinstance(kept[span][1], OpaqueMessage):
            yield kept[span]


def _message(data: bytes, span: tuple[int, int]) -> _Kept | None:
    """A message's JSON, as it stands there if of the usual form, and the message; None if it is no JSON."""
    raw = data[slice(*span)]
    try:
        message = decode_message(raw)
    except NotJsonError:
        # A byte that is no text costs a character, not the message.
        raw = raw.decode(errors="replace").encode()
        try:
            message = decode_message(raw)
        except NotJsonError:
            return None
    try:
        return raw if _is_usual(data, span, b"\n    ", b"\n    }") else message_raw(parse(raw)), message
    except ValueError:
        return raw, message


def _is_usual(data: bytes, span: tuple[int, int], before: bytes, end: bytes) -> bool:
    """Whether an object stands in the bytes as oats and we write it, so that it can go on as it is."""
    is_placed = data.startswith(before, span[0] - len(before)) and data.find(end, span[0]) == span[1] - len(end)
    return is_placed and data.find(b"\r", *span) < 0


def _rest(data: bytes, end: int) -> bytes:
    """What follows the messages of a session that is whole up to a place: the fields that nobody here knows."""
    try:
        return split(data[:end]).rest
    except (NotJsonError, NotASessionError):
        return _END
