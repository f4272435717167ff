"""What it costs a window that a message more, or a word more, comes to a short or a long session."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.benchmarks import transcript_data as data
from tests.benchmarks import transcript_side
from tests.benchmarks.live_service import WordService
from tests.benchmarks.transcript_place import Measured, Place, Window, milliseconds, ratio

SIDE = Path(transcript_side.__file__)
_SIZES = {"long": data.LONG, "short": 10}
_TIMES, _QUICK_TIMES = 10, 3
_STREAMS, _QUICK_STREAMS = 3, 1
_WORDS, _QUICK_WORDS = 200, 60
_AFTER_SECONDS = 1.0
_TIMEOUT = 60.0
_TEXT = "A message that came from elsewhere, with `some code` and **an emphasis**, in two lines as they are shown."


class Appender:
    """Another program that appends messages to sessions by the package's own storage, while the block lasts.

    Args:
        place: Where.
        folder: The data directory.
    """

    def __init__(self, place: Place, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(SIDE), "append", str(folder)],
            env=place.environment(place.home()),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def append(self, session_id: str, text: str) -> float:
        """Append a message; returns the moment just after it was saved."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([session_id, text]) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise AssertionError(f"the appending program ended with {self._process.wait()}")
        return float(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The context closes its input, which ends it.
        with self._process:
            pass


def appending(place: Place) -> Measured:
    """Append messages to sessions that are open, then stream answers into such."""
    raw = _appended(place)
    streams: dict[str, list[float]] = {name: [] for name in _SIZES}
    for number in range(_QUICK_STREAMS if place.quick else _STREAMS):
        for name, messages in _SIZES.items():
            streams[name].append(_streamed(place, place.folder / f"stream-{name}-{number}", messages))
    figures = {name: statistics.median(values) for name, values in raw.items()}
    figures |= {f"{name}_stream": statistics.median(values) for name, values in streams.items()}
    ratios = {"ratio": ratio(figures["long"], figures["short"])}
    ratios |= {"stream_ratio": ratio(figures["long_stream"], figures["short_stream"])}
    return Measured({**figures, **ratios}, [], raw | {f"{name}_stream": streams[name] for name in streams})


def _appended(place: Place) -> dict[str, list[float]]:
    """The CPU, in ms, that each message cost the windows, and how long it took to the screen."""
    raw: dict[str, list[float]] = {name: [] for name in (*_SIZES, *(f"{name}_shown" for name in _SIZES))}
    with ExitStack() as stack:
        sides: dict[str, tuple[Window, Appender]] = {}
        for seed, (name, messages) in enumerate(_SIZES.items()):
            folder = place.folder / f"append-{name}"
            data.write(folder, data.conversation(seed, messages))
            window = stack.enter_context(Window(place, folder, "-r", data.session_id(seed)))
            _ready(window, seed)
            sides[name] = window, stack.enter_context(Appender(place, folder))
        times = _QUICK_TIMES if place.quick else _TIMES
        # The first one is not counted: it loads what is not needed before.
        for number in range(times + 1):
            for seed, (name, (window, appender)) in enumerate(sides.items()):
                cost, lag = _one(window, appender, data.session_id(seed), f"Appended{number:03}q")
                if number:
                    raw[name].append(cost)
                    raw[f"{name}_shown"].append(lag)
    return raw


def _one(window: Window, appender: Appender, session_id: str, mark: str) -> tuple[float, float]:
    """Append a message: the ms of CPU it cost the window above being idle, and the ms to the screen."""
    window.calm()
    window.draw()
    begun, cpu = time.monotonic(), window.cpu()
    saved = appender.append(session_id, f"{_TEXT} {mark}")
    shown = window.first(window.shows(mark), _TIMEOUT)
    if shown is None:
        raise AssertionError(window.describe(f"{mark} did not come"))
    time.sleep(max(0.0, shown + _AFTER_SECONDS - time.monotonic()))
    spent, seconds = window.cpu() - cpu, time.monotonic() - begun
    window.calm()
    cpu = window.cpu()
    time.sleep(seconds)
    return (spent - (window.cpu() - cpu)) * 1000, milliseconds(saved, shown)


def _streamed(place: Place, folder: Path, messages: int) -> float:
    """The ms of CPU a second while an answer is streamed into a session, from its first word to its last."""
    count = _QUICK_WORDS if place.quick else _WORDS
    data.write(folder, data.conversation(0, messages))
    with WordService(count) as service, Window(place, folder, "-r", data.session_id(0), url=service.url) as window:
        _ready(window, 0)
        window.send("Say the words")
        window.calm()
        window.send("\r")
        _until(lambda: service.sent, window)
        # The file with the question in it is still being read when the first words come.
        time.sleep(_AFTER_SECONDS)
        begun, cpu = time.monotonic(), window.cpu()
        _until(service.done.is_set, window)
        spent = (window.cpu() - cpu) / (time.monotonic() - begun)
        last = service.sent[-1].text
        if window.first(window.shows(last), _TIMEOUT) is None:
            raise AssertionError(window.describe(f"{last} did not come"))
        return spent * 1000


def _until(condition: Callable[[], object], window: Window) -> None:
    """Wait, without drawing, until something is true."""
    deadline = time.monotonic() + _TIMEOUT
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(window.describe("the answer was not asked for, or never ended"))
        time.sleep(0.01)


def _ready(window: Window, seed: int) -> None:
    """Wait until a window shows its session and rests."""
    window.begin()
    window.draw()
    if not window.shows(data.last_mark(seed))():
        raise AssertionError(window.describe("the session was to be seen to its end"))
