"""A stream of bytes cut into lines, or into the elements of the JSON list that it is, with bounded memory."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

# A whole string, a bracket, or a quote whose string does not end in this piece of the stream.
_DEEP = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}"]', re.DOTALL)
_SHALLOW = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{},"]', re.DOTALL)
_REST_OF_STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
_QUOTE, _COMMA = b'",'
_OPENING, _CLOSING = frozenset(b"[{"), frozenset(b"]}")


class Oversized(NamedTuple):
    """Stands for a piece that is larger than was asked for.

    Attributes:
        size: Its size in bytes.
    """

    size: int


class TornError(ValueError):
    """The stream ends in the middle of its list."""


class _Piece:
    """A piece that grows, up to a limit; beyond it only its size is known."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._data = bytearray()
        self._size = 0

    def take(self, data: bytes | memoryview) -> None:
        """Append some bytes."""
        self._size += len(data)
        if self._size > self._limit:
            self._data.clear()
        else:
            self._data += data

    def done(self) -> bytes | Oversized:
        """Give the piece, and begin the next one."""
        found = Oversized(self._size) if self._size > self._limit else bytes(self._data)
        self._data.clear()
        self._size = 0
        return found


class _Nesting:
    """Where in the nesting of a JSON text a stream is."""

    def __init__(self) -> None:
        self.depth = 0
        self._in_string = False
        self._is_escaped = False

    @property
    def is_between(self) -> bool:
        """Whether this is a place where an element may have ended."""
        return self.depth == 1 and not self._in_string

    def bounds(self, data: bytes) -> Iterator[int]:
        """The places of the outermost list's brackets and commas in the next bytes of the stream."""
        at = self._behind_string(data, 0)
        while at < len(data):
            found = (_SHALLOW if self.depth == 1 else _DEEP).search(data, at)
            if found is None:
                return
            at, sign = found.end(), data[found.start()]
            if sign == _QUOTE:
                if at - found.start() == 1:
                    self._in_string = True
                    at = self._behind_string(data, at)
            elif sign == _COMMA:
                yield found.start()
            elif sign in _OPENING:
                self.depth += 1
                if self.depth == 1:
                    yield found.start()
            elif sign in _CLOSING:
                self.depth -= 1
                if self.depth <= 0:
                    yield found.start()

    def _behind_string(self, data: bytes, at: int) -> int:
        """The place behind the string that is open, which may be the end of the data."""
        if not self._in_string:
            return at
        if self._is_escaped and at < len(data):
            self._is_escaped = False
            at += 1
        found = _REST_OF_STRING.match(data, at)
        at = found.end() if found else at
        if at >= len(data):
            return len(data)
        self._in_string = data[at] != _QUOTE
        self._is_escaped = self._in_string
        return at + 1


def elements(chunks: Iterable[bytes], limit: int) -> Iterator[bytes | Oversized]:
    """The elements of a JSON list, one after the other, not yet parsed.

    Args:
        chunks: The stream; it begins with the list's bracket.
        limit: The most bytes that an element may have.

    Raises:
        TornError: The stream ends in the middle.
    """
    nesting, piece = _Nesting(), _Piece(limit)
    for chunk in chunks:
        start, view = 0, memoryview(chunk)
        for bound in nesting.bounds(chunk):
            piece.take(view[start:bound])
            start = bound + 1
            found = piece.done()
            if isinstance(found, Oversized) or found.strip():
                yield found
            if nesting.depth <= 0:
                return
        piece.take(view[start:])
    # The last element may be whole, with only the bracket behind it missing.
    last = piece.done()
    if nesting.is_between and (isinstance(last, Oversized) or last.strip()):
        yield last
    raise TornError("it ends in the middle")


def lines(chunks: Iterable[bytes], limit: int) -> Iterator[bytes | Oversized]:
    """The lines of a stream without their ends, empty ones too.

    Args:
        chunks: The stream.
        limit: The most bytes that a line may have.
    """
    piece, is_open = _Piece(limit), False
    for chunk in chunks:
        start, view = 0, memoryview(chunk)
        while (end := chunk.find(b"\n", start)) >= 0:
            piece.take(view[start:end])
            yield piece.done()
            start = end + 1
        piece.take(view[start:])
        is_open = start < len(chunk) or (is_open and start == 0)
    if is_open:
        yield piece.done()
