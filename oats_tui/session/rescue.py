"""A damaged session made whole: of what can be saved of its file, of the version before it, and of the journal."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace as replace_fields
from typing import Any

from pydantic import ValidationError

from oats_tui.core import files
from oats_tui.core.bus import Event, EventType, bus
from oats_tui.core.codec import parse
from oats_tui.core.files import Signature
from oats_tui.core.items import Patience, read_settled_version
from oats_tui.core.storage_errors import StorageError, locked_error, storage_error
from oats_tui.date import utc
from oats_tui.session.message import OpaqueMessage
from oats_tui.session.models import Session, SessionInfo, SessionTime
from oats_tui.session.store.codec import decode_info, decode_message, encode_info, message_raw, split
from oats_tui.session.store.draft import restored
from oats_tui.session.store.journal import Journal
from oats_tui.session.store.journals import read_journal
from oats_tui.session.store.merge import Version, merge, summaries, with_info
from oats_tui.session.store.places import Places, places_of
from oats_tui.session.store.quarantine import keep_copy
from oats_tui.session.store.recovery import recover
from oats_tui.session.store.replay import replay
from oats_tui.session.store.salvage import Salvaged, salvaged
from oats_tui.session.store.saving import Prior, replace

_log = logging.getLogger(__name__)

_END = b"\n}"
_TITLE_LENGTH = 60
_HEAD_BYTES = 4096
_FACT = re.compile(
    rb'"(title|project_dir|working_dir|model_id|provider_id|root_session_id|parent_session_id)"\s*:\s*'
    rb'("[^"\\\x00-\x1f]*(?:\\.[^"\\\x00-\x1f]*)*")'
)


class Rescue:
    """Tells what can be saved of damaged sessions, and saves it when a person wants that."""

    async def count(self, session_id: str) -> int | None:
        """How many messages of a damaged session can be saved; None for a whole one, or where that is nothing.

        Nothing is written.

        Raises:
            StorageError: The id is none.
        """
        places = places_of(session_id)
        session = await asyncio.to_thread(salvage, places)
        return None if session is None else len(session.messages)

    async def repair(self, session_id: str) -> int:
        """Put what can be saved in the place of a damaged session's file, and publish `session.updated`.

        The damaged file is kept in the quarantine.

        Returns:
            How many messages were saved; 0 for a session that is whole, or missing.

        Raises:
            StorageError: Nothing can be saved, or it could not be written; the file is as it was.
        """
        places = places_of(session_id)
        saved = await files.finished(files.submit(lambda: repair(places)))
        if saved is None:
            return 0
        await bus.publish(Event(EventType.SESSION_UPDATED, {"session_id": session_id}))
        return saved


def salvage(places: Places) -> Session | None:
    """What can be saved of a damaged session; None for one that is whole or missing, or where that is nothing."""
    if not is_damaged(places):
        return None
    try:
        version, _ = _united(places, _journal(places))
    except OSError as error:
        _log.warning("nothing of session %s can be saved: %s", places.id, error.strerror)
        return None
    return None if version is None else restored(version.pieces(), None)


def repair(places: Places, recover: Callable[[Places], object] = recover) -> int | None:
    """Put what can be saved in the place of a damaged session's file; runs in the writer thread.

    Args:
        places: The session's files.
        recover: What writes down an answer that was cut off, so that it is saved as well.

    Returns:
        How many messages were saved; None for a session that is whole, or missing.

    Raises:
        StorageError: Nothing can be saved, or it could not be written; the file is as it was.
    """
    if not is_damaged(places):
        return None
    try:
        recover(places)
    except StorageError as error:
        _log.warning("an answer of session %s that was cut off is left out: %s", places.id, error)
    try:
        with files.locked(places.lock):
            # Another program may have repaired it while this one waited for the lock.
            return _repair(places) if is_damaged(places) else None
    except files.LockedError as error:
        raise locked_error(places.file, places.lock) from error
    except OSError as error:
        raise storage_error("The session could not be repaired.", places.file, error) from error


def is_damaged(places: Places) -> bool:
    """Whether a session's file is there and does not hold a whole session, be it of another id.

    One that another program is just writing is waited for. What cannot be read at all is not damaged.
    """

    def check(data: bytes, _: Signature) -> None:
        """Look at all of it."""
        pieces = split(data)
        decode_info(pieces.info)
        for raw in pieces.messages:
            decode_message(raw)

    try:
        read_settled_version(places.file, check, Patience())
    except OSError:
        return False
    except ValueError:
        return True
    return False


def _repair(places: Places) -> int:
    """Repair a damaged session whose lock is held."""
    keep_copy(places.file, places.quarantine)
    journal = _journal(places)
    version, signature = _united(places, journal)
    if version is None:
        raise StorageError(
            "Nothing of this session can be saved.",
            f"{places.file}: it holds no whole message, and nothing is kept beside it.",
            "Delete it: it goes to the trash as it is.",
        )
    content = version.pieces()
    replace(places, content, Prior(signature, content), journal, time.time())
    return len(content.messages)


def _united(places: Places, journal: Journal) -> tuple[Version | None, Signature]:
    """What can be saved from all places together, and the version of the damaged file that was read.

    Raises:
        OSError: The file cannot be read.
    """
    data, signature = files.read_version(places.file)
    newer, older = _of_id(salvaged(data), places.id), _of_id(_earlier(places), places.id)
    living = {key: message_raw(parse(said.json)) for key, said in journal.living().items()}
    info = next((each.info for each in (newer, older) if each.info), b"")
    if not info and not any((newer.messages, older.messages, living)):
        return None, signature
    info = info or _made_info(
        places.id, data, [*older.messages.values(), *newer.messages.values(), *living.values()]
    )
    understood = {key: raw for key, raw in newer.messages.items() if key not in older.messages or _is_clear(raw)}
    newer, older = replace_fields(newer, info=info, messages=understood), replace_fields(older, info=info)
    sums = summaries(newer.messages)
    merged = merge(older, older, newer, journal.deleted(), lambda key: journal.was_seen(key, sums)).version
    full = _with_count(replay(merged, journal), places.id)
    try:
        decode_info(full.info)
    except ValidationError:
        # What the journal says of the facts is beyond understanding, and the messages are worth more.
        full = _with_count(Version(merged.info, full.messages, full.rest), places.id)
    return full, signature


def _with_count(version: Version, session_id: str) -> Version:
    """The version, its facts telling the id and the number of messages."""
    return with_info(version, {**parse(version.info), "id": session_id, "message_count": len(version.messages)})


def _of_id(saved: Salvaged | None, session_id: str) -> Version:
    """What was saved, unless it is the session of another id."""
    if saved is None or saved.id not in (None, session_id):
        return Version(b"", {}, _END)
    return saved.version


def _earlier(places: Places) -> Salvaged | None:
    """What can be saved of the file that our last save replaced."""
    try:
        return salvaged(files.read_regular(places.prev))
    except OSError:
        return None


def _journal(places: Places) -> Journal:
    """What the journal says; nothing if it cannot be read."""
    try:
        return read_journal(places.journal)
    except OSError as error:
        _log.warning("%s was left out: %s", places.journal, error.strerror)
        return Journal()


def _is_clear(raw: bytes) -> bool:
    """Whether a message can be understood."""
    return not isinstance(decode_message(raw), OpaqueMessage)


def _made_info(session_id: str, data: bytes, raws: Sequence[bytes]) -> bytes:
    """The facts about a session that tells none any more: what can be read of them, the rest from its messages."""
    told: dict[str, Any] = {}
    for name, text in _FACT.findall(data[:_HEAD_BYTES].partition(b'"messages"')[0]):
        with contextlib.suppress(ValueError):
            told.setdefault(name.decode(), parse(text))
    messages = [message for message in map(decode_message, raws) if not isinstance(message, OpaqueMessage)]
    times = [message.created_at for message in messages] or [utc()]
    said = next((text for message in messages if (text := message.get_text_content().strip())), session_id)
    made = {"title": said.splitlines()[0][:_TITLE_LENGTH], "project_dir": "", "working_dir": ""}
    time = SessionTime(created=min(times), updated=max(times))
    return encode_info(SessionInfo.model_validate({**made, **told, "id": session_id, "time": time}))
