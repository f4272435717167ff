"""Measures what comes over ssh, and how soon on a slow line; prints a table. Ends with 1 if a target is missed.

`python -m tests.benchmarks.ssh [--idle SECONDS]`. The server is a real one on loopback; what is counted are the
bytes that the ssh client writes to its terminal of 120×40. Each figure is measured with `--no-low-bandwidth`, as
on a quick line, and with `--low-bandwidth`; the slow line also with neither, where the program has to find out.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks import ssh_bytes, ssh_scrolling
from tests.benchmarks.live_reading import percentile
from tests.benchmarks.ssh_bytes import QUESTION, Sample
from tests.e2e.driving import ask, quit_cleanly, ready
from tests.ssh.logins import login, tidied
from tests.support.answer_server import AnswerServer
from tests.support.answer_text import FIRST
from tests.support.line import Line
from tests.support.sshd import Sshd, missing
from tests.support.terminal import Terminal

RATE, DELAY = 9600.0, 0.15
"""Bytes a second in each direction, and seconds for which each is under way: 300 ms there and back."""

ECHOES = 50
MODES = {"usual": "--no-low-bandwidth", "saving": "--low-bandwidth", "found out": None}

FIGURES: Sequence[tuple[str, str, int, dict[str, float]]] = (
    ("idle", "idle: bytes to the terminal", 0, {"": 0}),
    ("idle_line", "idle: bytes on the line, ssh's own included", 0, {}),
    ("end", "a letter at the end of a draft: bytes, median", 0, {"": 120}),
    ("end_most", "the same, most", 0, {}),
    ("middle", "a letter in the middle: bytes, median", 0, {"": 400}),
    ("middle_most", "the same, most", 0, {}),
    ("step", "a step in the list: bytes, median", 0, {"": 600}),
    ("step_most", "the same, most", 0, {}),
    ("shown", "a line scrolled beside the list: bytes, median", 0, {}),
    ("shown_cells", "the same, bytes for each changed cell", 2, {"usual": 1.2}),
    ("hidden", "a line scrolled without the list: bytes, median", 0, {}),
    ("hidden_more", "the same, bytes − 1.5 × the new line's", 0, {"": 300}),
    ("hidden_more_most", "the same, most", 0, {}),
    *ssh_scrolling.FIGURES,
    ("stream", "2,000 tokens at 100/s: bytes for each byte of text", 1, {"usual": 40, "saving": 8}),
    ("stream_kilobytes", "the same, kB", 0, {}),
    ("start", "9,600 bytes/s, 300 ms: start until it can be typed into, s", 1, {}),
    ("echo", "the same while an answer comes: echo of a key, median, ms", 0, {"saving": 400, "found out": 400}),
    ("echo_p95", "the same, 95 %, ms", 0, {"saving": 700, "found out": 700}),
    ("echo_lost", "the same, keys that never came", 0, {"": 0}),
)


@contextmanager
def _logged_in(sshd: Sshd, server: AnswerServer, mode: str, line: Line, *args: str) -> Iterator[Terminal]:
    """Run the program in a home with sessions, in one of the modes."""
    option = MODES[mode]
    words = [*args, *([option] if option else [])]
    with tempfile.TemporaryDirectory() as place, tidied(Path(place)) as folder:
        (folder / "data").mkdir()
        ssh_bytes.make(folder)
        with login(sshd, folder, *words, port=line.port, services={"fake": server.base_url}) as terminal:
            yield terminal
            quit_cleanly(terminal)


def on_quick_line(sshd: Sshd, server: AnswerServer, mode: str, seconds: float) -> Sample:
    """Count the bytes of everything."""
    found: Sample = {}
    with Line(sshd.port) as line, _logged_in(sshd, server, mode, line, "-r", "last") as terminal:
        ready(terminal)
        terminal.quiet(3.0, 60.0)
        before = line.back.bytes
        found |= ssh_bytes.idle(terminal, seconds)
        found["idle_line"] = line.back.bytes - before
        for part in (ssh_bytes.typing, ssh_bytes.moving):
            found |= part(terminal)
    with Line(sshd.port) as line, _logged_in(sshd, server, mode, line, "-r", "last") as terminal:
        ready(terminal)
        terminal.quiet(2.0, 60.0)
        found |= ssh_bytes.scrolling(terminal)
    with Line(sshd.port) as line, _logged_in(sshd, server, mode, line) as terminal:
        ready(terminal)
        terminal.quiet(2.0, 60.0)
        found |= ssh_bytes.streaming(terminal, server)
    return found


def on_slow_line(sshd: Sshd, server: AnswerServer, mode: str) -> Sample:
    """Measure how soon a key is on the screen while an answer comes."""
    choice = random.Random(3)
    typed = "".join(choice.choices("abcdefghijklmnopqrstuvwxyz", k=ECHOES))
    begun = time.monotonic()
    with Line(sshd.port, RATE, DELAY) as line, _logged_in(sshd, server, mode, line) as terminal:
        ready(terminal)
        start = time.monotonic() - begun
        terminal.quiet(2.0, 60.0)
        ask(terminal, QUESTION)
        terminal.wait_for(FIRST)
        terminal.send("zq ")
        terminal.wait_for("zq")
        pressed = []
        for letter in typed:
            pressed.append(terminal.send(letter))
            time.sleep(choice.uniform(0.2, 0.4))
        time.sleep(5.0)
        shown = ssh_bytes.shown_at(terminal, "zq ", typed)
        terminal.wait_for(lambda screen: " ready" in screen.rsplit("\n", 1)[-1], 240.0)
        terminal.quiet(2.0, 120.0)
    lags = [(there - then) * 1000 for then, there in zip(pressed, shown, strict=False)]
    return {
        "start": start,
        "echo": percentile(lags, 50) or 0.0,
        "echo_p95": percentile(lags, 95) or 0.0,
        "echo_lost": ECHOES - len(shown),
    }


def table(samples: dict[str, Sample]) -> tuple[str, bool]:
    """The figures as aligned text, and whether each target is met."""
    lines = [("", *samples, "target", "")]
    good = True
    for key, title, digits, targets in FIGURES:
        values = {mode: sample.get(key) for mode, sample in samples.items()}
        missed = [
            mode
            for mode, value in values.items()
            if value is not None and value > targets.get(mode, targets.get("", float("inf")))
        ]
        good = good and not missed
        said = ", ".join(f"≤ {value:g}{f' ({mode})' if mode else ''}" for mode, value in targets.items())
        numbers = ("–" if value is None else f"{value:.{digits}f}" for value in values.values())
        verdict = f"FAIL: {', '.join(missed)}" if missed else ("pass" if targets else "")
        lines.append((title, *numbers, said, verdict))
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if 0 < column <= len(samples) else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ), good


def main(arguments: Sequence[str]) -> int:
    """Measure and print. Returns 0 if every target is met, 2 where nothing can be measured."""
    parser = argparse.ArgumentParser(description="Measure the program over ssh.")
    parser.add_argument("--idle", type=float, default=60.0, help="seconds in which nothing happens (default: 60)")
    options = parser.parse_args(arguments)
    why = missing()
    if why is not None:
        print(f"nothing measured: {why}")  # noqa: T201 - what it is for
        return 2
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "sshd").mkdir()
        with Sshd(folder / "sshd") as sshd, AnswerServer(folder / "events") as server:
            samples = {mode: on_slow_line(sshd, server, mode) for mode in MODES}
            for mode in ("usual", "saving"):
                samples[mode] |= on_quick_line(sshd, server, mode, options.idle)
                samples[mode] |= ssh_scrolling.measure(sshd, server, *filter(None, [MODES[mode]]))
    text, good = table(samples)
    print(text)  # noqa: T201 - what it is for
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
