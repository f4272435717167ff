"""How much more memory a long session takes than a short one, when all of it has been seen."""

from __future__ import annotations

import time

from tests.benchmarks import transcript_data as data
from tests.benchmarks.transcript_place import PAGE_UP, Measured, Place, Window, plain

_QUICK_LONG = 500
_SETTLE_SECONDS = 1.5
_MOST_SECONDS = 900.0
_PAGES_A_LOOK = 20
_PAGE_SECONDS = 0.2
_OVERLAP = 20_000
_SCREENFULS = 1_000_000
_KEYS = {"first": "g", "last": "G"}
_STEPS = ("start", "open", "top", "first", "last")


def remembering(place: Place) -> Measured:
    """See all of a long session, and all of a short one, each in a window of its own."""
    figures: dict[str, float | None] = {}
    long = _scrolled(place, "long", 1, _QUICK_LONG if place.quick else data.LONG)
    short = _scrolled(place, "short", 2, data.SHORT)
    figures |= {f"long_{name}": value for name, value in long.items()}
    figures |= {f"short_{name}": value for name, value in short.items()}
    # What a window has before it opens anything differs by itself; the session is what is compared.
    more = max(long[step] for step in _STEPS[1:]) - max(short[step] for step in _STEPS[1:])
    figures["more"] = None if place.quick else more
    return Measured(figures)


def _scrolled(place: Place, name: str, seed: int, messages: int) -> dict[str, float]:
    """The resident memory in MB at each step, and how many pages there were."""
    folder = place.folder / name
    data.write(folder, data.conversation(seed, messages))
    found: dict[str, float] = {}
    with Window(place, folder) as window:
        window.begin()
        found["start"] = _memory(window)
        window.select(0)
        window.send("\r")
        if window.first(window.shows(data.last_mark(seed))) is None:
            raise AssertionError(window.describe("the session did not come"))
        found["open"] = _memory(window)
        found["pages"] = _to_first(window, data.first_mark(seed))
        found["top"] = _memory(window)
        window.send("\t")
        window.calm()
        # Thousands of pages are not worth drawing: the last ones paint every line of the pane.
        window.skip(_SCREENFULS)
        marks = {"first": data.first_mark(seed), "last": data.last_mark(seed)}
        for step in ("first", "last", "first", "last"):
            window.send(_KEYS[step])
            found[step] = _memory(window)
            window.draw()
            if not window.shows(marks[step])():
                raise AssertionError(window.describe(f"{marks[step]} is not on the screen after {_KEYS[step]}"))
    return found


def _memory(window: Window) -> float:
    """The resident memory of the program's own process, in MB, once it rests."""
    window.calm()
    time.sleep(_SETTLE_SECONDS)
    window.calm()
    rss = window.cost().rss
    return float("nan") if rss is None else rss


def _to_first(window: Window, mark: str) -> int:
    """Hold page up until the first message's mark is written; returns how many pages that took.

    Each page is waited for, as a screen that follows the key would show it. The mark is looked for in the bytes,
    without the sequences between them: a word of plain text that comes into view is written whole.
    """
    deadline = time.monotonic() + _MOST_SECONDS
    looked, pages, tail = len(window.chunks), 0, b""
    while time.monotonic() < deadline:
        for _ in range(_PAGES_A_LOOK):
            window.send(PAGE_UP)
            _await_chunk(window)
            pages += 1
        new = b"".join(chunk.data for chunk in window.chunks[looked:])
        silent, looked = not new, len(window.chunks)
        if mark.encode() in plain(tail + new):
            return pages
        tail = new[-_OVERLAP:]
        if silent:
            raise AssertionError(f"after {pages} pages nothing moves any more, and {mark} was not seen")
    raise TimeoutError(f"{mark} was not seen after {pages} pages in {_MOST_SECONDS:g} s")


def _await_chunk(window: Window) -> None:
    """Wait until something is written, for a moment at most."""
    changed, chunks = window.process.changed, window.process.chunks
    with changed:
        count = len(chunks)
        changed.wait_for(lambda: len(chunks) != count, _PAGE_SECONDS)
