"""Typing while something else is going on, and how long each key took to the screen.

Every character typed is one that stands nowhere else in the input, so that a key is found even where what was
typed before it is gone again.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from tests.benchmarks.live_reading import percentile
from tests.benchmarks.transcript_place import Window

KEY_SECONDS = 0.05
"""The pause between two keys."""
LEAST = 40
"""How many keys are pressed at least."""

# None of these is a command in the list, which has the focus until a session is open.
_LETTERS = "abcefhilmnopqstvwxyz0123456789ACDEFHIJKL"
# A script of many letters, each as wide as a Latin one in every terminal.
_MORE = [chr(number) for number in range(0x1401, 0x166D)]


@dataclass(slots=True)
class Key:
    """A key that was pressed.

    Attributes:
        character: What it types.
        pressed: The monotonic time just before it was sent, in seconds.
        shown: The time of the frame in which it came to the screen; infinity if it never did.
        armed: Whether a frame was without the character since the last one before the key.
    """

    character: str
    pressed: float
    shown: float = math.inf
    armed: bool = False


@dataclass
class Typist:
    """Presses keys and finds out when they came to the screen.

    Args:
        window: Whose keys.
    """

    window: Window
    keys: list[Key] = field(default_factory=list)
    _before: str = ""

    def __post_init__(self) -> None:
        self._before = self.window.prompt()

    def type(self, begun: float, enough: Callable[[], bool] = lambda: True) -> None:
        """Press keys at intervals of 50 ms from a moment on: 40, and more until enough is done."""
        for number, character in enumerate([*_LETTERS, *_MORE]):
            time.sleep(max(0.0, begun + number * KEY_SECONDS - time.monotonic()))
            if number >= LEAST and enough():
                return
            self.keys.append(Key(character, self.window.send(character)))

    def look(self, moment: float) -> None:
        """Take in a frame that has just been drawn; all frames in their order, from before the first key on."""
        prompt = self.window.prompt()
        for key in self.keys:
            if math.isinf(key.shown) and key.pressed < moment:
                # What stood there before the key, such as a question that is being sent, is no echo.
                key.armed = key.armed or key.character not in self._before or key.character not in prompt
                if key.armed and key.character in prompt:
                    key.shown = moment
        self._before = prompt

    def lags(self) -> list[float]:
        """How long each key took in ms; infinity for those that never came."""
        return [(key.shown - key.pressed) * 1000 for key in self.keys]

    def figures(self) -> tuple[float | None, float]:
        """The 95th percentile of the keys that came, in ms, and how many are not in their place in the input."""
        typed = "".join(key.character for key in self.keys)
        there = "".join(self.window.prompt().split())
        right = sum(
            block.size for block in SequenceMatcher(None, typed, there, autojunk=False).get_matching_blocks()
        )
        came = [lag for lag in self.lags() if math.isfinite(lag)]
        return percentile(came, 95), float(len(typed) - right)
