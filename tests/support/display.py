"""The screen of a program in a pseudo-terminal, and waiting for what should appear on it."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence

from tests.support.emulator import Emulator
from tests.support.pty_process import Chunk, PtyProcess

Wanted = str | re.Pattern[str] | Callable[[str], bool]

# What a program wrote just before its end may reach the reader a moment after it.
_AFTERMATH = 0.2


class Display:
    """Draws what a program writes, as late as somebody looks, and never out of order.

    Args:
        process: The program.
        columns: Width of the screen in cells.
        rows: Height of the screen in cells.
    """

    def __init__(self, process: PtyProcess, columns: int, rows: int) -> None:
        self.process = process
        self.emulator = Emulator(columns, rows, process.answer)
        self._drawn = 0
        self._drawn_time = process.started

    @property
    def chunks(self) -> Sequence[Chunk]:
        """All that was read so far, each piece with its monotonic time in seconds."""
        return self.process.chunks

    @property
    def raw(self) -> bytes:
        """All bytes the program has written so far."""
        return b"".join(chunk.data for chunk in list(self.process.chunks))

    @property
    def bytes_written(self) -> int:
        """How many bytes the program has written so far."""
        return sum(len(chunk.data) for chunk in list(self.process.chunks))

    @property
    def lines(self) -> list[str]:
        """The rows of the screen as it is now, from the top, without the blanks at their ends."""
        self._draw_all()
        return self.emulator.lines()

    def screen(self) -> str:
        """The rows of the screen as it is now, as one text."""
        return "\n".join(self.lines)

    def pump(self, deadline: float, seen: Callable[[], bool] | None = None) -> float | None:
        """Draw what the program writes, frame by frame.

        Args:
            deadline: The monotonic time at which to stop, in seconds; sooner if the program has ended.
            seen: Asked after each read that leaves a whole frame on the screen; True ends it.

        Returns:
            The time of the read for which `seen` was true, or None.
        """
        while (chunk := self._next(deadline)) is not None:
            self._draw(chunk)
            if seen is not None and not self.emulator.torn and seen():
                return chunk.time
        return None

    def wait_for(self, what: Wanted, timeout: float = 30.0) -> float:
        """Wait until the screen shows something.

        Args:
            what: A text, a regular expression, or a function of the whole screen's text.
            timeout: Seconds to wait at most.

        Returns:
            The monotonic time, in seconds, of the read that brought it.

        Raises:
            AssertionError: It did not come, or the program ended before. Shows the screen.
        """
        matches = _matcher(what)

        def seen() -> bool:
            return matches("\n".join(self.emulator.lines()))

        if seen():
            return self._drawn_time
        found = self.pump(time.monotonic() + timeout, seen)
        if found is not None:
            return found
        if seen():
            return self._drawn_time
        raise AssertionError(self.describe(f"waited {timeout:g} s for {what!r}"))

    def wait_gone(self, text: str, timeout: float = 30.0) -> float:
        """Wait until `text` is nowhere on the screen; otherwise like `wait_for`."""
        try:
            return self.wait_for(lambda screen: text not in screen, timeout)
        except AssertionError:
            raise AssertionError(self.describe(f"waited {timeout:g} s for {text!r} to go")) from None

    def quiet(self, gap: float = 0.5, timeout: float = 10.0) -> float:
        """Wait until nothing has been written for `gap` seconds.

        Returns:
            The monotonic time of the last output, in seconds.

        Raises:
            AssertionError: It did not fall silent within `timeout` seconds.
        """
        deadline = time.monotonic() + timeout
        while (now := time.monotonic()) + gap <= deadline:
            before = self._drawn
            self.pump(now + gap)
            if self._drawn == before:
                return self._drawn_time
        raise AssertionError(self.describe(f"waited {timeout:g} s for {gap:g} s of silence"))

    def describe(self, story: str) -> str:
        """`story`, whether the program still runs, and the screen: what a failed test has to show."""
        ended = self.process.ended
        state = "it is running" if ended is None else f"it ended with {ended.code}"
        size = f"{self.emulator.columns}×{self.emulator.rows}"
        return f"{story}; {state}; the screen ({size}):\n{self.screen().rstrip()}"

    def _next(self, deadline: float) -> Chunk | None:
        """The oldest piece not drawn yet; None at the deadline, or when an ended program is silent."""
        process = self.process
        with process.changed:
            while self._drawn >= len(process.chunks):
                end = deadline
                if process.ended is not None:
                    end = min(deadline, process.ended.time + _AFTERMATH)
                remaining = end - time.monotonic()
                if remaining <= 0:
                    return None
                process.changed.wait(remaining)
            return process.chunks[self._drawn]

    def _draw(self, chunk: Chunk) -> None:
        """Draw the oldest piece that is not drawn yet."""
        self.emulator.feed(chunk.data)
        self._drawn += 1
        self._drawn_time = chunk.time

    def _draw_all(self) -> None:
        """Draw what has been read up to now."""
        for chunk in self.process.chunks[self._drawn :]:
            self._draw(chunk)


def _matcher(what: Wanted) -> Callable[[str], bool]:
    """A function of the screen's text that is true when it shows `what`."""
    if isinstance(what, str):
        return lambda screen: what in screen
    if isinstance(what, re.Pattern):
        return lambda screen: what.search(screen) is not None
    return what
