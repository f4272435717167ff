"""Measures windows in a storm: 5,000 changes in 10 s to 500 sessions by three processes, one of them oats itself.

Beside two windows that show sessions of the folder there is a third on a folder of its own, in which nothing
happens: the floor. What the machine's other work, and the storm itself, cost every program is in its figures too.
The table shows medians over the runs, of the two windows the one that fared worse. Ends with 1 if a target is
missed or a window does not show what is true at the end.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from tests.benchmarks.figures import Figure, Limit, Row, median_of, table
from tests.support.storm import Blown, Storm, seed
from tests.support.storm_windows import Window, all_alive, compare, end, troubles

_STORM = "storm"
_WINDOWS = 2
_FAVOUR = 0.02
_IDLE_SECONDS = 5.0

Sample = dict[str, float | None]

_figure = partial(Figure, _STORM)
FIGURES = (
    _figure("rate", "changes a second"),
    _figure("worst", "loop late in the storm: most, ms", 1, Limit(above_floor=50)),
    _figure("p999", "loop late in the storm: 99.9 %, ms", 1),
    _figure("idle_worst", "loop late before it: most, ms", 1),
    _figure("idle_p999", "loop late before it: 99.9 %, ms", 1),
    _figure("after_worst", "loop late in the quiet after it: most, ms", 1),
    _figure("settled", "last change → last output, ms"),
    _figure("rss_before", "memory before, MiB", 1),
    _figure("rss_after", "memory after, MiB", 1),
    _figure("open_before", "file descriptors before"),
    _figure("open_after", "file descriptors after"),
    _figure("more_open", "file descriptors more than before", 0, Limit(most=0)),
    _figure("troubles", "lines of the log with an exception", 0, Limit(most=0)),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table and perhaps write it down.

    Returns:
        0 if every target is met, 1 if one is missed or a run failed.
    """
    options = _options(arguments)
    floors: list[Sample] = []
    subjects: list[Sample] = []
    failures: list[str] = []
    for run in range(1, options.runs + 1):
        sys.stderr.write(f"storm {run}/{options.runs}\n")
        with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
            try:
                floor, subject, difference = _run(Path(folder), options)
            except (AssertionError, RuntimeError, TimeoutError) as error:
                failures.append(f"storm {run}: {error}")
                continue
        floors.append(floor)
        subjects.append(subject)
        if difference:
            failures.append(f"storm {run}: {difference}")
    rows = [Row(figure, median_of(floors, figure.key), median_of(subjects, figure.key)) for figure in FIGURES]
    sys.stdout.write(table(rows, "oats-tui") + "\n")
    for failure in failures:
        sys.stdout.write(f"\n{failure}\n")
    if options.json is not None:
        samples = {"floor": floors, "oats-tui": subjects}
        record = {"python": platform.python_version(), "samples": samples, "troubles": failures}
        options.json.write_text(json.dumps(record, indent=1) + "\n", "utf-8")
    return 1 if failures or any(row.verdict == "FAIL" for row in rows) else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.live_storm", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="how many storms")
    parser.add_argument("--sessions", type=int, default=500, help="over how many sessions")
    parser.add_argument("--changes", type=int, default=5000, help="how many changes")
    parser.add_argument("--seconds", type=float, default=10.0, help="in how many seconds")
    parser.add_argument("--json", type=Path, help="file for all samples")
    return parser.parse_args(arguments)


def _run(folder: Path, options: argparse.Namespace) -> tuple[Sample, Sample, str]:
    """Have one storm; returns what the floor and the windows measured, and whether a window shows an untruth."""
    stormy, calm = folder / "stormy", folder / "calm"
    ids, quiet_ids = seed(stormy, options.sessions), seed(calm, options.sessions)
    with ExitStack() as stack:
        storm = stack.enter_context(Storm(stormy, ids, ids[-_WINDOWS:]))
        control = stack.enter_context(Window(calm, quiet_ids[-1], "control"))
        windows = [stack.enter_context(Window(stormy, each, each)) for each in ids[-_WINDOWS:]]
        measured = [control, *windows]
        for window in measured:
            window.ready()
        storm.ready()
        before = [_before(window) for window in measured if window.settled()]
        time.sleep(_IDLE_SECONDS)
        for window, sample in zip(measured, before, strict=True):
            sample["idle_worst"], sample["idle_p999"] = _late(window)
        blown = storm.blow(options.changes, options.seconds, _FAVOUR)
        floor, *samples = [_after(*each, blown) for each in zip(measured, before, strict=True)]
        floor["settled"] = floor["rate"] = None
        difference = _difference(stormy, windows, options.sessions)
        for window in measured:
            end(window)
        floor["troubles"], count = len(troubles(calm)), len(troubles(stormy))
    subject: Sample = {key: max(_known(samples, key)) for key in samples[0]}
    subject["troubles"] = count
    return floor, subject, difference


def _before(window: Window) -> Sample:
    """What a window has before the storm; its meter begins anew."""
    window.lateness()
    return {"rss_before": window.memory(), "open_before": window.descriptors()}


def _after(window: Window, before: Sample, blown: Blown) -> Sample:
    """What a window has measured in the storm and has after it, beside what it had before."""
    worst, p999 = _late(window)
    all_alive([window])
    settled = window.settled()
    after_worst, _ = _late(window)
    descriptors = window.descriptors()
    found: Sample = {
        "rate": blown.changes / blown.seconds,
        "worst": worst,
        "p999": p999,
        "after_worst": after_worst,
        "settled": max(0.0, settled - blown.ended) * 1000,
        "rss_after": window.memory(),
        "open_after": descriptors,
        "more_open": max(0.0, descriptors - (before["open_before"] or 0.0)),
    }
    return before | found


def _late(window: Window) -> tuple[float, float]:
    """The worst lateness and the 99.9th percentile, in ms, since this was asked last."""
    found = window.lateness()
    return found.worst, found.p999


def _difference(folder: Path, windows: Sequence[Window], sessions: int) -> str:
    """How what the windows show differs from what freshly started ones show; empty if it does not."""
    found = []
    for window in windows:
        try:
            compare(folder, window, sessions, f"fresh-{window.session_id}")
        except AssertionError as error:
            found.append(str(error))
    return "\n".join(found)


def _known(samples: Sequence[Sample], key: str) -> list[float]:
    """A figure of several windows, where it is known."""
    return [value for sample in samples if (value := sample[key]) is not None]


if __name__ == "__main__":
    sys.exit(main())
