"""Measures the search over thousands of sessions; prints a table.

`python -m tests.benchmarks.search [COUNT] [KILOBYTES]`: how many sessions, and about how large each is. The
folder is removed afterwards. Ends with 1 if a target is missed.
"""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from oats_tui.core.bus import EventBus
from oats_tui.session.search import SearchIndex, index
from tests.benchmarks.live_reading import percentile
from tests.benchmarks.search_data import Texts, make
from tests.support.launch import QUIT, launch, program_environment
from tests.support.terminal import Terminal

FIRST_MILLISECONDS = 100.0
MEGABYTES_A_SECOND = 10.0
TYPING_MILLISECONDS = 50.0
FOUND_SECONDS = 1.0
SHARE_OF_TEXT = 0.6
LIST_SECONDS = 0.6

QUESTIONS = 60
KEYS = 60

_START_SECONDS = 60.0
_KEY_SECONDS = 0.3
_SEARCH = "\x18/"
_CACHE = ("home", ".cache", "oats-tui")


def started(folder: Path) -> Terminal:
    """Start the program in a folder."""
    return launch(folder, "--data-dir", str(folder / "data"), services={"fake": "http://127.0.0.1:9"})


def typing(folder: Path) -> list[float]:
    """Milliseconds from a key to the screen while the index is built for the first time."""
    with started(folder) as terminal:
        terminal.wait_for("New conversation", _START_SECONDS)
        time.sleep(1.0)
        found = []
        for letter in "abcdefghij" * (KEYS // 10):
            before = len(terminal.chunks)
            sent = terminal.send(letter)
            terminal.pump(sent + _KEY_SECONDS)
            first = next((chunk.time for chunk in terminal.chunks[before:] if chunk.time > sent), None)
            found.append(_KEY_SECONDS * 1000 if first is None else (first - sent) * 1000)
        terminal.send(QUIT)
        terminal.wait_exit(20.0)
    return found


async def built(cache: Path, data: Path) -> float:
    """Seconds for the whole index, by the process that builds it."""
    index.AT_HAND = 0
    searching = SearchIndex(cache, data, EventBus())
    begun = time.monotonic()
    await searching.start()
    while not searching.progress.is_whole:  # noqa: ASYNC110 - nobody tells that it is whole
        await asyncio.sleep(0.05)
    seconds = time.monotonic() - begun
    await searching.stop()
    return seconds


async def asked(cache: Path, data: Path, texts: Texts) -> list[float]:
    """Milliseconds for the first hits of single words, frequent and rare ones, whole and begun."""
    searching, chance, found = SearchIndex(cache, data, EventBus()), random.Random(3), []
    for _ in range(QUESTIONS):
        word = texts.words[int(len(texts.words) ** chance.random())]
        begun = time.monotonic()
        await searching.find(chance.choice((word, f"{word} ", word[:3])))
        found.append((time.monotonic() - begun) * 1000)
    await searching.stop()
    return found


def followed(folder: Path) -> float:
    """Seconds until a message that another program has written is found on the screen."""
    with started(folder) as terminal:
        terminal.wait_for("New conversation", _START_SECONDS)
        terminal.quiet(2.0, _START_SECONDS)
        terminal.send(_SEARCH)
        terminal.wait_for("Search all sessions")
        path = folder / "data" / "sessions" / "s000001.json"
        content = json.loads(path.read_text("utf-8"))
        last = dict(content["messages"][-1], id="new", parts=[{"id": "x", "type": "text", "content": "unheardof"}])
        content["messages"].append(last)
        path.write_text(json.dumps(content, indent=2), "utf-8")
        written = time.monotonic()
        while True:
            terminal.type("unheardof")
            terminal.pump(time.monotonic() + 0.1)
            if "one message in one session" in terminal.screen():
                break
            terminal.send("\x7f" * 9)
            if time.monotonic() - written > _START_SECONDS:
                break
        found = time.monotonic() - written
        terminal.send("\x1b")
        terminal.send(QUIT)
        terminal.wait_exit(20.0)
    return found


def listed(folder: Path) -> float:
    """Seconds of the whole process that lists all sessions, with a warm cache: the least of five."""
    environment = program_environment(folder)
    argv = [sys.executable, "-m", "oats_tui", "sessions", "list", "--data-dir", str(folder / "data")]
    found = []
    for _ in range(6):
        begun = time.monotonic()
        subprocess.run(argv, env=environment, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        found.append(time.monotonic() - begun)
    return min(found[1:])


def main(arguments: Sequence[str]) -> int:
    """Measure and print. Returns 0 if every target is met."""
    count, kilobytes = (*(int(each) for each in arguments), *(20_000, 66)[len(arguments) :])
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        texts = make(folder, count, kilobytes)
        data, cache = folder / "data", folder.joinpath(*_CACHE)
        size = sum(path.stat().st_size for path in (data / "sessions").iterdir())
        keys = typing(folder)
        own = folder / "own cache"
        seconds = asyncio.run(built(own, data))
        (file,) = (own / "search").glob("*.sqlite")
        share = file.stat().st_size / texts.size
        questions = asyncio.run(asked(own, data, texts))
        asyncio.run(built(cache, data))
        figures = (
            ("one word, first hits, p95, ms", percentile(questions, 95) or 0.0, FIRST_MILLISECONDS),
            ("typing while the index is built, p95, ms", percentile(keys, 95) or 0.0, TYPING_MILLISECONDS),
            ("building, seconds for 10 MB of files", 10e6 * seconds / size, 10 / MEGABYTES_A_SECOND),
            ("index, share of the text", share, SHARE_OF_TEXT),
            ("a new message is found after, s", followed(folder), FOUND_SECONDS),
            ("sessions list, whole process, s", listed(folder), LIST_SECONDS),
        )
    print(f"{count:,} sessions, {size / 1e6:,.0f} MB; p50 of one word {percentile(questions, 50):.1f} ms")  # noqa: T201
    for what, value, target in figures:
        print(f"{what}: {value:.2f} (at most {target:g})")  # noqa: T201 - what it is for
    return int(any(value > target for _, value, target in figures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
