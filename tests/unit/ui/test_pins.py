"""Pins are kept, joined between windows, and survive whatever lies in their file."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from oats_tui.ui.pins import KEPT, Pins, load_pins, refresh_pins, save_pins


def clock(begin: float = 1000.0) -> Callable[[], float]:
    """A clock that goes on by a second at each look."""
    moments = iter(range(int(begin), 10**9))
    return lambda: float(next(moments))


def test_pins_turn_and_stay_in_the_order_in_which_they_were_made() -> None:
    pins = Pins(clock())
    assert pins.turn(["b", "a"])
    assert pins.turn(["c", "a"])
    assert sorted("cab", key=pins.place) == ["b", "a", "c"]
    assert not pins.turn(["a", "b"])
    assert [each in pins for each in ("a", "b", "c", 7)] == [False, False, True, False]
    pins.turn(["../x", ""])
    assert "../x" not in pins


def test_pins_are_kept_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "state" / "pins.json"
    pins = load_pins(path, clock())
    pins.turn(["a", "b"])
    pins.turn(["b"])
    assert not asyncio.run(save_pins(path, pins))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = load_pins(path)
    assert ("a" in again, "b" in again) == (True, False)


def test_two_windows_have_the_same_pins_and_the_later_one_wins(tmp_path: Path) -> None:
    path = tmp_path / "pins.json"

    async def scenario() -> None:
        one, other = load_pins(path, clock(100)), load_pins(path, clock(500))
        one.turn(["a", "b"])
        await save_pins(path, one)
        other.turn(["c"])
        assert await save_pins(path, other)
        assert all(each in other for each in "abc")
        assert await refresh_pins(path, one)
        assert "c" in one
        assert not await refresh_pins(path, one)
        other.turn(["a"])
        await save_pins(path, other)
        assert await refresh_pins(path, one)
        assert "a" not in one
        # The clock of this window is behind, and yet it was the last to say something.
        one.turn(["a"])
        await save_pins(path, one)
        assert await refresh_pins(path, other)
        assert "a" in other

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b'{"pins": []}',
        b"[" * 100_000,
        b"\xff\xfe",
        json.dumps(
            {"pins": {"a": [1, 2], "b": "x", "../c": [1.0, True], "d": [-1.0, True], "e": [1e300, True]}}
        ).encode(),
        b'{"pins": {"a": [NaN, true], "b": [Infinity, true], "c": [1.0]}}',
        b" " * 2_000_001,
    ],
)
def test_what_is_not_sound_counts_as_not_there(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "pins.json"
    path.write_bytes(content)
    pins = load_pins(path, clock())
    assert not any(each in pins for each in ("a", "b", "c", "../c", "d", "e"))
    pins.turn(["a"])
    asyncio.run(save_pins(path, pins))
    assert "a" in load_pins(path)


def test_a_file_that_cannot_be_written_costs_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "pins.json"
    path.mkdir()
    pins = load_pins(path, clock())
    pins.turn(["a"])
    asyncio.run(save_pins(path, pins))
    assert "a" in pins


def test_only_the_most_recent_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "pins.json"
    pins = Pins(clock())
    pins.turn([f"s{number}" for number in range(KEPT + 10)])
    asyncio.run(save_pins(path, pins))
    again = load_pins(path)
    assert ("s9" in again, "s10" in again, f"s{KEPT + 9}" in again) == (False, True, True)
