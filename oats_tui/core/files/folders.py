"""Folders that are durable once they are made."""

from __future__ import annotations

import contextlib
import errno
import os
from itertools import takewhile
from pathlib import Path

FOLDER_MODE = 0o700
# Some file systems cannot sync a folder; the rename is then as safe as they make it.
_FOLDER_SYNC_REFUSALS = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EACCES})

_staying: set[Path] = set()


def expect_to_stay(path: Path) -> None:
    """Never make a folder again, should it go: it was moved or unmounted, and is to come back to its place."""
    _staying.add(path)


def ensure_folder(path: Path) -> None:
    """Make a folder and those above it that are missing, each for its owner alone (0700).

    Raises:
        OSError: A folder cannot be made, or something that is not a folder is in the way, or a folder that was
            expected to stay has gone.
    """
    missing = [*takewhile(lambda each: not each.exists(), (path, *path.parents))]
    for folder in missing:
        if folder in _staying:
            raise FileNotFoundError(errno.ENOENT, "the folder has gone since the program began", str(folder))
    for folder in reversed(missing):
        with contextlib.suppress(FileExistsError):  # another program may make it first
            make_folder(folder)
    if not path.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))


def make_folder(path: Path) -> None:
    """Make one folder, for its owner alone (0700) whatever the umask, and its entry above durable.

    Raises:
        OSError: It failed, perhaps because something is there already; nothing was made.
    """
    path.mkdir(FOLDER_MODE)
    try:
        path.chmod(FOLDER_MODE)
        sync_folder(path.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            path.rmdir()  # left there, it would be taken for durable the next time
        raise


def sync_folder(path: Path) -> None:
    """Bring a folder's entries to the disk, where the file system can.

    Raises:
        OSError: The disk reported an error.
    """
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
