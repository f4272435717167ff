"""Nothing of ours stays missing: after a kill, a power cut, or a write by a program with an old copy."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from oats_tui.core import files
from oats_tui.core.files import Signature
from oats_tui.core.items import is_id
from oats_tui.core.storage_errors import StorageError, locked_error, storage_error
from oats_tui.session.meta import Outcome, note_outcome
from oats_tui.session.store.codec import message_raw
from oats_tui.session.store.journal import Journal
from oats_tui.session.store.journals import forget_journal, read_journal, write_records
from oats_tui.session.store.notes import message_record, note_foreign, note_version
from oats_tui.session.store.on_disk import look
from oats_tui.session.store.places import Places, ours
from oats_tui.session.store.reading import is_written_late
from oats_tui.session.store.records import FoldedRecord, records
from oats_tui.session.store.saving import Prior, replace

_log = logging.getLogger(__name__)

_END_BYTES = 1000

KEPT_SECONDS: Final = 7 * 24 * 3600.0
"""How long a journal is kept after the last write of another program, or its own beginning."""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was done to a session.

    Attributes:
        restored: How many messages were put back into its file.
        interrupted: The ids of answers that had been cut off by the end of their program.
    """

    restored: int = 0
    interrupted: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether anything was done."""
        return bool(self.restored or self.interrupted)


def recover(places: Places, clock: Callable[[], float] = time.time, turn: files.Lock | None = None) -> Recovered:
    """Bring a session's file up to date with its journal; runs in the writer thread.

    An answer that was begun and not ended, and whose program is gone, is kept as far as it came, and marked as
    interrupted. Doing this again changes nothing.

    Args:
        places: The session's files.
        clock: Seconds since 1970.
        turn: The turn to answer in the session, if the caller has it; then nothing is done where no answer was
            cut off.

    Raises:
        StorageError: It could not be saved.
    """
    try:
        journal = read_journal(places.journal)
        is_open = bool(journal.open_answers())
        if not is_open and (turn or not _lacks(places, journal)):
            return Recovered()
        taken = turn or files.try_lock(places.turn)
        try:
            with files.locked(places.lock):
                return _recover(places, clock(), is_free=taken is not None)
        finally:
            if taken is not None and turn is None:
                taken.release()
    except files.LockedError as error:
        raise locked_error(places.file, places.lock) from error
    except OSError as error:
        raise storage_error("The session could not be brought up to date.", places.file, error) from error


def recover_all(data_dir: Path, clock: Callable[[], float] = time.time) -> dict[str, Recovered]:
    """Recover every session that has a journal, and remove the journals that have served.

    Each session is a job of its own in the writer thread, so that other saves come in between. To be called in
    another thread.

    Returns:
        By session id, what was done, where anything was.
    """
    done: dict[str, Recovered] = {}
    folder = ours(data_dir) / "journal"
    try:
        names = sorted(path.name.removesuffix(".log") for path in folder.iterdir() if path.name.endswith(".log"))
    except FileNotFoundError:
        return done
    except OSError as error:
        _log.warning("%s could not be listed: %s", folder, error.strerror)
        return done
    for name in filter(is_id, names):
        places = Places(data_dir, name)
        if _is_settled(places, clock()):
            continue
        try:
            recovered = files.submit(lambda places=places: _recover_and_retire(places, clock)).result()  # type: ignore[misc]
        except StorageError as error:
            _log.warning("session %s was not recovered: %s", name, error)
            continue
        except Exception:  # noqa: BLE001 - one odd session must not keep the others from being recovered
            _log.exception("session %s was not recovered", name)
            continue
        if recovered:
            done[name] = recovered
    return done


def _is_settled(places: Places, now: float) -> bool:
    """Whether the end of a young journal tells that all it says is in the file; it costs next to nothing."""
    try:
        with files.opened_regular(places.journal) as handle:
            found = os.fstat(handle)
            end = os.pread(handle, _END_BYTES, max(0, found.st_size - _END_BYTES))
    except OSError:
        return False
    start = end.rstrip(b"\n").rfind(b"\n")
    last = next(iter(records(end[start:])), None)
    if not isinstance(last, FoldedRecord) or now - found.st_mtime > KEPT_SECONDS:
        return False
    # Nothing was written between the reading of the journal and this record of what was saved then.
    is_next = last.end == found.st_size - len(end) + start
    if not is_next or last.open or Signature(*last.folded) != files.signature(places.file):
        return False
    return last.prev is None or files.signature(places.prev) in (None, Signature(*last.prev))


def _recover_and_retire(places: Places, clock: Callable[[], float]) -> Recovered:
    """Recover one session and remove its journal if it has served."""
    recovered = recover(places, clock)
    retire_journal(places, clock())
    return recovered


def retire_journal(places: Places, now: float) -> bool:
    """Remove a journal if all it says is in the file, and no other program wrote the session for a week.

    Returns:
        Whether it was removed.
    """

    def has_served(data: bytes) -> bool:
        """Whether this is all in the file, and old."""
        journal = Journal()
        journal.take(data)
        is_behind = journal.open_answers() or _lacks(places, journal)
        return not is_behind and now - max(journal.begun, journal.foreign) > KEPT_SECONDS

    try:
        with files.locked(places.lock, patience=0.0):
            retired = files.retire(places.journal, has_served)
    except OSError:
        return False
    if retired:
        forget_journal(places.journal)
    return retired


def _recover(places: Places, at: float, *, is_free: bool) -> Recovered:
    """Recover a session whose lock is held."""
    journal = read_journal(places.journal)
    at = journal.moment(at)
    interrupted = _end_answers(places, journal, at) if is_free else ()
    if interrupted:
        journal = read_journal(places.journal)
    signature = files.signature(places.file)
    # A session that somebody removed is not made again behind his back.
    if signature is None or not _lacks(places, journal):
        return Recovered(0, interrupted)
    found = look(places, b"", journal)
    if not found.version.info:
        return Recovered(0, interrupted)
    note_foreign(places.journal, journal, found, at)
    noted = read_journal(places.journal)
    # What another window wrote down meanwhile is not in what was looked at.
    journal = noted.without(noted.taken.keys() - journal.taken.keys())
    restored = len(found.version.messages.keys() - found.keys)
    if found.is_complete and not is_written_late(places, journal):
        note_version(places, journal, signature, journal.prev, at)
    else:
        content = found.version.pieces()
        _, result = replace(places, content, Prior(found.signature, content), journal, at)
        restored += len(result.messages) - len(content.messages)
    return Recovered(restored, interrupted)


def _lacks(places: Places, journal: Journal) -> bool:
    """Whether a session's file may lack what was written in its journal, or into the file before it."""
    return journal.is_behind(files.signature(places.file)) or is_written_late(places, journal)


def _end_answers(places: Places, journal: Journal, at: float) -> tuple[str, ...]:
    """Write down the answers that were cut off, as far as they came; returns their ids."""
    ended = []
    for answer in journal.open_answers():
        value = answer.so_far()
        key = str(value["id"])
        about = key if value["parts"] else answer.asked
        note_outcome(places.meta, about, interrupted(has_text=bool(answer.texts or answer.parts)))
        record: dict[str, Any] = {"drop": key, "at": at}
        if value["parts"]:
            record = message_record(key, message_raw(value), answer.after, at)
        write_records(places.journal, [record], sync=True)
        ended.append(about)
    return tuple(ended)


def interrupted(*, has_text: bool) -> Outcome:
    """Return how an answer ended whose program ended first.

    Args:
        has_text: Whether something of it had come by then.
    """
    return Outcome(
        state="interrupted",
        title="Interrupted: the program ended before the answer did.",
        detail="" if has_text else "Nothing of it had come yet.",
    )
