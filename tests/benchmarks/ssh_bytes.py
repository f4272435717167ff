"""How many bytes come through ssh for what a person does, on a screen of 120×40."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from tests.e2e.driving import ask, ready, write_session
from tests.support.answer_server import AnswerServer
from tests.support.answer_text import answer_tokens
from tests.support.terminal import Terminal

Sample = dict[str, float]

TEXT = "".join(answer_tokens())
SESSIONS = 30
KEYS = 30
LINES = 20
QUESTION = "Tell me all of it. STREAM100"

_WORDS = ("river", "stone", "wheel", "miller", "sack", "grain", "oven", "flour", "sluice", "barn", "cart", "horse")
_LEFT = "\x1b[D"
_UP = "\x1b[A"
_LIST = "\x13"
_GAP = 0.25
_SECONDS = 120.0


def make(folder: Path) -> None:
    """Write the sessions of the list, and last a long one to scroll in."""
    choice = random.Random(11)
    for number in range(SESSIONS):
        title = " ".join(choice.choices(_WORDS, k=4))
        write_session(folder, f"{title} {number}", [("user", title), ("assistant", "Yes.")])
    write_session(folder, "The mill", [("user", "Tell me all of it."), ("assistant", TEXT)])


def cost(terminal: Terminal, key: str) -> int:
    """The bytes that a key makes the program write, until it is silent."""
    before = terminal.bytes_written
    terminal.send(key)
    terminal.quiet(_GAP, _SECONDS)
    return terminal.bytes_written - before


def idle(terminal: Terminal, seconds: float) -> Sample:
    """Bytes while nothing happens."""
    ready(terminal)
    terminal.quiet(3.0, _SECONDS)
    before = terminal.bytes_written
    terminal.pump(time.monotonic() + seconds)
    return {"idle": terminal.bytes_written - before}


def typing(terminal: Terminal) -> Sample:
    """Bytes of a letter at the end of a draft of one line, and in its middle."""
    text = "the quick brown fox jumps over"
    at_end = [cost(terminal, letter) for letter in text[:KEYS]]
    for _ in range(15):
        cost(terminal, _LEFT)
    in_middle = [cost(terminal, letter) for letter in text[:KEYS]]
    terminal.send("\x15\x0b")
    terminal.quiet(_GAP, _SECONDS)
    return {
        "end": statistics.median(at_end),
        "end_most": max(at_end),
        "middle": statistics.median(in_middle),
        "middle_most": max(in_middle),
    }


def moving(terminal: Terminal) -> Sample:
    """Bytes of a step in the list."""
    cost(terminal, _LIST)
    steps = [cost(terminal, "j") for _ in range(LINES)]
    cost(terminal, "\x1b")
    return {"step": statistics.median(steps), "step_most": max(steps)}


def scrolling(terminal: Terminal) -> Sample:
    """Bytes of a scrolled line of the messages, with the list beside them and without."""
    cost(terminal, "\t")
    shown = [scrolled(terminal) for _ in range(LINES)]
    cost(terminal, "\x18b")
    hidden = [scrolled(terminal) for _ in range(LINES)]
    return {
        "shown": statistics.median(size for size, _, _ in shown),
        "shown_cells": statistics.median(size / cells for size, cells, _ in shown),
        "hidden": statistics.median(size for size, _, _ in hidden),
        "hidden_more": statistics.median(size - 1.5 * line for size, _, line in hidden),
        "hidden_more_most": max(size - 1.5 * line for size, _, line in hidden),
    }


def scrolled(terminal: Terminal) -> tuple[int, int, int]:
    """Scroll up by a line; returns the bytes of that, the cells that changed, and the bytes of the new line."""
    before = _cells(terminal)
    size = cost(terminal, _UP)
    after = _cells(terminal)
    changed = sum(
        a != b for line, other in zip(before, after, strict=True) for a, b in zip(line, other, strict=True)
    )
    return size, max(1, changed), len(terminal.lines[0].strip().encode())


def _cells(terminal: Terminal) -> list[list[object]]:
    """What stands in each cell of the screen, and how it looks."""
    lines = len(terminal.lines)
    grid = terminal.emulator
    return [list(grid.looks(row)) for row in range(lines)]


def streaming(terminal: Terminal, server: AnswerServer) -> Sample:
    """Bytes of an answer of 2,000 tokens at 100 a second, for each byte of its text."""
    cost(terminal, "\x0e")
    ask(terminal, QUESTION)
    before, asked = terminal.bytes_written, time.monotonic()
    deadline = asked + _SECONDS
    while not any(event["event"] == "done" for event in server.events(asked)):
        if time.monotonic() > deadline:
            raise AssertionError("the answer did not come to its end")
        time.sleep(0.1)
    terminal.wait_for(lambda screen: screen.rsplit("\n", 1)[-1].startswith(" ready"), _SECONDS)
    terminal.quiet(1.0, _SECONDS)
    size = terminal.bytes_written - before
    return {"stream": size / len(TEXT.encode()), "stream_kilobytes": size / 1000}


def shown_at(terminal: Terminal, begin: str, typed: str) -> Sequence[float]:
    """The times at which each of some letters came to the screen, behind what stood in the input before them."""
    times: list[float] = []

    def count() -> int:
        """How many of the letters the last frame that was drawn shows."""
        text = "\n".join(terminal.emulator.lines()[-8:])
        return next(number for number in range(len(typed), -1, -1) if begin + typed[:number] in text or not number)

    def has_more() -> bool:
        """Whether the last frame shows more of them than the frames before."""
        return count() > len(times)

    while len(times) < len(typed):
        found = terminal.pump(time.monotonic() + 0.01, has_more)
        if found is None:
            break
        times += [found] * (count() - len(times))
    return times
