"""Up to when each session was read, on this machine and in all windows.

All of it is convenience: a file that cannot be read or written costs nothing but itself.
"""

from __future__ import annotations

import asyncio
import heapq
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple, TypeGuard

from oats_tui.core.items import is_id
from oats_tui.ui.private_file import Version, read_private, version_of, write_private

KEPT: Final = 10_000
"""Of how many sessions it is kept when they were read: of those that were read most recently."""

# Twice what the marks of as many sessions with the longest ids take.
_LONGEST_FILE = 8_000_000

# The years 1 to 9999, which is what a session can tell, in seconds since 1970.
_FIRST_SECOND = -62_135_596_800.0
_LAST_SECOND = 253_402_300_799.0
_LONG_AGO = 0.0

_log = logging.getLogger(__name__)


class _Mark(NamedTuple):
    """Up to which change a session was read, and when that was, both in seconds since 1970."""

    upto: float
    at: float


@dataclass(frozen=True, slots=True)
class _Found:
    """What lay in a file: its version, and whatever of its content is sound."""

    version: Version | None
    since: float | None = None
    marks: dict[str, _Mark] = field(default_factory=dict)


class ReadMarks:
    """Which sessions have changed since a person looked at them.

    To be used by one thread, that of the event loop.

    Args:
        since: The time up to which every session counts as read, in seconds since 1970: that of the first start.
        clock: Tells the time in seconds since 1970.
    """

    def __init__(self, since: float, clock: Callable[[], float] = time.time) -> None:
        self._since = since
        self._clock = clock
        self._marks: dict[str, _Mark] = {}
        self._looked_at: Version | None = None
        self._unsaved = True
        self._saving = asyncio.Lock()

    @property
    def since(self) -> float:
        """The time up to which sessions that were never opened count as read, in seconds since 1970."""
        return self._since

    @property
    def unsaved(self) -> bool:
        """Whether the file, as it was seen last, lacks something: a mark, or the time of the first start."""
        return self._unsaved

    def is_unread(self, session_id: str, updated: float | None) -> bool:
        """Return whether a session was changed after it was read last.

        Args:
            session_id: The session.
            updated: Its last change, in seconds since 1970; one that does not tell is never unread.
        """
        if not _is_time(updated):
            return False
        mark = self._marks.get(session_id)
        return updated > (self._since if mark is None else mark.upto)

    def read(self, session_id: str, updated: float | None) -> bool:
        """Note that a session was read.

        Args:
            session_id: The session.
            updated: The last change that was seen, in seconds since 1970; None for everything up to now.

        Returns:
            Whether that changed anything that is worth saving.
        """
        if not is_id(session_id):
            return False  # no file would give it back, and it would stay unsaved for ever
        now = self._clock()
        new = _Mark(updated if _is_time(updated) else now, now)
        old = self._marks.get(session_id)
        self._marks[session_id] = new if old is None else _later(old, new)
        if old is None:
            self._marks = _most_recent(self._marks)
        changed = old is None or new.upto > old.upto
        self._unsaved = self._unsaved or changed
        return changed

    def _take_in(self, found: _Found) -> bool:
        """Join with what lay in the file; returns whether that can change what is unread."""
        since = self._since if found.since is None else min(self._since, found.since)
        changed = since != self._since or _exceeds(found.marks, self._marks)
        joined, now = dict(self._marks), self._clock()
        for session_id, mark in found.marks.items():
            # Who claims to have read in the future must not drive out everything that is read from now on.
            credible = mark if mark.at <= now else mark._replace(at=_LONG_AGO)
            old = joined.get(session_id)
            joined[session_id] = credible if old is None else _later(old, credible)
        self._since, self._marks, self._looked_at = since, _most_recent(joined), found.version
        self._unsaved = since != found.since or _exceeds(self._marks, found.marks)
        return changed

    def _content(self) -> bytes:
        """What is to be written down."""
        content = {"since": self._since, "read": self._marks}
        return json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")


