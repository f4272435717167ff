"""Files that cannot be understood, kept before something takes their place."""

from __future__ import annotations

import hashlib
from pathlib import Path

from oats_tui.core import files
from oats_tui.core.storage_errors import storage_error

_MARK_LENGTH = 12


def keep_copy(path: Path, folder: Path) -> None:
    """Copy a file into a folder, under its name and a mark of its content; runs in the writer thread.

    The same content is copied once. A missing file is no reason to complain.

    Raises:
        StorageError: It could not be copied.
    """
    try:
        body = files.read_regular(path)
        mark = hashlib.sha256(body).hexdigest()[:_MARK_LENGTH]
        copy = folder / f"{path.stem}.{mark}.damaged"
        if not copy.exists():
            files.ensure_folder(folder)
            files.replace_file(copy, body)
    except FileNotFoundError:
        return
    except OSError as error:
        raise storage_error("A damaged file could not be copied.", path, error) from error
