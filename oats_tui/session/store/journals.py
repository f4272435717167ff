"""The journals of sessions: read as far as they have grown, and written."""

from __future__ import annotations

import contextlib
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from oats_tui.core import files
from oats_tui.session.store.journal import Journal
from oats_tui.session.store.records import record_of

_KEPT = 32
_HEAD_BYTES = 100


@dataclass(slots=True)
class _Read:
    """A journal as far as it was read."""

    inode: int
    head: bytes
    end: int
    journal: Journal


# By path; the journals used last, so that each is parsed once.
_cache: OrderedDict[Path, _Read] = OrderedDict()
_cache_lock = threading.Lock()


def read_journal(path: Path) -> Journal:
    """What a journal says now; an empty one if there is none. It may be called in any thread.

    Raises:
        OSError: It is there and cannot be read.
    """
    with _cache_lock:
        try:
            with files.opened_regular(path) as handle:
                return _grown(path, handle).copy()
        except FileNotFoundError:
            _cache.pop(path, None)
            return Journal()


def write_records(path: Path, values: Sequence[Any], *, sync: bool) -> None:
    """Add records to a journal.

    Args:
        path: The journal.
        values: What the records say.
        sync: Whether they must be on the disk when this returns.

    Raises:
        OSError: They could not be written.
    """
    if values:
        files.append(path, b"".join(map(record_of, values)), sync=sync)


def forget_journal(path: Path) -> None:
    """Read a journal from its beginning the next time."""
    with _cache_lock, contextlib.suppress(KeyError):
        del _cache[path]


def _grown(path: Path, handle: int) -> Journal:
    """A journal with what was added since it was read last."""
    found = os.fstat(handle)
    head = os.pread(handle, _HEAD_BYTES, 0)
    read = _cache.get(path)
    # A new file may have the number of one that was removed.
    if (
        read is None
        or read.inode != found.st_ino
        or found.st_size < read.end
        or read.head != head[: len(read.head)]
    ):
        read = _cache[path] = _Read(found.st_ino, head, 0, Journal())
    _cache.move_to_end(path)
    while len(_cache) > _KEPT:
        _cache.popitem(last=False)
    if found.st_size > read.end:
        data = files.read_from(handle, read.end)
        # A record that is just being written is read the next time.
        whole = data.rfind(b"\n") + 1
        read.journal.take(data[:whole])
        read.end += whole
        read.head = head
    read.journal.size = read.end
    return read.journal
