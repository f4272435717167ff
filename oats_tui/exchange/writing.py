"""An export written to where a person wants it: whole or not at all, and never over another file unasked."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import stat
import uuid
from pathlib import Path

from oats_tui.core.codec import replace_surrogates
from oats_tui.core.errors import OatsError

_MODE = 0o600
_TITLE = "The export could not be written."
_FULL = ("The disk is full.", "Free some space, or choose another folder, then try again.")
_CAUSES: dict[int, tuple[str, str]] = {
    errno.ENOENT: ("There is no such folder.", "Make the folder first, or choose another one."),
    errno.ENOTDIR: ("A file is where a folder should be.", "Choose another folder."),
    errno.ENOSPC: _FULL,
    errno.EDQUOT: ("Your share of the disk is used up.", _FULL[1]),
    errno.EFBIG: ("The file is too large for this file system.", "Choose another folder."),
    errno.EACCES: ("This user may not write there.", "Choose another folder, or check its permissions."),
    errno.EPERM: ("This user may not write there.", "Choose another folder, or check its permissions."),
    errno.EROFS: ("The file system is read-only.", "Choose another folder."),
    errno.ENAMETOOLONG: ("The name is too long for this file system.", "Choose a shorter one."),
    errno.ELOOP: ("The links of this path lead in a circle.", "Choose another path."),
}


async def write_export(path: Path, text: str, *, overwrite: bool) -> None:
    """Write an export to a file that only its owner may read.

    Whoever looks meanwhile finds the old file, or none, or the new one, never a part.

    Args:
        path: The file; its folder must be there.
        text: What goes into it.
        overwrite: Whether a file that is there gives way. A link stays, and what it leads to gives way.

    Raises:
        OatsError: It could not be written, or a file is there that is to stay; that one is untouched.
    """
    try:
        target = await asyncio.to_thread(_target, path, overwrite)
        await _write(target, replace_surrogates(text).encode(), overwrite)
    except FileExistsError:
        raise _there_already(path) from None
    except ValueError as error:
        raise OatsError(_TITLE, "This is not a path that a file can have.", "Choose another one.") from error
    except OSError as error:
        reason = error.strerror or "The system gave no reason"
        cause, hint = _CAUSES.get(error.errno or 0, (f"{reason}.", "Look at the folder, then try again."))
        raise OatsError(_TITLE, f"{path}: {cause}", hint) from error


def _target(path: Path, overwrite: bool) -> Path:
    """The file that is to be written, behind all links.

    Raises:
        FileExistsError: Something is there, and is not to be overwritten.
        OatsError: Something is there that is no file.
        OSError: It cannot be looked at.
    """
    if not os.path.lexists(path):
        return path
    if not overwrite:
        raise FileExistsError(errno.EEXIST, "it is there", str(path))
    target = Path(os.path.realpath(path))
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return target
    if stat.S_ISDIR(mode):
        raise OatsError(_TITLE, f"{path}: A folder is where the file should be.", "Choose another name.")
    if not stat.S_ISREG(mode):
        raise OatsError(_TITLE, f"{path}: What is there is no file.", "Choose another name.")
    return target


async def _write(path: Path, data: bytes, overwrite: bool) -> None:
    """Write a file beside its place, and put it there."""
    import aiofiles  # slow to import, and only needed here
    import aiofiles.os

    temporary = path.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        async with aiofiles.open(temporary, "xb", opener=_private) as file:
            await file.write(data)
            await file.flush()
            await asyncio.to_thread(os.fsync, file.fileno())
        if overwrite:
            await aiofiles.os.replace(temporary, path)
        else:
            await asyncio.to_thread(_put_new, temporary, path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _put_new(temporary: Path, path: Path) -> None:
    """Move a file to where none is.

    Raises:
        FileExistsError: There is one by now.
        OSError: It cannot be moved.
    """
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError:
        # A file system without second names: the place is taken first, so that nobody else's file is lost.
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _MODE))
        temporary.replace(path)


def _there_already(path: Path) -> OatsError:
    """The error of a file that is not to be overwritten."""
    return OatsError("There is a file of this name already.", str(path), "Choose another name, or overwrite it.")


def _private(path: str, flags: int) -> int:
    """Open a file that only its owner may read."""
    return os.open(path, flags | getattr(os, "O_CLOEXEC", 0), _MODE)
