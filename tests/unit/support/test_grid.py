"""The grid moves what is between margins at the sides, as terminals of DEC's do."""

from __future__ import annotations

import pytest

from tests.support.emulator import Emulator


def shown(text: str) -> Emulator:
    """A small terminal that was told a text."""
    emulator = Emulator(6, 4)
    emulator.feed(b"abcdef\r\nghijkl\r\nmnopqr\r\nstuvwx")
    emulator.feed(text.encode())
    return emulator


@pytest.mark.parametrize(
    ("moves", "lines"),
    [
        ("\x1b[4;2H\n", ["ahidef", "gnojkl", "mtupqr", "s  vwx"]),
        ("\x1b[1;3H\x1bM", ["a  def", "gbcjkl", "mhipqr", "snovwx"]),
        ("\x1b[2;3r\x1b[3;2H\n", ["abcdef", "gnojkl", "m  pqr", "stuvwx"]),
        ("\x1b[4;5H\n", ["abcdef", "ghijkl", "mnopqr", "stuvwx"]),
    ],
)
def test_what_is_between_margins_is_moved_alone(moves: str, lines: list[str]) -> None:
    assert shown(f"\x1b[?69h\x1b[2;3s{moves}\x1b[r\x1b[s\x1b[?69l").lines() == lines


def test_margins_count_only_while_their_mode_is_set() -> None:
    whole = ["ghijkl", "mnopqr", "stuvwx", ""]
    assert shown("\x1b[2;3s\x1b[4;2H\n").lines() == whole
    assert shown("\x1b[?69h\x1b[2;3s\x1b[?69l\x1b[4;2H\n").lines() == whole
    assert shown("\x1b[?69h\x1b[2;3s\x1b[s\x1b[4;2H\n").lines() == whole
    assert shown("\x1b[?69h").changed_modes() == ["margins at the sides on"]


def test_looks_are_what_an_eye_sees() -> None:
    emulator = Emulator(6, 4)
    emulator.feed(b"\x1b[38;2;1;2;3;48;2;4;5;6ma \x1b[7m b\x1b[0;38;2;9;9;9m \x1b[4m ")
    emulator.feed(
        b"\x1b[2H\x1b[0;38;2;1;2;3;48;2;4;5;6ma\x1b[31m \x1b[0;48;2;1;2;3m \x1b[38;2;4;5;6mb\x1b[0m \x1b[4m "
    )
    first, second = emulator.looks(0), emulator.looks(1)
    assert first[:5] == second[:5]
    assert first[5] != second[5]


def test_a_carriage_return_goes_to_the_margin() -> None:
    assert shown("\x1b[?69h\x1b[2;3s\x1b[4;3H\r").cursor() == (1, 3)
    assert shown("\x1b[?69h\x1b[2;3s\x1b[4;1H\r").cursor() == (0, 3)
    assert shown("\x1b[4;3H\r").cursor() == (0, 3)
