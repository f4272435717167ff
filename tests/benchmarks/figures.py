"""What is measured, what is aimed at, and the table that says how far they are apart."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

Sample = Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Limit:
    """What a figure must not exceed; every bound that is set must be met.

    Attributes:
        most: A fixed limit, in the figure's unit.
        times_floor: A multiple of the floor's figure.
        above_floor: So much more than the floor's figure, in the figure's unit.
    """

    most: float | None = None
    times_floor: float | None = None
    above_floor: float | None = None

    def limit(self, floor: float | None) -> float | None:
        """The smallest limit, given the floor's figure; None if there is no limit, or none can be told."""
        limits = [] if self.most is None else [self.most]
        if floor is not None and self.times_floor is not None:
            limits.append(floor * self.times_floor)
        if floor is not None and self.above_floor is not None:
            limits.append(floor + self.above_floor)
        return min(limits, default=None)

    def __str__(self) -> str:
        """The limits as the table shows them."""
        parts = [] if self.most is None else [f"≤ {self.most:g}"]
        if self.times_floor is not None:
            parts.append(f"≤ {self.times_floor:g} × floor")
        if self.above_floor is not None:
            parts.append(f"≤ floor + {self.above_floor:g}")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    Attributes:
        scenario: In which scenario it is measured.
        key: Its name in the scenario's samples.
        title: What it is called, with its unit.
        digits: How many digits are shown after the point.
        target: What it must not exceed.
    """

    scenario: str
    key: str
    title: str
    digits: int = 0
    target: Limit = Limit()


FIGURES = (
    Figure("startup", "cpu", "start: CPU until ready, s", 2, Limit(times_floor=1.3)),
    Figure("startup", "ready", "start: ready, ms"),
    Figure("startup", "rss", "idle: memory of all processes, MB", 1, Limit(most=60)),
    Figure("startup", "own_rss", "idle: memory of its own process, MB", 1),
    Figure("startup", "idle_bytes", "idle: bytes to the terminal a second"),
    Figure("startup", "idle_cpu", "idle: CPU, %", 1),
    Figure("startup", "quit", "quit, ms", 0, Limit(above_floor=100)),
    Figure("startup", "left", "quit: processes left running", 0, Limit(most=0)),
    Figure("startup", "unrestored", "quit: terminal modes left changed", 0, Limit(most=0)),
    Figure("keys", "median", "keys: echo, median, ms", 1),
    Figure("keys", "p95", "keys: echo, 95th percentile, ms", 1, Limit(times_floor=1.5)),
    Figure("keys", "bytes", "keys: bytes a key", 0, Limit(most=400)),
    Figure("keys_streaming", "median", "keys while streaming: echo, median, ms", 1),
    Figure("keys_streaming", "p95", "keys while streaming: echo, 95th percentile, ms", 1, Limit(times_floor=1.5)),
    Figure("keys_streaming", "idle_ratio", "keys while streaming: 95th percentile ÷ the idle floor's", 1),
    Figure("stream100", "cpu", "100 tokens/s: CPU, s", 2, Limit(times_floor=0.7)),
    Figure("stream100", "kilobytes", "100 tokens/s: kB to the terminal", 0, Limit(times_floor=0.7)),
    Figure("stream100", "first", "100 tokens/s: first token → screen, ms"),
    Figure("stream100", "mark", "100 tokens/s: worst mark → screen, ms"),
    Figure("stream100", "last", "100 tokens/s: last token → screen, ms", 0, Limit(most=300)),
    Figure("streammax", "cpu", "as fast as possible: CPU, s", 2),
    Figure("streammax", "kilobytes", "as fast as possible: kB to the terminal"),
    Figure("streammax", "first", "as fast as possible: first token → screen, ms"),
    Figure("streammax", "mark", "as fast as possible: worst mark seen → screen, ms"),
    Figure("streammax", "last", "as fast as possible: last token → screen, ms"),
    Figure("embedded", "first", "embedded model: enter → first token, ms", 0, Limit(most=1500)),
)


@dataclass(frozen=True, slots=True)
class Row:
    """A figure with what was measured: medians over the runs, None where nothing could be measured."""

    figure: Figure
    floor: float | None
    subject: float | None

    @property
    def ratio(self) -> float | None:
        """How many times the floor's figure it is."""
        return None if not self.floor or self.subject is None else self.subject / self.floor

    @property
    def verdict(self) -> str:
        """Whether the target is met: pass, FAIL, "?" where that cannot be told, nothing without a target."""
        if self.figure.target == Limit():
            return ""
        limit = self.figure.target.limit(self.floor)
        if limit is None or self.subject is None:
            return "?"
        return "pass" if self.subject <= limit else "FAIL"


def median_of(samples: Iterable[Sample], key: str) -> float | None:
    """The median of a figure over the runs in which it could be measured."""
    values = [value for sample in samples if (value := sample.get(key)) is not None]
    return statistics.median(values) if values else None


def table(rows: Sequence[Row], subject: str) -> str:
    """The rows as aligned text, under the name of the program that was measured."""
    cells = [("", "floor", subject, "ratio", "target", "")]
    for row in rows:
        digits = row.figure.digits
        cells.append(
            (
                row.figure.title,
                _number(row.floor, digits),
                _number(row.subject, digits),
                _number(row.ratio, 2),
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


def _number(value: float | None, digits: int) -> str:
    """A number as the table shows it."""
    return "–" if value is None else f"{value:.{digits}f}"
