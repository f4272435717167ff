"""A cache of facts about the files of a folder.

It can be thrown away at any time and never holds the only copy of anything: whatever is wrong with it, the facts
are the same as without it, only later. Each row carries a checksum, so that a damaged file yields no wrong facts.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import logging
import os
import sqlite3
import stat
import zlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from oats_tui.core import files
from oats_tui.core.config import get_cache_dir

_log = logging.getLogger(__name__)

_VERSION = 1
_SCHEMA = (
    "CREATE TABLE facts (name TEXT PRIMARY KEY, stamp TEXT NOT NULL, rank REAL, payload BLOB NOT NULL,"
    " checksum INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX newest ON facts (rank)",
    f"PRAGMA user_version = {_VERSION}",
)
_ALL = "SELECT name, stamp, rank, payload, checksum FROM facts ORDER BY name"
_NEWEST = "SELECT name, stamp, rank, payload, checksum FROM facts ORDER BY rank DESC, name DESC LIMIT ?"
_PUT = "INSERT OR REPLACE INTO facts (name, stamp, rank, payload, checksum) VALUES (?, ?, ?, ?, ?)"
_DROP = "DELETE FROM facts WHERE name = ?"

# How long another process may keep us from the cache: going without it is quicker than waiting longer.
_BUSY_SECONDS = 0.05
_ROWS_AT_ONCE = 200
_FILE_MODE = 0o600
_OTHERS = 0o077
_MARK_LENGTH = 16
_BESIDE = ("", "-wal", "-shm", "-journal")
# The low byte of an error of SQLite is its kind. With these the file may be good, only not for us and not now.
_KIND = 0xFF
_NOT_NOW = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOLFS,
        sqlite3.SQLITE_AUTH,
    }
)


class Row(NamedTuple):
    """What is known about one file.

    Attributes:
        name: The item's id.
        stamp: The version of the file that the facts were read from; empty if that cannot be told for sure.
        rank: What the rows are ordered by; None comes last.
        payload: The facts.
    """

    name: str
    stamp: str
    rank: float | None
    payload: bytes


class _NotOursError(Exception):
    """The cache was made by a later version of this program, or nothing has been put into it yet."""


class FileCache:
    """Rows about the files of one folder, in a file of their own. No call raises, whatever lies there.

    May be used by several threads and processes at once: each call opens the file for itself.

    Args:
        path: The cache's file, an absolute path. It and its folder are made when something is to be kept.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def path(self) -> Path:
        """The cache's file."""
        return self._path

    def rows(self) -> Generator[Row, None, None]:
        """All rows by name; fewer, or none, if the cache cannot be used. Close it if it is left early."""
        before = ""
        with closing(self._select(_ALL)) as found:
            for row in found:
                if row.name <= before:
                    break
                before = row.name
                yield row
            else:
                return
        _log.warning("The cache %s is damaged and is made anew: its rows are not in order", self._path)
        self._throw_away()

    def newest(self, limit: int) -> list[Row]:
        """The rows of the highest ranks, the highest first; none if the cache cannot be used."""
        return list(self._select(_NEWEST, limit))

    def save(self, rows: Iterable[Row], gone: Iterable[str] = ()) -> None:
        """Put rows in the place of those of the same names, and drop others; all or nothing."""
        with self._forgiving():
            self._make()
            with self._opened(for_writing=True) as connection:
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(_DROP, ((name,) for name in gone))
                connection.executemany(_PUT, ((*row, _checksum(*row)) for row in rows))
                connection.execute("COMMIT")

    def _select(self, statement: str, *values: int) -> Generator[Row, None, None]:
        """The undamaged rows that a statement finds."""
        with (
            self._forgiving(),
            self._opened() as connection,
            closing(connection.execute(statement, values)) as cursor,
        ):
            while found := cursor.fetchmany(_ROWS_AT_ONCE):
                yield from (row for row in map(_checked, found) if row is not None)

    def _make(self) -> None:
        """Make the folder and an empty file, for the owner alone."""
        folder = self._path.parent
        files.ensure_folder(folder)
        if stat.S_IMODE(folder.stat().st_mode) & _OTHERS:
            files.tighten(folder)
        with contextlib.suppress(FileExistsError):
            # A file that is there is never opened here: closing it would end SQLite's locks of this process.
            os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _FILE_MODE))

    @contextmanager
    def _opened(self, *, for_writing: bool = False) -> Iterator[sqlite3.Connection]:
        """A connection to the cache's file, which must be there."""
        found = os.lstat(self._path)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(self._path))
        if stat.S_IMODE(found.st_mode) & _OTHERS:
            files.tighten(self._path)
        # Without the mode a missing file would be made, readable by others.
        address = f"{self._path.as_uri()}?mode=rw"
        connection = sqlite3.connect(address, timeout=_BUSY_SECONDS, isolation_level=None, uri=True)
        with closing(connection):
            # What a power cut may spoil here is noticed and made again.
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("PRAGMA trusted_schema = OFF")
            version = _version(connection)
            if version == 0 and for_writing:
                _prepare(connection)
            elif version in range(1, _VERSION):
                raise sqlite3.DatabaseError("an earlier version of this program made it")
            elif version != _VERSION:
                raise _NotOursError(f"it is of version {version}")
            yield connection

    @contextmanager
    def _forgiving(self) -> Iterator[None]:
        """Do without the cache if it cannot be used; if it is damaged, throw it away as well."""
        try:
            yield
        except FileNotFoundError as error:
            _log.debug("The cache %s was not used: %s", self._path, error)
        except (OSError, _NotOursError) as error:
            _log.info("The cache %s was not used: %s", self._path, error)
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & _KIND in _NOT_NOW:
                _log.info("The cache %s was not used: %s", self._path, error)
            else:
                _log.warning("The cache %s is damaged and is made anew: %s", self._path, error)
                self._throw_away()

    def _throw_away(self) -> None:
        """Remove the cache's file, and what SQLite keeps beside it."""
        for ending in _BESIDE:
            with contextlib.suppress(OSError):
                self._path.with_name(self._path.name + ending).unlink()


def cache_of(folder: Path, kind: str) -> FileCache:
    """The cache of one kind of facts about a folder, in this user's cache directory.

    Args:
        folder: The folder; whichever links lead to it, its cache is the same.
        kind: What the facts are about, as the beginning of a file name.
    """
    mark = hashlib.sha256(os.fsencode(os.path.realpath(folder))).hexdigest()[:_MARK_LENGTH]
    return FileCache(get_cache_dir() / f"{kind}-{mark}.sqlite")


def _version(connection: sqlite3.Connection) -> int:
    """The version of the cache's form; 0 if nothing has been put into it yet."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the tables, unless another process has just made them."""
    # Readers and a writer do not wait for each other in this mode.
    connection.execute("PRAGMA journal_mode = WAL").fetchone()
    connection.execute("BEGIN IMMEDIATE")
    if _version(connection) == 0:
        for statement in _SCHEMA:
            connection.execute(statement)
    connection.execute("COMMIT")


def _checked(found: tuple[Any, ...]) -> Row | None:
    """A row as it was put into the cache; None if it is damaged."""
    name, stamp, rank, payload, checksum = found
    if not isinstance(name, str) or not isinstance(payload, bytes) or not isinstance(rank, float | None):
        return None
    if checksum != _checksum(name, stamp, rank, payload):
        return None
    return Row(name, stamp, rank, payload)


def _checksum(name: str, stamp: str, rank: float | None, payload: bytes) -> int:
    """What tells a damaged row from a good one."""
    return zlib.crc32(payload, zlib.crc32(f"{name}\0{stamp}\0{rank}".encode()))
