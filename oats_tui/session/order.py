"""What tells messages apart, and in which order the messages of several writers stand."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from oats_tui.core.codec import NotJsonError, parse

_MARK_LENGTH = 12
_FIRST_ID = re.compile(rb'\{\s*"id": "([^"\\\x80-\xff]*)"')
_ROLE = re.compile(rb'\n      "role": "(\w+)"')
_CREATED = re.compile(rb'\n      "created_at": "([^"]+)"')
_SUMMARY = re.compile(
    rb'"content": "\[(?:Conversation Summary|Context Capsule) (?:\xe2\x80\x94|\\u2014) \d+ messages compacted\]'
)
_BEGINNING = datetime.min.replace(tzinfo=UTC)


def keys_of_ids(ids: Iterable[str]) -> list[str]:
    """What tells messages apart: the id, numbered where several have the same."""
    all_ids = list(ids)
    if len(set(all_ids)) == len(all_ids):
        return all_ids
    counts: dict[str, int] = {}
    keys = []
    for id_ in all_ids:
        number = counts[id_] = counts.get(id_, -1) + 1
        keys.append(f"{id_}\n{number}" if number else id_)
    return keys


def keys_of_raws(raws: Iterable[bytes]) -> list[str]:
    """The same for the JSON of messages."""
    return keys_of_ids(map(id_of, raws))


def id_of(raw: bytes) -> str:
    """The id of a message; for one that has none, a mark of its content."""
    found = _FIRST_ID.match(raw)
    if found:
        return found[1].decode("ascii")
    try:
        value = parse(raw)
    except NotJsonError:
        value = None
    id_ = value.get("id") if isinstance(value, dict) else None
    return id_ if isinstance(id_, str) else f"opaque-{hashlib.sha256(raw).hexdigest()[:_MARK_LENGTH]}"


def is_users(raw: bytes) -> bool:
    """Whether a message is the user's, and so begins a turn."""
    found = _ROLE.search(raw)
    return found is not None and found[1] == b"user"


def is_summary(raw: bytes) -> bool:
    """Whether a message stands for others that oats has summed up (oats 1.0.19, `session/compaction.py`)."""
    return _SUMMARY.search(raw) is not None


def created_of(raw: bytes) -> datetime:
    """When a message was made; the beginning of time for one that does not tell."""
    found = _CREATED.search(raw)
    if not found:
        return _BEGINNING
    try:
        moment = datetime.fromisoformat(found[1].decode("ascii"))
    except ValueError:
        return _BEGINNING
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def weave(ours: Sequence[str], theirs: Sequence[str], raws: Mapping[str, bytes]) -> list[str]:
    """Put two orders of messages together: each message once, each order kept where it can be.

    What only we have stands behind what stood before it with us. Where the others have written there too, whole
    turns (a user's message and what follows it) are ordered by the time of their first message, so that an answer
    is never parted from its question.

    Args:
        ours: The keys of our messages in their order.
        theirs: The keys of theirs, which keep their order exactly.
        raws: By key, the JSON of each.
    """
    places = {key: place for place, key in enumerate(theirs)}
    mine = set(ours)
    inserted: defaultdict[int, list[str]] = defaultdict(list)
    place = _first_place(ours, places)
    for key in ours:
        if key in places:
            place = places[key] + 1
            continue
        if is_users(raws[key]):
            place = _behind_earlier_turns(key, place, theirs, mine, raws)
        inserted[place].append(key)
    woven: list[str] = []
    for here in range(len(theirs) + 1):
        woven += inserted.get(here, ())
        woven += theirs[here : here + 1]
    return woven


def _first_place(ours: Sequence[str], places: Mapping[str, int]) -> int:
    """Where that goes which we have before anything that the others have as well."""
    common = next((places[key] for key in ours if key in places), None)
    return common if common is not None else 0


def _behind_earlier_turns(
    key: str, place: int, theirs: Sequence[str], mine: set[str], raws: Mapping[str, bytes]
) -> int:
    """The place behind those turns of the others alone that begin earlier than this message."""
    moment = (created_of(raws[key]), key)
    while place < len(theirs):
        other = theirs[place]
        if other in mine or (is_users(raws[other]) and (created_of(raws[other]), other) > moment):
            return place
        place += 1
    return place
