"""A picture as a file: the bytes that came, under a name of our own."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from functools import partial
from pathlib import Path

from oats_tui.core.errors import OatsError
from oats_tui.ui.pictures.decoding import LONGEST, in_thread, unpacked
from oats_tui.ui.pictures.header import ENDINGS, kind_of
from oats_tui.ui.widgets.transcript.items import ImageItem

_DIGITS = 8
_TITLE = "The picture could not be saved."


async def save_picture(item: ImageItem, folder: Path) -> Path:
    """Write a picture's bytes as they came to a new file that only its owner may read.

    Its name comes from its content, and its ending from what it really is. Nothing is overwritten: where a file
    with the same content has this name already, that is it.

    Returns:
        The file.

    Raises:
        OatsError: There are no bytes, they are no picture, or the file cannot be written.
    """
    return await in_thread(partial(_save, item, folder))


def _save(item: ImageItem, folder: Path) -> Path:
    """Write the file, in a thread."""
    if item.data is None:
        raise OatsError(_TITLE, "Only its address is in the conversation.")
    if len(item.data) > LONGEST:
        raise OatsError(_TITLE, "It is too large.", "The session's file has it as base64.")
    content = unpacked(item.data)
    kind = kind_of(content)
    if not kind:
        raise OatsError(_TITLE, f"It is not of a kind that is known: {', '.join(ENDINGS)}.")
    path = folder / f"picture-{hashlib.sha256(content).hexdigest()[:_DIGITS]}.{ENDINGS[kind]}"
    try:
        if not _write_new(path, content) and not _holds(path, content):
            raise OatsError(_TITLE, f"Something else is named {path.name} in this folder.", "Move it away first.")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the path is none"
        raise OatsError(
            _TITLE, f"{folder}: {reason}", "Start the program in a folder you can write to."
        ) from error
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
