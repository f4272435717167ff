"""What lies in the trash, looked at with suspicion: links are not followed, and each folder is for one id."""

from __future__ import annotations

import logging
import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydantic import Field

from oats_tui.core import files
from oats_tui.core.codec import NotJsonError, StoredModel, decode, fault, parse
from oats_tui.core.items import is_id
from oats_tui.core.storage_errors import storage_error
from oats_tui.date import utc
from oats_tui.session.message import Moment
from oats_tui.session.store.places import Places, ours

_log = logging.getLogger(__name__)

SESSION, JOURNAL, META, ABOUT, FACTS = "session", "journal", "meta", "about", "facts"
"""The names of the files in a folder of the trash."""

_NAME = re.compile(r"(?P<id>.+)\.(?P<stamp>[0-9]{8}T[0-9]{12})")
_HEAD_BYTES = 64 * 1024
_HEAD = re.compile(rb'\{\n  "info": (?P<info>\{\n.*?\n  \})', re.DOTALL)


class Trashed(StoredModel):
    """A session in the trash.

    Attributes:
        id: Its id.
        title: Its title, or its id where it had none that could be read.
        deleted_at: When it was put there.
        together: The id of the session with which it was deleted; its own if that was the one.
        holds: The id that its file told, which is another one in a copy.
        name: The folder in the trash.
        size: The bytes of its file, as they were when the trash was looked at; not written down.
    """

    id: str
    title: str
    deleted_at: Moment = Field(default_factory=utc)
    together: str
    holds: str = ""
    name: str = ""
    size: int = Field(default=0, exclude=True)


@dataclass(slots=True)
class Found:
    """What is in the trash.

    Attributes:
        trashed: What can be brought back, the latest first.
        unreadable: What cannot be read at this moment, by the names of the folders, and why.
    """

    trashed: list[Trashed] = field(default_factory=list)
    unreadable: dict[str, OSError] = field(default_factory=dict)


def trash_of(data_dir: Path) -> Path:
    """The trash."""
    return ours(data_dir) / "trash"


def folder_name(session_id: str, moment: datetime) -> str:
    """What the folder of a session is called that was deleted then."""
    return f"{session_id}.{moment:%Y%m%dT%H%M%S%f}"


def stamp_of(name: str, session_id: str) -> str:
    """When that was, as it stands in the name of the folder; empty if it is not the folder of that session."""
    parts = _NAME.fullmatch(name)
    return parts["stamp"] if parts is not None and parts["id"] == session_id else ""


def is_folder(path: Path) -> bool:
    """Whether this is a folder, and not a link to one.

    Raises:
        OSError: It cannot be looked at.
    """
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return False


def look(data_dir: Path) -> Found:
    """What is in the trash. What is none of ours is logged and left out.

    Raises:
        StorageError: It cannot be listed.
    """
    found = Found()
    try:
        for name in _names(trash_of(data_dir)):
            _take(trash_of(data_dir), name, found)
    except OSError as error:
        raise storage_error("The trash could not be listed.", trash_of(data_dir), error) from error
    found.trashed.sort(key=lambda each: (each.deleted_at, each.together == each.id), reverse=True)
    return found


def newest_folder(places: Places) -> Path | None:
    """The folder of a session's last deletion; None if it is not in the trash.

    Raises:
        OSError: It cannot be looked for.
    """
    trash = trash_of(places.data_dir)
    stamps = {stamp_of(name, places.id): trash / name for name in _names(trash)}
    folders = [stamps[stamp] for stamp in sorted(stamps, reverse=True) if stamp]
    return next((each for each in folders if is_folder(each) and files.signature(each / SESSION)), None)


def last_deleted(data_dir: Path) -> list[Trashed]:
    """What was deleted last, with all that was deleted together with it; empty if nothing is in the trash.

    What a deletion moved that failed, and was then repeated, was deleted with it.

    Raises:
        StorageError: The trash cannot be listed, or what was deleted last cannot be read at this moment.
    """
    found = look(data_dir)
    family = _family(found.trashed)
    earliest = min((stamp_of(each.name, each.id) for each in family), default="")
    for name, error in found.unreadable.items():
        # To bring back something older in its place would not be what was asked for.
        if _stamp(name) >= earliest:
            folder = trash_of(data_dir) / name
            raise storage_error("What was deleted last could not be read.", folder, error) from error
    return family


def deleted_with(head: Trashed, trashed: Sequence[Trashed]) -> list[Trashed]:
    """Return a deleted session and what was deleted with it, itself first; one that went with another, alone.

    Args:
        head: The session.
        trashed: What is in the trash.
    """
    if head.together != head.id:
        return [head]
    # The one that was to be deleted goes last, so what is older than an earlier deletion of it went with that.
    earlier = [each.deleted_at for each in trashed if each.id == head.id and each.deleted_at < head.deleted_at]
    after = max(earlier, default=None)
    return [head] + [
        each
        for each in trashed
        if each.together == head.id != each.id
        and each.deleted_at <= head.deleted_at
        and (after is None or each.deleted_at > after)
    ]


def _family(trashed: list[Trashed]) -> list[Trashed]:
    """What was deleted last, and with it."""
    if not trashed:
        return []
    last = trashed[0]
    family = [each for each in trashed if each.together == last.together]
    # The session that was to be deleted went last, so what is later than that was deleted with the next one.
    ends = [each.deleted_at for each in family if each.id == each.together and each.deleted_at < last.deleted_at]
    return [each for each in family if not ends or each.deleted_at > max(ends)]


def _names(trash: Path) -> list[str]:
    """The names in the trash, sorted."""
    try:
        return sorted(path.name for path in trash.iterdir())
    except FileNotFoundError:
        return []


def _stamp(name: str) -> str:
    """When the session of a folder was deleted; empty for another name."""
    parts = _NAME.fullmatch(name)
    return parts["stamp"] if parts is not None else ""


def _take(trash: Path, name: str, found: Found) -> None:
    """Look at one folder."""
    try:
        trashed = _read(trash / name)
        lies = files.signature(trash / name / SESSION)
        if lies is not None:
            found.trashed.append(trashed.model_copy(update={"name": name, "size": lies.size}))
    except (FileNotFoundError, NotADirectoryError, files.NotRegularError, ValueError) as error:
        _log.warning("%s in the trash was left out: %s", name, fault(error))
    except OSError as error:
        _log.warning("%s in the trash cannot be read: %s", name, error.strerror)
        found.unreadable[name] = error


def _read(folder: Path) -> Trashed:
    """The facts about what lies in a folder.

    Raises:
        OSError: They cannot be read.
        ValueError: They are none, or not those of what lies there.
    """
    if not _stamp(folder.name) or not is_folder(folder):
        raise ValueError("it is not a folder that a deletion made")
    trashed = decode(files.read_regular(folder / FACTS), Trashed)
    if not is_id(trashed.id) or not stamp_of(folder.name, trashed.id):
        raise ValueError("its facts are those of another session")
    if _told(folder / SESSION) not in ("", trashed.id, trashed.holds):
        raise ValueError("it holds another session")
    return trashed


def _told(path: Path) -> str:
    """The id that the head of a session's file tells; empty if it tells none."""
    try:
        with files.opened_regular(path) as handle:
            head = _HEAD.match(os.pread(handle, _HEAD_BYTES, 0))
        info = parse(head["info"]) if head is not None else {}
    except (OSError, NotJsonError):
        # Whatever it is, it can be put back where it was.
        return ""
    return str(info.get("id", ""))
