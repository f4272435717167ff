"""Measures the store beside bare system calls and the original, and ends with 1 if a target is missed.

All take turns, each in a new process, and the table shows medians: the machine's other work disturbs every figure.
Read what stands beside each other rather than the single figure.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.storage_figures import FIGURES, ORIGINAL, Row, Samples, row_of, table
from tests.benchmarks.storage_turns import SCENARIOS, Place
from tests.support.oats_env import oats_python


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table and perhaps write it down.

    Returns:
        0 if every target is met, 1 if one is missed or a run failed.
    """
    options = _options(arguments)
    os.nice(options.nice)
    samples: Samples = {}
    troubles: list[str] = []
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        original = None if options.without_original else oats_python()
        place = Place(Path(folder), options.many or Path(folder) / "generated", options.full, original)
        for scenario in options.only:
            _measure(scenario, place, options.runs, samples, troubles)
    rows = [row_of(figure, samples) for figure in FIGURES if figure.scenario in options.only]
    sys.stdout.write(table(rows) + "\n")
    if not options.full:
        sys.stdout.write(
            f"\n* {place.few:,} sessions only for the original, and {place.saves:,} saves for both; see --full.\n"
        )
    for trouble in troubles:
        sys.stdout.write(f"\n{trouble}\n")
    if options.json is not None:
        options.json.write_text(json.dumps(_record(options, samples, rows, troubles), indent=1) + "\n", "utf-8")
    return 1 if troubles or any(row.verdict == "FAIL" for row in rows) else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.storage", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="how often each is measured")
    parser.add_argument(
        "--only", default=",".join(SCENARIOS), help=f"scenarios, with commas: {', '.join(SCENARIOS)}"
    )
    parser.add_argument("--json", type=Path, help="file for the figures and all samples")
    parser.add_argument("--many", type=Path, help="folder to keep the 20,000 sessions in and to find them in")
    parser.add_argument("--full", action="store_true", help="10,000 saves, and 20,000 sessions for the original")
    parser.add_argument("--without-original", action="store_true", help="leave the original out")
    parser.add_argument("--nice", type=int, default=0, help="what to add to the niceness of all that is measured")
    options = parser.parse_args(arguments)
    options.only = options.only.split(",")
    if unknown := sorted(set(options.only) - set(SCENARIOS)):
        parser.error(f"no such scenario: {', '.join(unknown)}; there are {', '.join(SCENARIOS)}")
    return options


def _measure(scenario: str, place: Place, runs: int, samples: Samples, troubles: list[str]) -> None:
    """Run one scenario, the sides in turns; a turn that fails is told and leaves no sample."""
    for run in range(1, runs + 1):
        for side, measure in SCENARIOS[scenario](place, run):
            _tell(f"{scenario} {run}/{runs}: {side}")
            try:
                samples.setdefault(side, {}).setdefault(scenario, []).append(measure())
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                troubles.append(f"{scenario}, {side}: {error}")
                _tell(f"{scenario}, {side}: failed")


def _record(
    options: argparse.Namespace, samples: Samples, rows: Sequence[Row], troubles: Sequence[str]
) -> dict[str, object]:
    """All that is known about these runs, for a file."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "runs": options.runs,
        "full": options.full,
        "figures": [
            {
                "scenario": row.figure.scenario,
                "figure": row.figure.title.strip(),
                "floor": row.floor,
                "ours": row.ours,
                ORIGINAL: row.original,
                "target": str(row.figure.target),
                "verdict": row.verdict,
            }
            for row in rows
        ],
        "samples": samples,
        "troubles": troubles,
    }


def _tell(progress: str) -> None:
    """Say on standard error what is going on; the table alone goes to standard output."""
    sys.stderr.write(f"{progress}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
