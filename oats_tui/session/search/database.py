"""The index's file: its tables, how it is opened, and what is done about a damaged one.

It lies in the cache directory and can be thrown away at any time: then it is made again.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from oats_tui.core import files

_log = logging.getLogger(__name__)

_VERSION = 2
# Each message is a row whose number follows from its time, so that the newest are found first by going backwards.
# What is gone or has changed stays among the words, which cannot be taken out again without their text, and its
# row stays with session 0. Titles are rows of role 0.
_SCHEMA = (
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE TABLE models (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    "CREATE TABLE sessions (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, changed INTEGER NOT NULL,"
    " size INTEGER NOT NULL, start INTEGER NOT NULL, title TEXT NOT NULL, project TEXT NOT NULL,"
    " model TEXT NOT NULL)",
    "CREATE TABLE messages (id INTEGER PRIMARY KEY, session INTEGER NOT NULL, name BLOB NOT NULL,"
    " role INTEGER NOT NULL, time INTEGER, model INTEGER, hash INTEGER NOT NULL, place INTEGER, length INTEGER)",
    "CREATE INDEX messages_of ON messages (session)",
    "CREATE TABLE vocabulary (word TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE VIRTUAL TABLE words USING fts5 (text, content='', columnsize=0, tokenize='ascii')",
    "CREATE VIRTUAL TABLE pairs USING fts5 (text, content='', columnsize=0, tokenize='ascii', detail=none)",
    # Many small commits would otherwise be merged again and again.
    "INSERT INTO words (words, rank) VALUES ('automerge', 8)",
    "INSERT INTO pairs (pairs, rank) VALUES ('automerge', 8)",
    "INSERT INTO words (words, rank) VALUES ('hashsize', 16777216)",
    "INSERT INTO pairs (pairs, rank) VALUES ('hashsize', 16777216)",
    f"PRAGMA user_version = {_VERSION}",
)

_FOLDER = "search"
_MARK_LENGTH = 16
_FILE_MODE = 0o600
_BESIDE = ("", "-wal", "-shm", "-journal")
_PAGES_BETWEEN_CHECKPOINTS = 4000
_CACHE_KIB = 16_384
_KIND = 0xFF
_PASSING = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_NOLFS,
        sqlite3.SQLITE_AUTH,
    }
)


class NotThereError(Exception):
    """There is no index of this version."""


@dataclass(frozen=True, slots=True)
class Database:
    """The index's file.

    Attributes:
        path: Where it is.
    """

    path: Path

    @classmethod
    def of(cls, cache_dir: Path, data_dir: Path) -> Database:
        """The index of a data directory; whichever links lead to that, it is the same."""
        mark = hashlib.sha256(os.fsencode(os.path.realpath(data_dir))).hexdigest()[:_MARK_LENGTH]
        return cls(cache_dir / _FOLDER / f"{mark}.sqlite")

    @property
    def lock(self) -> Path:
        """Held by the one process that writes in it."""
        return self.path.with_suffix(".lock")

    @property
    def complaint(self) -> Path:
        """Made by whoever found it to be damaged; taken away by the one who makes it anew."""
        return self.path.with_suffix(".damaged")

    @contextmanager
    def reading(self, seconds: float) -> Iterator[sqlite3.Connection]:
        """A connection for reading, which waits at most so many seconds for others.

        Raises:
            NotThereError: There is no such index.
            sqlite3.Error: It cannot be read.
        """
        if not self.path.is_file():
            raise NotThereError
        # A reader of such a file writes in the one beside it that readers and writer share, hence rw.
        with closing(_connected(self.path, seconds)) as connection:
            connection.execute("PRAGMA query_only = ON")
            if _version(connection) != _VERSION:
                raise NotThereError
            yield connection

    def opened(self, seconds: float) -> sqlite3.Connection:
        """A connection for the one who holds the lock; what is of another version, or damaged, is made anew.

        Raises:
            OSError, sqlite3.Error: It cannot be made or used now.
        """
        if self.complaint.exists():
            self.throw_away()
        try:
            return self._prepared(seconds)
        except NotThereError:
            self.throw_away()
        except sqlite3.Error as error:
            if is_passing(error):
                raise
            _log.warning("The search index is damaged and is made anew: %s", error)
            self.throw_away()
        return self._prepared(seconds)

    def throw_away(self) -> None:
        """Remove the file, and what SQLite keeps beside it."""
        for ending in _BESIDE:
            with contextlib.suppress(OSError):
                self.path.with_name(self.path.name + ending).unlink()
        with contextlib.suppress(OSError):
            self.complaint.unlink()

    def complain(self) -> None:
        """Ask the one who holds the lock to make the index anew."""
        with contextlib.suppress(OSError):
            os.close(os.open(self.complaint, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, _FILE_MODE))

    def identity(self) -> tuple[int, int] | None:
        """Which file lies at the path; None for none, and where it is to be made anew."""
        try:
            found = self.path.lstat()
        except OSError:
            return None
        return None if self.complaint.exists() else (found.st_dev, found.st_ino)

    def _prepared(self, seconds: float) -> sqlite3.Connection:
        """A connection to an index of this version, made if there is none."""
        self._make()
        connection = _connected(self.path, seconds)
        try:
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            connection.execute(f"PRAGMA wal_autocheckpoint = {_PAGES_BETWEEN_CHECKPOINTS}")
            version = _version(connection)
            if version == 0:
                connection.execute("PRAGMA journal_mode = WAL").fetchone()
                _create(connection)
            if _version(connection) != _VERSION:
                raise NotThereError
        except BaseException:
            connection.close()
            raise
        return connection

    def _make(self) -> None:
        """Make the folder and an empty file, for the owner alone; what is no file is removed if it can be."""
        files.ensure_folder(self.path.parent)
        with contextlib.suppress(FileNotFoundError):
            mode = self.path.lstat().st_mode
            if stat.S_ISDIR(mode):
                self.path.rmdir()
            elif not stat.S_ISREG(mode):
                self.path.unlink()
        with contextlib.suppress(FileExistsError):
            # A file that is there is never opened here: closing it would end SQLite's locks of this process.
            os.close(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, _FILE_MODE))


def is_passing(error: sqlite3.Error) -> bool:
    """Whether the index may be good, only not for us and not now."""
    return getattr(error, "sqlite_errorcode", 0) & _KIND in _PASSING


def fact(connection: sqlite3.Connection, name: str, default: int = 0) -> int:
    """A number that is kept in the index."""
    row = connection.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
    return default if row is None else int(row[0])


def keep_facts(connection: sqlite3.Connection, **values: int) -> None:
    """Keep numbers in the index."""
    connection.executemany("INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)", values.items())


def _connected(path: Path, seconds: float) -> sqlite3.Connection:
    """A connection to a file that must be there."""
    address = f"{path.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(address, timeout=seconds, isolation_level=None, uri=True, check_same_thread=False)
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        # A power cut can take the last commits with it, but leaves no half of one.
        connection.execute("PRAGMA synchronous = NORMAL")
    except BaseException:
        connection.close()
        raise
    return connection


def _version(connection: sqlite3.Connection) -> int:
    """The version of the tables; 0 if there are none."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _create(connection: sqlite3.Connection) -> None:
    """Make the tables, all or none, unless somebody else has done so meanwhile."""
    connection.execute("BEGIN IMMEDIATE")
    if not connection.execute("SELECT 1 FROM sqlite_master").fetchone():
        for statement in _SCHEMA:
            connection.execute(statement)
    connection.execute("COMMIT")
