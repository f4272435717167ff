"""Text goes to the clipboard of whoever sits at the terminal, and what is said of it is true."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path

import pytest

from oats_tui.ui.clipboard import SAFE_BYTES, Way, copy, sequence, way_of

TERMINAL = "sent to the terminal's clipboard"


def copied(text: str, way: Way) -> tuple[str, str]:
    """What is said of a copy, and what the terminal got."""
    written: list[str] = []
    return asyncio.run(copy(text, way, written.append)), "".join(written)


def a_program(folder: Path, name: str, script: str) -> str:
    """A program of the person's machine."""
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


@pytest.mark.parametrize(
    ("environ", "programs", "wanted"),
    [
        ({}, [], ()),
        ({"TMUX": "/tmp/s,1,0"}, ["tmux"], ("tmux", "load-buffer", "-w", "-")),
        ({"TMUX": "/tmp/s,1,0"}, [], ()),
        ({"DISPLAY": ":0"}, ["xclip"], ("xclip", "-selection", "clipboard", "-in")),
        ({"DISPLAY": ":0"}, ["xsel"], ("xsel", "--clipboard", "--input")),
        ({"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}, ["xclip", "wl-copy"], ("wl-copy",)),
        ({"DISPLAY": ":0"}, [], ()),
        ({"DISPLAY": "localhost:10.0", "SSH_CONNECTION": "a b c d"}, ["xclip"], ()),
        ({"SSH_TTY": "/dev/pts/1"}, ["pbcopy"], ()),
        ({}, ["pbcopy"], ("pbcopy",)),
    ],
)
def test_the_way_goes_by_where_one_is(
    environ: Mapping[str, str], programs: list[str], wanted: tuple[str, ...]
) -> None:
    assert way_of(environ, lambda name: name if name in programs else None).program == wanted


@pytest.mark.parametrize(
    ("environ", "is_beyond"),
    [
        ({"TERM": "tmux-256color", "SSH_CONNECTION": "a"}, True),
        ({"TERM": "screen", "SSH_TTY": "/dev/pts/1"}, True),
        ({"TERM": "tmux-256color", "SSH_CONNECTION": "a", "TMUX": "/tmp/s,1,0"}, False),
        ({"TERM": "screen", "SSH_CONNECTION": "a", "STY": "1.x"}, False),
        ({"TERM": "tmux-256color"}, False),
        ({"TERM": "xterm", "SSH_CONNECTION": "a"}, False),
    ],
)
def test_a_tmux_at_the_other_end_of_the_line_may_not_take_it(environ: Mapping[str, str], is_beyond: bool) -> None:
    way = way_of(environ, lambda _: None)
    said, written = copied("x", way)
    assert ("set-clipboard" in said) == is_beyond
    assert (said == TERMINAL) != is_beyond
    assert "]52;" in written


def test_a_terminal_is_told_in_base64() -> None:
    told, written = copied("a “word”\n", Way())
    assert told == TERMINAL
    assert written.startswith("\x1b]52;c;")
    assert b64decode(written.removeprefix("\x1b]52;c;").removesuffix("\x07")).decode() == "a “word”\n"


def test_gnu_screen_gets_pieces_that_it_passes_on() -> None:
    assert way_of({"STY": "1.pts"}, lambda _: None).through_screen
    data = os.urandom(5000)
    pieces = sequence(data, through_screen=True).split("\x1b\\")[:-1]
    assert all(piece.startswith("\x1bP") and len(piece) < 768 for piece in pieces)
    assert "".join(piece.removeprefix("\x1bP") for piece in pieces) == sequence(data, through_screen=False)


def test_more_than_every_terminal_takes_is_said() -> None:
    assert copied("a" * SAFE_BYTES, Way())[0] == TERMINAL
    assert copied("a" * (SAFE_BYTES + 1), Way())[0] == f"{TERMINAL}, which may be too small for them"


def test_a_program_gets_the_text_and_the_terminal_nothing(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    program = a_program(tmp_path, "xclip", f'cat > "{taken}"')
    assert copied("text é", Way((program,), "in the clipboard")) == ("in the clipboard", "")
    assert taken.read_text() == "text é"


@pytest.mark.parametrize("script", ["exit 1", "exec sleep 60", None], ids=["fails", "hangs", "missing"])
def test_where_a_program_does_not_take_it_the_terminal_is_asked(
    tmp_path: Path, script: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oats_tui.ui.clipboard.PATIENCE", 0.2)
    program = a_program(tmp_path, "xclip", script) if script else str(tmp_path / "none")
    told, written = copied("text", Way((program,), "in the clipboard"))
    assert (told, bool(written)) == (TERMINAL, True)


def test_a_program_that_hangs_does_not_outlive_the_end(tmp_path: Path) -> None:
    line = tmp_path / "line"
    os.mkfifo(line)
    program = a_program(
        tmp_path, "xclip", f'exec 3> "{line}"; echo began >&3; (sleep 10; echo outlived >&3) & wait'
    )

    async def cut_off() -> str:
        copying = asyncio.create_task(copy("text", Way((program,), "in the clipboard"), lambda _: None))
        with await asyncio.to_thread(line.open) as told:
            await asyncio.to_thread(told.readline)
            copying.cancel()
            with pytest.raises(asyncio.CancelledError):
                await copying
            return await asyncio.to_thread(told.read)

    assert asyncio.run(cut_off()) == ""


@pytest.mark.skipif(not shutil.which("tmux"), reason="there is no tmux")
def test_tmux_has_it_in_its_buffer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    socket = tmp_path / "socket"
    tmux = ["tmux", "-S", str(socket), "-f", "/dev/null"]
    subprocess.run([*tmux, "new-session", "-d", "sleep 60"], check=True)
    try:
        monkeypatch.setenv("TMUX", f"{socket},1,0")
        told, written = copied("for tmux é\nand a line", way_of(os.environ))
        assert (told, written) == ("in tmux's buffer, and sent on to the terminal's clipboard", "")
        shown = subprocess.run([*tmux, "show-buffer"], check=True, capture_output=True, text=True).stdout
        assert shown == "for tmux é\nand a line"
    finally:
        subprocess.run([*tmux, "kill-server"], check=False, capture_output=True)
