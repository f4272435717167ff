"""Which sessions are pinned, on this machine and in all windows.

All of it is convenience: a file that cannot be read or written costs nothing but itself.
"""

from __future__ import annotations

import asyncio
import heapq
import json
import logging
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, NamedTuple

from oats_tui.core.items import is_id
from oats_tui.ui.private_file import Version, read_private, version_of, write_private

KEPT: Final = 2000
"""Of how many sessions it is kept whether they are pinned: of those that were pinned or unpinned most recently."""

_LONGEST_FILE = 2_000_000

# The end of the year 9999, in seconds since 1970.
_LAST_SECOND = 253_402_300_799.0

_log = logging.getLogger(__name__)


class _Pin(NamedTuple):
    """When a session was pinned or unpinned last, in seconds since 1970, and which of both it was."""

    at: float
    is_pinned: bool


class Pins:
    """The sessions that stand on top of the list.

    To be used by one thread, that of the event loop.

    Args:
        clock: Tells the time in seconds since 1970.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._pins: dict[str, _Pin] = {}
        self._looked_at: Version | None = None
        self._saving = asyncio.Lock()

    def __contains__(self, session_id: object) -> bool:
        """Whether a session is pinned."""
        pin = self._pins.get(session_id) if isinstance(session_id, str) else None
        return pin is not None and pin.is_pinned

    @property
    def pinned(self) -> frozenset[str]:
        """The sessions that are pinned."""
        return frozenset(name for name, pin in self._pins.items() if pin.is_pinned)

    def place(self, session_id: str) -> tuple[float, str]:
        """Return by what pinned sessions are sorted: those that were pinned first stay on top."""
        return (self._pins[session_id].at, session_id)

    def turn(self, session_ids: Iterable[str]) -> bool:
        """Pin sessions; or unpin them, where all are pinned. Returns whether they are pinned now."""
        session_ids = [each for each in session_ids if is_id(each)]
        is_pinned = not all(each in self for each in session_ids)
        for session_id in session_ids:
            if (session_id in self) != is_pinned:
                # Of two in the same moment the later one wins as well; and no clock that went back undoes it.
                before = self._pins[session_id].at if session_id in self._pins else 0.0
                self._pins[session_id] = _Pin(max(self._clock(), before + 0.001), is_pinned)
        return is_pinned

    def _take_in(self, found: dict[str, _Pin], version: Version | None) -> bool:
        """Join with what lay in the file; returns whether that changed anything."""
        before, joined = self._pins, dict(self._pins)
        for session_id, pin in found.items():
            joined[session_id] = max(pin, joined.get(session_id, pin))
        if len(joined) > KEPT:
            joined = dict(heapq.nlargest(KEPT, joined.items(), key=lambda item: (item[1], item[0])))
        self._pins, self._looked_at = joined, version
        return joined != before


def pins_path(memory_path: Path) -> Path:
    """Return where it is kept what is pinned: beside the rest that is remembered."""
    return memory_path.with_name("pins.json")


def load_pins(path: Path, clock: Callable[[], float] = time.time) -> Pins:
    """Return the pins that were kept; whatever is not sound in the file counts as not there."""
    pins = Pins(clock)
    pins._take_in(*_find(path))
    return pins


async def save_pins(path: Path, pins: Pins) -> bool:
    """Write the pins down, readable by their owner only, with what other windows have written meanwhile.

    A failure is logged.

    Returns:
        Whether others had written anything that was not known.
    """
    async with pins._saving:
        is_news = pins._take_in(*await asyncio.to_thread(_find, path))
        content = json.dumps({"pins": pins._pins}).encode()
        try:
            pins._looked_at = await write_private(path, content)
        except OSError as error:
            _log.warning("%s cannot be written: %s", path, error.strerror)
    return is_news


async def refresh_pins(path: Path, pins: Pins) -> bool:
    """Take in what other windows have written; one look at the file and no more while it is unchanged.

    Returns:
        Whether anything is pinned or unpinned by that.
    """
    if await asyncio.to_thread(version_of, path) == pins._looked_at:
        return False
    return pins._take_in(*await asyncio.to_thread(_find, path))


def _find(path: Path) -> tuple[dict[str, _Pin], Version | None]:
    """What lies in the file, as far as it is sound, and its version; nothing where it cannot be read."""
    version = version_of(path)
    try:
        content = json.loads(read_private(path, _LONGEST_FILE).decode("utf-8", "replace"), parse_int=float)
    except FileNotFoundError:
        return {}, version
    except (OSError, ValueError, RecursionError) as error:
        _log.warning("%s cannot be read: %s", path, getattr(error, "strerror", None) or type(error).__name__)
        return {}, version
    entries = content.get("pins") if isinstance(content, dict) else None
    found = {}
    for session_id, entry in entries.items() if isinstance(entries, dict) else ():
        match entry:
            case [float() as at, bool() as is_pinned] if is_id(session_id) and 0 <= at <= _LAST_SECOND:
                found[session_id] = _Pin(at, is_pinned)
    return found, version
