"""Reading that never hangs, and writing that leaves either the old file or the new one.

This is the only module that writes below the data directory. Everything it writes goes through one thread
per process, so saves happen in the order in which they were asked for.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import stat
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

_log = logging.getLogger(__name__)

_R = TypeVar("_R")

_FILE_MODE = 0o600
_FOLDER_MODE = 0o700
_CHUNK = 1 << 20
# Some file systems cannot sync a folder; the rename is then as safe as they make it.
_FOLDER_SYNC_REFUSALS = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EACCES})

_executor: ThreadPoolExecutor | None = None
_executor_lock = threading.Lock()
# Held across a rename and its entry, so that nobody sees one without the other.
_own_lock = threading.Lock()
_own: dict[str, Signature | None] = {}


@dataclass(frozen=True)
class Signature:
    """What tells one version of a file from the next.

    Attributes:
        mtime_ns: Time of the last change, in nanoseconds since 1970.
        size: Size in bytes.
        inode: Number of the file in its file system.
    """

    mtime_ns: int
    size: int
    inode: int


class NotRegularError(OSError):
    """What lies there is not a regular file, but a folder, link, pipe, socket or device."""


def signature(path: Path) -> Signature | None:
    """The signature of what lies at a path, or None if nothing does; a link is not followed.

    Raises:
        OSError: It cannot be looked at.
    """
    try:
        found = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return _signature_of(found)


def read_regular(path: Path, *, follow: bool = False) -> bytes:
    """All bytes of a regular file, without ever waiting for another program.

    Args:
        path: The file.
        follow: Whether a link may lead to it.

    Raises:
        NotRegularError: Something else lies there.
        OSError: It is not there or cannot be read.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    try:
        handle = os.open(path, flags)
    except OSError as error:
        # ELOOP: a link that is not followed; ENXIO: a socket, or a device without a driver.
        if error.errno in (errno.ELOOP, errno.ENXIO):
            raise NotRegularError(error.errno, "not a regular file", str(path)) from error
        raise
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise NotRegularError(errno.EINVAL, "not a regular file", str(path))
        return _read_all(handle, found.st_size)
    finally:
        os.close(handle)


def ensure_folder(path: Path) -> None:
    """Make a folder and those above it that are missing, each for its owner alone (0700).

    Raises:
        OSError: A folder cannot be made, or something that is not a folder is in the way.
    """
    missing = []
    while not path.exists():
        missing.append(path)
        path = path.parent
    for folder in reversed(missing):
        _make_folder(folder)
        path = folder
    if not path.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))


def submit(job: Callable[[], _R]) -> Future[_R]:
    """Hand work to the writer thread, which does one thing after the other and is waited for at exit."""
    global _executor
    with _executor_lock:
        if _executor is None:
            _executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="oats-tui-writer")
        return _executor.submit(job)


async def finished(job: Future[_R]) -> _R:
    """The result of submitted work. Cancelling the caller ends the waiting, never the work."""
    loop = asyncio.get_running_loop()
    waiter: asyncio.Future[None] = loop.create_future()

    def wake() -> None:
        """Let the waiting caller go on."""
        if not waiter.done():
            waiter.set_result(None)

    def on_done(_: Future[_R]) -> None:
        """Called in the writer thread."""
        # A loop that has been closed has nobody left who waits.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(wake)

    job.add_done_callback(on_done)
    try:
        await waiter
    except asyncio.CancelledError:
        job.add_done_callback(_log_failure)
        raise
    return job.result()


async def write_atomic(path: Path, data: bytes) -> None:
    """Put bytes in the place of a file, whole or not at all; they are on disk when this returns.

    Raises:
        OSError: It failed; the old file is untouched.
    """
    await finished(submit(lambda: replace_file(path, data)))


async def remove(path: Path) -> bool:
    """Remove a file; returns whether there was one.

    Raises:
        OSError: It is there and cannot be removed.
    """
    return await finished(submit(lambda: remove_file(path)))


def replace_file(path: Path, data: bytes) -> None:
    """What `write_atomic` does, for work that already runs in the writer thread."""
    temporary = path.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        written = _write_new(temporary, data)
        with _own_lock:
            temporary.rename(path)
            _own[_registered(path)] = written
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(path.parent)


def remove_file(path: Path) -> bool:
    """What `remove` does, for work that already runs in the writer thread."""
    with _own_lock:
        try:
            path.unlink()
        except (FileNotFoundError, NotADirectoryError):
            return False
        _own[_registered(path)] = None
    _sync_folder(path.parent)
    return True


def move_aside(path: Path, target: Path) -> None:
    """Give a file another name in its folder, for work that already runs in the writer thread.

    Raises:
        OSError: It cannot be moved.
    """
    with _own_lock:
        path.rename(target)
        _own[_registered(path)] = None
    _sync_folder(path.parent)


def is_own_write(path: Path) -> bool:
    """Whether what lies at a path now, or its absence, is what this process did there last."""
    key = _registered(path)
    with _own_lock:
        if key not in _own:
            return False
        try:
            return signature(path) == _own[key]
        except OSError:
            return False


def _signature_of(found: os.stat_result) -> Signature:
    """The part of a stat that tells versions apart."""
    return Signature(found.st_mtime_ns, found.st_size, found.st_ino)


def _read_all(handle: int, size: int) -> bytes:
    """Everything a handle yields until its end; one read need not give all."""
    chunks = []
    while chunk := os.read(handle, max(size + 1, _CHUNK)):
        chunks.append(chunk)
    return b"".join(chunks)


def _make_folder(path: Path) -> None:
    """Make one folder and its entry above durable; another program may make it first."""
    try:
        path.mkdir(_FOLDER_MODE)
    except FileExistsError:
        return
    # The umask may have taken rights away that the owner needs.
    path.chmod(_FOLDER_MODE)
    _sync_folder(path.parent)


def _write_new(path: Path, data: bytes) -> Signature:
    """Write a file that must not be there yet, down to the disk."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(path, flags, _FILE_MODE)
    try:
        os.fchmod(handle, _FILE_MODE)
        rest = memoryview(data)
        while rest:
            count = os.write(handle, rest)
            if count == 0:
                raise OSError(errno.EIO, "nothing could be written", str(path))
            rest = rest[count:]
        os.fsync(handle)
        return _signature_of(os.fstat(handle))
    finally:
        os.close(handle)


def _sync_folder(path: Path) -> None:
    """Bring a folder's entries to the disk, where the file system can."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except PermissionError:
        return
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _FOLDER_SYNC_REFUSALS:
            raise
    finally:
        os.close(handle)


def _registered(path: Path) -> str:
    """The name under which a path is remembered, the same whichever links lead to its folder."""
    return str(Path(os.path.realpath(path.parent)) / path.name)


def _log_failure(job: Future[_R]) -> None:
    """Log the failure of work for which nobody waits any more."""
    error = job.exception()
    if error is not None:
        _log.error("A save failed after its caller had gone: %s", error)
