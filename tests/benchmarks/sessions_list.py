"""Measures the session list with thousands of sessions, in a terminal of its own; prints a table.

`python -m tests.benchmarks.sessions_list [COUNT] [KILOBYTES]`: how many sessions, and about how large each is.
Ends with 1 if a target is missed.
"""

from __future__ import annotations

import re
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from statistics import median

from tests.benchmarks.live_reading import percentile
from tests.benchmarks.sessions_data import last_words, make
from tests.support.launch import QUIT, READY, launch
from tests.support.terminal import Terminal

FILTERS = ("parser", "memry laek", "rust err", "xqzw", "berlin trip")

SHOWN = "Today"
"""The heading above the newest sessions."""

RUNS = 5
CPU_RATIO = 1.2
KEY_MILLISECONDS = 30.0
FILTER_MILLISECONDS = 50.0
SWITCH_MILLISECONDS = 80.0
SWITCHES = 40

_BACKSPACE = "\x7f"
_LIST = "\x13"
_NEXT = "\x1b[6;5~"
_END = re.compile(re.escape(last_words("s")).replace(r"s\.", r"s\d+\."))
_START_SECONDS = 60.0
_KEY_SECONDS = 0.25


def started(folder: Path) -> Terminal:
    """Start the program in a folder."""
    return launch(folder, "--data-dir", str(folder / "data"), services={"fake": "http://127.0.0.1:9"})


def start_cpu(folder: Path, shown: str) -> tuple[float, float]:
    """The seconds of processor time until the list can be used, and until nothing more is done.

    Args:
        folder: Where the sessions are.
        shown: What the list shows once it can be used.
    """
    with started(folder) as terminal:
        terminal.wait_for(READY, _START_SECONDS)
        terminal.wait_for(shown, _START_SECONDS)
        usable = terminal.cost().cpu or 0.0
        terminal.quiet(1.0, _START_SECONDS)
        whole = terminal.cost().cpu or 0.0
        terminal.send(QUIT)
        terminal.wait_exit(20.0)
        return usable, whole


def latency(terminal: Terminal, key: str) -> float:
    """Milliseconds from a key to the last of what it makes the program write."""
    terminal.quiet(0.1)
    before = len(terminal.chunks)
    sent = terminal.send(key)
    terminal.pump(sent + _KEY_SECONDS)
    last = [chunk.time for chunk in terminal.chunks[before:] if chunk.time > sent]
    return (last[-1] - sent) * 1000 if last else 0.0


def keys(folder: Path) -> tuple[list[float], list[float]]:
    """Milliseconds of keys that move through the list, and of keys typed into its filter."""
    with started(folder) as terminal:
        terminal.wait_for(READY, _START_SECONDS)
        terminal.quiet(1.0, _START_SECONDS)
        terminal.send(_LIST)
        moving = [latency(terminal, key) for key in "jjjjj" * 6 + "Gkkkkkgjjjj" + "kk"]
        filtering: list[float] = []
        terminal.send("/")
        terminal.pump(time.monotonic() + 1)
        for words in FILTERS:
            filtering += [latency(terminal, key) for key in words]
            filtering += [latency(terminal, _BACKSPACE) for _ in words]
        terminal.send(QUIT)
        terminal.wait_exit(20.0)
        return [each for each in moving if each], [each for each in filtering if each]


def switching(folder: Path) -> list[float]:
    """Milliseconds from the key that opens the list's next session until its last message is on the screen."""
    found = []
    with started(folder) as terminal:
        terminal.wait_for(READY, _START_SECONDS)
        terminal.quiet(1.0, _START_SECONDS)
        seen: set[str] = set()
        for _ in range(SWITCHES):
            sent = terminal.send(_NEXT)
            at = terminal.wait_for(partial(_shows_another, seen), _START_SECONDS)
            found.append((at - sent) * 1000)
            seen = _ends(terminal.screen())
            terminal.quiet(0.2)
        terminal.send(QUIT)
        terminal.wait_exit(20.0)
    return found


def _shows_another(seen: set[str], screen: str) -> bool:
    """Whether a screen has last words that have not been seen."""
    return not _ends(screen) <= seen


def _ends(screen: str) -> set[str]:
    """Return the last words of sessions that are on a screen."""
    return set(_END.findall(screen))


def main(arguments: Sequence[str]) -> int:
    """Measure and print. Returns 0 if every target is met."""
    count, kilobytes = (*(int(each) for each in arguments), *(20_000, 66)[len(arguments) :])
    with tempfile.TemporaryDirectory() as place:
        empty, full = Path(place, "empty"), Path(place, "full")
        empty.mkdir()
        make(full, count, kilobytes)
        for _ in range(2):
            start_cpu(full, SHOWN)
        cpu = [(start_cpu(empty, "no sessions yet"), start_cpu(full, SHOWN)) for _ in range(RUNS)]
        moving, filtering = keys(full)
        switched = switching(full)
    bare, usable = (median(run[side][0] for run in cpu) for side in (0, 1))
    whole = median(run[1][1] for run in cpu)
    print(f"{count:,} sessions, {whole:.2f} s CPU until all is compared with the folder")  # noqa: T201 - its use
    figures = (
        (f"CPU until usable: {usable:.2f} s, empty {bare:.2f} s; ratio", usable / bare, CPU_RATIO),
        (f"moving, {len(moving)} keys, p95, ms", percentile(moving, 95) or 0.0, KEY_MILLISECONDS),
        (f"switching, {len(switched)} times, p95, ms", percentile(switched, 95) or 0.0, SWITCH_MILLISECONDS),
        (f"filtering, {len(filtering)} keys, p95, ms", percentile(filtering, 95) or 0.0, FILTER_MILLISECONDS),
    )
    for what, value, target in figures:
        print(f"{what}: {value:.2f} (at most {target:g})")  # noqa: T201 - what it is for
    return int(any(value > target for _, value, target in figures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
