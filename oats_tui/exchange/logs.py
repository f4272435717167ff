"""The conversations in a file of lines: a log that tells one line by line, or one on each line."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from oats_tui.core.codec import NotJsonError, parse
from oats_tui.exchange.formats import Log, Reader, Whole, log_of, whole_of
from oats_tui.exchange.limits import Limits
from oats_tui.exchange.outcome import (
    MOST_BAD,
    NOT_AS_IT_SHOULD_BE,
    NOT_JSON,
    PROBED,
    TOO_MUCH,
    UNKNOWN,
    Found,
    Outcome,
    of_value,
    too_large,
)
from oats_tui.exchange.report import Skipped
from oats_tui.exchange.sources import Source
from oats_tui.exchange.splitting import Oversized

_log = logging.getLogger(__name__)

_MOST_BAD_LINES = 10_000
_NUMBERS_SHOWN = 5

_Value: TypeAlias = tuple[int, int, dict[str, Any]]


class _BadLines:
    """The lines of a file that cannot be used, told as one.

    Attributes:
        count: How many are not the JSON of an object.
        unread: How many are, but of no conversation.
        is_too_much: Whether the rest is not to be looked at.
    """

    def __init__(self) -> None:
        self.count = 0
        self.unread = 0
        self.is_too_much = False
        self._numbers: list[int] = []

    def add(self, number: int) -> None:
        """Note a line."""
        self.count += 1
        self.is_too_much = self.count >= _MOST_BAD_LINES
        if len(self._numbers) < _NUMBERS_SHOWN:
            self._numbers.append(number)

    def told(self, name: str) -> Iterator[Skipped]:
        """The line of the report about them, if there are any."""
        if self.count:
            numbers = ", ".join(map(str, self._numbers))
            more = ", …" if self.count > len(self._numbers) else ""
            noun = "line" if self.count == 1 else "lines"
            yield Skipped(f"{name}, {noun} {numbers}{more}", f"{self.count:,} {noun} cannot be understood")
        if self.is_too_much:
            yield Skipped(name, TOO_MUCH)


def _values(raws: Iterator[bytes | Oversized], bad: _BadLines) -> Iterator[_Value]:
    """The number, the size and the value of each line that holds an object."""
    blank = 0
    for number, raw in enumerate(raws, start=1):
        if bad.is_too_much:
            return
        if isinstance(raw, Oversized):
            bad.add(number)
            continue
        if not raw.strip():
            blank += 1
            bad.is_too_much = blank >= _MOST_BAD_LINES
            continue
        try:
            value = parse(raw)
        except NotJsonError:
            value = None
        if isinstance(value, dict):
            yield number, len(raw), value
        else:
            bad.add(number)


def of_lines(source: Source, raws: Iterator[bytes | Oversized], limits: Limits) -> Iterator[Outcome]:
    """The conversations in a file of lines: a log of one, or one on each."""
    bad = _BadLines()
    values = _values(raws, bad)
    probed: list[_Value] = []
    size = 0
    kind: Log | Whole | None = None
    for each in values:
        probed.append(each)
        size += each[1]
        kind = log_of(each[2]) or whole_of(each[2])
        if kind is not None or len(probed) >= PROBED or size > limits.conversation:
            break
    everything = itertools.chain(probed, values)
    if isinstance(kind, Log):
        yield from _of_log(source, kind, everything, bad, limits)
    elif isinstance(kind, Whole):
        for number, _, value in everything:
            found = of_value(value, f"{source.name}, line {number}" if number > 1 else source.name)
            yield found
            bad.unread += isinstance(found, Skipped)
            if bad.unread >= MOST_BAD:
                bad.is_too_much = True
                break
        yield from bad.told(source.name)
    elif len(probed) == 1 and isinstance(probed[0][2].get("conversations"), list):
        for number, value in enumerate(probed[0][2]["conversations"], start=1):
            yield of_value(value, f"{source.name}, conversation {number}")
    elif not source.is_companion:
        yield Skipped(source.name, NOT_JSON if bad.count and not probed else UNKNOWN)


def _of_log(
    source: Source,
    log: Log,
    values: Iterable[_Value],
    bad: _BadLines,
    limits: Limits,
) -> Iterator[Outcome]:
    """The conversations that a log tells."""
    reader = log.reader()
    try:
        problem = _fed(reader, values, limits)
        found = [] if problem == too_large(limits) else reader.finished()
    except Exception as error:  # noqa: BLE001 - foreign data may be wrong in any way, and must not stop the others
        _log.warning("a log of %s could not be read: %s", log.name, type(error).__name__)
        yield Skipped(source.name, NOT_AS_IT_SHOULD_BE)
        return
    if problem or not found:
        yield Skipped(source.name, problem or "nothing is said in it")
    for conversation in found:
        yield Found(log.name, conversation)
    yield from bad.told(source.name)


def _fed(reader: Reader, values: Iterable[_Value], limits: Limits) -> str:
    """Give a reader the values of all lines; returns what keeps it from getting them, if anything does."""
    size = 0
    try:
        for number, length, value in values:
            size += length if reader.take(value, number) else 0
            if size > limits.conversation:
                return too_large(limits)
    except OSError as error:
        return f"it cannot be read to its end: {error.strerror or error}"
    return ""
