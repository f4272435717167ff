"""What a Session object was loaded or saved with: so a save knows what was changed, added and removed since.

Comparing is done with whole lists at once, because that is a hundred times as fast as one message after the other:
5,000 unchanged messages cost about 3 ms.
"""

from __future__ import annotations

import copy
import operator
from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any

from oats_tui.core.codec import to_plain
from oats_tui.core.files import Signature

if TYPE_CHECKING:
    from oats_tui.session.message import Message

_SLICE = 2000
_EMPTY: dict[str, Any] = {}
_fields = operator.attrgetter("__dict__")
_extra = operator.attrgetter("__pydantic_extra__")
_parts = operator.attrgetter("parts")


@dataclass(slots=True)
class Frozen:
    """The values of some messages at one moment, in lists that compare quickly.

    Attributes:
        fields: The fields of each message.
        extras: Its unknown fields.
        counts: How many parts it has.
        parts: The fields of each part, of all messages one after the other.
        part_extras: Their unknown fields.
        part_types: What kinds of parts they are.
    """

    fields: list[dict[str, Any]] = field(default_factory=list)
    extras: list[Any] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    parts: list[dict[str, Any]] = field(default_factory=list)
    part_extras: list[Any] = field(default_factory=list)
    part_types: list[type[Any]] = field(default_factory=list)

    def extend(self, other: Frozen) -> None:
        """Append the values of further messages."""
        self.fields += other.fields
        self.extras += other.extras
        self.counts += other.counts
        self.parts += other.parts
        self.part_extras += other.part_extras
        self.part_types += other.part_types

    def cut(self, start: int, stop: int, first_part: int, last_part: int) -> Frozen:
        """The values of some of the messages."""
        parts = slice(first_part, last_part)
        return Frozen(
            self.fields[start:stop],
            self.extras[start:stop],
            self.counts[start:stop],
            self.parts[parts],
            self.part_extras[parts],
            self.part_types[parts],
        )


class Held:
    """What a Session object was loaded or saved with.

    It takes no part in comparing sessions, and a copy of a session shares it.

    Attributes:
        signature: The version of the file that holds just this; None if there is none.
        info: The JSON of the facts as they were; empty for a session that never was on disk.
        own_info: The same, as we would write it.
        extra: The unknown fields of the session.
        rest: What follows the messages in the file.
        messages: The message objects, to know them again.
        raws: The JSON of each.
        keys: What tells them apart.
        frozen: Their values.
        is_read: Whether the messages were read from a file, and not saved.
        own: The positions of those that were not made of their JSON, but it of them.
        is_usual: Whether each of the raws is of the usual form; None if nobody has looked yet.
    """

    __slots__ = (
        "_index",
        "_starts",
        "extra",
        "frozen",
        "info",
        "is_read",
        "is_usual",
        "keys",
        "messages",
        "own",
        "own_info",
        "raws",
        "rest",
        "signature",
    )

    def __init__(self) -> None:
        self.signature: Signature | None = None
        self.info = b""
        self.own_info = b""
        self.extra = Exact({})
        self.rest = b""
        self.messages: list[Message] = []
        self.raws: list[bytes] = []
        self.keys: list[str] = []
        self.frozen = Frozen()
        self.is_read = False
        self.own: frozenset[int] = frozenset()
        self.is_usual: bool | None = None
        self._starts: list[int] | None = None
        self._index: dict[int, int] | None = None

    def __eq__(self, other: object) -> bool:
        """Always: two sessions are the same if their contents are."""
        return True

    __hash__ = None  # type: ignore[assignment] # it takes no part in any set

    def __deepcopy__(self, memo: object) -> Held:
        """Itself: what was on disk is the same for a copy."""
        return self

    def __reduce__(self) -> tuple[type[Held], tuple[()]]:
        """A session that travels to another process knows nothing of a file."""
        return (Held, ())

    def known(self, messages: Sequence[Message]) -> Generator[None, None, list[int | None]]:
        """For each of these messages its position among those held, if it has not changed since; else None.

        Pauses between every two thousand messages.
        """
        aligned = self._aligned(messages)
        found: list[int | None] = []
        for start in range(0, aligned, _SLICE):
            if start:
                yield
            stop = min(start + _SLICE, aligned)
            if self._unchanged(start, messages[start:stop]):
                found += range(start, stop)
            else:
                found += (self._known_one(index, messages[index]) for index in range(start, stop))
        if aligned < len(messages):
            index = self._by_identity()
            found += (self._known_one(index.get(id(each)), each) for each in messages[aligned:])
        return found

    def _aligned(self, messages: Sequence[Message]) -> int:
        """How many messages at the beginning are the same objects in the same order."""
        count = min(len(messages), len(self.messages))
        if all(map(operator.is_, messages, self.messages)):
            return count
        pairs = zip(messages, self.messages, strict=False)
        return next((n for n, (one, other) in enumerate(pairs) if one is not other), count)

    def values(self, positions: Sequence[int | None], fresh: Frozen) -> Frozen:
        """The values of the messages at some positions; those of the others are fresh, in their order."""
        found, starts, taken = Frozen(), [0, *accumulate(fresh.counts)], 0
        for position, length in _runs(positions):
            if position is not None:
                found.extend(self._cut(position, position + length))
            else:
                found.extend(fresh.cut(taken, taken + length, starts[taken], starts[taken + length]))
                taken += length
        return found

    def places(self, messages: Sequence[Message], positions: Sequence[int | None]) -> list[int | None]:
        """For each message the position of the same object among those held, also of one that has changed."""
        index = self._by_identity()
        taken = {position for position in positions if position is not None}
        found: list[int | None] = []
        for message, position in zip(messages, positions, strict=True):
            place = index.get(id(message)) if position is None else position
            found.append(None if position is None and place in taken else place)
            if place is not None:
                taken.add(place)
        return found

    def _cut(self, start: int, stop: int) -> Frozen:
        """The values of the messages between two positions."""
        if self._starts is None:
            self._starts = [0, *accumulate(self.frozen.counts)]
        return self.frozen.cut(start, stop, self._starts[start], self._starts[stop])

    def _known_one(self, position: int | None, message: Message) -> int | None:
        """A position, if the message there is as this one is now."""
        return None if position is None or not self._unchanged(position, [message]) else position

    def _unchanged(self, start: int, messages: Sequence[Message]) -> bool:
        """Whether these messages are as those were that are held from one position on."""
        try:
            return self._cut(start, start + len(messages)) == seen(messages)
        except Exception:  # noqa: BLE001 - foreign values may have any __eq__; then they count as changed
            return False

    def _by_identity(self) -> dict[int, int]:
        """The position of each message object."""
        if self._index is None:
            self._index = {id(message): position for position, message in enumerate(self.messages)}
        return self._index


