"""Adding to the end of a file, by several processes at once, so that nothing added is ever lost."""

from __future__ import annotations

import errno
import fcntl
import os
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from oats_tui.core.files.atomic import opened_or_made, replace_file, write_all
from oats_tui.core.files.folders import sync_folder
from oats_tui.core.files.lock import PATIENCE, LockedError
from oats_tui.core.files.reading import NotRegularError, Signature, leads_to, read_from, signature_of

_PAUSE = 0.002


class _Stretch(NamedTuple):
    """The newest stretch of a file that is all our own: where it begins, and the file when we had added it."""

    start: int
    file: Signature


# Held from before something is written until it is known to be ours, so that nobody sees one without the other.
_own_lock = threading.Lock()
_own: dict[Path, _Stretch] = {}


def append(path: Path, data: bytes, *, sync: bool) -> None:
    """Add bytes to the end of a file, which is made if it is missing.

    Args:
        path: The file.
        data: What is added, in one piece as far as the system can.
        sync: Whether it must be on the disk, and not only handed to the system, when this returns.

    Raises:
        OSError: It failed; a part may have been added.
    """
    while True:
        handle = _open(path)
        try:
            _share(handle)
            if not leads_to(path, handle):
                continue  # retired by another process between opening and locking
            # Empty: whoever made it may not have come to this yet. Others add only to a file whose name is safe.
            if os.fstat(handle).st_size == 0:
                sync_folder(path.parent)
            with _own_lock:
                before = os.fstat(handle)
                write_all(handle, data)
                _note_own(path, handle, before, len(data))
            if sync:
                os.fdatasync(handle)
        finally:
            os.close(handle)
        return


def is_own_growth(path: Path, before: Signature | None, now: Signature) -> bool:
    """Whether all that a version of a file has and an earlier one had not was added by this process.

    Args:
        path: The file.
        before: The earlier version; None if there was no file.
        now: The later version.
    """
    with _own_lock:
        own = _own.get(_registered(path))
    # A new file may have the number of one that was removed, but not its time.
    if own is None or own.file.inode != now.inode or now.mtime_ns > own.file.mtime_ns:
        return False
    known = before.size if before is not None and before.inode == now.inode else 0
    return own.start <= known <= now.size <= own.file.size


def retire(path: Path, is_done: Callable[[bytes], bool]) -> bool:
    """Remove a file to which others may be adding, if its content says that it has served.

    Args:
        path: The file.
        is_done: Told the whole content; while it decides nothing is added.

    Returns:
        Whether it was removed.

    Raises:
        OSError: It cannot be read or removed.
    """
    with _alone(path) as handle:
        if handle is None or not is_done(read_from(handle, 0)):
            return False
        path.unlink()
        return True


def rewrite(path: Path, make: Callable[[bytes], bytes | None]) -> bool:
    """Replace a file to which others may be adding.

    Args:
        path: The file.
        make: Makes the new content from the old one, or None to leave it; meanwhile nothing is added.

    Returns:
        Whether it was replaced.

    Raises:
        OSError: It failed; the file is as it was.
    """
    with _alone(path) as handle:
        data = None if handle is None else make(read_from(handle, 0))
        if handle is None or data is None:
            return False
        _note_rewritten(path, signature_of(os.fstat(handle)), replace_file(path, data))
        return True


def _note_own(path: Path, handle: int, before: os.stat_result, count: int) -> None:
    """Remember what we added, unless somebody else added something at the same moment."""
    key, after = _registered(path), signature_of(os.fstat(handle))
    known = _own.get(key)
    # An added piece begins where the file ended at that moment, whatever its size was a moment before.
    if os.lseek(handle, 0, os.SEEK_CUR) != before.st_size + count or after.size != before.st_size + count:
        _own.pop(key, None)
    elif known is not None and known.file == signature_of(before):
        _own[key] = _Stretch(known.start, after)
    else:
        _own[key] = _Stretch(before.st_size, after)


def _note_rewritten(path: Path, before: Signature, after: Signature) -> None:
    """Remember that a file is all ours after we have written it anew, if it was so before."""
    with _own_lock:
        known = _own.pop(_registered(path), None)
        if known == _Stretch(0, before):
            _own[_registered(path)] = _Stretch(0, after)


def _registered(path: Path) -> Path:
    """The path under which a file is remembered, the same whichever links lead to its folder."""
    return Path(os.path.realpath(path.parent)) / path.name


@contextmanager
def _alone(path: Path) -> Iterator[int | None]:
    """A handle for reading a file while nobody can add to it; None where others are adding now."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield None
        else:
            # Removed or replaced by another process between opening and locking: what lies there now is not this.
            yield handle if leads_to(path, handle) else None
    finally:
        os.close(handle)


def _open(path: Path) -> int:
    """A handle for adding to a regular file, which is made if it is missing."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    handle = opened_or_made(path, flags)
    try:
        is_regular = stat.S_ISREG(os.fstat(handle).st_mode)
    except OSError:
        os.close(handle)
        raise
    if not is_regular:
        os.close(handle)
        raise NotRegularError(errno.EINVAL, "not a regular file", str(path))
    return handle


def _share(handle: int) -> None:
    """Keep others from retiring the file; several may add at once.

    Raises:
        LockedError: Another program keeps everybody out, and has not ended that in time.
    """
    end = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= end:
                raise LockedError(errno.EAGAIN, "another program holds the file") from None
            time.sleep(_PAUSE)
        except OSError:
            return  # a file system without locks: nobody can retire there either
