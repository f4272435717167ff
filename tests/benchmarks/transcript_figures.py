"""What is aimed at with long sessions and long answers, and the table that says what was measured."""

from __future__ import annotations

import math
from collections.abc import Sequence

from tests.benchmarks.figures import Figure, Limit, Row

KINDS = {"code": "200 KB of code", "table": "500 rows", "line": "a line of 1 MB", "items": "10,000 items"}
"""What stands in the large answers."""


def _big(kind: str, words: str) -> tuple[Figure, ...]:
    """The figures about one large answer."""
    return (
        Figure("big", f"{kind}_open", f"{words}: key → its end, ms", 0, Limit(most=1000)),
        Figure("big", f"{kind}_keys", f"{words}: keys while it opens: echo, 95 %, ms", 1, Limit(most=50)),
        Figure("big", f"{kind}_lost", f"{words}: keys while it opens: lost or out of order", 0, Limit(most=0)),
        Figure("big", f"{kind}_page", f"{words}: slowest of 20 pages up, ms", 1),
        Figure("big", f"{kind}_stream", f"{words}: streamed, last mark sent → screen, ms"),
        Figure("big", f"{kind}_stream_keys", f"{words}: keys while it streams: echo, 95 %, ms", 1),
        Figure(
            "big", f"{kind}_stream_lost", f"{words}: keys while it streams: lost or out of order", 0, Limit(most=0)
        ),
        Figure("big", f"{kind}_stream_whole", f"{words}: streamed, first piece sent → last on the screen, s", 1),
    )


FIGURES = (
    Figure("open", "long", "open 5,000 messages: enter → last line, median, ms", 1, Limit(most=150)),
    Figure("open", "short", "open 50 messages: enter → last line, median, ms", 1),
    Figure("open", "ratio", "open: 5,000 ÷ 50 messages", 2, Limit(most=1.5)),
    Figure("open", "long_most", "open 5,000 messages: slowest, ms", 1),
    Figure("open", "short_most", "open 50 messages: slowest, ms", 1),
    Figure("switch", "p50", "back to a scrolled session of 5,000: median, ms", 1),
    Figure("switch", "p95", "back to a scrolled session of 5,000: 95 %, ms", 1, Limit(most=50)),
    Figure("append", "long", "another's message into 5,000: CPU, ms", 1),
    Figure("append", "short", "another's message into 10: CPU, ms", 1),
    Figure("append", "ratio", "another's message: CPU, 5,000 ÷ 10", 2, Limit(most=2)),
    Figure("append", "long_shown", "another's message into 5,000: saved → screen, ms", 0),
    Figure("append", "short_shown", "another's message into 10: saved → screen, ms", 0),
    Figure("append", "long_stream", "20 words/s into 5,000: CPU, ms a second", 1),
    Figure("append", "short_stream", "20 words/s into 10: CPU, ms a second", 1),
    Figure("append", "stream_ratio", "20 words/s: CPU, 5,000 ÷ 10", 2, Limit(most=2)),
    Figure("stream", "max_cpu", "2,000 tokens at once: CPU, s", 2),
    Figure("stream", "max_bare", "2,000 tokens at once, without a screen: CPU, s", 2),
    Figure("stream", "max_own", "2,000 tokens at once: CPU more than without a screen, s", 2, Limit(most=0.8)),
    Figure("stream", "max_kilobytes", "2,000 tokens at once: kB to the terminal", 0, Limit(most=100)),
    Figure("stream", "max_last", "2,000 tokens at once: last token → screen, ms", 0, Limit(most=300)),
    Figure("stream", "max_bare_last", "2,000 tokens at once, without a screen: last token → saved, ms"),
    Figure("stream", "100_cpu", "100 tokens/s: CPU, % of a core", 1, Limit(most=15)),
    Figure("stream", "100_kilobytes", "100 tokens/s: kB to the terminal"),
    Figure("stream", "100_last", "100 tokens/s: last token → screen, ms"),
    *(figure for kind, words in KINDS.items() for figure in _big(kind, words)),
    Figure("theme", "long", "theme with 5,000 messages: enter → last change, median, ms", 1, Limit(most=200)),
    Figure("theme", "long_most", "theme with 5,000 messages: slowest, ms", 1),
    Figure("theme", "short", "theme with 50 messages: enter → last change, median, ms", 1),
    *(
        Figure("memory", f"{name}_{step}", f"{count} messages: {words}, MB", 1)
        for name, count in (("long", "5,000"), ("short", "50"))
        for step, words in (
            ("start", "before it is opened"),
            ("open", "opened"),
            ("top", "scrolled to the first"),
            ("first", "after g"),
            ("last", "after G"),
        )
    ),
    Figure("memory", "long_pages", "5,000 messages: pages to the first"),
    Figure("memory", "more", "memory: 5,000 − 50 messages, after all, MB", 1, Limit(most=60)),
)


def table(rows: Sequence[Row]) -> str:
    """The rows as aligned text: figure, measured, target, verdict."""
    cells = [("figure", "measured", "target", "verdict")]
    cells += [
        (row.figure.title, number(row.subject, row.figure.digits), str(row.figure.target), row.verdict)
        for row in rows
    ]
    first, second, third = (max(len(line[column]) for line in cells) for column in range(3))
    return "\n".join(
        f"{title:<{first}}  {measured:>{second}}  {target:<{third}}  {verdict}".rstrip()
        for title, measured, target, verdict in cells
    )


def number(value: float | None, digits: int) -> str:
    """A figure as the table shows it."""
    if value is None:
        return "–"
    return f"{value:.{digits}f}" if math.isfinite(value) else "never"
