"""What is done with a program while it is measured, once each; every function gives one sample."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.benchmarks.targets import Target
from tests.support.answer_server import AnswerServer
from tests.support.answer_text import FIRST, LAST, MARKS
from tests.support.terminal import Terminal

Sample = dict[str, float | None]
Scenario = Callable[[Target, Path, AnswerServer], Sample]

# Typed first and not measured: what follows it is found on a screen full of other text.
_BEACON = "jqx"
_KEYS = "wezoqvkupjyxmbfhzgdntwlcarsiqyvjkxpzubmg"
_KEY_SECONDS = 0.05
_IDLE_SECONDS = 5.0
_SETTLE_SECONDS = 1.0
_START_SECONDS = 60.0
_STREAM_SECONDS = 90.0
_QUIT_SECONDS = 15.0


def warm_up(target: Target, folder: Path, server: AnswerServer) -> Sample:
    """Start and quit without measuring, so that no program is the first to read its files."""
    with target.start(folder, server) as terminal:
        terminal.wait_for(target.ready, _START_SECONDS)
        terminal.send(target.quit)
        terminal.wait_exit(_QUIT_SECONDS)
    return {}


def startup(target: Target, folder: Path, server: AnswerServer) -> Sample:
    """Start, wait, do nothing, quit."""
    with target.start(folder, server) as terminal:
        ready = terminal.wait_for(target.ready, _START_SECONDS)
        cpu = terminal.cost().cpu
        terminal.pump(time.monotonic() + _SETTLE_SECONDS)
        before, written = terminal.cost(), terminal.bytes_written
        began = time.monotonic()
        terminal.pump(began + _IDLE_SECONDS)
        seconds = time.monotonic() - began
        after = terminal.cost()
        idle_bytes = (terminal.bytes_written - written) / seconds
        terminal.send(target.quit)
        quit_seconds = terminal.wait_exit(_QUIT_SECONDS).seconds
        return {
            "cpu": cpu,
            "ready": _milliseconds(terminal.started, ready),
            "rss": after.tree_rss,
            "own_rss": after.rss,
            "idle_bytes": idle_bytes,
            "idle_cpu": _difference(before.cpu, after.cpu, 100 / seconds),
            "quit": quit_seconds * 1000,
            "left": len(terminal.left_running()),
            "unrestored": len(terminal.restored()),
        }


def keys(target: Target, folder: Path, server: AnswerServer) -> Sample:
    """Type into an idle program."""
    with target.start(folder, server) as terminal:
        terminal.wait_for(target.ready, _START_SECONDS)
        terminal.pump(time.monotonic() + _SETTLE_SECONDS)
        return _typed(terminal)


def keys_streaming(target: Target, folder: Path, server: AnswerServer) -> Sample:
    """Type while an answer streams, from the time a quarter of it is on the screen."""
    with target.start(folder, server) as terminal:
        _prepare(terminal, target, "STREAM100")
        terminal.send(target.send)
        terminal.wait_for(MARKS[1], _STREAM_SECONDS)
        return _typed(terminal)


def stream100(target: Target, folder: Path, server: AnswerServer) -> Sample:
    """Read the long answer at 100 tokens a second."""
    return _streamed(target, folder, server, "STREAM100")


def streammax(target: Target, folder: Path, server: AnswerServer) -> Sample:
    """Read the long answer as fast as it comes."""
    return _streamed(target, folder, server, "STREAMMAX")


def _typed(terminal: Terminal) -> Sample:
    """Type forty characters and see how long each takes to the screen."""
    terminal.type(_BEACON, _KEY_SECONDS)
    terminal.wait_for(_BEACON)
    terminal.pump(time.monotonic() + _KEY_SECONDS)
    written = terminal.bytes_written
    sent: list[float] = []
    echoed: list[float] = []
    for character in _KEYS:
        sent.append(terminal.send(character))
        _note_echoes(terminal, sent, echoed, sent[-1] + _KEY_SECONDS)
    _note_echoes(terminal, sent, echoed, time.monotonic() + _START_SECONDS, enough=len(_KEYS))
    if len(echoed) < len(_KEYS):
        raise AssertionError(terminal.describe(f"only {len(echoed)} of {len(_KEYS)} keys reached the screen"))
    latencies = sorted(_milliseconds(begin, end) for begin, end in zip(sent, echoed, strict=True))
    return {
        "median": statistics.median(latencies),
        "p95": latencies[math.ceil(0.95 * len(latencies)) - 1],
        "bytes": (terminal.bytes_written - written) / len(_KEYS),
    }


def _note_echoes(
    terminal: Terminal, sent: Sequence[float], echoed: list[float], deadline: float, enough: int | None = None
) -> None:
    """Draw until the deadline, or until `enough` keys were seen; note when each came to the screen."""
    while len(echoed) != enough:

        def seen() -> bool:
            screen = "\n".join(terminal.emulator.lines())
            return len(echoed) < len(sent) and _BEACON + _KEYS[: len(echoed) + 1] in screen

        came = terminal.pump(deadline, seen)
        if came is None:
            return
        # One frame may show several keys.
        while seen():
            echoed.append(came)


def _prepare(terminal: Terminal, target: Target, question: str) -> None:
    """Wait for the program and type a question; it only has to be sent."""
    terminal.wait_for(target.ready, _START_SECONDS)
    terminal.pump(time.monotonic() + _SETTLE_SECONDS)
    terminal.type(question, 0.02)
    terminal.wait_for(question)
    terminal.pump(time.monotonic() + 0.3)


def _streamed(target: Target, folder: Path, server: AnswerServer, question: str) -> Sample:
    """Ask for the long answer; compare when its words were written by the server and shown on the screen."""
    with target.start(folder, server) as terminal:
        _prepare(terminal, target, question)
        cpu, written = terminal.cost().cpu, terminal.bytes_written
        terminal.send(target.send)
        shown = _watch(terminal, (FIRST, *MARKS, LAST), _STREAM_SECONDS)
        terminal.pump(time.monotonic() + _SETTLE_SECONDS)
        # Backwards, so that of several answers the first one counts.
        sent = {
            event.get("word") or {"first": FIRST, "last": LAST}[event["event"]]: event["time"]
            for event in reversed(server.events(since=terminal.started))
            if event["event"] in ("first", "mark", "last")
        }
        lags = {word: _milliseconds(sent[word], shown[word]) for word in shown}
        return {
            "cpu": _difference(cpu, terminal.cost().cpu),
            "kilobytes": (terminal.bytes_written - written) / 1000,
            "first": lags.get(FIRST),
            "mark": max((lags[word] for word in MARKS if word in lags), default=None),
            "last": lags[LAST],
        }


def _watch(terminal: Terminal, words: Sequence[str], seconds: float) -> dict[str, float]:
    """The time at which each word was first on the screen, until the last of them is."""
    shown: dict[str, float] = {}
    deadline = time.monotonic() + seconds
    missing = list(words)

    def seen() -> bool:
        screen = "\n".join(terminal.emulator.lines())
        return any(word in screen for word in missing)

    while words[-1] in missing:
        came = terminal.pump(deadline, seen)
        if came is None:
            raise AssertionError(terminal.describe(f"waited {seconds:g} s for {words[-1]!r}"))
        screen = "\n".join(terminal.emulator.lines())
        shown |= {word: came for word in missing if word in screen}
        missing = [word for word in missing if word not in screen]
    return shown


def _milliseconds(begin: float, end: float) -> float:
    """The time between two monotonic times in seconds."""
    return (end - begin) * 1000


def _difference(before: float | None, after: float | None, factor: float = 1.0) -> float | None:
    """How much a figure has grown, times a factor; None if it cannot be told here."""
    return None if before is None or after is None else (after - before) * factor
