"""The files of a folder that are items: their names, and how one is read."""

# An item's id is called id in the public interface.
# ruff: noqa: A001, A002

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from oats_tui.core import files
from oats_tui.core.codec import NotJsonError
from oats_tui.core.storage_errors import StorageError, storage_error

_R = TypeVar("_R")

SUFFIX = ".json"

_MAX_ID_LENGTH = 200
# A name has 255 bytes at most, and what is kept of an item has its id and a time or a mark in its name.
_MAX_ID_BYTES = 220
_ID = re.compile(r"[^/\\\x00-\x1f\x7f-\x9f\ud800-\udfff]+")

# Another program writes in place: a file that was changed a moment ago may be half of itself.
_FRESH_SECONDS = 2.0
_TORN_SECONDS = 0.6
_PAUSE_SECONDS = 0.02


class Patience:
    """How long to wait for files that are just being written.

    Args:
        seconds: The time for all of them together.
    """

    def __init__(self, seconds: float = _TORN_SECONDS) -> None:
        self._left = seconds

    def wait(self) -> bool:
        """Wait a little; returns False, at once, when the time is used up."""
        if self._left <= 0:
            return False
        self._left -= _PAUSE_SECONDS
        time.sleep(_PAUSE_SECONDS)
        return True


def check_id(id: str) -> None:
    """Refuse an id that is not a plain file name.

    Raises:
        StorageError: It is empty, longer than 200 characters or 220 bytes, starts with a dot, or holds a slash,
            a backslash, a control character, a lone surrogate, or what names of files cannot have in this locale.
    """
    if not is_id(id):
        raise StorageError(
            "This is not an id that an item can have.",
            f"{id[:_MAX_ID_LENGTH]!r} is empty, too long, starts with a dot, or has a forbidden character.",
            "Use letters, digits and hyphens.",
        )


def is_id(id: str) -> bool:
    """Whether a text can be the id of an item, and so the name of its file."""
    is_plain = len(id) <= _MAX_ID_LENGTH and not id.startswith(".") and _ID.fullmatch(id) is not None
    return is_plain and (id.isascii() or _has_room(id))


def _has_room(id: str) -> bool:
    """Whether the file system has a name for an id, and that is not too long."""
    try:
        return len(os.fsencode(id)) <= _MAX_ID_BYTES
    except UnicodeEncodeError:
        return False


def read_settled(path: Path, use: Callable[[bytes], _R], patience: Patience) -> _R:
    """Read a file and make something of it, again while another program may be in the middle of writing it.

    Args:
        path: The file.
        use: Makes the result from the bytes; raises `NotJsonError` for bytes that may be cut off.
        patience: How long that may take.

    Raises:
        OSError: It cannot be read.
        ValueError: Its content is not what it should be, and has stayed so.
    """
    return read_settled_version(path, lambda data, _: use(data), patience)


def read_settled_version(path: Path, use: Callable[[bytes, files.Signature], _R], patience: Patience) -> _R:
    """The same, where what is made of the bytes depends on the version of the file that they are."""
    while True:
        try:
            return use(*files.read_version(path))
        except NotJsonError:
            if not is_fresh(path) or not patience.wait():
                raise


def item_names(folder: Path) -> list[str]:
    """The ids of whatever lies in a folder under the name of an item, sorted; a missing folder has none.

    Raises:
        StorageError: The folder cannot be listed.
    """
    try:
        names = [path.name for path in folder.iterdir()]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise storage_error("The folder could not be listed.", folder, error) from error
    ids = sorted(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX))
    return [id for id in ids if is_id(id)]


def is_fresh(path: Path) -> bool:
    """Whether a file was changed in the last two seconds, or is just being replaced: it may be half of itself."""
    try:
        return abs(time.time() - path.lstat().st_mtime) < _FRESH_SECONDS
    except OSError:
        return False
