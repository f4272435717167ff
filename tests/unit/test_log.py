from __future__ import annotations

import logging
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from oats_tui.core.log import start_log

_FULL = """
import logging, resource, signal, sys
from pathlib import Path
from oats_tui.core.log import start_log
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
start_log(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (64, 64))
for number in range(20):
    logging.getLogger("oats_tui.x").warning("line %d", number)
"""


@pytest.fixture(autouse=True)
def loggers() -> Iterator[None]:
    """The loggers as they were, afterwards."""
    ours, root = logging.getLogger("oats_tui"), logging.getLogger()
    before = (list(ours.handlers), ours.level, ours.propagate, list(root.handlers))
    yield
    for handler in set(ours.handlers) - set(before[0]):
        handler.close()
    ours.handlers[:], ours.level, ours.propagate, root.handlers[:] = before


def test_what_happens_is_written_where_only_the_owner_reads(tmp_path: Path) -> None:
    path = start_log(tmp_path / "state")
    logging.getLogger("oats_tui.chat").info("an answer of %s", "x")
    logging.getLogger("oats_tui.chat").debug("not this")
    logging.getLogger("somebody.else").error("nor this")
    [line] = path.read_text("utf-8").splitlines()
    assert re.fullmatch(rf"\d{{4}}-\d\d-\d\d \S+ {os.getpid()} INFO oats_tui\.chat an answer of x", line)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_nothing_in_it_is_obeyed_by_a_terminal(tmp_path: Path) -> None:
    path = start_log(tmp_path)
    try:
        raise ValueError("\x1b]0;evil\x07")
    except ValueError:
        logging.getLogger("oats_tui").exception("bad \x9b \ud800 text")
    text = path.read_text("utf-8")
    assert "␛]0;evil␇" in text
    assert not set(text) & {"\x1b", "\x07", "\x9b"}


def test_it_does_not_grow_without_end(tmp_path: Path) -> None:
    path = start_log(tmp_path)
    for _ in range(30):
        logging.getLogger("oats_tui").warning("x" * 100_000)
    sizes = {each.name: each.stat().st_size for each in path.parent.iterdir()}
    assert set(sizes) == {"oats-tui.log", "oats-tui.log.1"}
    assert max(sizes.values()) <= 1_000_000
    assert all(stat.S_IMODE(each.stat().st_mode) == 0o600 for each in path.parent.iterdir())


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("")
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "oats-tui.log").symlink_to(target)
    start_log(tmp_path)
    logging.getLogger("oats_tui").error("gone")
    assert target.read_text() == ""


def test_where_it_cannot_be_written_nothing_is_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "log").write_text("in the way")
    start_log(tmp_path)
    logging.getLogger("oats_tui").error("gone")
    logging.getLogger("somebody.else").error("gone too")
    assert capfd.readouterr() == ("", "")


def test_a_disk_that_becomes_full_is_not_told_on_the_terminal(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(tmp_path)], capture_output=True, check=True, timeout=60
    )
    assert (done.stdout, done.stderr) == (b"", b"")
