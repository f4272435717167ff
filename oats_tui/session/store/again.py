"""A session read again: only what is new in its file is cut, parsed and copied, the rest is known already.

Of 5,000 messages of which one is new this costs a twentieth of reading them all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator, Sequence

from oats_tui.session.store.held import Held
from oats_tui.session.store.order import id_of, keys_of_raws
from oats_tui.session.store.pieces import BETWEEN, Pieces, cut_one, is_usual, split_any, split_usual

_FEW = 8
# So many messages are compared at once at most.
_MOST = 64


def split_again(data: bytes, known: Held) -> Pieces:
    """What `split` gives; pieces that are known are the same objects.

    Raises:
        NotJsonError: The bytes are not JSON.
        NotASessionError: They are, but not a session's.
    """
    if known.is_usual is None:
        known.is_usual = all(map(is_usual, known.raws))
    # A piece of another form may be found where none can be cut.
    cut = _Cutter(known.raws).cut if known.is_usual else cut_one
    return split_usual(data, cut) or split_any(data)


class _Cutter:
    """Cuts messages out of a file most of which are known, in the same order.

    Args:
        known: Pieces of the usual form.
    """

    def __init__(self, known: Sequence[bytes]) -> None:
        self._known = known
        self._expected = 0
        self._many = 1
        self._places: dict[bytes, int] = {}

    def cut(self, data: bytes, start: int) -> tuple[Sequence[bytes], int]:
        """The messages that begin here, and where the last one ends; -1 if the first is not of the usual form."""
        while self._expected < len(self._known):
            raws = self._known[self._expected : self._expected + self._many]
            joined = BETWEEN.join(raws)
            if data.startswith(joined, start):
                self._expected += len(raws)
                self._many = min(2 * self._many, _MOST)
                return raws, start + len(joined)
            if self._many == 1:
                break
            self._many = 1
        return self._cut_one(data, start)

    def _cut_one(self, data: bytes, start: int) -> tuple[Sequence[bytes], int]:
        """The message that begins here, which was not expected, and where it ends."""
        raws, end = cut_one(data, start)
        if end < 0 or self._expected >= len(self._known):
            return raws, end
        self._places = self._places or {each: place for place, each in enumerate(self._known)}
        place = self._places.get(raws[0])
        if place is None:
            return raws, end
        # Behind a message that was moved, or stands behind new ones, what followed it is expected again.
        self._expected = place + 1
        return self._known[place : place + 1], end


def taken_over(known: Held, raws: Sequence[bytes]) -> list[int | None]:
    """For each piece the position of the message among those held that was made of the same one; None for others.

    A message that was changed since is not taken over, nor is any twice.
    """
    count = _same_beginning(known.raws, raws)
    found: list[int | None] = list(range(count))
    if count < len(raws):
        places: defaultdict[bytes, list[int]] = defaultdict(list)
        for place in range(len(known.raws) - 1, count - 1, -1):
            places[known.raws[place]].append(place)
        found += (places[raw].pop() if places.get(raw) else None for raw in raws[count:])
    unchanged = _finished(known.known(known.messages))
    return [None if at is None or unchanged[at] is None or at in known.own else at for at in found]


def keys_again(known: Held, raws: Sequence[bytes], positions: Sequence[int | None]) -> list[str]:
    """What tells the messages apart; of a few that were added to many only those are looked at."""
    added = len(raws) - len(known.raws)
    if known.is_read and 0 <= added <= _FEW and list(positions[: len(known.raws)]) == list(range(len(known.raws))):
        ids = [id_of(raw) for raw in raws[len(known.raws) :]]
        if len({*ids}) == added and not any(map(known.keys.count, ids)):
            return known.keys + ids
    return keys_of_raws(raws)


def _same_beginning(known: Sequence[bytes], raws: Sequence[bytes]) -> int:
    """How many pieces at the beginning are the same."""
    pairs = zip(known, raws, strict=False)
    return next((n for n, (one, other) in enumerate(pairs) if one != other), min(len(known), len(raws)))


def _finished(steps: Generator[None, None, list[int | None]]) -> list[int | None]:
    """What work in steps comes to; in a thread it needs no pauses."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            found: list[int | None] = done.value
            return found
