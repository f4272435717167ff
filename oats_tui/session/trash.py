"""The trash: where deleted sessions go and come back from. Nothing leaves it but by being restored."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from oats_tui.core import files
from oats_tui.core.bus import Event, EventType, bus
from oats_tui.core.codec import encode
from oats_tui.core.config import get_data_dir
from oats_tui.core.files.folders import make_folder
from oats_tui.core.items import check_id
from oats_tui.core.storage_errors import StorageError, locked_error, storage_error
from oats_tui.date import utc
from oats_tui.session.entries import inspect_file
from oats_tui.session.restoring import restore
from oats_tui.session.store.journals import forget_journal
from oats_tui.session.store.places import Places
from oats_tui.session.trashed import (
    ABOUT,
    FACTS,
    JOURNAL,
    META,
    SESSION,
    Trashed,
    deleted_with,
    folder_name,
    last_deleted,
    look,
    newest_folder,
    trash_of,
)

__all__ = ["Trash", "Trashed", "deleted_with", "discard", "unfinished"]

_NEXT = timedelta(microseconds=1)

# By the session that was to be deleted, what a deletion that failed has moved and nobody was told of.
_unfinished: dict[Places, frozenset[str]] = {}


class Trash:
    """Lists and restores what was deleted."""

    async def list(self) -> list[Trashed]:
        """What is in the trash, the latest first; what cannot be read is logged and left out.

        Raises:
            StorageError: It cannot be listed.
        """
        return (await asyncio.to_thread(look, get_data_dir())).trashed

    async def restore(self, trashed: Trashed) -> str:
        """Bring a session back, and publish `session.created`; returns its id.

        Where there is a session of that id again, the two become one.

        Raises:
            StorageError: It is not in the trash, or it could not be restored; then it is still there.
        """
        data_dir = get_data_dir()
        await files.finished(files.submit(lambda: restore(data_dir, trashed)))
        _unfinished.pop(Places(data_dir, trashed.together), None)
        await bus.publish(Event(EventType.SESSION_CREATED, {"session_id": trashed.id, "title": trashed.title}))
        return trashed.id

    async def restore_all(self, session_ids: Sequence[str]) -> Sequence[Trashed]:
        """Bring back some sessions, each as it was deleted last, with all that was deleted together with them.

        What is not in the trash any more is passed over.

        Raises:
            StorageError: It cannot be read, or one could not be restored.
        """
        trashed = await self.list()
        heads: dict[str, Trashed] = {}
        for each in trashed:
            if each.id in session_ids:
                heads.setdefault(each.id, each)
        family = {one.name: one for head in heads.values() for one in deleted_with(head, trashed)}
        for one in family.values():
            await self.restore(one)
        return list(family.values())

    async def restore_last(self) -> Sequence[Trashed]:
        """Bring back what was deleted last, with all that was deleted together with it.

        Raises:
            StorageError: It cannot be read, or it could not be restored.
        """
        family = await asyncio.to_thread(last_deleted, get_data_dir())
        for each in family:
            await self.restore(each)
        return family


def discard(data_dir: Path, family: Sequence[str], now: Callable[[], datetime] = utc) -> bool:
    """Move sessions to the trash, the first one last; runs in the writer thread.

    What a deletion left behind that failed half-way is moved as well.

    Args:
        data_dir: The data directory.
        family: Their ids, first the one that was to be deleted.
        now: Tells the time.

    Returns:
        Whether anything was moved, now or by a deletion of the same one that failed. If there is no file of the
        first id, nor anything that such a deletion left behind, the others stay.

    Raises:
        StorageError: An id is none, or one could not be moved; those before it in the family are where they were.
    """
    for each in family:
        check_id(each)
    first = Places(data_dir, family[0])
    moved = set(unfinished(first))
    moment = _free_moment(data_dir, family, now())
    is_there = moved or _is_there(first)
    for each in reversed(family if is_there else family[:1]):
        places = Places(data_dir, each)
        try:
            if _discard(places, first.id, moment):
                moved.add(each)
        except StorageError:
            if not _is_there(places):
                moved.add(each)
            if moved:
                _unfinished[first] = frozenset(moved)
            raise
    _unfinished.pop(first, None)
    return bool(moved)


def unfinished(places: Places) -> frozenset[str]:
    """What deletions of a session by this process have moved to the trash before they failed."""
    return _unfinished.get(places, frozenset())


def _free_moment(data_dir: Path, family: Sequence[str], moment: datetime) -> datetime:
    """This moment, or the next one at which none of them was deleted."""
    trash = trash_of(data_dir)
    try:
        while any(files.signature(trash / folder_name(each, moment)) is not None for each in family):
            moment += _NEXT
    except OSError as error:
        raise storage_error("The trash could not be looked at.", trash, error) from error
    return moment


def _is_there(places: Places) -> bool:
    """Whether there is a file of a session, as far as that can be told."""
    try:
        return files.signature(places.file) is not None
    except OSError:
        return True


def _discard(places: Places, together: str, moment: datetime) -> bool:
    """Move one session, or what was left behind of it; returns whether there was anything."""
    try:
        with files.locked(places.lock):
            if files.signature(places.file) is not None:
                _move(places, together, moment)
                return True
            folder = newest_folder(places)
            return folder is not None and _follow(places, folder)
    except files.LockedError as error:
        raise locked_error(places.file, places.lock) from error
    except OSError as error:
        raise storage_error("The session could not be moved to the trash.", places.file, error) from error


def _move(places: Places, together: str, moment: datetime) -> None:
    """Move one session that is there."""
    info = inspect_file(places.file).info
    title, holds = (info.title, info.id) if info else (places.id, places.id)
    facts = Trashed(id=places.id, title=title, deleted_at=moment, together=together, holds=holds)
    folder = _new_folder(places, moment)
    try:
        files.replace_file(folder / FACTS, encode(facts))
        # The session goes first: what is left behind by a stop in between is found by its id later.
        files.move_aside(places.file, folder / SESSION)
    except BaseException:
        _remove_unused(folder)
        raise
    _follow(places, folder)
    with contextlib.suppress(OSError):
        files.remove_file(places.prev)


def _new_folder(places: Places, moment: datetime) -> Path:
    """A new folder in the trash, which nobody else has."""
    trash = trash_of(places.data_dir)
    files.ensure_folder(trash)
    while True:
        folder = trash / folder_name(places.id, moment)
        try:
            make_folder(folder)
        except FileExistsError:
            moment += _NEXT
        else:
            return folder


def _follow(places: Places, folder: Path) -> bool:
    """Move what is kept beside a session to where it is; returns whether there was anything."""
    has_moved = False
    for path, name in ((places.journal, JOURNAL), (places.meta, META), (places.about, ABOUT)):
        # What was written since under the same id is another one's, or is united when the session comes back.
        if files.signature(path) is not None and files.signature(folder / name) is None:
            with contextlib.suppress(FileNotFoundError):
                files.move_aside(path, folder / name)
                has_moved = True
    forget_journal(places.journal)
    return has_moved


def _remove_unused(folder: Path) -> None:
    """Remove a folder into which no session came."""
    with contextlib.suppress(OSError):
        if files.signature(folder / SESSION) is None:
            files.remove_file(folder / FACTS)
            folder.rmdir()
