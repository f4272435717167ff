"""Where in each session its reader was when it was left, on this machine and in all windows.

All of it is convenience: a file that cannot be read or written costs nothing but itself.
"""

from __future__ import annotations

import asyncio
import heapq
import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from oats_tui.core.items import is_id
from oats_tui.ui.memory import NEW
from oats_tui.ui.private_file import read_private, write_private
from oats_tui.ui.widgets.transcript.cursor import Cursor
from oats_tui.ui.widgets.transcript.places import Place
from oats_tui.ui.widgets.transcript.reading import ReadingState
from oats_tui.ui.workspace import MOST_KEPT

KEPT: Final = 200
"""Of how many sessions it is kept how they were left: of those that were left most recently."""

_MOST_TURNED = 200
_MOST_PARTS = 1000
_LONGEST_ID = 200
_LARGEST = 1 << 30
_LONGEST_FILE = 8_000_000

_log = logging.getLogger(__name__)


class _Kept(NamedTuple):
    """When a session was left, in seconds since 1970, and how."""

    at: float
    state: ReadingState


class Left:
    """Remembers how conversations were left; a new one has no id, and is remembered while the program runs.

    To be used by one thread, that of the event loop.

    Args:
        clock: Tells the time in seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._states: dict[str | None, ReadingState] = {}
        self._kept: dict[str, _Kept] = {}
        self._saving = asyncio.Lock()

    def note(self, session_id: str | None, state: ReadingState) -> None:
        """Remember how a conversation was left."""
        self._states.pop(session_id, None)
        self._states[session_id] = state
        for older in list(self._states)[:-MOST_KEPT]:
            # What a place is stays small; the messages themselves do not.
            self._states[older] = replace(self._states[older], memory=None)
        if session_id is None:
            self._kept[NEW] = _Kept(self._clock(), ReadingState())
        # One that shows no messages was not read.
        if session_id is not None and is_id(session_id) and state.last_seen:
            self._kept[session_id] = _Kept(self._clock(), replace(state, memory=None))

    def state(self, session_id: str | None) -> ReadingState:
        """Return how a conversation was left; at its end, where it was not open before."""
        if session_id in self._states:
            return self._states[session_id]
        return self._kept[session_id].state if session_id in self._kept else ReadingState()

    def at(self, session_id: str | None) -> float:
        """Return when a session, or a new conversation, was left last: seconds since 1970, 0 if not known."""
        name = session_id or NEW
        return self._kept[name].at if name in self._kept else 0.0

    def _take_in(self, found: Mapping[str, _Kept]) -> None:
        """Join with what lay in the file; what was left later counts."""
        now = self._clock()
        for session_id, kept in found.items():
            # Who claims to have left in the future must not drive out everything that is left from now on.
            credible = kept if kept.at <= now else kept._replace(at=0.0)
            if session_id not in self._kept or self._kept[session_id].at < credible.at:
                self._kept[session_id] = credible
        if len(self._kept) > KEPT:
            newest = heapq.nlargest(KEPT, self._kept.items(), key=lambda item: (item[1].at, item[0]))
            self._kept = dict(newest)


def left_path(memory_path: Path) -> Path:
    """Return where it is kept how sessions were left: beside the rest that is remembered."""
    return memory_path.with_name("left.json")


def load_left(path: Path, clock: Callable[[], float] = time.time) -> Left:
    """Return how sessions were left; whatever is not sound in the file counts as not there."""
    left = Left(clock)
    left._take_in(_find(path))
    return left


async def save_left(path: Path, left: Left) -> None:
    """Write it down, readable by its owner only, with what other windows have written meanwhile.

    A failure is logged.
    """
    async with left._saving:
        left._take_in(await asyncio.to_thread(_find, path))
        told = {session_id: _told(kept) for session_id, kept in left._kept.items()}
        content = json.dumps({"left": told}, ensure_ascii=False).encode("utf-8", "replace")
        try:
            await write_private(path, content)
        except OSError as error:
            _log.warning("%s cannot be written: %s", path, error.strerror)


def _told(kept: _Kept) -> dict[str, Any]:
    """What is written down of one session."""
    state = kept.state
    place, cursor, turned = state.place, state.cursor, list(state.turned.items())[-_MOST_TURNED:]
    return {
        "at": kept.at,
        "place": place and [place.entry_id, place.piece, place.row, place.offset],
        "cursor": [cursor.entry_id, cursor.item],
        "seen": state.last_seen,
        "whole": state.whole,
        "turned": {entry_id: sorted(parts)[:_MOST_PARTS] for entry_id, parts in turned if parts},
    }


def _find(path: Path) -> dict[str, _Kept]:
    """What lies in the file, as far as it is sound; nothing where it cannot be read."""
    try:
        content = json.loads(read_private(path, _LONGEST_FILE).decode("utf-8", "replace"), parse_int=float)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        _log.warning("%s cannot be read: %s", path, getattr(error, "strerror", None) or type(error).__name__)
        return {}
    entries = content.get("left") if isinstance(content, dict) else None
    found = {}
    for session_id, entry in entries.items() if isinstance(entries, dict) else ():
        match entry:
            case {"at": float() as at} if is_id(session_id) and 0 <= at <= 1e12:
                found[session_id] = _Kept(at, _state(entry))
    return found


def _state(entry: Mapping[str, Any]) -> ReadingState:
    """How a session was left, as far as what is told of it is sound."""
    place, cursor = None, Cursor()
    match entry.get("place"):
        case [str() as entry_id, piece, row, offset] if _is_name(entry_id):
            if _is_number(piece) and _is_number(row) and _is_number(offset, -_LARGEST):
                place = Place(entry_id, int(piece), int(row), int(offset))
    match entry.get("cursor"):
        case [str() as entry_id, item] if _is_name(entry_id) and (item is None or _is_number(item)):
            cursor = Cursor(entry_id, None if item is None else int(item))
    seen, turned = entry.get("seen"), entry.get("turned")
    parts = {
        name: frozenset(int(each) for each in items[:_MOST_PARTS] if _is_number(each))
        for name, items in (list(turned.items())[-_MOST_TURNED:] if isinstance(turned, dict) else ())
        if _is_name(name) and isinstance(items, list)
    }
    last_seen = seen if isinstance(seen, str) and _is_name(seen) else ""
    return ReadingState(place, cursor, last_seen, parts, whole=entry.get("whole") is True)


def _is_name(value: str) -> bool:
    """Whether a text can be the id of a message, as far as it is worth keeping."""
    return len(value) <= _LONGEST_ID


def _is_number(value: object, least: int = 0) -> bool:
    """Whether a value, which was read as a fraction, is a number of something."""
    return isinstance(value, float) and least <= value <= _LARGEST and value.is_integer()