def load_read_marks(path: Path, now: float, clock: Callable[[], float] = time.time) -> ReadMarks:
    """Return the marks that were kept; whatever is not sound in the file counts as not there.

    Without a file this is the very first start; the next save, which `unsaved` asks for, keeps that.

    Args:
        path: The file.
        now: Seconds since 1970.
        clock: Tells the time, in the same seconds, whenever something is read.
    """
    marks = ReadMarks(now, clock)
    marks._take_in(_find(path))
    return marks


async def save_read_marks(path: Path, marks: ReadMarks) -> bool:
    """Write the marks down, readable by their owner only, with what other windows have written meanwhile.

    A failure is logged, and leaves the marks unsaved.

    Returns:
        Whether what is unread may have changed by what others have written.
    """
    # In one window a save that began earlier must not end later, and put an old file in the place of a new one.
    async with marks._saving:
        is_news = marks._take_in(await asyncio.to_thread(_find, path))
        marks._unsaved = False
        written = False
        try:
            marks._looked_at = await write_private(path, marks._content())
            written = True
        except OSError as error:
            _log.warning("%s cannot be written: %s", path, error.strerror)
        finally:
            # What was read during the save is unsaved as well.
            marks._unsaved = marks._unsaved or not written
    return is_news


async def refresh_read_marks(path: Path, marks: ReadMarks) -> bool:
    """Take in what other windows have written; one look at the file and no more while it is unchanged.

    Returns:
        Whether what is unread may have changed. `unsaved` tells whether the file lacks what this window knows.
    """
    if await asyncio.to_thread(version_of, path) == marks._looked_at:
        return False
    return marks._take_in(await asyncio.to_thread(_find, path))


def _find(path: Path) -> _Found:
    """What lies in the file; nothing where it is missing or cannot be read, which is logged."""
    # Before the reading: what is written in between is then seen at the next look.
    version = version_of(path)
    try:
        content = _parsed(read_private(path, _LONGEST_FILE))
    except FileNotFoundError:
        return _Found(version)
    except (OSError, ValueError, RecursionError) as error:
        _log.warning("%s cannot be read: %s", path, getattr(error, "strerror", None) or type(error).__name__)
        return _Found(version)
    if not isinstance(content, dict):
        _log.warning("%s does not hold marks", path)
        return _Found(version)
    since, entries = content.get("since"), content.get("read")
    marks = {}
    for session_id, entry in entries.items() if isinstance(entries, dict) else ():
        if is_id(session_id) and isinstance(entry, list) and len(entry) == 2 and all(map(_is_time, entry)):
            marks[session_id] = _Mark(*entry)
    return _Found(version, since if _is_time(since) else None, _most_recent(marks))


def _parsed(data: bytes) -> object:
    """The JSON in the bytes; a bad letter or a number without end costs only the piece that it stands in."""
    parsed: object = json.loads(data.decode("utf-8", "replace"), parse_int=float)
    return parsed


def _is_time(value: object) -> TypeGuard[float]:
    """Whether a value is a time that a session can have, in seconds since 1970."""
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and _FIRST_SECOND <= value <= _LAST_SECOND
    )


def _later(one: _Mark, other: _Mark) -> _Mark:
    """The mark of who has read both times."""
    return _Mark(max(one.upto, other.upto), max(one.at, other.at))


def _exceeds(marks: dict[str, _Mark], others: dict[str, _Mark]) -> bool:
    """Whether some session was read further, or for the first time, by these marks than by the others."""
    return any(
        session_id not in others or mark.upto > others[session_id].upto for session_id, mark in marks.items()
    )


def _most_recent(marks: dict[str, _Mark]) -> dict[str, _Mark]:
    """The marks that are kept; every window keeps the same ones of the same marks."""
    if len(marks) <= KEPT:
        return marks
    return dict(heapq.nlargest(KEPT, marks.items(), key=lambda item: (item[1].at, item[0])))
