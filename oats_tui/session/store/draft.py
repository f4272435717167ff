"""A session as it is at one moment, ready to be saved by another thread."""

from __future__ import annotations

import operator
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any, TypeVar

from pydantic import BaseModel

from oats_tui.core.collector import resting_collector
from oats_tui.core.files import Signature
from oats_tui.session.message import Message, OpaqueMessage
from oats_tui.session.models import Session
from oats_tui.session.store.again import keys_again, taken_over
from oats_tui.session.store.codec import (
    Pieces,
    decode_info,
    decode_message,
    encode_info,
    encode_message,
    encode_rest,
    extra_of,
)
from oats_tui.session.store.held import Exact, Frozen, Held, copied, freeze
from oats_tui.session.store.order import keys_of_ids
from oats_tui.session.store.pieces import is_usual

_M = TypeVar("_M", bound=BaseModel)

# From so many messages on the collector would be felt.
_MANY = 4000
_FEW = 8


@dataclass(frozen=True, slots=True)
class Added:
    """A message that is new or changed.

    Attributes:
        key: What tells it apart.
        raw: Its JSON.
        after: The key of the message before it.
        old: Its JSON as it was; None for a new one.
    """

    key: str
    raw: bytes
    after: str | None
    old: bytes | None


@dataclass(frozen=True, slots=True)
class Changes:
    """What was done to a session since it was loaded or saved.

    Attributes:
        added: The messages that are new or changed.
        dropped: The keys of those that are gone.
        info_before: The JSON of the facts as they were; empty for a session that was on no disk.
        info: As they are.
    """

    added: list[Added]
    dropped: set[str]
    info_before: bytes
    info: bytes


@dataclass(slots=True)
class Draft:
    """A session as it was when it was handed over, and what it was loaded or saved with.

    Attributes:
        session_id: Its id.
        base: What it was loaded or saved with.
        messages: Its message objects; only their identities matter from now on.
        positions: For each its position in the base, None for a new or changed one.
        keys: What tells them apart.
        fresh: The values of the new and changed ones.
        info: The JSON of the facts.
        own_info: The same, as we would write it.
        rest: What follows the messages in the file.
        extra: The unknown fields of the session.
    """

    session_id: str
    base: Held
    messages: list[Message]
    positions: list[int | None]
    keys: list[str]
    fresh: Frozen
    info: bytes
    own_info: bytes
    rest: bytes
    extra: Exact

    def encoded(self) -> Pieces:
        """The session as JSON; unchanged messages are those bytes that were read or written before."""
        starts = [0, *accumulate(self.fresh.counts)]
        new = (message for message, at in zip(self.messages, self.positions, strict=True) if at is None)
        fresh = iter(
            [
                encode_message(_thawed(message, self.fresh.cut(n, n + 1, starts[n], starts[n + 1])))
                for n, message in enumerate(new)
            ]
        )
        held, known = self.base.raws, len(self.base.raws)
        if self.positions == [*range(known), *[None] * (len(self.positions) - known)]:
            return Pieces(self.info, held + list(fresh), self.rest)
        return Pieces(self.info, [next(fresh) if at is None else held[at] for at in self.positions], self.rest)

    def rebased(self, base: Held) -> Draft:
        """The same draft, told from what its object was saved with after it had been captured."""
        raws, values = self.encoded().messages, self.base.values(self.positions, self.fresh)
        starts, places = [0, *accumulate(values.counts)], {id(each): n for n, each in enumerate(base.messages)}
        positions: list[int | None] = []
        fresh = Frozen()
        for n, (message, raw) in enumerate(zip(self.messages, raws, strict=True)):
            place = places.get(id(message))
            positions.append(place if place is not None and base.raws[place] == raw else None)
            if positions[-1] is None:
                fresh.extend(values.cut(n, n + 1, starts[n], starts[n + 1]))
        info = base.info if self.own_info == base.own_info else self.own_info
        return replace(self, base=base, positions=positions, fresh=fresh, info=info)

    def held(self, raws: list[bytes], signature: Signature | None) -> Held:
        """What the session holds once this has been saved.

        Args:
            raws: The JSON of its messages.
            signature: The version of the file that holds just this; None if it holds more.
        """
        held = Held()
        held.signature = signature
        held.info, held.own_info, held.rest, held.extra = self.info, self.own_info, self.rest, self.extra
        held.messages, held.raws, held.keys = self.messages, raws, self.keys
        held.frozen = self.base.values(self.positions, self.fresh)
        own, is_known = self.base.own, self.base.is_usual
        held.is_usual = (is_known and _are_usual(raws, self.positions)) or None
        held.own = frozenset(n for n, at in enumerate(self.positions) if at is None or at in own)
        return held

    def changes(self, raws: Sequence[bytes]) -> Changes:
        """What was added, changed and deleted since the session was loaded or saved.

        Args:
            raws: The JSON of its messages.
        """
        new = [n for n, position in enumerate(self.positions) if position is None]
        known = {position for position in self.positions if position is not None}
        if len(known) == len(self.base.raws):
            # Everything that was there is there as it was: the usual case, quickly done for a long session.
            only_new = [Added(self.keys[n], raws[n], self.keys[n - 1] if n else None, None) for n in new]
            return Changes(only_new, set(), self.base.info, self.info)
        old = dict(zip(self.base.keys, self.base.raws, strict=True))
        added = [
            Added(self.keys[n], raws[n], self.keys[n - 1] if n else None, old.get(self.keys[n]))
            for n in new
            if old.get(self.keys[n]) != raws[n]
        ]
        return Changes(added, set(self.base.keys).difference(self.keys), self.base.info, self.info)


