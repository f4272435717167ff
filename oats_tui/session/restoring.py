"""A session brought back from the trash; where there is one of its id again, the two become one."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

from oats_tui.core import files
from oats_tui.core.codec import decode, fault, parse
from oats_tui.core.items import Patience, check_id
from oats_tui.core.storage_errors import StorageError, locked_error, storage_error
from oats_tui.session.about import bring_about
from oats_tui.session.meta import SessionMeta, _change_file, keep_displaced
from oats_tui.session.store.codec import Pieces, decode_info, split_checked
from oats_tui.session.store.draft import capture, restored
from oats_tui.session.store.journals import forget_journal, read_journal
from oats_tui.session.store.merge import Version
from oats_tui.session.store.places import Places
from oats_tui.session.store.reading import read_version
from oats_tui.session.store.records import BeginRecord, FoldedRecord, PartRecord, TextRecord, record_of, records
from oats_tui.session.store.saving import save
from oats_tui.session.trashed import ABOUT, FACTS, JOURNAL, META, SESSION, Trashed, is_folder, stamp_of, trash_of

_log = logging.getLogger(__name__)

_CRC_LENGTH = 9


def restore(data_dir: Path, trashed: Trashed) -> None:
    """Bring one session back; runs in the writer thread.

    Doing it again, after it was stopped at any step, goes on with it.

    Raises:
        StorageError: It is not in the trash, or it could not be restored; then it is still there.
    """
    check_id(trashed.id)
    places, folder = Places(data_dir, trashed.id), trash_of(data_dir) / trashed.name
    try:
        if not _is_in(folder, trashed):
            raise StorageError(
                "The session is not in the trash any more.",
                f"{folder}: it is not there.",
                "Look at the list of sessions: it may have been brought back already.",
            )
        with files.locked(places.lock):
            pieces = _pieces(places, folder) if files.signature(places.file) is not None else None
            _bring_meta(places, folder)
            bring_about(places, folder / ABOUT)
            _bring_journal(places, folder)
            if pieces is None:
                _bring_session(places, folder)
        if pieces is not None:
            _unite(places, pieces)
        _empty(folder, is_united=pieces is not None)
    except files.LockedError as error:
        raise locked_error(places.file, places.lock) from error
    except OSError as error:
        raise storage_error("The session could not be restored.", folder, error) from error


def _is_in(folder: Path, trashed: Trashed) -> bool:
    """Whether a session is in a folder, which must be one of the trash and its own."""
    is_its_own = bool(stamp_of(trashed.name, trashed.id)) and is_folder(folder)
    return is_its_own and files.signature(folder / SESSION) is not None


def _pieces(places: Places, folder: Path) -> Pieces:
    """The session in the trash, which is to be united with another one of its id."""
    try:
        pieces = split_checked(files.read_regular(folder / SESSION))
        if decode_info(pieces.info).id != places.id:
            raise ValueError("it holds the session of another id")
    except ValueError as error:
        raise StorageError(
            "The session could not be restored.",
            f"{folder / SESSION}: it is damaged or a copy, and there is another session of its id.",
            "Rename one of the two files.",
        ) from error
    return pieces


def _bring_session(places: Places, folder: Path) -> None:
    """Put the session itself where it was."""
    files.ensure_folder(places.file.parent)
    try:
        files.move_aside(folder / SESSION, places.file)
    except OSError as error:
        if files.signature(folder / SESSION) is not None or files.signature(places.file) is None:
            raise
        # It is where it was; a power cut may still put it into the trash again, where it would be found.
        _log.warning("%s was brought back, but the disk reported: %s", places.file, error.strerror)


def _bring_meta(places: Places, folder: Path) -> None:
    """Put our facts about a session where they were, or to those that are there again."""
    kept = folder / META
    if files.signature(kept) is None:
        return
    if files.signature(places.meta) is None:
        files.ensure_folder(places.meta.parent)
        files.move_aside(kept, places.meta)
        return
    try:
        other = decode(files.read_regular(kept), SessionMeta)
    except (files.NotRegularError, ValueError) as error:
        _log.warning("%s stays in the trash: %s", kept, fault(error))
        return
    _change_file(places.meta, lambda meta: _add(meta, other))
    files.remove_file(kept)


def _add(meta: SessionMeta, other: SessionMeta) -> bool:
    """Add the facts of a session that comes back; where both tell something, the later outcome counts."""
    for about, outcome in other.outcomes.items():
        known = meta.outcomes.get(about)
        if known is None or known.at < outcome.at:
            meta.outcomes[about] = outcome
    meta.notes = {**other.notes, **meta.notes}
    meta.replaced = [*(each for each in other.replaced if each not in meta.replaced), *meta.replaced]
    for name, value in (other.model_extra or {}).items():
        if meta.model_extra is not None:
            meta.model_extra.setdefault(name, value)
    return True


def _bring_journal(places: Places, folder: Path) -> None:
    """Put the journal of a session where it was, or what it says to the end of the one that is there again."""
    kept = folder / JOURNAL
    if files.signature(kept) is None:
        return
    try:
        if files.signature(places.journal) is None:
            files.ensure_folder(places.journal.parent)
            files.move_aside(kept, places.journal)
        else:
            answers = read_journal(places.journal).answers
            lines = _to_be_added(files.read_regular(kept), max(answers, default=0))
            files.append(places.journal, b"".join(lines), sync=True)
            files.remove_file(kept)
    except files.NotRegularError as error:
        _log.warning("%s stays in the trash: %s", kept, error)
    finally:
        forget_journal(places.journal)


def _to_be_added(data: bytes, answers: int) -> Iterator[bytes]:
    """The records of a journal as they can stand behind those of another one, which begins so many answers.

    Which version of the file has them all is left out: there is another file now.
    """
    for line in data.split(b"\n"):
        record = next(records(line), None)
        if isinstance(record, FoldedRecord) or not line:
            continue
        if isinstance(record, (BeginRecord, PartRecord, TextRecord)):
            value = parse(line[_CRC_LENGTH:])
            value[0 if isinstance(value, list) else "n"] += answers
            yield record_of(value)
        else:
            yield b"\n%b\n" % line


def _unite(places: Places, pieces: Pieces) -> None:
    """Add the messages of a session to the one that is there; what gives way is kept beside it."""
    save(places, capture(restored(pieces, None)), "be either")
    try:
        now, _ = read_version(places, Patience())
    except ValueError as error:
        raise StorageError(
            "The session could not be restored.",
            f"{places.file}: another program wrote it at the same moment.",
            "Try again.",
        ) from error
    deleted = read_journal(places.journal).deleted()
    others = [
        raw
        for key, raw in Version.of(pieces).messages.items()
        if key not in deleted and not _is_same(now.messages.get(key), raw)
    ]
    if others:
        keep_displaced(places.meta, others)


def _is_same(one: bytes | None, other: bytes) -> bool:
    """Whether a message is this one."""
    return one is not None and (one == other or parse(one) == parse(other))


def _empty(folder: Path, *, is_united: bool) -> None:
    """Remove what describes a session that is no longer here; what else lies there stays."""
    try:
        files.remove_file(folder / FACTS)
        if is_united:
            files.remove_file(folder / SESSION)
        folder.rmdir()
    except OSError as error:
        _log.warning("%s could not be emptied: %s", folder, error.strerror)
