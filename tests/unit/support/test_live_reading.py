"""When a text came to a screen, as the benchmarks tell it afterwards."""

from __future__ import annotations

import math

import pytest

from tests.benchmarks.live_reading import Awaited, lags, lost, percentile
from tests.support.pty_process import Chunk


def test_a_text_counts_from_the_read_that_completes_its_frame() -> None:
    chunks = [
        Chunk(1.0, b"\x1b[?2026h\x1b[1;1Hmar"),
        Chunk(1.5, b"\x1b[31mker\x1b[1;4H"),
        Chunk(2.0, b"\x1b[?2026l"),
        Chunk(3.0, b" later"),
    ]
    assert lags(chunks, [Awaited("marker", 0.5), Awaited("never", 0.6)]) == [1500.0, math.inf]


def test_what_a_program_shows_before_the_cause_is_no_answer_to_it() -> None:
    chunks = [Chunk(1.0, b"early"), Chunk(2.0, b"\x1b[1;1H     "), Chunk(3.0, b"\x1b[1;1Hearly")]
    assert lags(chunks, [Awaited("early", 1.5)]) == [1500.0]


def test_one_frame_may_show_several_texts() -> None:
    chunks = [Chunk(1.0, b"a"), Chunk(4.0, b"bc")]
    awaited = [Awaited("a", 0.5), Awaited("ab", 2.0), Awaited("abc", 3.0)]
    assert lags(chunks, awaited) == [500.0, 2000.0, 1000.0]


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([], 50, None),
        ([7.0], 50, 7.0),
        ([3.0, 1.0, 2.0], 50, 2.0),
        ([float(number) for number in range(100, 0, -1)], 95, 95.0),
        ([1.0] * 94 + [math.inf] * 6, 95, math.inf),
        ([1.0] * 95 + [math.inf] * 5, 95, 1.0),
    ],
)
def test_a_percentile_is_one_of_the_values(values: list[float], percent: float, expected: float | None) -> None:
    assert percentile(values, percent) == expected


def test_what_never_came_is_told() -> None:
    assert lost("words", [1.0, math.inf, math.inf]) == ["words: 2 of 3 never came to the screen"]
    assert lost("words", [1.0]) == []
