"""Bytes a second are told while something is written, and telling it does not go on by itself."""

from __future__ import annotations

from collections.abc import Callable

from oats_tui.ui.painting.metering import EVERY, OWN, Meter


class Line:
    """A terminal that counts, and a clock that is turned by hand."""

    def __init__(self) -> None:
        self.written = 0
        self.shown: list[str] = []
        self.waiting: list[Callable[[], None]] = []
        self.meter = Meter(lambda: self.written, self._later, self._show)

    def paint(self, count: int) -> None:
        """Write so many bytes."""
        self.written += count
        self.meter.painted()

    def pass_time(self) -> None:
        """Let the time between two looks pass."""
        waiting, self.waiting = self.waiting, []
        for each in waiting:
            each()

    def _later(self, seconds: float, call: Callable[[], None]) -> None:
        assert seconds == EVERY
        self.waiting.append(call)

    def _show(self, words: str) -> None:
        self.shown.append(words.strip())
        self.paint(OWN)


def test_nothing_is_told_until_somebody_wants_to_know() -> None:
    line = Line()
    line.paint(100_000)
    assert (line.shown, line.waiting) == ([], [])


def test_what_goes_out_in_a_second_is_told_and_then_that_nothing_does() -> None:
    line = Line()
    line.meter.turn()
    line.paint(1_800)
    line.paint(0)
    line.pass_time()
    line.pass_time()
    line.pass_time()
    assert line.shown == ["0 bytes/s", "2,000 bytes/s", "0 bytes/s"]
    assert line.waiting == []


def test_it_is_told_no_longer_once_nobody_wants_to_know() -> None:
    line = Line()
    line.meter.turn()
    line.meter.turn()
    line.paint(5_000)
    line.pass_time()
    assert line.shown == ["0 bytes/s", ""]
