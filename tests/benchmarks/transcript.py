"""Measures how the message pane bears long sessions and long answers: `python -m tests.benchmarks.transcript`.

Everything happens in real pseudo-terminals of 120 × 40 with the real program. Prints a table of figure, measured,
target and verdict, and ends with 1 if a target is missed. The machine's other work disturbs the times; what is
compared with each other is measured in turns.
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

from tests.benchmarks.figures import Row
from tests.benchmarks.transcript_append import appending
from tests.benchmarks.transcript_big import large
from tests.benchmarks.transcript_figures import FIGURES, table
from tests.benchmarks.transcript_memory import remembering
from tests.benchmarks.transcript_open import opening, switching, theming
from tests.benchmarks.transcript_place import Measured, Place
from tests.benchmarks.transcript_stream import streaming

_PARTS: dict[str, Callable[[Place], Measured]] = {
    "open": opening,
    "switch": switching,
    "append": appending,
    "stream": streaming,
    "big": large,
    "theme": theming,
    "memory": remembering,
}
# The reading thread must get its turn at once when something is drawn, or its times would be late.
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
        for name in options.only:
            _tell(name)
            home = Path(folder) / name
            home.mkdir()
            try:
                measured[name] = _PARTS[name](Place(home, options.subject.resolve(), options.quick))
                troubles += measured[name].troubles
            except (AssertionError, TimeoutError) as error:
                troubles.append(f"{name}: {error}")
    rows = _rows(options.only, measured)
    sys.stdout.write(table(rows) + "\n")
    for trouble in troubles:
        sys.stdout.write(f"\n{trouble}\n")
    if options.json is not None:
        options.json.write_text(json.dumps(_record(options, rows, measured, troubles), indent=1) + "\n", "utf-8")
    return 1 if troubles or any(row.verdict == "FAIL" for row in rows) else 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.transcript", description=__doc__)
    parser.add_argument("--only", default=",".join(_PARTS), help=f"parts, with commas: {', '.join(_PARTS)}")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="few samples, to see whether it works; memory is measured with 500 messages for 5,000",
    )
    parser.add_argument("--json", type=Path, help="file for the figures and all samples")
    here = Path(__file__).resolve().parents[2]
    parser.add_argument("--subject", type=Path, default=here, help="the folder that holds the package oats_tui")
    options = parser.parse_args(arguments)
    options.only = options.only.split(",")
    if unknown := sorted(set(options.only) - set(_PARTS)):
        parser.error(f"no such part: {', '.join(unknown)}; there are {', '.join(_PARTS)}")
    if not (options.subject / "oats_tui" / "__init__.py").is_file():
        parser.error(f"there is no package oats_tui in {options.subject}")
    return options


def _rows(only: Sequence[str], measured: Mapping[str, Measured]) -> list[Row]:
    """The lines of the table for the parts that were asked for."""
    return [
        Row(figure, None, measured.get(figure.scenario, Measured({})).figures.get(figure.key))
        for figure in FIGURES
        if figure.scenario in only
    ]


def _record(
    options: argparse.Namespace, rows: Sequence[Row], measured: Mapping[str, Measured], troubles: Sequence[str]
) -> dict[str, object]:
    """All that is known about this run, for a file; what never came is null there."""
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "quick": options.quick,
        "figures": [
            {
                "part": row.figure.scenario,
                "key": row.figure.key,
                "figure": row.figure.title,
                "measured": _finite(row.subject),
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
