"""Small files beside the program's state: read without waiting, written whole and for their owner only."""

from __future__ import annotations

import asyncio
import contextlib
import os
import stat
from pathlib import Path
from typing import NamedTuple

from oats_tui.core.id import generate_short_id


class Version(NamedTuple):
    """What tells one version of a file from the next.

    Attributes:
        mtime_ns: Time of the last change, in nanoseconds since 1970.
        size: Size in bytes.
        inode: Number of the file in its file system.
    """

    mtime_ns: int
    size: int
    inode: int


def version_of(path: Path) -> Version | None:
    """Return which version of a file is there, by one look; None where there is none to be seen."""
    try:
        return _version(path.stat())
    except (OSError, ValueError):  # ValueError: a path that no file can have
        return None


def read_private(path: Path, limit: int) -> bytes:
    """Return what is in a file.

    Args:
        path: The file; a link may lead to it.
        limit: How many bytes it may have.

    Raises:
        OSError: It is not there, is no regular file, is longer, or cannot be read.
    """
    with open(path, "rb", opener=_without_waiting) as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(None, "it is not a regular file")
        data = file.read(limit + 1)
    if len(data) > limit:
        raise OSError(None, f"it is longer than {limit} bytes")
    return data


async def write_private(path: Path, data: bytes) -> Version:
    """Put a new file, readable by its owner only, in the place of what is there; its folder is made.

    Whoever reads meanwhile finds the old file or the new one, never a part.

    Returns:
        The version that was written, which another program may have replaced by now.

    Raises:
        OSError: It cannot be written; what was there is left as it is.
    """
    # In one piece: whoever is no longer waited for closes what it has opened.
    return await asyncio.to_thread(_write, path, data)


def _write(path: Path, data: bytes) -> Version:
    """Do what `write_private` does."""
    new = path.with_name(f"{path.name}.{generate_short_id()}.tmp")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with open(new, "xb", opener=_private) as file:
            file.write(data)
        written = _version(new.stat())
        new.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            new.unlink()
        raise
    return written


def _version(found: os.stat_result) -> Version:
    """The part of a stat that tells versions apart."""
    return Version(found.st_mtime_ns, found.st_size, found.st_ino)


def _without_waiting(path: str, flags: int) -> int:
    """Open a file for reading; a pipe that lies in its place does not keep the reader waiting for a writer."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _private(path: str, flags: int) -> int:
    """Open a file that only its owner may read."""
    return os.open(path, flags, 0o600)
