"""The conversations in a stream of bytes, one after the other; what cannot be read is told, and never raised."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from oats_tui.core.codec import NotJsonError, TooDeepError, parse
from oats_tui.exchange.conversation import Conversation
from oats_tui.exchange.formats import Log, Reader, Whole, log_of, whole_of
from oats_tui.exchange.limits import MEBIBYTE, Limits
from oats_tui.exchange.report import Skipped
from oats_tui.exchange.sources import Source
from oats_tui.exchange.splitting import Oversized, TornError, elements, lines
from oats_tui.exchange.unreadable import UnreadableError

_log = logging.getLogger(__name__)

_HEAD = MEBIBYTE
_PROBED = 200
_MOST_BAD = 1000
_NUMBERS_SHOWN = 5
_BOM = b"\xef\xbb\xbf"
_WHITESPACE = b" \t\r\n"
_UNKNOWN = "its format is not known"
_TOO_MUCH = "the rest was not looked at, because too much of it cannot be understood"
_TOO_LARGE = "it is larger than {size} MB"


@dataclass(frozen=True, slots=True)
class Found:
    """A conversation, and the name of its format."""

    format: str
    conversation: Conversation


Outcome: TypeAlias = Found | Skipped


def outcomes(source: Source, limits: Limits) -> Iterator[Outcome]:
    """What is in a file, one conversation at a time."""
    try:
        yield from _of_stream(source, limits)
    except OSError as error:
        yield Skipped(source.name, f"it cannot be read to its end: {error.strerror or error}")


def _of_stream(source: Source, limits: Limits) -> Iterator[Outcome]:
    """What is in a file, whose shape is told by its beginning."""
    head, rest = _beginning(source.chunks)
    chunks = itertools.chain([head], rest)
    if not head:
        yield Skipped(source.name, "it is empty")
    elif head.startswith(b"["):
        yield from _of_list(source, chunks, limits)
    elif not head.startswith(b"{"):
        yield Skipped(source.name, _UNKNOWN)
    elif _has_lines(head):
        yield from _of_lines(source, lines(chunks, limits.conversation), limits)
    else:
        yield from _of_object(source, chunks, limits)


def _beginning(chunks: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """The first megabyte from the first sign on, and the rest."""
    head = b""
    for chunk in chunks:
        head += chunk
        if not head.removeprefix(_BOM).strip(_WHITESPACE):
            head = head[:3] if head[:3] == _BOM else b""
        elif len(head) >= _HEAD:
            break
    return head.removeprefix(_BOM).lstrip(_WHITESPACE), chunks


def _has_lines(head: bytes) -> bool:
    """Whether a text that begins with a brace has an object on each line, rather than being one over many."""
    first, end, rest = head.partition(b"\n")
    if not end or (len(first.strip()) > 1 and first.rstrip().endswith(b"}")):
        return True
    return any(line.startswith(b"{") and line.rstrip().endswith(b"}") for line in rest.split(b"\n"))


def _of_list(source: Source, chunks: Iterable[bytes], limits: Limits) -> Iterator[Outcome]:
    """The conversations in a list; of a list of other things there is one line, not one for each."""
    held: list[Skipped] = []
    bad, good = 0, 0
    try:
        for number, raw in enumerate(elements(chunks, limits.conversation), start=1):
            found = _of_raw(raw, f"{source.name}, conversation {number}", limits)
            if isinstance(found, Skipped):
                bad += 1
                held.append(found)
            else:
                good += 1
            if good:
                yield from held
                held.clear()
            if isinstance(found, Found):
                yield found
            if bad >= (_MOST_BAD if good else _PROBED):
                held.append(Skipped(source.name, _TOO_MUCH))
                break
    except TornError as error:
        held.append(Skipped(source.name, str(error)))
    if not good and not bad and not held and not source.is_companion:
        held.append(Skipped(source.name, "there is no conversation in it"))
    yield from held if good else _without_repetition(source, held)


def _without_repetition(source: Source, held: list[Skipped]) -> Iterator[Skipped]:
    """What is told of a list that has no conversation."""
    if bad := [each for each in held if each.why not in (_UNKNOWN, _TOO_MUCH)]:
        yield from bad
    elif not source.is_companion:
        yield Skipped(source.name, _UNKNOWN)


def _of_object(source: Source, chunks: Iterable[bytes], limits: Limits) -> Iterator[Outcome]:
    """The conversation that a file is, or the list of them that is in it."""
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > limits.conversation:
            yield Skipped(source.name, _too_large(limits))
            return
    yield from _of_whole_file(source, bytes(data), limits)


def _of_whole_file(source: Source, data: bytes, limits: Limits) -> Iterator[Outcome]:
    """The conversation in these bytes, or those in the list `conversations` in them."""
    try:
        value = parse(data)
    except NotJsonError as error:
        yield Skipped(source.name, _not_json(error))
        return
    within = value.get("conversations") if isinstance(value, dict) else None
    if isinstance(within, list) and whole_of(value) is None:
        for number, each in enumerate(within, start=1):
            yield _of_value(each, f"{source.name}, conversation {number}")
    elif not (source.is_companion and whole_of(value) is None):
        yield _of_value(value, source.name)


def _of_raw(raw: bytes | Oversized, name: str, limits: Limits) -> Outcome:
    """The conversation in the JSON of an element."""
    if isinstance(raw, Oversized):
        return Skipped(name, _too_large(limits))
    try:
        return _of_value(parse(raw), name)
    except NotJsonError as error:
        return Skipped(name, _not_json(error))


def _of_value(value: Any, name: str) -> Outcome:
    """The conversation that a value is."""
    format_ = whole_of(value)
    if format_ is None:
        return Skipped(name, _UNKNOWN)
    try:
        return Found(format_.name, format_.read(value))
    except UnreadableError as error:
        return Skipped(_titled(name, value), str(error))
    except Exception as error:  # noqa: BLE001 - foreign data may be wrong in any way, and must not stop the others
        _log.warning("a conversation of %s could not be read: %s", format_.name, type(error).__name__)
        return Skipped(_titled(name, value), "it is not as its format should be")


def _titled(name: str, value: Any) -> str:
    """The name of a conversation in the report, with its title if it tells one."""
    for key in ("title", "name"):
        title = value.get(key) if isinstance(value, dict) else None
        if isinstance(title, str) and title.strip():
            return f"{name} “{title.strip()[:80]}”"
    return name


def _not_json(error: NotJsonError) -> str:
    """Why a text is not JSON, without the place, which means nothing within a large file."""
    return "it is nested too deeply" if isinstance(error, TooDeepError) else "it is not JSON, or cut off"


def _too_large(limits: Limits) -> str:
    """That something is too large."""
    return _TOO_LARGE.format(size=limits.conversation // MEBIBYTE)


class _BadLines:
    """The lines of a file that cannot be used, told as one."""

    def __init__(self) -> None:
        self.count = 0
        self._numbers: list[int] = []

    def add(self, number: int) -> None:
        """Note a line."""
        self.count += 1
        if len(self._numbers) < _NUMBERS_SHOWN:
            self._numbers.append(number)

    def told(self, name: str) -> Iterator[Skipped]:
        """The line of the report about them, if there are any."""
        if self.count:
            numbers = ", ".join(map(str, self._numbers))
            more = ", …" if self.count > len(self._numbers) else ""
            noun = "line" if self.count == 1 else "lines"
            yield Skipped(f"{name}, {noun} {numbers}{more}", f"{self.count:,} {noun} cannot be understood")


def _values(raws: Iterator[bytes | Oversized], bad: _BadLines) -> Iterator[tuple[int, int, dict[str, Any]]]:
    """The number, the size and the value of each line that holds an object."""
    for number, raw in enumerate(raws, start=1):
        if isinstance(raw, Oversized):
            bad.add(number)
            continue
        if not raw.strip():
            continue
        try:
            value = parse(raw)
        except NotJsonError:
            value = None
        if isinstance(value, dict):
            yield number, len(raw), value
        else:
            bad.add(number)


def _of_lines(source: Source, raws: Iterator[bytes | Oversized], limits: Limits) -> Iterator[Outcome]:
    """The conversations in a file of lines: a log of one, or one on each."""
    bad = _BadLines()
    values = _values(raws, bad)
    probed: list[tuple[int, int, dict[str, Any]]] = []
    size = 0
    kind: Log | Whole | None = None
    for each in values:
        probed.append(each)
        size += each[1]
        kind = log_of(each[2]) or whole_of(each[2])
        if kind is not None or len(probed) >= _PROBED or size > limits.conversation:
            break
    everything = itertools.chain(probed, values)
    if isinstance(kind, Log):
        yield from _of_log(source, kind, everything, bad, limits)
    elif isinstance(kind, Whole):
        for number, _, value in everything:
            yield _of_value(value, f"{source.name}, line {number}" if number > 1 else source.name)
        yield from bad.told(source.name)
    elif len(probed) == 1 and isinstance(probed[0][2].get("conversations"), list):
        for number, value in enumerate(probed[0][2]["conversations"], start=1):
            yield _of_value(value, f"{source.name}, conversation {number}")
    elif not source.is_companion:
        yield Skipped(source.name, "it is not JSON, or cut off" if bad.count and not probed else _UNKNOWN)


def _of_log(
    source: Source,
    log: Log,
    values: Iterable[tuple[int, int, dict[str, Any]]],
    bad: _BadLines,
    limits: Limits,
) -> Iterator[Outcome]:
    """The conversations that a log tells."""
    reader = log.reader()
    try:
        problem = _fed(reader, values, limits)
        found = [] if problem == _too_large(limits) else reader.finished()
    except Exception as error:  # noqa: BLE001 - foreign data may be wrong in any way, and must not stop the others
        _log.warning("a log of %s could not be read: %s", log.name, type(error).__name__)
        yield Skipped(source.name, "it is not as its format should be")
        return
    if problem or not found:
        yield Skipped(source.name, problem or "nothing is said in it")
    for conversation in found:
        yield Found(log.name, conversation)
    yield from bad.told(source.name)


def _fed(reader: Reader, values: Iterable[tuple[int, int, dict[str, Any]]], limits: Limits) -> str:
    """Give a reader the values of all lines; returns what keeps it from getting them, if anything does."""
    size = 0
    try:
        for number, length, value in values:
            size += length
            if size > limits.conversation:
                return _too_large(limits)
            reader.take(value, number)
    except OSError as error:
        return f"it cannot be read to its end: {error.strerror or error}"
    return ""
