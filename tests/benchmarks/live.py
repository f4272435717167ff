"""Measures how fast windows follow what others do, and what it costs them to watch.

Prints a table and ends with 1 if a target is missed. The floor is a bare loop that waits for the system's notices;
of keys, the same window while no file changes; of another window's words, the window that asked for them.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.benchmarks.figures import Figure, Limit, Row, table
from tests.benchmarks.live_changes import changes
from tests.benchmarks.live_idle import idle, memory
from tests.benchmarks.live_place import Measured, Place
from tests.benchmarks.live_tokens import tokens

_PARTS: dict[str, Callable[[Place], Measured]] = {
    "changes": changes,
    "tokens": tokens,
    "idle": idle,
    "memory": memory,
}
_FIGURES = (
    Figure("changes", "message_p50", "another program's message → screen, median, ms", 1, Limit(most=60)),
    Figure("changes", "message_p95", "another program's message → screen, 95 %, ms", 1, Limit(most=150)),
    Figure("changes", "title_p50", "another program's title → list, median, ms", 1, Limit(most=60)),
    Figure("changes", "title_p95", "another program's title → list, 95 %, ms", 1, Limit(most=150)),
    Figure("changes", "keys_p50", "keys meanwhile: echo, median, ms", 1),
    Figure("changes", "keys_p95", "keys meanwhile: echo, 95 %, ms", 1),
    Figure("changes", "keys_p99", "keys meanwhile: echo, 99 %, ms", 1),
    Figure("tokens", "a_p50", "a word of the answer → window A, median, ms", 1),
    Figure("tokens", "a_p95", "a word of the answer → window A, 95 %, ms", 1),
    Figure("tokens", "b_p50", "a word of the answer → window B, median, ms", 1),
    Figure("tokens", "b_p95", "a word of the answer → window B, 95 %, ms", 1, Limit(most=250)),
    Figure("idle", "cpu", "idle, 20,000 sessions: CPU, %", 2, Limit(most=1)),
    Figure("idle", "bytes", "idle, 20,000 sessions: bytes to the terminal", 0, Limit(most=0)),
    Figure("memory", "rss", "idle, 20,000 sessions: memory of all processes, MB", 1),
    Figure("memory", "own_rss", "idle, 20,000 sessions: memory of its own process, MB", 1),
)
_SUBJECT = "oats-tui"
# The reading threads must get their turn at once when something is drawn, or their times would be late.
_SWITCH_SECONDS = 0.0005


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table and perhaps write it down.

    Returns:
        0 if every target is met, 1 if one is missed or a part failed.
    """
    options = _options(arguments)
    sys.setswitchinterval(_SWITCH_SECONDS)
    measured: dict[str, Measured] = {}
    troubles: list[str] = []
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        place = Place(Path(folder), options.many, options.quick)
        for name in options.only:
            _tell(name)
            try:
                measured[name] = _PARTS[name](place)
                troubles += measured[name].troubles
            except (AssertionError, TimeoutError) as error:
                troubles.append(f"{name}: {error}")
    rows = _rows(options.only, measured)
    sys.stdout.write(table(rows, _SUBJECT) + "\n")
    for trouble in troubles:
        sys.stdout.write(f"\n{trouble}\n")
    if options.json is not None:
        options.json.write_text(json.dumps(_record(rows, measured, troubles), indent=1) + "\n", "utf-8")
    return 1 if troubles or any(row.verdict == "FAIL" for row in rows) else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.live", description=__doc__)
    parser.add_argument("--only", default=",".join(_PARTS), help=f"parts, with commas: {', '.join(_PARTS)}")
    parser.add_argument("--quick", action="store_true", help="take few samples, to see whether it works")
    parser.add_argument("--many", type=Path, help="data directory with 20,000 sessions, used as it is")
    parser.add_argument("--json", type=Path, help="file for the figures and all samples")
    options = parser.parse_args(arguments)
    options.only = options.only.split(",")
    if unknown := sorted(set(options.only) - set(_PARTS)):
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(_PARTS)}")
    return options


def _rows(only: Sequence[str], measured: Mapping[str, Measured]) -> list[Row]:
    """The lines of the table for the parts that were asked for."""
    rows = []
    for figure in _FIGURES:
        if figure.scenario in only:
            found = measured.get(figure.scenario, Measured({}, {}))
            rows.append(Row(figure, found.floor.get(figure.key), found.subject.get(figure.key)))
    return rows


def _record(rows: Sequence[Row], measured: Mapping[str, Measured], troubles: Sequence[str]) -> dict[str, object]:
    """All that is known about this run, for a file; what never came is null there."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "figures": [
            {
                "part": row.figure.scenario,
                "figure": row.figure.title,
                "floor": _finite(row.floor),
                "subject": _finite(row.subject),
                "ratio": _finite(row.ratio),
                "target": str(row.figure.target),
                "verdict": row.verdict,
            }
            for row in rows
        ],
        "samples": {
            name: {key: [_finite(value) for value in values] for key, values in part.raw.items()}
            for name, part in measured.items()
        },
        "troubles": list(troubles),
    }


def _finite(value: float | None) -> float | None:
    """A number that JSON can hold."""
    return None if value is None or not math.isfinite(value) else value


def _tell(progress: str) -> None:
    """Say on standard error what is going on; the table alone goes to standard output."""
    sys.stderr.write(f"{progress}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
