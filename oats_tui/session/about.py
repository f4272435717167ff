"""What there is to tell of an answer beside its text: what its model thought, and how long it took.

It is kept in a log of its own beside the session: the meta file is read and written whole, and what models think
would make it many times as large as the conversation. A log is only added to, and read as far as it has grown.
"""

from __future__ import annotations

import logging
import os
import threading
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from oats_tui.core import files
from oats_tui.core.codec import NotJsonError, StoredModel, parse
from oats_tui.core.storage_errors import storage_error
from oats_tui.session.store.places import Places
from oats_tui.session.store.records import record_of

_log = logging.getLogger(__name__)

_CRC_LENGTH = 8
_KEPT = 8
_HEAD_BYTES = 100

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class About(StoredModel):
    """What is known of one answer. The same object is given to all who ask, so it is not to be changed.

    Attributes:
        thinking: What its model thought before and between its words.
        waited: Seconds from the request to the first piece of thinking or text.
        took: Seconds from there to the end.
        thought: Seconds in which the model was thinking.
    """

    thinking: str = ""
    waited: Seconds | None = None
    took: Seconds | None = None
    thought: Seconds | None = None


class _Record(StoredModel):
    """One answer in the log.

    Attributes:
        message: Its message's id.
        about: What is known of it.
    """

    message: str
    about: About


@dataclass(slots=True)
class _Read:
    """A log as far as it was read."""

    inode: int
    head: bytes
    end: int = 0
    found: dict[str, About] = field(default_factory=dict)


# By path; the logs used last, so that each record is parsed once.
_cache: OrderedDict[Path, _Read] = OrderedDict()
_cache_lock = threading.Lock()


def read_about(path: Path) -> dict[str, About]:
    """By message id, what a log tells; nothing if there is none, or it cannot be read (it is logged).

    Of several records about one message the last counts. It may be called in any thread.
    """
    with _cache_lock:
        try:
            with files.opened_regular(path) as handle:
                return dict(_grown(path, handle).found)
        except FileNotFoundError:
            pass
        except OSError as error:
            _log.warning("%s could not be read: %s", path, error)
        _cache.pop(path, None)
        return {}


def keep_about(path: Path, message_id: str, about: About) -> None:
    """Add what is known of an answer. It is handed to the system, but not waited for on the disk.

    Raises:
        StorageError: It could not be written.
    """
    keep_all_about(path, {message_id: about})


def keep_all_about(path: Path, told: Mapping[str, About]) -> None:
    """Add what is known of several answers, by message id, in one go.

    Raises:
        StorageError: It could not be written.
    """
    records = (_Record(message=message_id, about=about) for message_id, about in told.items())
    try:
        files.ensure_folder(path.parent)
        files.append(path, b"".join(record_of(each.model_dump(mode="python")) for each in records), sync=False)
    except OSError as error:
        raise storage_error("What the model thought could not be saved.", path, error) from error


def bring_about(places: Places, kept: Path) -> None:
    """Put a log where it was, or to the one that is there again what only it tells.

    Doing it again, after it was stopped at any step, goes on with it.

    Raises:
        OSError: It failed.
    """
    if files.signature(kept) is None:
        return
    try:
        if files.signature(places.about) is None:
            files.ensure_folder(places.about.parent)
            files.move_aside(kept, places.about)
            return
        there, data = read_about(places.about), files.read_regular(kept)
        added = [record for record in _records(data, len(data)) if record.message not in there]
        if added:
            new = b"".join(record_of(record.model_dump(mode="python")) for record in added)
            files.append(places.about, new, sync=True)
        files.remove_file(kept)
    except files.NotRegularError as error:
        _log.warning("%s stays in the trash: %s", kept, error)


def _grown(path: Path, handle: int) -> _Read:
    """A log with what was added since it was read last."""
    found = os.fstat(handle)
    head = os.pread(handle, _HEAD_BYTES, 0)
    read = _cache.get(path)
    # A new file may have the number of one that was removed.
    is_same = read is not None and read.inode == found.st_ino and head.startswith(read.head)
    if read is None or not is_same or found.st_size < read.end:
        read = _cache[path] = _Read(found.st_ino, head)
    _cache.move_to_end(path)
    while len(_cache) > _KEPT:
        _cache.popitem(last=False)
    if found.st_size > read.end:
        data = files.read_from(handle, read.end)
        # A record that is just being written is read the next time.
        whole = data.rfind(b"\n") + 1
        read.found.update((record.message, record.about) for record in _records(data, whole))
        read.end += whole
        read.head = head
    return read


def _records(data: bytes, end: int) -> Iterator[_Record]:
    """The records in some bytes up to a line end; what is none is left out."""
    for line in _lines(data, end):
        json = line[_CRC_LENGTH + 1 :]
        try:
            if line and int(line[:_CRC_LENGTH], 16) == zlib.crc32(json):
                yield _Record.model_validate(parse(json))
        except (ValueError, NotJsonError, ValidationError):
            continue


def _lines(data: bytes, end: int) -> Iterator[bytes]:
    """The lines in some bytes up to an end, one after the other: all at once they are as large as the log."""
    start = 0
    while start < end:
        stop = data.find(b"\n", start, end)
        stop = end if stop < 0 else stop
        yield data[start:stop]
        start = stop + 1
