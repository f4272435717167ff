"""The conversations in a stream of bytes, one after the other; what cannot be read is told, and never raised."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

from oats_tui.core.codec import NotJsonError, TooDeepError, parse
from oats_tui.exchange import native
from oats_tui.exchange.formats import OATS, whole_of
from oats_tui.exchange.limits import MEBIBYTE, Limits
from oats_tui.exchange.logs import of_lines
from oats_tui.exchange.outcome import (
    MOST_BAD,
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
from oats_tui.exchange.splitting import Oversized, TornError, elements, lines

_HEAD = MEBIBYTE
_BOM = b"\xef\xbb\xbf"
_WHITESPACE = b" \t\r\n"


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
        yield Skipped(source.name, UNKNOWN)
    elif _has_lines(head):
        yield from of_lines(source, lines(chunks, limits.conversation), limits)
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
            if bad >= (MOST_BAD if good else PROBED):
                held.append(Skipped(source.name, TOO_MUCH))
                break
    except TornError as error:
        held.append(Skipped(source.name, str(error)))
    if not good and not bad and not held and not source.is_companion:
        held.append(Skipped(source.name, "there is no conversation in it"))
    yield from held if good else _without_repetition(source, held)


def _without_repetition(source: Source, held: list[Skipped]) -> Iterator[Skipped]:
    """What is told of a list that has no conversation."""
    if bad := [each for each in held if each.why not in (UNKNOWN, TOO_MUCH)]:
        yield from bad
    elif not source.is_companion:
        yield Skipped(source.name, UNKNOWN)


def _of_object(source: Source, chunks: Iterable[bytes], limits: Limits) -> Iterator[Outcome]:
    """The conversation that a file is, or the list of them that is in it."""
    data = bytearray()
    for chunk in chunks:
        data += chunk
        if len(data) > limits.conversation:
            yield Skipped(source.name, too_large(limits))
            return
    yield from _of_whole_file(source, bytes(data), limits)


def _of_whole_file(source: Source, data: bytes, limits: Limits) -> Iterator[Outcome]:
    """The conversation in these bytes, or those in the list `conversations` in them."""
    try:
        value = parse(data)
    except NotJsonError as error:
        deep = native.read_bytes(data) if isinstance(error, TooDeepError) else None
        yield Found(OATS, deep) if deep else Skipped(source.name, _not_json(error))
        return
    within = value.get("conversations") if isinstance(value, dict) else None
    if isinstance(within, list) and whole_of(value) is None:
        for number, each in enumerate(within, start=1):
            yield of_value(each, f"{source.name}, conversation {number}")
    elif not (source.is_companion and whole_of(value) is None):
        yield of_value(value, source.name)


def _of_raw(raw: bytes | Oversized, name: str, limits: Limits) -> Outcome:
    """The conversation in the JSON of an element."""
    if isinstance(raw, Oversized):
        return Skipped(name, too_large(limits))
    try:
        return of_value(parse(raw), name)
    except NotJsonError as error:
        return Skipped(name, _not_json(error))


def _not_json(error: NotJsonError) -> str:
    """Why a text is not JSON, without the place, which means nothing within a large file."""
    return "it is nested too deeply" if isinstance(error, TooDeepError) else NOT_JSON