def _runs(positions: Sequence[int | None]) -> Generator[tuple[int | None, int], None, None]:
    """The stretches of positions that follow each other, or of None: the first, and how many."""
    start = 0
    for n in range(1, len(positions) + 1):
        first = positions[start]
        expected = None if first is None else first + n - start
        if n == len(positions) or positions[n] != expected:
            yield first, n - start
            start = n


def seen(messages: Sequence[Message]) -> Frozen:
    """The values of messages as they are now: views, which change with them."""
    listed = list(map(_parts, messages))
    parts = list(chain.from_iterable(listed))
    extras, part_extras = map(_extra, messages), map(_extra, parts)
    return Frozen(
        list(map(_fields, messages)),
        list(extras),
        list(map(len, listed)),
        list(map(_fields, parts)),
        list(part_extras),
        list(map(type, parts)),
    )


def freeze(messages: Sequence[Message]) -> Frozen:
    """The values of messages as they are now: copies, which stay."""
    now = seen(messages)
    return Frozen(
        [_copied(fields, ("usage",)) for fields in now.fields],
        list(_deep(now.extras)),
        now.counts,
        [_copied(fields, ("arguments", "metadata")) for fields in now.parts],
        list(_deep(now.part_extras)),
        now.part_types,
    )


def _copied(fields: dict[str, Any], containers: Iterable[str]) -> dict[str, Any]:
    """A copy of an object's fields; those that can change inside are copied with their contents."""
    made = dict(fields)
    for name in containers:
        if (value := made.get(name)) is not None:
            made[name] = dict(value) if name == "usage" and _is_counts(value) else Exact(copied(value))
    return made


def _is_counts(value: Any) -> bool:
    """Whether these are integers by name: what is equal to such counts is written like them."""
    return type(value) is dict and bool(value) and all(type(each) is int for each in value.values())


def _deep(values: Iterable[Any]) -> Iterable[Any]:
    """Copies of values that can change inside; of empty ones the same one."""
    return (Exact(copied(value)) if value else None if value is None else _EMPTY for value in values)


@dataclass(frozen=True, slots=True)
class Exact:
    """A value that can change inside, and equals only what is the same in every type: 1 is not True."""

    value: Any

    def __eq__(self, other: object) -> bool:
        """Whether the other, or what it holds, is the same."""
        return _is_same(self.value, other.value if isinstance(other, Exact) else other)

    __hash__ = None  # type: ignore[assignment] # it takes no part in any set


def _is_same(one: Any, other: Any) -> bool:
    """Whether two values would be written alike."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_is_same(value, other[key]) for key, value in one.items())
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(_is_same, one, other))
    return repr(one) == repr(other) if isinstance(one, float) else bool(one == other)


def copied(value: Any) -> Any:
    """A copy of a value with all that is in it."""
    try:
        return copy.deepcopy(value)
    except Exception:  # noqa: BLE001 - foreign objects may refuse in any way; what is saved of them is plain
        return to_plain(value)
