"""What a model thinks before and between its words, and how long an answer takes."""

from __future__ import annotations

from collections.abc import Callable

from oats_tui.session.about import About

LONGEST = 200_000
"""How many characters of thinking are kept of one answer."""

_CUT = "\n\nWhat the model thought after this was too long to be kept."


class Thoughts:
    """Takes in what a model thinks, and times its answer. A program that is killed meanwhile loses both.

    Args:
        clock: Seconds, monotonic.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self.asked()

    def asked(self) -> None:
        """A request goes out; what came of an earlier one counts no more."""
        self._pieces: list[str] = []
        self._length = 0
        self._asked = self._clock()
        self._first: float | None = None
        self._ended: float | None = None
        self._since: float | None = None
        self._thought: float | None = None

    def think(self, text: str) -> None:
        """The model thinks something, of which nothing may be told."""
        now = self._piece()
        if self._since is None:
            self._since = now
        if text and self._length <= LONGEST:
            self._length += len(text)
            self._pieces.append(text)

    def speak(self) -> None:
        """The model says something, or calls a tool."""
        self._rest(self._piece())

    def end(self) -> None:
        """Nothing more comes of this request."""
        if self._first is not None and self._ended is None:
            self._ended = self._clock()
            self._rest(self._ended)

    @property
    def text(self) -> str:
        """All that was thought so far; what is too long ends with a sentence about it."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        whole = self._pieces[0] if self._pieces else ""
        return whole if self._length <= LONGEST else whole[:LONGEST] + _CUT

    def about(self) -> About | None:
        """What there is to keep of the answer; None where nothing came."""
        if self._first is None:
            return None
        return About(
            thinking=self.text,
            waited=_seconds(self._first - self._asked),
            took=None if self._ended is None else _seconds(self._ended - self._first),
            thought=None if self._thought is None else _seconds(self._thought),
        )

    def _piece(self) -> float:
        """A piece comes; returns when."""
        now = self._clock()
        if self._first is None:
            self._first = now
        return now

    def _rest(self, now: float) -> None:
        """The model thinks no more, for now."""
        if self._since is not None:
            self._thought = (self._thought or 0.0) + now - self._since
            self._since = None


def _seconds(time: float) -> float:
    """A time to the thousandth of a second."""
    return max(0.0, round(time, 3))
