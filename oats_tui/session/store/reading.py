"""Sessions read from their files, with what their journals have beyond them; nothing here writes or waits long."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass

from pydantic import ValidationError

from oats_tui.core import files
from oats_tui.core.codec import NotJsonError
from oats_tui.core.files import Signature
from oats_tui.core.items import Patience, read_settled_version
from oats_tui.session.message import Message
from oats_tui.session.models import Session, SessionInfo
from oats_tui.session.store.again import split_again
from oats_tui.session.store.codec import (
    NotASessionError,
    Pieces,
    decode_info,
    decode_message,
    split,
    split_checked,
    split_ends,
)
from oats_tui.session.store.draft import restored
from oats_tui.session.store.held import Held
from oats_tui.session.store.journal import Journal
from oats_tui.session.store.journals import read_journal
from oats_tui.session.store.merge import Version, merge, summaries
from oats_tui.session.store.places import Places
from oats_tui.session.store.replay import replay

_log = logging.getLogger(__name__)

_HEAD_BYTES = 64 * 1024
TAIL_BYTES = 256 * 1024
"""How much of the end of a file is read for the newest messages."""


@dataclass(frozen=True, slots=True)
class Newest:
    """The end of a conversation.

    Attributes:
        info: The facts about the session.
        messages: Its newest messages, in order.
        whole: Whether these are all.
    """

    info: SessionInfo
    messages: list[Message]
    whole: bool


def load(places: Places, known: Held | None = None) -> Session:
    """The session in a file, and what its journal has beyond it.

    Args:
        places: Where it is.
        known: What an earlier one was loaded or saved with: its messages are taken over where nothing has changed.

    Raises:
        OSError: The file cannot be read.
        ValueError: It does not hold a session (`NotJsonError`, `NotASessionError`, `pydantic.ValidationError`).
    """
    return read_settled_version(
        places.file, lambda data, version: _loaded(places, data, version, known), Patience()
    )


def load_newest(places: Places) -> Newest:
    """The newest messages of a session, of a large file without reading the rest of it.

    What only the journal has is left out.

    Raises:
        OSError: The file cannot be read.
        ValueError: It does not hold a session.
    """
    with files.opened_regular(places.file) as handle:
        size = os.fstat(handle).st_size
        if size > _HEAD_BYTES + TAIL_BYTES:
            head, tail = os.pread(handle, _HEAD_BYTES, 0), os.pread(handle, TAIL_BYTES, size - TAIL_BYTES)
            found = _newest(split_ends(head, tail))
            if found is not None:
                return found
    session = load(places)
    return Newest(session.info, session.messages, whole=True)


def read_version(places: Places, patience: Patience) -> tuple[Version, Signature]:
    """The version in a session's file.

    Raises:
        OSError: The file cannot be read.
        ValueError: It does not hold a session.
    """

    def use(data: bytes, signature: Signature) -> tuple[Version, Signature]:
        """Cut and check the file."""
        pieces = split_checked(data)
        decode_info(pieces.info)
        return Version.of(pieces), signature

    return read_settled_version(places.file, use, patience)


def late_version(places: Places, before: Signature | None) -> Version | None:
    """What was written into the file that a save replaced, after it had been looked at; None for nothing.

    A program that had opened the file before our rename goes on writing into the old one.

    Args:
        places: Where the old file is kept.
        before: Its version when it was looked at; None if there was none.
    """
    if before is None:
        return None
    try:
        now = files.signature(places.prev)
        if now is None or now == before:
            return None
        version, _ = read_version(places.at_prev(), Patience())
    except (OSError, NotJsonError, NotASessionError, ValidationError) as error:
        _log.warning("what was written late to session %s cannot be read: %s", places.id, type(error).__name__)
        return None
    return version if decode_info(version.info).id == places.id else None


def is_written_late(places: Places, journal: Journal) -> bool:
    """Whether the file that the last save replaced was written afterwards, and no save has taken that in."""
    if journal.prev is None:
        return False
    try:
        now = files.signature(places.prev)
    except OSError:
        return False
    # Another file is there while a save is under way that has not noted yet what it replaced.
    return now is not None and now != journal.prev and now.inode == journal.prev.inode


def _loaded(places: Places, data: bytes, signature: Signature, known: Held | None) -> Session:
    """The session in these bytes and in its journal."""
    try:
        pieces = split(data) if known is None else split_again(data, known)
        return _with_journal(places, pieces, signature, known)
    except NotJsonError:
        # Where messages end was taken for what it is not; looked at closely, it may be right.
        return _with_journal(places, split_checked(data), signature, known)


def _with_journal(places: Places, pieces: Pieces, signature: Signature, known: Held | None) -> Session:
    """The session in these pieces and in its journal."""
    try:
        journal = read_journal(places.journal)
    except OSError as error:
        _log.warning("the journal of session %s cannot be read: %s", places.id, error)
        journal = Journal()
    late = late_version(places, journal.prev) if is_written_late(places, journal) else None
    if late is None and not journal.is_behind(signature):
        return restored(pieces, signature, known)
    version = Version.of(pieces)
    full = replay(version if late is None else _with_late(version, late, journal), journal)
    if full is version:
        return restored(pieces, signature, known)
    return restored(full.pieces(), None, known)


def _with_late(version: Version, late: Version, journal: Journal) -> Version:
    """The version with the messages that were written late; what the two tell of the session, it tells right."""
    base = Version(late.info, version.messages, late.rest)
    sums = summaries(late.messages)
    return merge(base, version, late, journal.deleted(), lambda key: journal.was_seen(key, sums)).version


def _newest(ends: Pieces | None) -> Newest | None:
    """What the two ends of a file hold; None if that is not enough."""
    if ends is None or not ends.messages:
        return None
    try:
        return Newest(decode_info(ends.info), [decode_message(raw) for raw in ends.messages], whole=False)
    except (NotJsonError, ValidationError):
        return None
