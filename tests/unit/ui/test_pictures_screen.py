"""A picture on a screen of its own, on terminals of several kinds that are played by the test."""

from __future__ import annotations

import base64
import fcntl
import io
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

PROGRAM = """
import asyncio, signal, sys
from textual.app import App
from textual.widgets import Label
from oats_tui.ui.driver import TerminalDriver
from oats_tui.ui.pictures import show_picture
from oats_tui.ui.widgets.transcript.items import ImageItem
if "without" in sys.argv:
    sys.modules["textual_image"] = None
with open(sys.argv[1]) as file:
    ITEM = ImageItem("image/png", file.read())
class Program(App):
    ticks = 0
    asks = False
    def __init__(self):
        super().__init__(driver_class=TerminalDriver)
    def tick(self):
        self.ticks += 1
    def on_mount(self):
        self.set_interval(0.02, self.tick)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self.exit)
        self.run_worker(self.show())
    async def show(self):
        before = self.ticks
        await show_picture(self, ITEM)
        await self.mount(Label(f"BACK {'ALIVE' if self.ticks > before else 'HELD'}"))
    def key_q(self):
        self.exit()
Program().run()
"""
SECRET = b"SECRET\x1b]0;taken over\x07"
ASKED = re.compile(rb"\x1b\[c|\x1b_G[^\x1b]*a=q[^\x1b]*\x1b\\")
SECONDS = 20.0

Answer = Callable[[bytes], bytes]


def silent(_: bytes) -> bytes:
    """A terminal that answers nothing."""
    return b""


def plain(question: bytes) -> bytes:
    """A terminal without graphics."""
    return b"\x1b[?62;22c" if question == b"\x1b[c" else b""


def sixel(question: bytes) -> bytes:
    """A terminal that draws sixels."""
    return b"\x1b[?62;4;22c" if question == b"\x1b[c" else b""


def kitty(question: bytes) -> bytes:
    """A terminal with kitty's protocol."""
    number = re.search(rb"i=(\d+)", question)
    return b"\x1b_Gi=" + number[1] + b";OK\x1b\\" if number else plain(question)


@dataclass
class Played:
    """A terminal that the test plays, with the program in it."""

    process: subprocess.Popen[bytes]
    master: int
    answer: Answer
    output: bytes = field(default=b"")
    answered: int = 0

    def wait_for(self, expected: bytes, start: int = 0) -> None:
        """Read, and answer, until something was written."""
        deadline = time.monotonic() + SECONDS
        while expected not in self.output[start:]:
            assert time.monotonic() < deadline, self.output[-2000:]
            self.read(0.05)

    def read(self, seconds: float) -> None:
        """Read once, and answer what was asked."""
        if select.select([self.master], [], [], seconds)[0]:
            self.output += os.read(self.master, 1 << 16)
        for asked in ASKED.finditer(self.output, self.answered):
            os.write(self.master, self.answer(asked.group()) or b"")
            self.answered = asked.end()

    def press(self, keys: bytes) -> int:
        """Press keys; returns how much had been written before."""
        os.write(self.master, keys)
        return len(self.output)


@contextmanager
def playing(answer: Answer, path: Path, *arguments: str) -> Iterator[Played]:
    """Run the program in a terminal of 120 by 40."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 1200, 800))
    before = termios.tcgetattr(slave)
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, os.fspath(path), *arguments],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        cwd=Path(__file__).parents[3],
        start_new_session=True,
    )
    try:
        played = Played(process, master, answer)
        yield played
        while process.poll() is None:
            played.read(0.05)
        assert termios.tcgetattr(slave) == before
        assert process.returncode == 0
    finally:
        process.kill()
        process.wait()
        os.close(master)
        os.close(slave)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A picture with something in it that must not reach the terminal, as base64."""
    about = PngInfo()
    about.add_text("Comment", SECRET.decode("latin-1"))
    file = io.BytesIO()
    picture = Image.radial_gradient("L").resize((640, 480)).convert("RGB")
    picture.save(file, "PNG", pnginfo=about, icc_profile=SECRET * 20)
    made = tmp_path / "picture"
    made.write_bytes(base64.b64encode(file.getvalue()))
    return made


