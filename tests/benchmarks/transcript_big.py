"""Answers that are large in one piece: opened, paged through and streamed, while somebody types."""

from __future__ import annotations

import time

from tests.benchmarks import transcript_answers as answers
from tests.benchmarks import transcript_data as data
from tests.benchmarks.transcript_figures import KINDS
from tests.benchmarks.transcript_keys import Typist
from tests.benchmarks.transcript_place import PAGE_UP, Measured, Place, Window, milliseconds
from tests.benchmarks.transcript_service import LargeService

_OTHERS = 20
_PAGES = 20
_OPEN_SECONDS = 60.0
_AFTER_SECONDS = 0.5
_CLEAR = "\x15"


def large(place: Place) -> Measured:
    """Open each of the large answers, then have each streamed."""
    figures: dict[str, float | None] = {}
    raw: dict[str, list[float]] = {}
    troubles: list[str] = []
    folder = place.folder / "open"
    for seed, kind in enumerate(KINDS):
        data.write(folder, answers.session(seed, kind))
    data.write_others(folder, _OTHERS)
    for row, kind in enumerate(KINDS):
        with Window(place, folder) as window:
            window.begin()
            try:
                figures |= _opened(window, row, kind, raw)
            except (AssertionError, TimeoutError) as error:
                troubles.append(f"big, {kind}, opened: {error}")
    with LargeService(place.folder / "service.log") as service:
        for kind in KINDS:
            with Window(place, place.folder / f"stream-{kind}", url=service.url) as window:
                window.begin()
                try:
                    figures |= _streamed(window, service, kind, raw)
                except (AssertionError, TimeoutError) as error:
                    troubles.append(f"big, {kind}, streamed: {error}")
    return Measured(figures, troubles, raw)


def _opened(window: Window, row: int, kind: str, raw: dict[str, list[float]]) -> dict[str, float | None]:
    """Open one, typing at once, then page up through it."""
    window.select(row)
    typist = Typist(window)
    sent = window.send("\r")
    typist.type(sent)
    shown = _shown(window, typist, answers.end_mark(kind), _OPEN_SECONDS)
    echo, lost = typist.figures()
    window.send(_CLEAR)
    window.calm()
    window.draw()
    pages: list[float] = []
    # A shorter answer has fewer pages: with the question one is at the top.
    while len(pages) < _PAGES and not window.shows(answers.question(kind))():
        pages.append(_page(window))
    raw |= {f"{kind}_keys": typist.lags(), f"{kind}_pages": pages}
    return {
        f"{kind}_open": milliseconds(sent, shown),
        f"{kind}_keys": echo,
        f"{kind}_lost": lost,
        f"{kind}_page": max(pages),
    }


def _streamed(
    window: Window, service: LargeService, kind: str, raw: dict[str, list[float]]
) -> dict[str, float | None]:
    """Have one streamed, and type until all of it has been sent."""
    before = service.events()
    window.send(answers.question(kind))
    window.calm()
    window.draw()
    sent = window.send("\r")
    while service.events() == before:
        if time.monotonic() > sent + _OPEN_SECONDS:
            raise AssertionError(window.describe("the answer was not asked for"))
        time.sleep(0.005)
    typist = Typist(window)
    mark = answers.end_mark(kind)
    # The connection holds more than the program has read: what has been sent is not what has been taken in.
    typist.type(time.monotonic(), lambda: window.wrote(mark))
    events = service.events()
    if "last" not in events:
        raise AssertionError(window.describe("the answer was not taken in while somebody typed"))
    shown = _shown(window, typist, mark, _OPEN_SECONDS)
    echo, lost = typist.figures()
    raw |= {f"{kind}_stream_keys": typist.lags()}
    return {
        f"{kind}_stream": milliseconds(events["last"], shown),
        f"{kind}_stream_keys": echo,
        f"{kind}_stream_lost": lost,
        f"{kind}_stream_whole": milliseconds(events["first"], shown) / 1000,
    }


def _shown(window: Window, typist: Typist, mark: str, timeout: float) -> float | None:
    """Draw all that comes, with an eye on the keys; when the mark was first in the pane."""
    deadline = time.monotonic() + timeout
    is_there, found = window.shows(mark), None
    while found is None and time.monotonic() < deadline:
        window.rest()
        for moment in window.frames():
            typist.look(moment)
            if found is None and is_there():
                found = moment
    window.rest(_AFTER_SECONDS)
    for moment in window.frames():
        typist.look(moment)
    return found


def _page(window: Window) -> float:
    """Press page up; the ms until the pane showed something else."""
    before = window.pane()
    sent = window.send(PAGE_UP)
    shown = window.first(lambda: window.pane() != before, 3.0)
    window.rest()
    window.draw()
    return milliseconds(sent, shown)
