"""Measures the session list with thousands of sessions, in a terminal of its own; prints a table.

`python -m tests.benchmarks.sessions_list [COUNT] [KILOBYTES]`: how many sessions, and about how large each is.
Ends with 1 if a target is missed.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from tests.benchmarks.live_reading import percentile
from tests.support.launch import QUIT, READY, launch
from tests.support.terminal import Terminal

WORDS = ("refactor", "parser", "index", "cache", "login", "screen", "Rust", "error", "fix", "memory", "leak")
MORE_WORDS = ("Berlin", "bread", "trip", "plan", "weather", "question", "slow", "docker", "network", "test")
FILTERS = ("parser", "memry laek", "rust err", "xqzw", "berlin trip")

SHOWN = "Today"
"""The heading above the newest sessions."""

RUNS = 5
CPU_RATIO = 1.2
KEY_MILLISECONDS = 30.0
FILTER_MILLISECONDS = 50.0

_BACKSPACE = "\x7f"
_LIST = "\x13"
_START_SECONDS = 60.0
_KEY_SECONDS = 0.25


def make(folder: Path, count: int, kilobytes: int) -> None:
    """Write sessions: some in trees, some put away, over some months and ten projects."""
    chance, now = random.Random(1), datetime.now(UTC)
    sessions = folder / "data" / "sessions"
    sessions.mkdir(parents=True)
    filler = "word " * (kilobytes * 200)
    for number in range(count):
        name, at = f"s{number:06}", now - timedelta(minutes=7 * number)
        moments = {"created": at.isoformat(), "updated": at.isoformat(), "archived": None}
        if number % 10 == 9:
            moments["archived"] = at.isoformat()
        parent = f"s{number - number % 5:06}" if number % 5 in (1, 2) else None
        info = {
            "id": name,
            "title": " ".join(chance.choice(WORDS + MORE_WORDS) for _ in range(chance.randint(3, 9))),
            "project_dir": f"/code/project{number % 10}",
            "working_dir": "/code",
            "time": moments,
            "parent_session_id": parent,
            "root_session_id": parent,
            "message_count": 1,
        }
        part = {"id": "p", "type": "text", "content": filler}
        created = at.isoformat()
        message = {"id": "m", "session_id": name, "role": "user", "parts": [part], "created_at": created}
        text = json.dumps({"info": info, "messages": [message]}, indent=2)
        (sessions / f"{name}.json").write_text(text, "utf-8")


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


def main(arguments: Sequence[str]) -> int:
    """Measure and print. Returns 0 if every target is met."""
    count, kilobytes = (*(int(each) for each in arguments), *(20_000, 2)[len(arguments) :])
    with tempfile.TemporaryDirectory() as place:
        empty, full = Path(place, "empty"), Path(place, "full")
        empty.mkdir()
        make(full, count, kilobytes)
        for _ in range(2):
            start_cpu(full, SHOWN)
        cpu = [(start_cpu(empty, "no sessions yet"), start_cpu(full, SHOWN)) for _ in range(RUNS)]
        moving, filtering = keys(full)
    bare, usable = (median(run[side][0] for run in cpu) for side in (0, 1))
    whole = median(run[1][1] for run in cpu)
    print(f"{count:,} sessions, {whole:.2f} s CPU until all is compared with the folder")  # noqa: T201 - its use
    figures = (
        (f"CPU until usable: {usable:.2f} s, empty {bare:.2f} s; ratio", usable / bare, CPU_RATIO),
        (f"moving, {len(moving)} keys, p95, ms", percentile(moving, 95) or 0.0, KEY_MILLISECONDS),
        (f"filtering, {len(filtering)} keys, p95, ms", percentile(filtering, 95) or 0.0, FILTER_MILLISECONDS),
    )
    for what, value, target in figures:
        print(f"{what}: {value:.2f} (at most {target:g})")  # noqa: T201 - what it is for
    return int(any(value > target for _, value, target in figures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
