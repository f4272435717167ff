"""The programs that are measured: how to start them, and which keys send and quit."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.support.answer_server import AnswerServer
from tests.support.launch import QUIT, READY, launch, program_environment
from tests.support.terminal import Terminal

_FLOOR_MODULE = "tests.benchmarks.floor"


@dataclass(frozen=True, slots=True)
class Target:
    """A program to measure.

    Attributes:
        name: What the table calls it.
        start: Starts it in an empty folder, with the server that answers it.
        ready: What its screen shows once it can be typed into.
        send: The key that sends what was typed.
        quit: The key that ends it.
    """

    name: str
    start: Callable[[Path, AnswerServer], Terminal]
    ready: str
    send: str
    quit: str = QUIT


def _start_floor(folder: Path, server: AnswerServer) -> Terminal:
    """Start the floor with the same variables as oats-tui."""
    environment = program_environment(folder)
    root = str(Path(__file__).resolve().parents[2])
    argv = [sys.executable, "-m", _FLOOR_MODULE, str(server.port)]
    return Terminal(argv, environment | {"PYTHONPATH": root}, environment["HOME"])


def _start_oats_tui(folder: Path, server: AnswerServer) -> Terminal:
    """Start oats-tui with the server as its only provider."""
    return launch(
        folder, "--data-dir", str(folder / "data"), "--model", "fake/fake", services={"fake": server.base_url}
    )


FLOOR = Target("floor", _start_floor, ready="Type a message", send="\x13")
OATS_TUI = Target("oats-tui", _start_oats_tui, ready=READY, send="\r")
