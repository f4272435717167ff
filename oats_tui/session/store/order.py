"""What tells messages apart, and in which order the messages of several writers stand."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

from oats_tui.core.codec import NotJsonError, parse

_MARK_LENGTH = 12
_FIRST_ID = re.compile(rb'\{\s*"id": "([^"\\\x80-\xff]*)"')
_ROLE = re.compile(rb'\n      "role": "(\w+)"')
_CREATED = re.compile(rb'\n      "created_at": "([^"]+)"')
_SUMMARY_HINT = b" messages compacted]"
_SUMMARY = re.compile(r"\[(?:Conversation Summary|Context Capsule) — \d+ messages compacted\]")
_BEGINNING = datetime.min.replace(tzinfo=UTC)


def keys_of_ids(ids: Iterable[str]) -> list[str]:
    """What tells messages apart: the id, numbered where several have the same."""
    keys = list(ids)
    if len(set(keys)) == len(keys):
        return keys
    given: set[str] = set()
    for position, id_ in enumerate(keys):
        key, number = id_, 0
        while key in given:
            number += 1
            key = f"{id_}\n{number}"
        given.add(key)
        keys[position] = key
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
    if _SUMMARY_HINT not in raw:
        return False
    try:
        value = parse(raw)
        first = next(part for part in value["parts"] if part["type"] == "text")
        return value["role"] in ("user", "system") and _SUMMARY.match(first["content"]) is not None
    except (NotJsonError, LookupError, TypeError, StopIteration):
        return False


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

    What only we have stands behind what stood before it with us: a user's message behind all of that, what follows
    one behind the last of that. Where the others have written there too, whole turns (a user's message and what
    follows it) are ordered by the time of their first message, so that an answer stays with its question.

    Args:
        ours: The keys of our messages in their order.
        theirs: The keys of theirs, which keep their order exactly.
        raws: By key, the JSON of each.
    """
    places = {key: place for place, key in enumerate(theirs)}
    mine = set(ours)
    inserted: defaultdict[int, list[str]] = defaultdict(list)
    # Behind nothing that both have there is only the time to go by.
    place = next((places[key] for key in ours if key in places), None)
    # With them a message may stand further to the front than with us.
    last = place or 0
    for key in ours:
        if key in places:
            place = places[key] + 1
            last = max(last, place)
            continue
        if is_users(raws[key]):
            place = last = _behind_earlier_turns(key, last, theirs, mine, raws)
        elif place is None:
            place = len(theirs)
        inserted[place].append(key)
    woven: list[str] = []
    for here in range(len(theirs) + 1):
        woven += inserted.get(here, ())
        woven += theirs[here : here + 1]
    return woven


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


def summed_up_until(messages: Mapping[str, bytes], known: AbstractSet[str]) -> datetime | None:
    """Until when messages can have been summed up in a version with new summaries; None if none can.

    oats keeps the newest messages behind its summary. What was made before the first of them can be in it.

    Args:
        messages: By key, the JSON of each message of the version.
        known: The summaries that stood there before.
    """
    summary: datetime | None = None
    until: datetime | None = None
    for key, raw in messages.items():
        if key not in known and is_summary(raw):
            summary, until = created_of(raw), None
        elif summary is not None and until is None and created_of(raw) < summary:
            until = created_of(raw)
    return until
