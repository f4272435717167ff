"""Putting together what several programs wrote into one session, so that nothing of anybody is lost.

A program that holds a session in memory writes it back whole, and so undoes what others wrote in between. What is
missing in what it writes is therefore not deleted: messages are united by their ids. Two things delete: a summary
that oats makes stands for what it sums up, and what one of our own programs deleted stays deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from oats_tui.core.codec import parse
from oats_tui.session.store.codec import Pieces, encode_info, encode_rest, extra_of
from oats_tui.session.store.order import is_summary, keys_of_raws, weave

_COUNTED = "message_count"
_TOKENS = "total_tokens"
_TIME = "time"


@dataclass(slots=True)
class Version:
    """A session as some program holds or wrote it.

    Attributes:
        info: The JSON of the facts.
        messages: By key, the JSON of each message, in order.
        rest: What follows the messages in the file.
    """

    info: bytes
    messages: dict[str, bytes]
    rest: bytes

    @classmethod
    def of(cls, pieces: Pieces, keys: Sequence[str] | None = None) -> Version:
        """The version in a file; the keys of its messages need not be looked for where they are known."""
        keys = keys_of_raws(pieces.messages) if keys is None else keys
        return cls(pieces.info, dict(zip(keys, pieces.messages, strict=True)), pieces.rest)

    def pieces(self) -> Pieces:
        """The content of its file."""
        return Pieces(self.info, list(self.messages.values()), self.rest)


@dataclass(slots=True)
class Merged:
    """What came of a merge.

    Attributes:
        version: The session as it is to be.
        displaced: Messages that both sides had changed: the version that gave way.
    """

    version: Version
    displaced: list[bytes] = field(default_factory=list)


def merge(
    base: Version,
    ours: Version,
    theirs: Version,
    dropped: AbstractSet[str] = frozenset(),
    was_seen: Callable[[str], bool] = lambda _: True,
) -> Merged:
    """Unite two versions of a session.

    Args:
        base: What ours was loaded or saved with; one without messages if nothing is known.
        ours: Our version.
        theirs: What is on disk.
        dropped: What our own programs deleted; a message that ours has and its base did not is new, and stays.
        was_seen: Whether the other side ever held a message; one that it did not cannot be in its summary.
    """
    gone = _deleted(base, ours, theirs, dropped, was_seen)
    raws, displaced = _united(base.messages, ours.messages, theirs.messages)
    order = weave(list(ours.messages), list(theirs.messages), raws)
    messages = {key: raws[key] for key in order if key not in gone}
    info = _merged_info(parse(base.info) if base.info else None, parse(ours.info), parse(theirs.info))
    info[_COUNTED] = len(messages)
    rest = _merged_rest(base.rest, ours.rest, theirs.rest)
    return Merged(Version(_info_like(theirs.info, info), messages, rest), displaced)


def with_info(version: Version, info: dict[str, Any]) -> Version:
    """The version with other facts."""
    return replace(version, info=_info_like(version.info, info))


def summaries(messages: Mapping[str, bytes]) -> frozenset[str]:
    """The keys of those messages that sum up others."""
    return frozenset(key for key, raw in messages.items() if is_summary(raw))


def _deleted(
    base: Version,
    ours: Version,
    theirs: Version,
    dropped: AbstractSet[str],
    was_seen: Callable[[str], bool],
) -> set[str]:
    """The keys of the messages that are not to be in the result."""
    gone = {key for key in dropped if key in base.messages or key not in ours.messages}
    gone |= base.messages.keys() - ours.messages.keys()
    if summaries(theirs.messages) - base.messages.keys() - ours.messages.keys():
        gone |= {key for key in _summed_up(base, ours, theirs) if was_seen(key)}
    return gone


def _summed_up(base: Version, ours: Version, theirs: Version) -> set[str]:
    """What a new summary of theirs can stand for: what stood before the first message that they kept behind it."""
    behind_summary = False
    kept = None
    for key, raw in theirs.messages.items():
        if behind_summary and key in base.messages:
            kept = key
            break
        behind_summary = behind_summary or (is_summary(raw) and key not in base.messages)
    candidates: list[str] = []
    if kept is None:
        # oats keeps the newest messages; where none is there, this was made from another version.
        return set()
    for key, raw in base.messages.items():
        if key == kept:
            break
        if key not in theirs.messages and ours.messages.get(key) == raw:
            candidates.append(key)
    return set(candidates)


def _united(
    base: Mapping[str, bytes], ours: Mapping[str, bytes], theirs: Mapping[str, bytes]
) -> tuple[dict[str, bytes], list[bytes]]:
    """All messages, and those versions of some that gave way."""
    raws = {**theirs, **ours}
    displaced = []
    for key in ours.keys() & theirs.keys():
        if ours[key] == theirs[key]:
            continue
        if key in base and base[key] == ours[key]:
            raws[key] = theirs[key]
        elif base.get(key) != theirs[key]:
            displaced.append(theirs[key])
    return raws, displaced


def _merged_info(base: dict[str, Any] | None, ours: dict[str, Any], theirs: dict[str, Any]) -> dict[str, Any]:
    """The facts: what we changed is ours, the rest theirs; tokens of both count, and the later time."""
    known = base or {}
    changed = {
        name: value
        for name, value in ours.items()
        if name not in theirs or base is None or value != known.get(name)
    }
    merged = {**theirs, **changed}
    merged[_TIME] = _merged_time(known.get(_TIME), ours.get(_TIME), theirs.get(_TIME))
    merged[_TOKENS] = _merged_tokens(None if base is None else known.get(_TOKENS), ours, theirs)
    return merged


def _merged_time(base: Any, ours: Any, theirs: Any) -> Any:
    """The times: the later change, and the archiving of whoever changed it."""
    if not isinstance(ours, dict) or not isinstance(theirs, dict):
        return theirs if isinstance(theirs, dict) else ours
    known = base if isinstance(base, dict) else {}
    changed = {name: value for name, value in ours.items() if name not in theirs or value != known.get(name)}
    merged = {**theirs, **(ours if base is None else changed)}
    updated = [each.get("updated") for each in (ours, theirs)]
    merged["updated"] = max((each for each in updated if isinstance(each, str)), key=moment, default=None)
    return {name: value for name, value in merged.items() if value is not None or name != "updated"}


def _merged_tokens(base: Any, ours: dict[str, Any], theirs: dict[str, Any]) -> int:
    """The sum of what both sides used."""
    mine, other = _number(ours.get(_TOKENS)), _number(theirs.get(_TOKENS))
    return max(mine, other) if base is None else other + mine - _number(base)


def _merged_rest(base: bytes, ours: bytes, theirs: bytes) -> bytes:
    """The fields that nobody here knows: what we changed is ours, the rest theirs."""
    if ours in (base, theirs):
        return theirs
    known, mine, other = (extra_of(rest) if rest else {} for rest in (base, ours, theirs))
    changed = {name: value for name, value in mine.items() if name not in other or value != known.get(name)}
    return encode_rest({**other, **changed})


def _info_like(raw: bytes, info: dict[str, Any]) -> bytes:
    """The JSON of the facts; the bytes that are there already if they say the same."""
    return raw if parse(raw) == info else encode_info(info)


def _number(value: Any) -> int:
    """A count from a file."""
    return value if isinstance(value, int) else 0


def moment(text: str) -> float:
    """Seconds since 1970 of a time in a file; 0 for what is none."""
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0
