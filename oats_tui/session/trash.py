"""The trash: where deleted sessions go and come back from. Nothing leaves it but by being restored."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from pydantic import Field

from oats_tui.core import files
from oats_tui.core.bus import Event, EventType, bus
from oats_tui.core.codec import StoredModel, decode, encode, fault
from oats_tui.core.config import get_data_dir
from oats_tui.core.items import is_id
from oats_tui.core.storage_errors import StorageError, locked_error, storage_error
from oats_tui.date import utc
from oats_tui.session.codec import split
from oats_tui.session.draft import capture, restored
from oats_tui.session.entries import inspect_file
from oats_tui.session.journals import forget_journal
from oats_tui.session.message import Moment
from oats_tui.session.places import Places, ours
from oats_tui.session.saving import save

_log = logging.getLogger(__name__)

_SESSION, _JOURNAL, _META, _FACTS = "session", "journal", "meta", "facts"


class Trashed(StoredModel):
    """A session in the trash.

    Attributes:
        id: Its id.
        title: Its title, or its id where it had none that could be read.
        deleted_at: When it was put there.
        together: The id of the session with which it was deleted; its own if that was the one.
        name: The folder in the trash.
    """

    id: str
    title: str
    deleted_at: Moment = Field(default_factory=utc)
    together: str
    name: str = ""


class Trash:
    """Lists and restores what was deleted."""

    async def list(self) -> list[Trashed]:
        """What is in the trash, the latest first.

        Raises:
            StorageError: It cannot be listed.
        """
        return await asyncio.to_thread(_list, get_data_dir())

    async def restore(self, trashed: Trashed) -> str:
        """Bring a session back, and publish `session.created`; returns its id.

        Where there is a session of that id again, the two become one.

        Raises:
            StorageError: It could not be restored; it is still in the trash.
        """
        data_dir = get_data_dir()
        await files.finished(files.submit(lambda: _restore(data_dir, trashed)))
        await bus.publish(Event(EventType.SESSION_CREATED, {"session_id": trashed.id, "title": trashed.title}))
        return trashed.id

    async def restore_last(self) -> Sequence[Trashed]:
        """Bring back what was deleted last, with all that was deleted together with it.

        Raises:
            StorageError: It could not be restored.
        """
        found = await self.list()
        if not found:
            return []
        last = found[0]
        family = [each for each in found if (each.together, each.deleted_at) == (last.together, last.deleted_at)]
        for each in family:
            await self.restore(each)
        return family


def discard(data_dir: Path, family: Sequence[str], now: Callable[[], datetime] = utc) -> bool:
    """Move sessions to the trash; runs in the writer thread.

    Args:
        data_dir: The data directory.
        family: Their ids, first the one that was to be deleted.
        now: Tells the time.

    Returns:
        Whether there was one of the first id.

    Raises:
        StorageError: One could not be moved; it and those behind it are where they were.
    """
    moment = now()
    moved = [_discard(Places(data_dir, each), family[0], moment) for each in family]
    return moved[0]


def _discard(places: Places, together: str, moment: datetime) -> bool:
    """Move one session; returns whether there was one."""
    try:
        with files.locked(places.lock):
            if files.signature(places.file) is None:
                return False
            info = inspect_file(places.file).info
            facts = Trashed(
                id=places.id, title=info.title if info else places.id, deleted_at=moment, together=together
            )
            folder = ours(places.data_dir) / "trash" / f"{places.id}.{moment:%Y%m%dT%H%M%S%f}"
            files.ensure_folder(folder)
            files.replace_file(folder / _FACTS, encode(facts))
            # The session goes first: what is left behind by a stop in between is found by its id later.
            files.move_aside(places.file, folder / _SESSION)
            for path, name in ((places.journal, _JOURNAL), (places.meta, _META)):
                with contextlib.suppress(FileNotFoundError):
                    files.move_aside(path, folder / name)
            forget_journal(places.journal)
            with contextlib.suppress(OSError):
                files.remove_file(places.prev)
    except files.LockedError as error:
        raise locked_error(places.file, places.lock) from error
    except OSError as error:
        raise storage_error("The session could not be moved to the trash.", places.file, error) from error
    return True


def _list(data_dir: Path) -> list[Trashed]:
    """What is in the trash."""
    folder = ours(data_dir) / "trash"
    try:
        names = sorted(path.name for path in folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise storage_error("The trash could not be listed.", folder, error) from error
    found = []
    for name in names:
        try:
            trashed = decode(files.read_regular(folder / name / _FACTS), Trashed)
        except (OSError, ValueError) as error:
            _log.warning("%s in the trash was left out: %s", name, fault(error))
            continue
        if is_id(trashed.id) and (folder / name / _SESSION).exists():
            found.append(trashed.model_copy(update={"name": name}))
    return sorted(found, key=lambda each: (each.deleted_at, each.together == each.id), reverse=True)


def _restore(data_dir: Path, trashed: Trashed) -> None:
    """Bring one session back; runs in the writer thread."""
    places = Places(data_dir, trashed.id)
    folder = ours(data_dir) / "trash" / trashed.name
    try:
        if files.signature(places.file) is None:
            _move_back(places, folder)
            return
        session = restored(split(files.read_regular(folder / _SESSION)), None)
    except ValueError as error:
        raise StorageError(
            "The session could not be restored.",
            f"{folder / _SESSION}: it is damaged, and there is another session of its id.",
            "Rename one of the two files.",
        ) from error
    except OSError as error:
        raise storage_error("The session could not be restored.", folder, error) from error
    save(places, capture(session), "be either")
    _empty(folder)


def _move_back(places: Places, folder: Path) -> None:
    """Put the files of a session where they were."""
    with files.locked(places.lock):
        for path, name in ((places.meta, _META), (places.journal, _JOURNAL), (places.file, _SESSION)):
            files.ensure_folder(path.parent)
            with contextlib.suppress(FileNotFoundError):
                if files.signature(path) is None:
                    files.move_aside(folder / name, path)
        forget_journal(places.journal)
    _empty(folder)


def _empty(folder: Path) -> None:
    """Remove what describes a session that is no longer here; what else lies there stays."""
    try:
        for name in (_FACTS, _SESSION):
            files.remove_file(folder / name)
        folder.rmdir()
    except OSError as error:
        _log.warning("%s could not be emptied: %s", folder, error.strerror)
