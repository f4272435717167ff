"""Reading that never hangs, and what tells one version of a file from the next."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
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


UNSETTLED = Signature(-1, -1, -1)
"""That of bytes which were being changed while they were read: no version has it."""


class NotRegularError(OSError):
    """What lies there is not a regular file, but a folder, link, pipe, socket or device."""


def signature(path: Path) -> Signature | None:
    """The signature of what lies at a path, or None if nothing does; a link is not followed.

    Raises:
        OSError: It cannot be looked at.
    """
    try:
        return signature_of(os.lstat(path))
    except (FileNotFoundError, NotADirectoryError):
        return None


def signature_of(found: os.stat_result) -> Signature:
    """The part of a stat that tells versions apart."""
    return Signature(found.st_mtime_ns, found.st_size, found.st_ino)


def leads_to(path: Path, handle: int) -> bool:
    """Whether a path leads to an open file, and not to nothing or another one by now.

    Raises:
        OSError: It cannot be looked at.
    """
    try:
        return os.path.samestat(os.lstat(path), os.fstat(handle))
    except FileNotFoundError:
        return False


@contextmanager
def opened_regular(path: Path, *, follow: bool = False) -> Iterator[int]:
    """A handle for reading a regular file, without ever waiting for another program.

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
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise NotRegularError(errno.EINVAL, "not a regular file", str(path))
        yield handle
    finally:
        os.close(handle)


def read_regular(path: Path, *, follow: bool = False) -> bytes:
    """All bytes of a regular file, without ever waiting for another program.

    Args:
        path: The file.
        follow: Whether a link may lead to it.

    Raises:
        NotRegularError: Something else lies there.
        OSError: It is not there or cannot be read.
    """
    with opened_regular(path, follow=follow) as handle:
        return read_from(handle, 0)


def read_version(path: Path) -> tuple[bytes, Signature]:
    """All bytes of a regular file and the signature of what was read.

    What is written to meanwhile gets `UNSETTLED`, so that it is read again.

    Raises:
        NotRegularError: Something else lies there.
        OSError: It is not there or cannot be read.
    """
    with opened_regular(path) as handle:
        before = signature_of(os.fstat(handle))
        data = read_from(handle, 0)
        after = signature_of(os.fstat(handle))
    return data, after if before == after and after.size == len(data) else UNSETTLED


def read_from(handle: int, offset: int) -> bytes:
    """Everything from an offset to the end; one read need not give all."""
    wanted = max(os.fstat(handle).st_size - offset, 0) + 1
    chunks = []
    while chunk := os.pread(handle, wanted, offset):
        chunks.append(chunk)
        offset += len(chunk)
        wanted = _CHUNK
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)
