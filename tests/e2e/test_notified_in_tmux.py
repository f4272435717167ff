"""Inside tmux, who looks elsewhere is told by the terminal around it, and by the bell."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.driving import ready
from tests.support.fake_service import FakeService, answer
from tests.support.launch import QUIT, program_environment
from tests.support.terminal import Terminal

pytestmark = pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not there")

TOLD = b"\x1b]99;i=oats-tui;oats-tui: answered: A question?\x1b\\"


@pytest.mark.parametrize("passes", ["on", "off"])
def test_the_terminal_around_tmux_is_told(tmp_path: Path, passes: str) -> None:
    config = tmp_path / "tmux.conf"
    config.write_text(f"set -g allow-passthrough {passes}\nset -g focus-events on\nset -g escape-time 10\n")
    socket = str(tmp_path / "socket")
    with FakeService(answer(["All is well."])) as service:
        inside = program_environment(tmp_path, {"fake": service.url}) | {"KITTY_WINDOW_ID": "1", "CI": ""}
        argv = [
            "tmux",
            "-S",
            socket,
            "-f",
            str(config),
            "new-session",
            shlex.join([sys.executable, "-m", "oats_tui"]),
        ]
        try:
            with Terminal(argv, inside, inside["HOME"]) as terminal:
                ready(terminal)
                terminal.send("A question?")
                terminal.wait_for("A question?")
                terminal.send("\r")
                terminal.send("\x1b[O")
                terminal.wait_for("All is well.")
                terminal.wait_for(lambda _: b"\x07" in terminal.raw)
                terminal.pump(time.monotonic() + 0.5)
                assert (TOLD in terminal.raw) is (passes == "on")
                terminal.send(QUIT)
                assert terminal.wait_exit(30).code == 0
        finally:
            subprocess.run(["tmux", "-S", socket, "kill-server"], check=False, capture_output=True)
