"""Facts about all files of a folder, from a cache where it is certain that a file has not changed since."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from oats_tui.core.filecache import FileCache, Row
from oats_tui.core.files import submit
from oats_tui.core.items import SUFFIX, item_names

_T = TypeVar("_T")

# File systems date changes with steps of up to two seconds: a file that had been changed less than that before it
# was read may be changed once more without its date telling.
# From so many changed files on the cache is written later.
_MANY = 1000
_RACY_NS = 2_000_000_000


class Facts(Protocol[_T]):
    """How facts are read from a file, and how they are kept."""

    def read(self, folder: Path, name: str) -> _T:
        """The facts that the file of an item holds.

        Raises:
            FileNotFoundError: It is not there any more.
        """

    def pack(self, fact: _T) -> tuple[float | None, bytes] | None:
        """The rank and the payload to keep; None if they must be read again each time."""

    def unpack(self, name: str, rank: float | None, payload: bytes) -> _T:
        """The facts that were kept.

        Raises:
            ValueError: They are none.
        """


def check_folder(
    folder: Path, facts: Facts[_T], cache: FileCache, clock: Callable[[], int] = time.time_ns
) -> list[_T]:
    """The facts about all items of a folder, sorted by id; a missing folder has none.

    Files that have changed are read, and what was found in them is kept.

    Args:
        folder: The folder of the items.
        facts: How they are read.
        cache: Where they are kept.
        clock: Tells the time in nanoseconds since 1970.

    Raises:
        StorageError: The folder cannot be listed.
    """
    # Taken before all looks at files: too early a moment only makes more of them uncertain.
    now = clock()
    prefix = f"{folder}{os.sep}"
    found: list[_T] = []
    changed = _Changed(facts)
    with closing(cache.rows()) as rows:
        kept = _Kept(rows)
        for name in item_names(folder):
            stamp = _stamp_at(f"{prefix}{name}{SUFFIX}", now)
            row = kept.find(name)
            fact = _unpacked(facts, row) if row is not None and stamp and row.stamp == stamp else None
            if fact is None:
                try:
                    fact = facts.read(folder, name)
                except FileNotFoundError:
                    kept.gone.append(name)
                    continue
                changed.add(name, stamp, fact)
            found.append(fact)
        kept.finish()
    _keep(cache, changed, kept.gone)
    return found


def _keep(cache: FileCache, changed: _Changed[_T], gone: list[str]) -> None:
    """Bring the cache up to date."""
    if len(changed.names) > _MANY:
        # Keeping thousands takes a while, for which nobody need wait.
        submit(lambda: cache.save(changed.rows(), gone), "cleaner")
    elif changed.names or gone:
        cache.save(changed.rows(), gone)


class _Kept:
    """The rows of a cache, asked for in the order of their names.

    Args:
        rows: The rows, sorted by name.
    """

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._next = next(rows, None)
        self.gone: list[str] = []

    def find(self, name: str) -> Row | None:
        """The row of a name; those before it that nobody asked for are of files that have gone."""
        while self._next is not None and self._next.name < name:
            self.gone.append(self._next.name)
            self._next = next(self._rows, None)
        if self._next is None or self._next.name != name:
            return None
        found, self._next = self._next, next(self._rows, None)
        return found

    def finish(self) -> None:
        """Count the rest as gone."""
        while self._next is not None:
            self.gone.append(self._next.name)
            self._next = next(self._rows, None)


class _Changed(Generic[_T]):
    """What was read, to be kept.

    In lists side by side: thousands of tuples would make Python look for garbage among all that there is.

    Args:
        facts: How it is packed.
    """

    def __init__(self, facts: Facts[_T]) -> None:
        self._facts = facts
        self.names: list[str] = []
        self._stamps: list[str] = []
        self._read: list[_T] = []

    def add(self, name: str, stamp: str, fact: _T) -> None:
        """Take what was read from one file."""
        self.names.append(name)
        self._stamps.append(stamp)
        self._read.append(fact)

    def rows(self) -> Iterator[Row]:
        """The rows, made one by one while they are written."""
        for name, stamp, fact in zip(self.names, self._stamps, self._read, strict=True):
            packed = self._facts.pack(fact)
            if packed is not None:
                yield Row(name, stamp, *packed)


def _stamp_at(path: str, now: int) -> str:
    """The stamp of what lies at a path; empty if it cannot be looked at."""
    try:
        return stamp_of(os.lstat(path), now)
    except OSError:
        return ""


def _unpacked(facts: Facts[_T], row: Row) -> _T | None:
    """The facts in a row; None if it holds none."""
    try:
        return facts.unpack(row.name, row.rank, row.payload)
    except ValueError:
        return None


def stamp_of(found: os.stat_result, now: int) -> str:
    """What tells one version of a file from the next; empty where its dates cannot tell.

    They cannot if it was changed less than two seconds before `now` or, by its dates, later. The time of the
    last change of its rights or name counts as well: it cannot be set at will.

    Args:
        found: What the system tells about the file.
        now: A moment before the file was looked at, in nanoseconds since 1970.
    """
    if max(found.st_mtime_ns, found.st_ctime_ns) + _RACY_NS >= now:
        return ""
    return f"{found.st_mtime_ns} {found.st_ctime_ns} {found.st_size} {found.st_ino}"
