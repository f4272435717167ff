"""A storm of changes by three processes, with windows open on the folder: they stand it, and show what is true."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.support.storm import Blown, Storm, seed
from tests.support.storm_windows import Window, all_alive, compare, end, troubles

_FAVOUR = 0.02
_KINDS = {
    "oats saves",
    "ours appends",
    "script replaces",
    "script in place",
    "script makes again",
    "script renames",
}
_SOAK_SECONDS = float(os.environ.get("OATS_TUI_TEST_SOAK_SECONDS", "600"))
_SOAK_RATE = 20
_GROWTH = 0.1
_DRAWING_SECONDS = 0.2


@contextmanager
def windows_in(tmp_path: Path, ids: Sequence[str], count: int) -> Iterator[tuple[list[Window], Storm]]:
    """So many windows, each with a session of its own open, and a storm that has not begun."""
    open_ids = ids[-count:]
    with ExitStack() as stack:
        storm = stack.enter_context(Storm(tmp_path, ids, open_ids))
        windows = [stack.enter_context(Window(tmp_path, each, each)) for each in open_ids]
        for window in windows:
            window.ready()
        storm.ready()
        yield windows, storm


def check_blown(blown: Blown, changes: int) -> None:
    """Every change was made, and some of each kind."""
    assert blown.done.keys() == _KINDS
    assert blown.changes >= 0.99 * changes, blown


def check_windows(tmp_path: Path, windows: Sequence[Window], sessions: int) -> None:
    """All windows are there, are silent after a while, show what is true, and end as they should."""
    all_alive(windows)
    for window in windows:
        window.settled()
    for window in windows:
        compare(tmp_path, window, sessions, f"fresh-{window.session_id}")
    for window in windows:
        end(window)
    assert troubles(tmp_path) == []


def storm_over(tmp_path: Path, sessions: int, windows: int, changes: int, seconds: float) -> None:
    """Open windows on sessions, have a storm over them, and see what is left."""
    ids = seed(tmp_path, sessions)
    with windows_in(tmp_path, ids, windows) as (opened, storm):
        for window in opened:
            window.lateness()
        blown = storm.blow(changes, seconds, _FAVOUR)
        check_blown(blown, changes)
        for window in opened:
            assert window.lateness().count > 1
        check_windows(tmp_path, opened, sessions)


def test_fault_40_a_window_stands_1000_changes_and_shows_what_is_true(tmp_path: Path) -> None:
    storm_over(tmp_path, sessions=100, windows=1, changes=1000, seconds=2)


@pytest.mark.full
def test_fault_40_two_windows_stand_5000_changes_in_500_sessions(tmp_path: Path) -> None:
    storm_over(tmp_path, sessions=500, windows=2, changes=5000, seconds=10)


@pytest.mark.full
def test_fault_40_ten_minutes_of_changes_leave_nothing_behind(tmp_path: Path) -> None:
    sessions, minute = 500, min(60.0, _SOAK_SECONDS / 2)
    ids = seed(tmp_path, sessions)
    with windows_in(tmp_path, ids, 2) as (windows, storm):
        blow_watched(windows, storm, minute)
        before = [used(window) for window in windows]
        blow_watched(windows, storm, _SOAK_SECONDS - minute)
        for window, (memory, descriptors) in zip(windows, before, strict=True):
            assert window.lateness().count > 1
            now, open_now = used(window)
            assert open_now == descriptors
            assert now <= memory * (1 + _GROWTH), f"{memory:.1f} MiB after the first minute, {now:.1f} at the end"
        check_windows(tmp_path, windows, sessions)


def blow_watched(windows: Sequence[Window], storm: Storm, seconds: float) -> None:
    """Have a light storm for so long, drawing what the windows write, and wait until they are silent."""
    changes = round(seconds * _SOAK_RATE)
    with ThreadPoolExecutor(1) as pool:
        # No session is favoured: the conversations on the screen shall not grow faster than the others.
        blown = pool.submit(storm.blow, changes, seconds, 0.0)
        while not blown.done():
            for window in windows:
                window.pump(time.monotonic() + _DRAWING_SECONDS)
        check_blown(blown.result(), changes)
    all_alive(windows)
    for window in windows:
        window.settled()


def used(window: Window) -> tuple[float, int]:
    """Resident memory of a window's process in MiB, and its open file descriptors."""
    return window.memory(), window.descriptors()
