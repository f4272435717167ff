"""What the environment tells of a terminal."""

from __future__ import annotations

import fcntl
import os
import struct
import termios

import pytest

from oats_tui.core.terminal import (
    MOST_COLUMNS,
    MOST_LINES,
    charset,
    colour_depth,
    is_ci,
    is_light,
    is_remote,
    multiplexer,
    size,
    through_tmux,
)

DEPTHS = [
    ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "truecolor"),
    ({"TERM": "xterm-256color", "COLORTERM": " 24bit "}, "truecolor"),
    ({"TERM": "xterm-256color", "COLORTERM": "yes"}, "256"),
    ({"TERM": "tmux-256color"}, "256"),
    ({"TERM": "alacritty"}, "truecolor"),
    ({"TERM": "xterm-ghostty"}, "truecolor"),
    ({"TERM": "foot-extra"}, "truecolor"),
    ({"TERM": "xterm-direct"}, "truecolor"),
    ({"TERM": "xterm"}, "16"),
    ({"TERM": "linux"}, "16"),
    ({"TERM": "nobody-knows"}, "16"),
    ({}, "16"),
    ({"TERM": "vt220"}, "none"),
    ({"TERM": "xterm-mono"}, "none"),
    ({"TERM": "xterm-kitty", "COLORTERM": "truecolor", "NO_COLOR": "1"}, "none"),
    ({"TERM": "xterm-256color", "NO_COLOR": ""}, "256"),
]

CHARSETS = [
    ({}, None),
    ({"LANG": ""}, None),
    ({"LANG": "C.UTF-8"}, "utf-8"),
    ({"LANG": "de_DE.utf8"}, "utf-8"),
    ({"LANG": "en_US"}, "utf-8"),
    ({"LANG": "de_DE@euro"}, "utf-8"),
    ({"LANG": "C"}, "ascii"),
    ({"LANG": "C.UTF-8", "LC_ALL": "POSIX"}, "ascii"),
    ({"LANG": "C", "LC_CTYPE": "C.UTF-8"}, "utf-8"),
    ({"LANG": "C.UTF-8", "LC_CTYPE": "de_DE.ISO-8859-15@euro"}, "iso8859-15"),
    ({"LANG": "ru_RU.KOI8-R"}, "koi8-r"),
    ({"LANG": "en_US.no-such-thing"}, "ascii"),
    ({"LANG": "en_US.\0"}, "ascii"),
    *(
        ({"LC_ALL": f"x.{name}"}, "ascii")
        for name in ("UTF-16", "UTF-7", "hex", "rot13", "undefined", "idna", "cp037")
    ),
]


@pytest.mark.parametrize(("environ", "depth"), DEPTHS)
def test_colours(environ: dict[str, str], depth: str) -> None:
    assert colour_depth(environ) == depth


@pytest.mark.parametrize(("environ", "name"), CHARSETS)
def test_character_sets(environ: dict[str, str], name: str | None) -> None:
    assert charset(environ) == name


@pytest.mark.parametrize(
    ("told", "light"),
    [("15;0", False), ("0;15", True), ("0;default;7", True), ("", None), ("0;x", None), ("0;99", None)],
)
def test_the_ground(told: str, light: bool | None) -> None:
    assert is_light({"COLORFGBG": told}) is light


def test_what_stands_between() -> None:
    assert multiplexer({"TMUX": "/tmp/t,1,0", "TERM": "screen-256color", "STY": "1.x"}) == "tmux"
    assert multiplexer({"TERM": "tmux-256color"}) == "tmux"
    assert multiplexer({"STY": "1.pts-0"}) == "screen"
    assert multiplexer({"TERM": "screen"}) == "screen"
    assert multiplexer({"TERM": "xterm"}) == ""
    assert through_tmux("\x1b]9;x\x1b\\") == "\x1bPtmux;\x1b\x1b]9;x\x1b\x1b\\\x1b\\"


def test_where_it_runs() -> None:
    assert is_remote({"SSH_CONNECTION": "a 1 b 2"})
    assert not is_remote({"SSH_CONNECTION": ""})
    assert is_ci({"CI": "true"})
    assert not any(is_ci({"CI": value}) for value in ("", "0", "false", "no"))


@pytest.mark.parametrize(
    ("known", "told", "expected"),
    [
        ((100, 30), ("80", "24"), (100, 30)),
        ((0, 0), ("90", "20"), (90, 20)),
        ((0, 0), ("", ""), (80, 24)),
        ((0, 0), ("99999", "9999"), (MOST_COLUMNS, MOST_LINES)),
        ((65535, 65535), ("80", "24"), (MOST_COLUMNS, MOST_LINES)),
    ],
)
def test_the_size(
    known: tuple[int, int], told: tuple[str, str], expected: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", told[0])
    monkeypatch.setenv("LINES", told[1])
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", known[1], known[0], 0, 0))
    # Where even the output's terminal does not know.
    monkeypatch.setattr("sys.__stdout__", None)
    try:
        assert size(slave) == expected
    finally:
        os.close(master)
        os.close(slave)
