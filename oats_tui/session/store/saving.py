"""Saving a session: what is on disk by now is merged, what we add goes to the journal, and the file is replaced.

Everything here runs in the writer thread, or in a thread of a program that has no event loop.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from oats_tui.core import files
from oats_tui.core.codec import parse
from oats_tui.core.files import Signature
from oats_tui.core.storage_errors import StorageError, locked_error, storage_error
from oats_tui.session.meta import keep_displaced
from oats_tui.session.models import Session
from oats_tui.session.store.codec import Pieces, extra_of, join
from oats_tui.session.store.draft import Draft, restored
from oats_tui.session.store.held import Held
from oats_tui.session.store.journal import Journal
from oats_tui.session.store.journals import read_journal
from oats_tui.session.store.merge import Version, merge, summaries
from oats_tui.session.store.notes import (
    LATELY,
    SAME,
    SINCE,
    note_changes,
    note_foreign,
    note_late,
    note_theirs,
    note_version,
)
from oats_tui.session.store.on_disk import OnDisk, look
from oats_tui.session.store.places import Places
from oats_tui.session.store.reading import late_version

_log = logging.getLogger(__name__)

Must: TypeAlias = Literal["be new", "be either"]
"""What a session must be on disk for a save to happen."""

# A writer that began before our rename is done long before so many rounds.
_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class Saved:
    """What came of a save.

    Attributes:
        held: What the saved Session object holds from now on.
        session: The session as it is on disk, where that is more than what was saved; else None.
    """

    held: Held
    session: Session | None


def save(places: Places, draft: Draft, must: Must, clock: Callable[[], float] = time.time) -> Saved:
    """Save a session.

    Raises:
        StorageError: It could not be saved; the file is as it was.
    """
    try:
        with files.locked(places.lock):
            return _save(places, draft, must, clock())
    except files.LockedError as error:
        raise locked_error(places.file, places.lock) from error
    except OSError as error:
        raise storage_error("The file could not be saved.", places.file, error) from error


def _save(places: Places, draft: Draft, must: Must, at: float) -> Saved:
    """Save a session whose lock is held."""
    files.ensure_folder(places.file.parent)
    now = files.signature(places.file)
    if must == "be new" and now is not None:
        raise StorageError(
            "There is a session of this id already.", str(places.file), "Give the new one another id."
        )
    pieces = draft.encoded()
    journal = read_journal(places.journal)
    found = None
    if now is not None and (now != draft.base.signature or not _holds_all(draft, journal, now)):
        found = look(places, draft.info, journal)
    result, prior = pieces, Prior(now, _base(draft))
    if found is not None:
        prior = Prior(found.signature, found.version.pieces())
        result = _merged(places, draft, pieces, found, journal)
    if now is not None or journal.begun:
        journal = _noted(places, draft, pieces, result, found, journal, at)
    written, result = replace(places, result, prior, journal, at)
    if _same(result, pieces):
        return Saved(draft.held(pieces.messages, written), None)
    return Saved(draft.held(pieces.messages, None), restored(result, written))


def _merged(places: Places, draft: Draft, pieces: Pieces, found: OnDisk, journal: Journal) -> Pieces:
    """What the draft and the disk are together."""
    # A save that failed in its very last step has left on disk what it was to save.
    if _same(found.version.pieces(), pieces):
        return pieces
    base, ours = Version.of(_base(draft), draft.base.keys), Version.of(pieces, draft.keys)
    return _united(places, base, ours, found.version, journal).pieces()


def _noted(
    places: Places,
    draft: Draft,
    pieces: Pieces,
    result: Pieces,
    found: OnDisk | None,
    journal: Journal,
    at: float,
) -> Journal:
    """Write down what is added, by us and lately by others, and read the journal with it."""
    at = journal.moment(at)
    changes = draft.changes(pieces.messages)
    if found is not None:
        note_foreign(places.journal, journal, found, at)
    merged = None if result is pieces else Version.of(result)
    note_changes(places.journal, journal, changes, merged, found, at)
    ours = {each.key for each in changes.added} | changes.dropped
    lately = _lately(draft, found)
    note_theirs(places.journal, journal, lately, ours, (journal.begun or at) - SINCE, at)
    noted = read_journal(places.journal)
    # What another window wrote down just now is not in what is going to be saved.
    known = ours | lately.keys()
    return noted.without(
        {
            each
            for each in noted.taken.keys() - journal.taken.keys()
            if abs(each[2] - at) > SAME or (each[0] != "info" and each[1] not in known)
        }
    )


@dataclass(frozen=True, slots=True)
class Prior:
    """The file that is about to be replaced.

    Attributes:
        signature: Its version when it was looked at; None if there is none.
        content: What was in it.
    """

    signature: Signature | None
    content: Pieces


def replace(places: Places, result: Pieces, prior: Prior, journal: Journal, at: float) -> tuple[Signature, Pieces]:
    """Put a session in the file's place, again with what somebody wrote into the old file meanwhile.

    Returns:
        The file's new version, and what is in it.

    Raises:
        OSError: It failed; the file is as it was.
    """
    files.ensure_folder(places.prev.parent)
    before, last = prior.signature, journal.prev
    for _ in range(_ROUNDS):
        # Somebody may still have written into the file that the save before this one replaced.
        theirs = late_version(places, last)
        if theirs is not None:
            base, ours = Version.of(prior.content), Version.of(result)
            united = _united(places, base, ours, theirs, journal)
            note_late(places.journal, journal, theirs.messages, ours.messages.keys(), united.messages, at)
            noted = read_journal(places.journal)
            new = noted.taken.keys() - journal.taken.keys()
            journal = noted.without({each for each in new if each[1] not in theirs.messages})
            result = united.pieces()
        written = files.replace_file(places.file, join(result), places.prev if before else None)
        last = before
        if late_version(places, last) is None:
            break
        before = written
    if before is not None:
        note_version(places, journal, written, last, at)
    return written, result


def _base(draft: Draft) -> Pieces:
    """What the session was loaded or saved with."""
    return Pieces(draft.base.info, draft.base.raws, draft.base.rest)


def _lately(draft: Draft, found: OnDisk | None) -> dict[str, bytes]:
    """The last messages that are on disk."""
    if found is not None:
        return found.version.messages
    held = draft.base
    return dict(zip(held.keys[-LATELY:], held.raws[-LATELY:], strict=True))


def _holds_all(draft: Draft, journal: Journal, now: Signature) -> bool:
    """Whether the draft has everything that the journal has beyond the file."""
    if not journal.is_behind(now):
        return True
    keys = set(draft.keys)
    return journal.folded == now and all(kind == "m" and key in keys for kind, key in journal.unfolded())


def _united(places: Places, base: Version, ours: Version, theirs: Version, journal: Journal) -> Version:
    """Merge what is on disk; what gives way is kept beside the session."""
    sums = summaries(theirs.messages)
    merged = merge(base, ours, theirs, journal.deleted(), lambda key: journal.was_seen(key, sums))
    if merged.displaced:
        keep_displaced(places.meta, merged.displaced)
    return merged.version


def _same(one: Pieces, other: Pieces) -> bool:
    """Whether two sessions say the same."""
    if one is other:
        return True
    if one.messages != other.messages:
        return False
    return parse(one.info) == parse(other.info) and extra_of(one.rest) == extra_of(other.rest)
