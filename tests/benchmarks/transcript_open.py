"""Opening a session from the list, going back to one, and taking on another theme."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from contextlib import ExitStack

from tests.benchmarks import transcript_data as data
from tests.benchmarks.live_reading import percentile
from tests.benchmarks.transcript_place import PAGE_UP, Measured, Place, Window, milliseconds, ratio

_OTHERS = 200
_OPENINGS, _QUICK_OPENINGS = 10, 2
_SWITCHES, _QUICK_SWITCHES = 20, 4
_PAGES = 100
_LAST = "\x18\x18"
_THEMES, _QUICK_THEMES = 10, 2
_SILENCE = 0.3
_TIMEOUT = 20.0
_LOST_ENOUGH = 3


def opening(place: Place) -> Measured:
    """Open long and short sessions in turns, each for the first time."""
    folder, times = place.folder / "open", _QUICK_OPENINGS if place.quick else _OPENINGS
    for seed in range(2 * times):
        data.write(folder, data.conversation(seed, data.SHORT if seed % 2 else data.LONG))
    data.write_others(folder, _OTHERS)
    raw: dict[str, list[float]] = {"long": [], "short": []}
    with Window(place, folder) as window:
        window.begin()
        for seed in range(2 * times):
            window.select(seed)
            sent = window.send("\r")
            shown = window.first(window.shows(data.last_mark(seed)), _TIMEOUT)
            raw["short" if seed % 2 else "long"].append(milliseconds(sent, shown))
            window.calm()
            window.draw()
    long, short = (statistics.median(raw[name]) for name in ("long", "short"))
    figures = {"long": long, "short": short, "ratio": ratio(long, short)}
    figures |= {"long_most": max(raw["long"]), "short_most": max(raw["short"])}
    return Measured(figures, [], raw)


def switching(place: Place) -> Measured:
    """Leave a long session in which somebody has scrolled for a short one, and come back to it."""
    folder = place.folder / "switch"
    data.write(folder, data.conversation(0, data.LONG))
    data.write(folder, data.conversation(1, data.SHORT))
    with Window(place, folder) as window:
        window.begin()
        for row in (1, 0):
            _open(window, row)
        for _ in range(_PAGES):
            window.send(PAGE_UP)
            window.rest(0.02)
        window.calm()
        window.draw()
        before = window.pane()
        if window.shows(data.last_mark(0))():
            raise AssertionError(window.describe("the session was to be scrolled away from its end"))
        lags, moved = _switched(window, before, _QUICK_SWITCHES if place.quick else _SWITCHES)
    troubles = [f"switch: {moved} of {len(lags)} times it was drawn elsewhere afterwards"] if moved else []
    lost = sum(lag == float("inf") for lag in lags)
    if lost:
        troubles.append(f"switch: {lost} of {len(lags)} times the screen did not become what it was")
    return Measured({"p50": percentile(lags, 50), "p95": percentile(lags, 95)}, troubles, {"switch": lags})


def _switched(window: Window, before: Sequence[str], times: int) -> tuple[list[float], int]:
    """Go away and back; how long each way back took in ms, and how often the view moved after it."""
    lags: list[float] = []
    moved = 0
    for _ in range(times):
        window.send(_LAST)
        if window.first(window.shows(data.last_mark(1)), _TIMEOUT) is None:
            raise AssertionError(window.describe("the other session did not come"))
        window.calm()
        window.draw()
        sent = window.send(_LAST)
        lags.append(milliseconds(sent, window.first(lambda: window.pane() == before, 2.0)))
        window.calm()
        window.draw()
        moved += lags[-1] != float("inf") and window.pane() != before
        if lags.count(float("inf")) == _LOST_ENOUGH:
            break
    return lags, moved


def _open(window: Window, row: int) -> None:
    """Open the session in this row of the list, which has the seed of this number."""
    window.select(row)
    window.send("\r")
    if window.first(window.shows(data.last_mark(row)), _TIMEOUT) is None:
        raise AssertionError(window.describe(f"session {row} did not come"))
    window.calm()
    window.draw()


def theming(place: Place) -> Measured:
    """Take on a theme and go back to the first one, with a long and with a short session open."""
    raw: dict[str, list[float]] = {"long": [], "short": []}
    with ExitStack() as stack:
        windows = {}
        for seed, (name, messages) in enumerate((("long", data.LONG), ("short", data.SHORT))):
            folder = place.folder / f"theme-{name}"
            data.write(folder, data.conversation(seed, messages))
            windows[name] = stack.enter_context(Window(place, folder))
            windows[name].begin()
        for seed, window in enumerate(windows.values()):
            window.select(0)
            window.send("\r")
            window.first(window.shows(data.last_mark(seed)), _TIMEOUT)
            window.calm()
            window.draw()
        for _ in range(_QUICK_THEMES if place.quick else _THEMES):
            for name, window in windows.items():
                raw[name].append(_themed(window, "nord"))
                _themed(window, "textual-dark")
    long, short = (statistics.median(raw[name]) for name in ("long", "short"))
    return Measured({"long": long, "long_most": max(raw["long"]), "short": short}, [], raw)


def _themed(window: Window, theme: str) -> float:
    """Take on a theme; the ms until the last change of the screen before it was still for 0.3 s."""
    window.send(f"/theme {theme}")
    window.calm()
    window.draw()
    before = picture = window.colours.picture()
    sent = last = window.send("\r")
    deadline = sent + _TIMEOUT
    same = len(before)
    while same > len(before) // 2:
        window.rest(_SILENCE)
        for moment in window.frames():
            drawn = window.colours.picture()
            if drawn != picture:
                picture, last = drawn, moment
        same = sum(old[2] == new[2] for old, new in zip(before, picture, strict=True))
        if time.monotonic() > deadline:
            raise AssertionError(window.describe(f"{same} of {len(before)} cells kept their ground under {theme}"))
    window.calm()
    window.draw()
    return milliseconds(sent, last)
