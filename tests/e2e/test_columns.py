"""Columns stay right whatever is written in them, as terminals see it: pyte, and tmux where there is one."""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len

from oats_tui.ui.cells import clean, clean_line
from tests.e2e.driving import HOOKED, ready, start, write_session
from tests.support.launch import program_environment

SIZE = (100, 30)
SIDEBAR = 28
LAST = "the last words"

PLAIN = "plain letters"
SAMPLES = (
    PLAIN,
    "漢字かなカナ한글",
    "ＦＵＬＬ\u3000ｗｉｄｔｈ、。",
    "👨\u200d👩\u200d👧 🏳\ufe0f\u200d🌈 👩🏽\u200d🚀",
    "👍🏽👎🏿 ✌🏻",
    "🇩🇪🇫🇷 🇯",
    "❤\ufe0f ☺\ufe0e 1\ufe0f\u20e3 ©\ufe0f ▶\ufe0f",
    "e\u0301a\u0308o\u0302 \u0301 x\u20dd",
    "العَرَبِيَّة می\u200cخواهم ب\u200dب",
    "שָׁלוֹם",
    "नमस्ते क्\u200dत",
    "ไทยที่นี่",
    "Z" + "\u0351\u036b\u0313\u036a\u0302" * 12 + "algo",
    "±×→①Ω…—“”│█○☰㉈",
    "so\u00adft ze\u200bro \ufeff\u2060w\u3164\u115f\U000e0041",
    "\u1112\u1161\u11ab\u1100\u1173\u11af",
    "\x1b[31m\u202eabc\x9b\x07\t.",
)
# About these pyte and we agree, and tmux does not: see `oats_tui.ui.cells`.
SPACING = ("हिन्दी में", "বাংলা ভাষা", "தமிழ் மொழி")

Form = Callable[[tuple[str, ...]], tuple[str, str]]
Places = dict[str, tuple[int, int]]
"""Column and row of each text that was looked for."""


def marker(number: int) -> str:
    """What stands behind a sample."""
    return f"=E{number:02}"


def plain(samples: tuple[str, ...]) -> tuple[str, str]:
    """A question: each sample is a line."""
    return "user", "\n".join(f"{each}{marker(number)}" for number, each in enumerate(samples))


def code(samples: tuple[str, ...]) -> tuple[str, str]:
    """A code block: each sample is a line."""
    return "assistant", f"```\n{plain(samples)[1]}\n```"


def table(samples: tuple[str, ...]) -> tuple[str, str]:
    """A table: each sample is a row."""
    rows = (
        f"| {each.replace(chr(9), ' ')} | {marker(number)} |"
        for number, each in enumerate(samples)
        if "\ufeff" not in each
    )
    return "assistant", "\n".join(["| sample | number |", "|---|---|", *rows])


def put(tmp_path: Path, said: tuple[str, str], samples: tuple[str, ...]) -> None:
    """Write a session that has such a message at its end, and one titled with each sample."""
    for number, sample in enumerate(samples):
        write_session(tmp_path, f"{sample}{marker(number)}")
    filler = "\n".join(f"line {number}" for number in range(40))
    write_session(tmp_path, "Columns", [("user", filler), said, ("user", LAST)])


def check_message(found: Places, samples: tuple[str, ...], *, is_table: bool) -> None:
    """See that what stands behind each sample is where our own measure puts it."""
    left = found[marker(0)][0] - cell_len(PLAIN)
    for number, sample in enumerate(samples):
        if is_table:
            assert marker(number) not in found or found[marker(number)][0] == found[marker(0)][0], ascii(sample)
        else:
            width = cell_len(clean(sample).expandtabs(4))
            assert found[marker(number)][0] == left + width, ascii(sample)
    assert len(found) >= len(samples) - 1


def by_pyte(tmp_path: Path) -> tuple[Places, Places, list[int], list[int]]:
    """Markers beside and in the list, columns of the times in the list, and of the mark of the position."""
    with start(tmp_path, "-r", "last", without=["engine"], size=SIZE) as terminal:
        ready(terminal)
        terminal.wait_for(LAST)
        terminal.quiet(0.3)
        rows = [terminal.emulator.cells(row) for row in range(SIZE[1])]
    beside: Places = {}
    inside: Places = {}
    times, thumbs = [], []
    for y, cells in enumerate(rows):
        for x in range(SIZE[0] - 3):
            here = "".join(cells[x : x + 5])
            if re.match("=E[0-9]{2}", here):
                (beside if x >= SIDEBAR else inside)[here[:4]] = (x, y)
            elif x < SIDEBAR and re.fullmatch("[0-9]{2}:[0-9]{2}", here):
                times.append(x)
        thumbs += [x for x in range(SIZE[0]) if cells[x] == "▐"]
    return beside, inside, times, thumbs