def capture(session: Session) -> Draft:
    """The session as it is now; changing it later changes nothing of this."""
    steps = capture_in_steps(session)
    while True:
        try:
            next(steps)
        except StopIteration as done:
            draft: Draft = done.value
            return draft


def capture_in_steps(session: Session) -> Generator[None, None, Draft]:
    """The same with pauses, so that a large session stops nobody: a step takes at most about 2 ms.

    A session of 2,000 messages or less is captured in one step. In a larger one a message that is changed between
    two steps is captured as it was or as it became.
    """
    base = session._held
    messages = list(session.messages)
    positions = yield from base.known(messages)
    fresh = [each for each, position in zip(messages, positions, strict=True) if position is None]
    own_info = encode_info(session.info)
    extra = Exact(copied(session.__pydantic_extra__ or {}))
    same_extra = bool(base.rest) and base.extra == extra
    return Draft(
        session_id=session.id,
        base=base,
        messages=messages,
        positions=positions,
        keys=_keys(base, messages, positions, len(fresh)),
        fresh=freeze(fresh),
        info=base.info if own_info == base.own_info else own_info,
        own_info=own_info,
        rest=base.rest if same_extra else encode_rest(extra.value),
        extra=extra,
    )


def _keys(base: Held, messages: list[Message], positions: list[int | None], fresh: int) -> list[str]:
    """What tells the messages apart; of a few that were added to many only those are looked at."""
    known = len(base.keys)
    ids = [message.id for message in messages[known:]]
    is_added = len(messages) == known + fresh and len(ids) == fresh <= _FEW
    is_added = is_added and all(map(operator.is_, base.messages, messages))
    if is_added and len({*ids}) == fresh and not any(map(base.keys.count, ids)):
        return base.keys + ids
    # A message that was loaded keeps its key, whatever was done to it.
    keys = [
        message.id if place is None else base.keys[place]
        for message, place in zip(messages, base.places(messages, positions), strict=True)
    ]
    return keys_of_ids(keys)


def restored(pieces: Pieces, signature: Signature | None, known: Held | None = None) -> Session:
    """The session in a file, which remembers what it was loaded with.

    Args:
        pieces: The file's content.
        signature: Its version; None if the content is no file's.
        known: What an earlier one was loaded or saved with: its messages are taken over where nothing has changed.

    Raises:
        NotJsonError: A message is not JSON.
        pydantic.ValidationError: The facts are not those of a session.
    """
    info = decode_info(pieces.info)
    extra = extra_of(pieces.rest)
    held = Held()
    held.signature = signature
    known = Held() if known is None else known
    positions = taken_over(known, pieces.messages)
    with resting_collector(keep=positions.count(None) > _MANY):
        messages = [
            decode_message(raw) if at is None else known.messages[at]
            for raw, at in zip(pieces.messages, positions, strict=True)
        ]
        fresh = [message for message, at in zip(messages, positions, strict=True) if at is None]
        held.frozen = known.values(positions, freeze(fresh))
    held.info, held.own_info, held.rest, held.extra = (
        pieces.info,
        encode_info(info),
        pieces.rest,
        Exact(copied(extra)),
    )
    held.messages, held.raws, held.is_read = messages, pieces.messages, True
    held.keys = keys_again(known, pieces.messages, positions)
    held.is_usual = pieces.is_usual or (known.is_usual and _are_usual(pieces.messages, positions)) or None
    session = Session(info=info, messages=messages, **extra)
    session._held = held
    return session


def _are_usual(raws: Sequence[bytes], positions: Sequence[int | None]) -> bool:
    """Whether the new pieces are of the usual form."""
    return all(is_usual(raws[n]) for n, at in enumerate(positions) if at is None)


def _thawed(message: Message, values: Frozen) -> Message:
    """A message of its own with the values that another had."""
    if isinstance(message, OpaqueMessage):
        return message
    parts = [
        _made(kind, fields, extra)
        for kind, fields, extra in zip(values.part_types, values.parts, values.part_extras, strict=True)
    ]
    return _made(type(message), {**values.fields[0], "parts": parts}, values.extras[0])


def _made(kind: type[_M], fields: dict[str, Any], extra: Any) -> _M:
    """An object of a kind with these fields, whatever the unknown ones are called."""
    made = kind.model_construct(**_plain(fields))
    if isinstance(extra, Exact) and made.__pydantic_extra__ is not None:
        made.__pydantic_extra__.update(extra.value)
    return made


def _plain(fields: dict[str, Any]) -> dict[str, Any]:
    """The values of fields, as they were before they were frozen."""
    return {name: value.value if isinstance(value, Exact) else value for name, value in fields.items()}
