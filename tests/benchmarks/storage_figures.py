"""What is measured of the store, what is aimed at, and the table that says how far they are apart."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.benchmarks.figures import Limit
from tests.benchmarks.storage_meters import Sample

FLOOR, OURS, ORIGINAL = "floor", "ours", "original"
SIDES = (FLOOR, OURS, ORIGINAL)

Samples = dict[str, dict[str, list[Sample]]]
"""What was measured: by side, then by scenario, run by run."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    Attributes:
        scenario: In which scenario it is measured.
        key: Its name in the scenario's samples.
        title: What it is called, with its unit.
        digits: How many digits are shown after the point.
        target: What ours must not exceed.
        beside: The name of the floor in the same sample, if both were measured in turns in one process.
        original: The name in the original's samples, if it is another one.
        partly: Whether the original is given fewer sessions.
    """

    scenario: str
    key: str
    title: str
    digits: int = 0
    target: Limit = field(default_factory=Limit)
    beside: str | None = None
    original: str | None = None
    partly: bool = False


FIGURES = (
    Figure("list", "page", "list: first page from the cache, ms", 1, Limit(most=5)),
    Figure("list", "checked", "list: cached, checked against the folder, s", 2, Limit(most=0.5)),
    Figure("list", "checked_cpu", "  of that CPU", 2),
    Figure("list", "uncached", "list: no cache, s", 2, Limit(most=0.6)),
    Figure("list", "uncached_cpu", "  of that CPU", 2),
    Figure("list", "uncached_rss", "list: memory of the entries, MB", 0, Limit(most=80)),
    Figure("list", "checked_rss", "list: memory of the entries, cached, MB", 0, Limit(most=80)),
    Figure("list", "uncached_peak", "list: most memory at any time, MB"),
    Figure("list", "infos", "list_infos, s", 2, partly=True),
    Figure("list", "infos_rss", "list_infos: memory of the models, MB", 0, Limit(most=200), partly=True),
    Figure("list", "infos_peak", "list_infos: most memory at any time, MB", partly=True),
    Figure("open", "tail", "open 11 MB: last messages, ms", 1, Limit(most=5), original="get"),
    Figure("open", "get", "open 11 MB: all, ms"),
    Figure("append", "append", "append to 5,000 messages, ms", 1, Limit(times_floor=1.5), "append_bare"),
    Figure("append", "append_first", "append to 5,000 messages, first after opening, ms", 1),
    Figure("journal", "record", "journal: one message, durable, ms", 2, beside="record_bare"),
    Figure("journal", "record_bytes", "journal: bytes ÷ text, 400 characters and more", 2, Limit(most=2)),
    Figure("journal", "stream_bytes", "journal: bytes ÷ text, 100 tokens/s, 50 ms", 2),
    Figure("stall", "stall_p999", "loop late: 99.9 %, ms", 1, Limit(above_floor=16), "idle_p999", partly=True),
    Figure("stall", "stall_max", "loop late: most, ms", 1, Limit(above_floor=50), "idle_max", partly=True),
    Figure("stall", "most: list", "  while listing, no cache", 1, partly=True),
    Figure("stall", "most: list again", "  while listing again", 1, partly=True),
    Figure("stall", "most: open", "  while opening 44 MB", 1),
    Figure("stall", "most: save", "  while saving 44 MB", 1),
    Figure("stall", "most: save again", "  while saving it again", 1),
    Figure("saves", "saves_growth", "memory: growth over the saves, %", 1, Limit(most=10)),
    Figure("saves", "saves_early", "memory: after a tenth of the saves, MB", 1),
    Figure("saves", "saves_kept", "disk: all files after the saves, MB", 2),
    Figure("saves", "saves_first", "one save of 66 KB, in the first tenth, ms", 2),
    Figure("saves", "saves_last", "one save of 66 KB, in the last tenth, ms", 2),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A figure with what was measured, run by run; nothing where it could not be."""

    figure: Figure
    floor: Sequence[float]
    ours: Sequence[float]
    original: Sequence[float]

    @property
    def verdict(self) -> str:
        """Whether the target is met: pass, FAIL, "?" where that cannot be told, nothing without a target.

        A run is held against the floor of the same run, so that what slows both down counts for neither.
        """
        target = self.figure.target
        if target == Limit():
            return ""
        floors: Sequence[float | None] = self.floor or [None] * len(self.ours)
        limits = [target.limit(floor) for floor in floors]
        over = [ours - limit for ours, limit in zip(self.ours, limits, strict=False) if limit is not None]
        if not over:
            return "?"
        return "pass" if statistics.median(over) <= 0 else "FAIL"


def row_of(figure: Figure, samples: Samples) -> Row:
    """The line of one figure."""
    by_side = {side: samples.get(side, {}).get(figure.scenario, []) for side in SIDES}
    floor = by_side[OURS] if figure.beside else by_side[FLOOR]
    return Row(
        figure,
        _values(floor, figure.beside or figure.key),
        _values(by_side[OURS], figure.key),
        _values(by_side[ORIGINAL], figure.original or figure.key),
    )


def table(rows: Sequence[Row]) -> str:
    """The rows as aligned text; each figure as the median and, of several runs, the least and the most."""
    cells = [("", FLOOR, OURS, ORIGINAL, "target", "")]
    for row in rows:
        digits = row.figure.digits
        mark = " *" if row.figure.partly and row.original else ""
        cells.append(
            (
                row.figure.title,
                _spread(row.floor, digits),
                _spread(row.ours, digits),
                _spread(row.original, digits) + mark,
                str(row.figure.target),
                row.verdict,
            )
        )
    widths = [max(len(line[column]) for line in cells) for column in range(6)]
    lines = []
    for line in cells:
        numbers = "  ".join(line[column].rjust(widths[column]) for column in (1, 2, 3))
        lines.append(f"{line[0].ljust(widths[0])}  {numbers}  {line[4].ljust(widths[4])}  {line[5]}".rstrip())
    return "\n".join(lines)


def _values(samples: Sequence[Sample], key: str) -> list[float]:
    """A figure in the runs in which it could be measured."""
    return [value for sample in samples if (value := sample.get(key)) is not None]


def _spread(values: Sequence[float], digits: int) -> str:
    """Median, least and most."""
    if not values:
        return "–"
    median = f"{statistics.median(values):.{digits}f}"
    if len(values) == 1:
        return median
    return f"{median} ({min(values):.{digits}f}–{max(values):.{digits}f})"
