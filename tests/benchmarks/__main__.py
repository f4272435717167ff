"""Measures oats-tui beside the floor, prints a table, and ends with 1 if a target is missed.

The machine's other work disturbs every figure, so the two programs take turns, and the table shows medians.
Read the ratios rather than the seconds.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import platform
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.benchmarks import embedded, scenarios
from tests.benchmarks.figures import FIGURES, Row, median_of, table
from tests.benchmarks.scenarios import Sample, Scenario
from tests.benchmarks.targets import FLOOR, OATS_TUI, Target
from tests.support.answer_server import AnswerServer

_SCENARIOS: dict[str, Scenario] = {
    "startup": scenarios.startup,
    "keys": scenarios.keys,
    "keys_streaming": scenarios.keys_streaming,
    "stream100": scenarios.stream100,
    "streammax": scenarios.streammax,
}
_EMBEDDED = "embedded"
# The reading thread must get its turn at once when the screen is being drawn, or its times would be late.
_SWITCH_SECONDS = 0.0005


@dataclass
class Samples:
    """What was measured, run by run, and what went wrong."""

    floor: dict[str, list[Sample]] = field(default_factory=dict)
    subject: dict[str, list[Sample]] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)

    def take(self, into: dict[str, list[Sample]], scenario: str, name: str, measure: Callable[[], Sample]) -> None:
        """Measure once; a run that fails is told and leaves no sample."""
        try:
            into.setdefault(scenario, []).append(measure())
        except (AssertionError, TimeoutError) as error:
            self.troubles.append(f"{scenario}, {name}: {error}")
            _tell(f"{scenario}, {name}: failed")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print the table and perhaps write it down.

    Returns:
        0 if every target is met, 1 if one is missed or a run failed.
    """
    options = _options(arguments)
    sys.setswitchinterval(_SWITCH_SECONDS)
    subject = FLOOR if options.subject == FLOOR.name else OATS_TUI
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        samples = _measure(options, subject, Path(folder))
    rows = _rows(samples, options.only)
    sys.stdout.write(table(rows, subject.name) + "\n")
    for trouble in samples.troubles:
        sys.stdout.write(f"\n{trouble}\n")
    if options.json is not None:
        options.json.write_text(json.dumps(_record(options, samples, rows), indent=1) + "\n", "utf-8")
    return 1 if samples.troubles or any(row.verdict == "FAIL" for row in rows) else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    names = [*_SCENARIOS, _EMBEDDED]
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="how often each program is measured")
    parser.add_argument("--only", default=",".join(names), help=f"scenarios, with commas: {', '.join(names)}")
    parser.add_argument("--json", type=Path, help="file for the figures and all samples")
    parser.add_argument(
        "--model-cache", type=Path, help="an XDG_CACHE_HOME in which oats-tui has its embedded model"
    )
    parser.add_argument(
        "--subject",
        choices=(OATS_TUI.name, FLOOR.name),
        default=OATS_TUI.name,
        help="what to measure beside the floor; the floor itself shows how far the figures can be trusted",
    )
    options = parser.parse_args(arguments)
    options.only = options.only.split(",")
    if unknown := sorted(set(options.only) - set(names)):
        parser.error(f"no such scenario: {', '.join(unknown)}; there are {', '.join(names)}")
    return options


def _measure(options: argparse.Namespace, subject: Target, folder: Path) -> Samples:
    """Run all scenarios, the floor and the subject in turns."""
    samples = Samples()
    sides = ((FLOOR, samples.floor), (subject, samples.subject))
    with AnswerServer(folder / "server.log") as server:
        for target, into in sides:
            home = folder / f"warm-up-{target.name}"
            samples.take(into, "warm-up", target.name, partial(scenarios.warm_up, target, home, server))
        for scenario in (name for name in _SCENARIOS if name in options.only):
            for run in range(1, options.runs + 1):
                for target, into in sides:
                    _tell(f"{scenario} {run}/{options.runs}: {target.name}")
                    home = folder / f"{scenario}-{run}-{'floor' if into is samples.floor else 'subject'}"
                    samples.take(into, scenario, target.name, partial(_SCENARIOS[scenario], target, home, server))
    if _EMBEDDED in options.only:
        _measure_embedded(options, samples, folder)
    return samples


def _measure_embedded(options: argparse.Namespace, samples: Samples, folder: Path) -> None:
    """Run the scenario that has no floor, or say why not."""
    reason = embedded.missing(options.model_cache)
    if reason is not None:
        _tell(f"{_EMBEDDED}: skipped, {reason}")
        return
    cache = options.model_cache.resolve()
    for run in range(1, options.runs + 1):
        _tell(f"{_EMBEDDED} {run}/{options.runs}")
        home = folder / f"{_EMBEDDED}-{run}"
        samples.take(samples.subject, _EMBEDDED, OATS_TUI.name, partial(embedded.embedded, home, cache))


def _rows(samples: Samples, only: Sequence[str]) -> list[Row]:
    """The lines of the table for the scenarios that were run."""
    rows = []
    idle = median_of(samples.floor.get("keys", []), "p95")
    for figure in FIGURES:
        if figure.scenario not in only:
            continue
        floor, subject = (
            _figure(side.get(figure.scenario, []), figure.key, idle) for side in (samples.floor, samples.subject)
        )
        rows.append(Row(figure, floor, subject))
    return rows


def _figure(samples: Sequence[Sample], key: str, idle: float | None) -> float | None:
    """The median of one figure; echoes while streaming are also told as a multiple of the idle floor's."""
    if key != "idle_ratio":
        return median_of(samples, key)
    streaming = median_of(samples, "p95")
    return None if idle is None or streaming is None else streaming / idle


def _record(options: argparse.Namespace, samples: Samples, rows: Sequence[Row]) -> dict[str, object]:
    """All that is known about these runs, for a file."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "textual": importlib.metadata.version("textual"),
        "subject": options.subject,
        "runs": options.runs,
        "figures": [
            {
                "scenario": row.figure.scenario,
                "figure": row.figure.title,
                "floor": row.floor,
                "subject": row.subject,
                "ratio": row.ratio,
                "target": str(row.figure.target),
                "verdict": row.verdict,
            }
            for row in rows
        ],
        "samples": {"floor": samples.floor, "subject": samples.subject},
        "troubles": samples.troubles,
    }


def _tell(progress: str) -> None:
    """Say on standard error what is going on; the table alone goes to standard output."""
    sys.stderr.write(f"{progress}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
