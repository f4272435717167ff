"""What a save notes in the journal: what we added, changed and deleted, and which version of the file has it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic_core import to_json

from oats_tui.core import files
from oats_tui.core.codec import NotJsonError, parse
from oats_tui.core.files import Signature
from oats_tui.session.message import OpaqueMessage
from oats_tui.session.store.codec import decode_message
from oats_tui.session.store.draft import Changes
from oats_tui.session.store.journal import Journal
from oats_tui.session.store.journals import write_records
from oats_tui.session.store.merge import Version, summaries
from oats_tui.session.store.order import created_of, id_of
from oats_tui.session.store.places import Places
from oats_tui.session.store.records import listed
from oats_tui.session.store.replay import ARCHIVED
from oats_tui.session.store.tidying import tidy

if TYPE_CHECKING:
    from oats_tui.session.store.on_disk import OnDisk

_log = logging.getLogger(__name__)

SAME = 1e-3
"""How far apart the times of what one save writes down can be, in seconds."""

SINCE = 3600.0
"""How long before our first save of a session the messages of others are written down as well, in seconds."""

# How many of the last messages are looked at for what others added.
LATELY = 50

# These follow from the messages, or are merged by rules of their own.
_DERIVED = frozenset({"id", "message_count", "total_tokens", "time"})


def note_changes(
    path: Path, journal: Journal, changes: Changes, result: Version | None, found: OnDisk | None, at: float
) -> None:
    """Write down what we added, changed and deleted.

    Args:
        path: The journal.
        journal: What it says already.
        changes: What was done.
        result: The session as it is going to be saved, if that is more than ours.
        found: What is on disk, if it was read; what is there already need not be written down.
        at: Now, in seconds since 1970.

    Raises:
        OSError: It could not be written.
    """
    there = found.version.messages if found else {}
    before = _before(result.messages) if result else {}
    values: list[dict[str, Any]] = []
    for each in changes.added:
        if there.get(each.key) == each.raw or _is_noted(journal, each.key, each.raw):
            continue
        record = message_record(each.key, each.raw, before.get(each.key, each.after), at)
        if each.old is not None and each.key not in journal.said and is_understood(each.old):
            record["old"] = parse(each.old)
        values.append(record)
    values += [{"drop": key, "at": at} for key in sorted(changes.dropped - journal.deleted())]
    if changes.info_before and changes.info_before != changes.info:
        values += _facts(parse(changes.info_before), parse(changes.info), at)
    write_records(path, values, sync=False)


def is_understood(raw: bytes) -> bool:
    """Whether some JSON is a message that can be understood, and be told from others."""
    try:
        return not isinstance(decode_message(raw), OpaqueMessage) and "id" in parse(raw)
    except NotJsonError:
        return False


def message_record(key: str, raw: bytes, after: str | None, at: float) -> dict[str, Any]:
    """The record of a message of ours.

    Args:
        key: What tells it apart.
        raw: Its JSON.
        after: The key of the message before it.
        at: Now, in seconds since 1970.
    """
    record = {"m": parse(raw), "after": after, "at": at}
    return record if key == id_of(raw) else {**record, "key": key}


def note_foreign(path: Path, journal: Journal, found: OnDisk, at: float) -> None:
    """Write down that another program's version was found, and which of our messages were in it.

    Of bytes that were still being replaced nothing is told: nobody knows whose they are.

    Raises:
        OSError: It could not be written.
    """
    if not journal.total or found.signature in (journal.folded, files.UNSETTLED):
        return
    held = {key: said.seen.is_held for key, said in journal.said.items()}
    seen = [key for key, is_held in held.items() if key in found.keys and not is_held]
    # What had to be put back was not in the copy that was written, so its writer cannot sum it up later.
    back = found.version.messages.keys() - found.keys
    missed = [key for key, is_held in held.items() if is_held and key in back]
    record = {"foreign": at, "seen": seen, "missed": missed, "sums": sorted(found.sums)}
    write_records(path, [record], sync=False)


def note_theirs(
    path: Path,
    journal: Journal,
    there: Mapping[str, bytes],
    ours: AbstractSet[str],
    since: float,
    at: float,
) -> None:
    """Write down what others have added lately, so that one of them with an old copy does not undo another.

    Args:
        path: The journal.
        journal: What it says already.
        there: The messages on disk.
        ours: The keys of those that need not be written down.
        since: Messages that were made before this need not be written down; in seconds since 1970.
        at: Now, likewise.

    Raises:
        OSError: It could not be written.
    """
    new = [key for key in _new(journal, there, ours) if _moment(there[key]) >= since]
    if not new:
        return
    sums, before = sorted(summaries(there)), _before(there)
    records = [{**message_record(key, there[key], before[key], at), "sums": sums} for key in new]
    write_records(path, records, sync=False)


def note_late(
    path: Path,
    journal: Journal,
    late: Mapping[str, bytes],
    ours: AbstractSet[str],
    result: Mapping[str, bytes],
    at: float,
) -> None:
    """Write down what was added to the file that a save has replaced.

    It does not count as seen: its own writer may read the file that took the place of that one, and then has it no
    more. And it stands where it is put now, not where it stood in the old file, so that it comes back there.

    Args:
        path: The journal.
        journal: What it says already.
        late: The messages in the old file.
        ours: The keys of those in the new one.
        result: All of them together, as they are going to be saved.
        at: Now, in seconds since 1970.

    Raises:
        OSError: It could not be written.
    """
    before = _before(result)
    new = [key for key in _new(journal, late, ours) if key in result]
    write_records(path, [message_record(key, late[key], before[key], at) for key in new], sync=False)


def _new(journal: Journal, there: Mapping[str, bytes], ours: AbstractSet[str]) -> list[str]:
    """The keys of those of the last messages there that others added and nobody has written down."""
    return [
        key
        for key in list(there)[-LATELY:]
        if key not in journal.said and key not in ours and is_understood(there[key])
    ]


def _before(messages: Mapping[str, bytes]) -> dict[str, str | None]:
    """For each message the key of the one before it."""
    return dict(zip(messages, [None, *messages], strict=False))


def note_version(places: Places, journal: Journal, written: Signature, prev: Signature | None, at: float) -> None:
    """Write down which version of the file has everything that the journal has.

    A failure costs time at the next reading, and nothing else.

    Args:
        places: The session's files.
        journal: What is written down.
        written: The version.
        prev: What was before it, as it was when everything in it was known.
        at: Now, in seconds since 1970.
    """
    kept = prev is not None and files.signature(places.prev) is not None
    record = {
        "folded": listed(written),
        "count": journal.total,
        "mark": journal.mark,
        "end": journal.size,
        "open": len(journal.open_answers()),
        "prev": listed(prev) if prev is not None and kept else None,
        "at": at,
    }
    try:
        write_records(places.journal, [record], sync=False)
        if journal.is_wordy():
            tidy(places)
    except OSError as error:
        _log.warning("the journal of session %s cannot be written: %s", places.id, error)


def _is_noted(journal: Journal, key: str, raw: bytes) -> bool:
    """Whether a message stands in the journal as it is; one that cannot be understood need not stand there."""
    if not is_understood(raw):
        return True
    said = journal.said.get(key)
    return said is not None and said.json == to_json(parse(raw)) and key not in journal.deleted()


def _facts(base: dict[str, Any], ours: dict[str, Any], at: float) -> list[dict[str, Any]]:
    """The records of those facts that we changed, each with a time of its own, which tells them apart."""
    pairs = [(name, base.get(name), ours.get(name)) for name in ours if name not in _DERIVED]
    times = [each["time"] if isinstance(each.get("time"), dict) else {} for each in (base, ours)]
    pairs.append((ARCHIVED, times[0].get("archived"), times[1].get("archived")))
    changed = [pair for pair in pairs if pair[1] != pair[2]]
    return [
        {"info": name, "old": old, "new": new, "at": at + number * 1e-6}
        for number, (name, old, new) in enumerate(changed)
    ]


def _moment(raw: bytes) -> float:
    """When a message was made, in seconds since 1970; 0 for one that does not tell."""
    try:
        return created_of(raw).timestamp()
    except (OverflowError, ValueError, OSError):
        return 0.0
