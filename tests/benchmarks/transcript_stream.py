"""What it costs to show an answer while it comes, beside the same answer taken in without a screen."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.transcript_append import SIDE
from tests.benchmarks.transcript_place import Measured, Place, Window, milliseconds
from tests.support.answer_server import AnswerServer
from tests.support.answer_text import LAST

_RUNS, _QUICK_RUNS = 3, 1
_AFTER_SECONDS = 1.0
_TIMEOUT = 90.0


def streaming(place: Place) -> Measured:
    """Ask for the long answer: without a screen, in a window at once, in a window at 100 tokens a second."""
    raw: dict[str, list[float]] = {}
    with AnswerServer(place.folder / "server.log") as server:
        for run in range(_QUICK_RUNS if place.quick else _RUNS):
            data = place.folder / f"run-{run}"
            data.mkdir()
            sample = _consumed(place, server, data)
            whole = _asked(place, server, data, "STREAMMAX")
            sample |= {f"max_{name}": whole[name] for name in ("cpu", "kilobytes", "last")}
            sample["max_own"] = whole["cpu"] - sample["max_bare"]
            slow = _asked(place, server, data, "STREAM100")
            sample |= {"100_cpu": 100 * slow["cpu"] / slow["seconds"]}
            sample |= {f"100_{name}": slow[name] for name in ("kilobytes", "last")}
            for name, value in sample.items():
                raw.setdefault(name, []).append(value)
    return Measured({name: statistics.median(values) for name, values in raw.items()}, [], raw)


def _consumed(place: Place, server: AnswerServer, folder: Path) -> dict[str, float]:
    """What our chat layer alone needs, with journal and file: CPU in s, last token → saved in ms."""
    begun = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-P", str(SIDE), "consume", str(folder), "STREAMMAX"],
        env=place.environment(place.home(), server.base_url),
        capture_output=True,
        text=True,
        check=False,
        timeout=_TIMEOUT,
    )
    if done.returncode:
        raise AssertionError(f"the consumer without a screen failed: {done.stderr[-2000:]}")
    cpu, ended = json.loads(done.stdout)
    return {"max_bare": cpu, "max_bare_last": milliseconds(_last(server, begun), ended)}


def _asked(place: Place, server: AnswerServer, folder: Path, question: str) -> dict[str, float]:
    """Ask in a window of its own; CPU in s, time in s, kB to the terminal, last token → screen in ms."""
    with Window(place, folder, url=server.base_url) as window:
        window.begin()
        window.send(question)
        window.calm()
        window.draw()
        cpu, written = _spent(window), window.bytes_written
        sent = window.send("\r")
        # Drawn while it comes: that the last token is there must be known, to end one second after it.
        shown = window.pump(sent + _TIMEOUT, window.shows(LAST))
        if shown is None:
            raise AssertionError(window.describe(f"waited {_TIMEOUT:g} s for {LAST}"))
        time.sleep(max(0.0, shown + _AFTER_SECONDS - time.monotonic()))
        spent, seconds = _spent(window) - cpu, time.monotonic() - sent
        kilobytes = (window.bytes_written - written) / 1000
    return {
        "cpu": spent,
        "seconds": seconds,
        "kilobytes": kilobytes,
        "last": milliseconds(_last(server, sent), shown),
    }


def _last(server: AnswerServer, since: float) -> float:
    """When the last token of the answer that was asked for since a moment was sent."""
    return next(float(event["time"]) for event in server.events(since=since) if event["event"] == "last")


def _spent(window: Window) -> float:
    """The seconds of CPU of all processes of the program."""
    cpu = window.cost().cpu
    return window.cpu() if cpu is None else cpu
