"""Whether the data directory can be used, found out by writing into it."""

from __future__ import annotations

import contextlib
import errno
import uuid
from pathlib import Path

from oats_tui.core.config import data_dir_source, get_data_dir
from oats_tui.core.errors import OatsError
from oats_tui.core.files import ensure_folder, expect_to_stay
from oats_tui.core.files.atomic import write_new
from oats_tui.core.storage_errors import StorageError, storage_error

SHARED, OURS = "sessions", "oats_tui"
"""The folders of the data directory: the one that oats knows as well, and the one of this program alone."""

_TITLE = "The data directory cannot be used."


def check_data_dir() -> None:
    """Make the folders of the data directory that are missing, and write a file into each that is removed again.

    From then on the directory itself is not made again, should it go.

    Raises:
        ConfigError: The coder.json was needed and cannot be understood.
        StorageError: A folder cannot be made or written; it names the path, the system's reason, and the setting
            that chose the data directory.
        OatsError: The setting is no path.
    """
    data_dir = get_data_dir()
    for folder in (data_dir / SHARED, data_dir / OURS):
        try:
            ensure_folder(folder)
            try_writing(folder)
        except OSError as error:
            raise _refusal(folder, error) from error
        except ValueError as error:
            raise OatsError(_TITLE, f"This is no path ({error}). It was chosen by {data_dir_source()}.") from error
    expect_to_stay(data_dir)


def try_writing(folder: Path) -> None:
    """Write a file into a folder down to the disk, and remove it.

    Raises:
        OSError: That failed.
    """
    temporary = folder / f".{uuid.uuid4().hex}.tmp"
    try:
        write_new(temporary, [b"\n"])
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    temporary.unlink()


def errno_name(error: OSError) -> str:
    """The system's own short name of an error, such as EROFS."""
    return errno.errorcode.get(error.errno or 0, "no errno")


def _refusal(folder: Path, error: OSError) -> StorageError:
    """The error for a folder that cannot be used."""
    said = storage_error(_TITLE, folder, error)
    reason = f"{said.detail.rstrip('.')} ({errno_name(error)})."
    detail = f"{reason} The data directory was chosen by {data_dir_source()}."
    return StorageError(said.title, detail, said.hint)
