"""By what it is known whether a session's files are as they were when they were put into the index."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from oats_tui.core.items import SUFFIX, is_id
from oats_tui.session.store.places import Places

_LOG = ".log"
# SQLite has no greater numbers, and a file may tell a time in any century.
_MOST = (1 << 63) - 1


class Stamp(NamedTuple):
    """What tells a version of a session from others: that of its file and that of its journal in one.

    Attributes:
        changed: The times of their last changes, in nanoseconds since 1970, added up.
        size: How many bytes they have together.
    """

    changed: int
    size: int


def stamps(data_dir: Path) -> dict[str, Stamp]:
    """Return the stamps of all sessions; none where the folder cannot be listed."""
    places = Places(data_dir, "x")
    found = {name: _stamp(result) for name, result in _files(places.file.parent, SUFFIX)}
    for name, result in _files(places.journal.parent, _LOG):
        if name in found:
            found[name] = _joined(found[name], _stamp(result))
    return found


def stamp_of(places: Places) -> Stamp | None:
    """Return the stamp of a session; None where it has no file."""
    try:
        found = _stamp(places.file.lstat())
    except OSError:
        return None
    try:
        return _joined(found, _stamp(places.journal.lstat()))
    except OSError:
        return found


def _files(folder: Path, ending: str) -> Iterator[tuple[str, os.stat_result]]:
    """Return what lies in a folder under the name of a session."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                name = entry.name.removesuffix(ending)
                if name != entry.name and is_id(name):
                    yield name, entry.stat(follow_symlinks=False)
    except OSError:
        return


def _stamp(found: os.stat_result) -> Stamp:
    """Return the stamp of one file."""
    return Stamp(found.st_mtime_ns & _MOST, found.st_size)


def _joined(one: Stamp, other: Stamp) -> Stamp:
    """Return the stamp of two files."""
    return Stamp((one.changed + other.changed) & _MOST, one.size + other.size)
