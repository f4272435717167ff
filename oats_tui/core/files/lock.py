"""Locks between processes: a file beside what they guard, never that file itself."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import logging
import os
import random
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from oats_tui.core.files.atomic import opened_or_made
from oats_tui.core.files.reading import leads_to

_log = logging.getLogger(__name__)

PATIENCE = 5.0
"""Seconds that a save waits for another program's save of the same file."""

_PAUSES = (0.0005, 0.01)
_HELD_BY_OTHERS = frozenset({errno.EAGAIN, errno.EACCES})
_WITHOUT_LOCKS = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL})
_MAX_CONTENT = 1000
_ATTEMPTS = (0.001, 0.002)


class LockedError(OSError):
    """Another program holds the lock, and has not let go of it in time."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lock.

    Attributes:
        pid: The process.
        host: The machine that it runs on.
        since: When it took the lock, in seconds since 1970.
    """

    pid: int
    host: str
    since: float


class Lock:
    """A lock that is held; the system lets go of it when the process ends in whatever way."""

    def __init__(self, handle: int) -> None:
        self._handle: int | None = handle

    def release(self) -> None:
        """Let go; a second call does nothing."""
        if self._handle is not None:
            # Emptied first, so that nobody is named who does not hold it.
            with contextlib.suppress(OSError):
                os.ftruncate(self._handle, 0)
            # Told to the system, since a child of this process may have the handle too.
            with contextlib.suppress(OSError):
                fcntl.flock(self._handle, fcntl.LOCK_UN)
            os.close(self._handle)
            self._handle = None


def myself() -> Holder:
    """This process as the holder of a lock that it takes now."""
    return Holder(os.getpid(), socket.gethostname(), time.time())


def try_lock(path: Path) -> Lock | None:
    """Take a lock if nobody holds it; None if somebody does.

    Where the file system has no locks, everybody gets it: then only the order of saves protects, not this.

    Raises:
        OSError: The lock's file cannot be made.
    """
    # Somebody who asks who holds it keeps it for a moment; a few attempts tell that from a holder.
    for pause in _ATTEMPTS:
        if (lock := _take(path)) is not None:
            return lock
        time.sleep(pause)
    return _take(path)


def _take(path: Path) -> Lock | None:
    """Take a lock if it is free at this moment."""
    content = json.dumps(asdict(myself())).encode()
    while (handle := _attempt(path)) is not None:
        try:
            is_it = leads_to(path, handle)
        except OSError:
            os.close(handle)
            raise
        if is_it:
            _name(handle, content)
            return Lock(handle)
        os.close(handle)  # thrown away by another program between opening and locking
    return None


def _attempt(path: Path) -> int | None:
    """A handle that has the lock, or None if somebody else has it."""
    handle = opened_or_made(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _WITHOUT_LOCKS:
            _log.warning("%s: this file system has no locks", path)
            return handle
        os.close(handle)
        if error.errno not in _HELD_BY_OTHERS:
            raise
        return None
    return handle


def _name(handle: int, content: bytes) -> None:
    """Say who holds a lock. That is for people; a full disk is no reason to go without the lock."""
    with contextlib.suppress(OSError):
        # One that was killed may still be named.
        os.ftruncate(handle, 0)
        os.pwrite(handle, content, 0)


@contextmanager
def locked(
    path: Path,
    patience: float = PATIENCE,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[None]:
    """Hold a lock for the length of a block, waiting for it at most so many seconds.

    Raises:
        LockedError: Somebody else held it all the time.
        OSError: The lock's file cannot be made.
    """
    end = clock() + patience
    while (lock := _take(path)) is None:
        if clock() >= end:
            raise LockedError(errno.EAGAIN, "another program holds the lock", str(path))
        sleep(random.uniform(*_PAUSES))
    try:
        yield
    finally:
        lock.release()


def holder(path: Path) -> Holder | None:
    """Who holds a lock right now; None if nobody does, or it cannot be told."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in _HELD_BY_OTHERS:
            return None
        return _read_holder(handle)
    finally:
        os.close(handle)
    return None


def _read_holder(handle: int) -> Holder | None:
    """The holder that a lock's file names."""
    try:
        value = json.loads(os.pread(handle, _MAX_CONTENT, 0))
        return Holder(int(value["pid"]), str(value["host"]), float(value["since"]))
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None
