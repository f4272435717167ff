"""How high things are that stand below each other, and where each begins."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate


class Heights:
    """The heights of things, in lines."""

    def __init__(self) -> None:
        self._heights: list[int] = []
        self._ends: list[int] | None = None

    def __len__(self) -> int:
        return len(self._heights)

    @property
    def total(self) -> int:
        """All of them together."""
        return self._all_ends()[-1] if self._heights else 0

    def values(self, first: int = 0) -> list[int]:
        """Return the height of each, from one on."""
        return self._heights[first:]

    def replace(self, first: int, heights: Iterable[int]) -> None:
        """Take on other heights from one on."""
        self._heights[first:] = heights
        self._ends = None

    def note(self, index: int, height: int) -> None:
        """Take on the height that one has turned out to have."""
        if self._heights[index] != height:
            self._heights[index] = height
            self._ends = None

    def start(self, index: int) -> int:
        """Return the first line of one."""
        return self._all_ends()[index - 1] if index else 0

    def at(self, line: int) -> int:
        """Return which of them holds a line; the last one for a line behind the end."""
        return min(bisect_right(self._all_ends(), line), len(self._heights) - 1)

    def _all_ends(self) -> list[int]:
        """Return for each the line behind its last."""
        if self._ends is None:
            self._ends = list(accumulate(self._heights))
        return self._ends
