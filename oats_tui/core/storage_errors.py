"""What the system says when a file cannot be kept, in words that tell what to do."""

from __future__ import annotations

import errno
from pathlib import Path

from oats_tui.core.errors import OatsError
from oats_tui.core.files import holder

_FULL = ("The disk is full.", "Free some space, then try again; the file that was there before is untouched.")
_DENIED = ("This user may not do that.", "Check who owns the folder and what its permissions are.")
_CAUSES: dict[int, tuple[str, str]] = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: ("Your share of the disk is used up.", _FULL[1]),
    errno.EACCES: _DENIED,
    errno.EPERM: _DENIED,
    errno.EROFS: ("The file system is read-only.", "Choose another data directory, or mount it writable."),
    errno.ENOTDIR: ("A file is where a folder should be.", "Move that file away, or choose another folder."),
    errno.EISDIR: ("A folder is where a file should be.", "Move that folder away."),
    errno.ENAMETOOLONG: ("The name is too long for this file system.", "Use a shorter one."),
    errno.EIO: ("The disk reported an error.", "Copy your data to another disk soon."),
    errno.EMFILE: ("Too many files are open.", "Close other programs, then try again."),
    errno.ENFILE: ("Too many files are open.", "Close other programs, then try again."),
}


class StorageError(OatsError):
    """An item could not be saved, removed or listed, or its id is none."""


def storage_error(doing: str, path: Path, error: OSError) -> StorageError:
    """The error of the system in words.

    Args:
        doing: What failed, as a sentence.
        path: The file or folder it was about.
        error: What the system said.
    """
    reason = error.strerror or "The system gave no reason"
    cause, hint = _CAUSES.get(error.errno or 0, (f"{reason}.", "Look at the folder, then try again."))
    return StorageError(doing, f"{path}: {cause}", hint)


def locked_error(path: Path, lock: Path) -> StorageError:
    """The error of a save for which another program would not make room.

    Args:
        path: The file that was to be saved.
        lock: The lock that is held.
    """
    held = holder(lock)
    by = f" by process {held.pid} on {held.host}" if held else ""
    return StorageError(
        "The session is being saved by another program.",
        f"{path}: its lock has been held{by} for too long.",
        "Try again; if it stays so, look at that program.",
    )
