"""Something of a conversation as a file of its own, under a name that comes from its content."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from pathlib import Path

from oats_tui.core.errors import OatsError

_DIGITS = 8


def write_as(content: bytes, folder: Path, name: str, ending: str, title: str) -> Path:
    """Write a new file that only its owner may read.

    Nothing is overwritten: where a file with the same content has the name already, that is it.

    Args:
        content: What is in it.
        folder: Where it is to be.
        name: How its name begins; digits that come from the content follow.
        ending: How its name ends, without the dot.
        title: What is said where it cannot be written.

    Returns:
        The file.

    Raises:
        OatsError: It cannot be written.
    """
    path = folder / f"{name}-{hashlib.sha256(content).hexdigest()[:_DIGITS]}.{ending}"
    try:
        if not _write_new(path, content) and not _holds(path, content):
            raise OatsError(title, f"Something else is named {path.name} in this folder.", "Move it away first.")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path is none"
        raise OatsError(title, f"{folder}: {reason}", "Start the program in a folder you can write to.") from error
    return path


def _write_new(path: Path, content: bytes) -> bool:
    """Write a file that was not there, or nothing; returns whether it was written. Raises OSError."""
    try:
        place = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        return False
    try:
        with os.fdopen(place, "wb") as file:
            file.write(content)
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink()
        raise
    return True


def _holds(path: Path, content: bytes) -> bool:
    """Return whether a regular file, and no link to one, has this content. Raises OSError."""
    if not stat.S_ISREG(path.lstat().st_mode):
        return False
    with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        return stat.S_ISREG(os.fstat(file.fileno()).st_mode) and file.read(len(content) + 1) == content
