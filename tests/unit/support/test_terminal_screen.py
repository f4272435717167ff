"""What the emulated screen shows of sequences that pyte alone would draw wrongly."""

from __future__ import annotations

import pytest

from tests.support.emulator import Emulator


def _shown(*pieces: str) -> Emulator:
    """A small screen after some output, piece by piece."""
    emulator = Emulator(20, 3)
    for piece in pieces:
        emulator.feed(piece.encode())
    return emulator


@pytest.mark.parametrize(
    "sequence",
    [
        "\x1b[>1u",
        "\x1b[<u",
        "\x1b[=1;1u",
        "\x1b[?u",
        "\x1b[>4;1m",
        "\x1b[?2026$p",
        "\x1b[?2026h",
        "\x1b[2 q",
        "\x1b[!p",
        "\x1b[22;0t",
        "\x1b=",
        "\x1b]0;a title\x07",
        "\x1b]8;id=1;https://example.org\x1b\\",
        "\x1b]52;c;aGVsbG8=\x07",
        "\x1b]11;?\x1b\\",
        "\x1bP+q544e\x1b\\",
        "\x1b_Gi=1;AAAA\x1b\\",
        "\x1b[38:2::1:2:3m",
        "\x1b[4:3;58:5:9m",
        "\ufe0f",
        "\u200d",
    ],
)
def test_a_sequence_leaves_no_letters_and_takes_none_wherever_it_is_cut(sequence: str) -> None:
    whole = f"be{sequence}fore"
    for cut in range(len(whole) + 1):
        assert _shown(whole[:cut], whole[cut:]).lines() == ["before", "", ""]


@pytest.mark.parametrize("code", ["38:2::10:20:30", "38:2:10:20:30", "1;38;2;10;20;30"])
def test_colours_are_read_in_every_form(code: str) -> None:
    assert _shown(f"\x1b[{code}mx")._grid.buffer[0][0].fg == "0a141e"


def test_characters_cut_in_the_middle_and_wide_ones_are_drawn() -> None:
    emulator = Emulator(20, 3)
    for byte in "é漢e\u0301".encode():
        emulator.feed(bytes([byte]))
    assert emulator.lines()[0] == "é漢é"
    assert emulator.cursor() == (4, 0)


def test_the_alternate_screen_hides_the_main_one_and_gives_it_back() -> None:
    emulator = _shown("main\x1b[?1049h\x1b[Halternate")
    assert emulator.lines()[0] == "alternate"
    emulator.resize(10, 2)
    assert emulator.lines() == ["alternate", ""]
    emulator.feed(b"\x1b[?1049l!")
    assert emulator.lines() == ["main!", ""]


def test_a_frame_is_torn_until_it_is_finished() -> None:
    emulator = _shown("\x1b[?2026hhalf")
    assert emulator.torn
    emulator.feed(b"\x1b[?2026l")
    assert not emulator.torn


def test_changed_modes_are_named_and_forgotten_when_they_are_back() -> None:
    emulator = _shown("\x1b[?25l\x1b[?1000;1003h\x1b[?4242h\x1b[>1u\x1b[5 q")
    assert emulator.changed_modes() == [
        "cursor shape changed",
        "keyboard protocol pushed",
        "mode 4242 on",
        "mouse clicks on",
        "mouse moves on",
        "visible cursor off",
    ]
    emulator.feed(b"\x1b[?25h\x1b[?1000;1003l\x1b[?4242l\x1b[<1u\x1b[0 q")
    assert emulator.changed_modes() == []
