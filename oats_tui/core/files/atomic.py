"""Writing that leaves either the old file or the new one, on disk when it is done."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
import threading
import uuid
from collections.abc import Sequence
from pathlib import Path

from oats_tui.core.files.folders import FOLDER_MODE, ensure_folder, sync_folder
from oats_tui.core.files.reading import Signature, signature, signature_of
from oats_tui.core.files.worker import finished, submit

FILE_MODE = 0o600
# The most that every system takes in one call.
_PIECES_AT_ONCE = 1024

# Held across a rename and its entry, so that nobody sees one without the other.
_own_lock = threading.Lock()
_own: dict[str, Signature | None] = {}


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


def replace_file(path: Path, data: bytes | Sequence[bytes], keep: Path | None = None) -> Signature:
    """What `write_atomic` does, for work that already runs in the writer thread.

    Args:
        path: The file.
        data: Its new content, in one piece or several.
        keep: Where the old file stays reachable under a second name, if the file system can do that.

    Returns:
        The signature of the new file.

    Raises:
        OSError: It failed; the old file is untouched.
    """
    temporary = path.with_name(f".{uuid.uuid4().hex}.tmp")
    replaced: int | None = None
    try:
        written = write_new(temporary, [data] if isinstance(data, bytes) else data)
        if keep is not None:
            replaced = _link(path, keep)
        with _own_lock:
            temporary.rename(path)
            _own[_registered(path)] = written
        sync_folder(path.parent)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    finally:
        if replaced is not None:
            _close_later(replaced)
    return written


def remove_file(path: Path) -> bool:
    """What `remove` does, for work that already runs in the writer thread."""
    with _own_lock:
        try:
            path.unlink()
        except (FileNotFoundError, NotADirectoryError):
            return False
        _own[_registered(path)] = None
    sync_folder(path.parent)
    return True


def move_aside(path: Path, target: Path) -> None:
    """Move a file, also to another file system, for work that already runs in the writer thread.

    Raises:
        OSError: It cannot be moved.
    """
    with _own_lock:
        try:
            path.rename(target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            _copy(path, target)
            sync_folder(target.parent)
            path.unlink()
        _own[_registered(path)] = None
        with contextlib.suppress(OSError):
            _own[_registered(target)] = signature(target)
    sync_folder(target.parent)
    sync_folder(path.parent)


def tighten(path: Path) -> None:
    """Take a file's or folder's rights away from everybody but its owner; a link is left alone.

    Raises:
        OSError: It is not ours, or not there.
    """
    mode = os.lstat(path).st_mode
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        path.chmod(stat.S_IMODE(mode) & FOLDER_MODE)


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


def write_new(path: Path, pieces: Sequence[bytes]) -> Signature:
    """Write a file that must not be there yet, down to the disk.

    Raises:
        OSError: It failed; a part may be left behind.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    handle = os.open(path, flags, FILE_MODE)
    try:
        os.fchmod(handle, FILE_MODE)
        for start in range(0, len(pieces), _PIECES_AT_ONCE):
            _write_pieces(handle, pieces[start : start + _PIECES_AT_ONCE])
        os.fsync(handle)
        return signature_of(os.fstat(handle))
    finally:
        os.close(handle)


def _write_pieces(handle: int, pieces: Sequence[bytes]) -> None:
    """Write some pieces with as few copies as the system allows."""
    count = os.writev(handle, pieces)
    if count < sum(map(len, pieces)):
        write_all(handle, b"".join(pieces)[count:])


def write_all(handle: int, data: bytes) -> None:
    """Write all of it; one write need not take everything.

    Raises:
        OSError: It failed; a part may have been written.
    """
    rest = memoryview(data)
    while rest:
        count = os.write(handle, rest)
        if count == 0:
            raise OSError(errno.EIO, "nothing could be written")
        rest = rest[count:]


def _link(path: Path, keep: Path) -> int | None:
    """Give a file a second name, which then leads to nothing else; where that cannot be, to nothing at all.

    The second name is a safeguard: no reason for it to fail is one for failing the save.

    Returns:
        A handle of what the second name led to before. The system takes a while to give a large file back when
        nothing leads to it any more, so that waits until the save is done.
    """
    before: int | None = None
    with contextlib.suppress(OSError):
        before = os.open(keep, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with contextlib.suppress(OSError):
        keep.unlink()
    with contextlib.suppress(OSError):
        os.link(path, keep, follow_symlinks=False)
    return before


def _close_later(handle: int) -> None:
    """Close a handle in another thread; here, where that one has ended with the program."""
    try:
        submit(lambda: os.close(handle), "cleaner")
    except RuntimeError:
        os.close(handle)


def _copy(path: Path, target: Path) -> None:
    """Copy a regular file down to the disk, under its new name only when it is whole."""
    temporary = target.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        if path.is_symlink():
            temporary.symlink_to(path.readlink())
        else:
            _copy_content(path, temporary)
        temporary.rename(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _copy_content(path: Path, temporary: Path) -> None:
    """Copy what a regular file holds, down to the disk."""
    shutil.copyfile(path, temporary, follow_symlinks=False)
    temporary.chmod(FILE_MODE)
    handle = os.open(temporary, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def opened_or_made(path: Path, flags: int) -> int:
    """A handle of a file that is made, for its owner alone, if it is missing.

    Raises:
        OSError: It cannot be opened or made.
    """
    try:
        return os.open(path, flags)
    except FileNotFoundError:
        ensure_folder(path.parent)
    handle = os.open(path, flags | os.O_CREAT, FILE_MODE)
    # The umask may have taken rights away that the owner needs.
    with contextlib.suppress(OSError):
        os.fchmod(handle, FILE_MODE)
    return handle


def _registered(path: Path) -> str:
    """The name under which a path is remembered, the same whichever links lead to its folder."""
    return str(Path(os.path.realpath(path.parent)) / path.name)