needs_library = pytest.mark.skipif(
    find_spec("textual_image") is None, reason="the extra pictures is not installed"
)

HALVES = "▀".encode()
SIXELS = re.compile(rb"\x1bP[0-9;]*q")
HINT = b"any key goes back"
BACK = b"BACK ALIVE"


@pytest.mark.parametrize(
    ("answer", "arguments", "expected"),
    [
        (silent, (), {"halves": True, "sixels": False, "kitty": False}),
        (plain, (), {"halves": True, "sixels": False, "kitty": False}),
        pytest.param(sixel, (), {"halves": False, "sixels": True, "kitty": False}, marks=needs_library),
        pytest.param(kitty, (), {"halves": False, "sixels": False, "kitty": True}, marks=needs_library),
        (sixel, ("without",), {"halves": True, "sixels": False, "kitty": False}),
    ],
)
def test_the_picture_is_drawn_as_the_terminal_can(
    answer: Answer, arguments: tuple[str, ...], expected: Mapping[str, bool], path: Path
) -> None:
    with playing(answer, path, *arguments) as played:
        played.wait_for(HINT)
        found = {
            "halves": HALVES in played.output,
            "sixels": SIXELS.search(played.output) is not None,
            "kitty": b"f=100" in played.output,
        }
        assert found == expected
        assert b"SECRET" not in played.output
        assert b"taken over" not in played.output
        pressed = played.press(b" ")
        played.wait_for(BACK, pressed)
        assert (b"\x1b_Ga=d,d=I,i=" in played.output) == expected["kitty"]
        played.press(b"q")


@needs_library
def test_what_reaches_a_kitty_is_pixels_only(path: Path) -> None:
    with playing(kitty, path) as played:
        played.wait_for(HINT)
        sent = b"".join(re.findall(rb"\x1b_Gi=\d+,m=[01],f=100,q=2;([^\x1b]*)\x1b", played.output))
        file = base64.b64decode(sent)
        assert b"SECRET" not in file
        names = set(re.findall(rb"IHDR|IDAT|IEND|iCCP|tEXt|zTXt|iTXt|eXIf", file))
        assert names == {b"IHDR", b"IDAT", b"IEND"}
        pressed = played.press(b"\x1b")
        played.wait_for(BACK, pressed)
        played.press(b"q")


@pytest.mark.parametrize("key", [b"\x1b", b"\x03", b"\x1a", b"\x1b[A", b"x", "ä".encode()])
def test_any_key_goes_back(key: bytes, path: Path) -> None:
    with playing(plain, path, "without") as played:
        played.wait_for(HINT)
        pressed = played.press(key)
        played.wait_for(BACK, pressed)
        played.press(b"q")


def test_a_late_answer_of_the_terminal_is_no_key(path: Path) -> None:
    with playing(plain, path, "without") as played:
        played.wait_for(HINT)
        pressed = played.press(b"\x1b[?62;4;22c")
        played.press(b"\x1b_Gi=1;OK\x1b")
        played.press(b"\\\x1b[6;20")
        played.press(b";10t")
        for _ in range(10):
            played.read(0.05)
        assert played.output[pressed:] == b""
        played.press(b"\r")
        played.wait_for(BACK, pressed)
        played.press(b"q")


def test_a_program_that_is_told_to_end_leaves_the_terminal_as_it_was(path: Path) -> None:
    with playing(plain, path) as played:
        played.wait_for(HINT)
        before = len(played.output)
        played.process.send_signal(signal.SIGTERM)
        played.wait_for(b"\x1b[?25h\x1b[?1049l", before)
        played.process.wait(SECONDS)
        while select.select([played.master], [], [], 0)[0]:
            played.read(0)
        assert b"\x1b[?1049h" not in played.output[before:]