@contextlib.contextmanager
def tmux(tmp_path: Path) -> Iterator[Tmux]:
    """Run the program in a tmux of its own."""
    with tempfile.TemporaryDirectory(prefix="tmux-") as folder:
        running = Tmux(Path(folder), tmp_path)
        try:
            yield running
        finally:
            running.end()


class Tmux:
    """A tmux server in which the program runs.

    Args:
        folder: For its socket.
        tmp_path: See `launch`.
    """

    def __init__(self, folder: Path, tmp_path: Path) -> None:
        config = folder / "tmux.conf"
        # The keys of emacs put the cursor behind a match; those of vi into the half of a wide character before it.
        config.write_text("set -g status off\nset -g mode-keys emacs\nset -g default-terminal tmux-256color\n")
        self._socket = folder / "socket"
        environment = program_environment(tmp_path) | {"LANG": "C.UTF-8", "COLORTERM": "truecolor", "TZ": "UTC"}
        variables = [f"{name}={value}" for name, value in environment.items()]
        program = ["env", *variables, sys.executable, "-P", str(HOOKED), "engine", "--", "-r", "last"]
        self.do("-u", "-f", str(config), "new-session", "-d", "-x", str(SIZE[0]), "-y", str(SIZE[1]), *program)

    def do(self, *arguments: str) -> str:
        """Run a command of tmux; returns what it prints."""
        command = ["tmux", "-S", str(self._socket), *arguments]
        environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=20, env=environment)
        return done.stdout

    def end(self) -> None:
        """Kill the program and the server, which is gone already where the program has ended."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self.do("kill-server")

    def wait_for(self, text: str, timeout: float = 30.0) -> None:
        """Wait until the screen shows a text and stays as it is for a moment."""
        deadline = time.monotonic() + timeout
        last = ""
        while True:
            screen = self.do("capture-pane", "-p")
            if text in screen and "loading…" not in screen and screen == last:
                return
            assert time.monotonic() < deadline, f"waited {timeout:g} s for {text!r}; the screen:\n{screen}"
            last = screen
            time.sleep(0.3)

    def find(self, pattern: str, length: int) -> list[tuple[str, int, int]]:
        """The line, column and row of each match of so many cells, as tmux counts them."""
        say = ["display-message", "-p", "#{copy_cursor_x} #{copy_cursor_y}"]
        lines = self.do("capture-pane", "-p").split("\n")
        self.do("copy-mode")
        self.do("send-keys", "-X", "history-top")
        found: list[tuple[str, int, int]] = []
        step = ["send-keys", "-X", "search-forward", pattern]
        while True:
            x, y = map(int, self.do(*step, ";", *say).split())
            # Behind the last column is the first one of the next row.
            y -= not x
            match = (lines[y], (x - length) % SIZE[0], y)
            if match in found:
                break
            found.append(match)
            step = ["send-keys", "-X", "search-again"]
        self.do("send-keys", "-X", "cancel")
        return found


def by_tmux(tmp_path: Path) -> tuple[Places, Places, list[int], list[int]]:
    """The same as `by_pyte`, counted by tmux."""
    beside: Places = {}
    inside: Places = {}
    with tmux(tmp_path) as running:
        running.wait_for(LAST)
        for line, x, y in running.find("=E[0-9][0-9]", 4):
            names = re.findall("=E[0-9]{2}", line)
            (beside if x >= SIDEBAR else inside)[names[-1 if x >= SIDEBAR else 0]] = (x, y)
        times = [x for _, x, _ in running.find("[0-9][0-9]:[0-9][0-9]", 5) if x < SIDEBAR]
        thumbs = [x for _, x, _ in running.find("▐", 1)]
    return beside, inside, times, thumbs


def check(seen: tuple[Places, Places, list[int], list[int]], samples: tuple[str, ...], *, is_table: bool) -> None:
    """See that the message, the list and the mark of the position are where they belong."""
    beside, inside, times, thumbs = seen
    check_message(beside, samples, is_table=is_table)
    assert thumbs
    assert set(thumbs) == {SIZE[0] - 1}
    assert len(set(times)) == 1, times
    left = inside[marker(0)][0] - cell_len(PLAIN)
    for name, (x, _) in inside.items():
        assert x == left + cell_len(clean_line(samples[int(name[2:])])), name
    assert len(inside) > len(samples) // 2


@pytest.mark.parametrize("form", [plain, code, table])
def test_pyte_and_we_agree(tmp_path: Path, form: Form) -> None:
    samples = SAMPLES + SPACING
    put(tmp_path, form(samples), samples)
    check(by_pyte(tmp_path), samples, is_table=form is table)


@pytest.mark.skipif(shutil.which("tmux") is None, reason="there is no tmux")
@pytest.mark.parametrize("form", [plain, code, table])
def test_tmux_and_we_agree(tmp_path: Path, form: Form) -> None:
    put(tmp_path, form(SAMPLES), SAMPLES)
    check(by_tmux(tmp_path), SAMPLES, is_table=form is table)
