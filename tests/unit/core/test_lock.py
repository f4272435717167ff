"""Locks between processes."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from oats_tui.core import files

CHECKOUT = Path(__file__).parents[3]
LONG = 60.0
# Takes a lock, says so, and holds it until its input ends.
HOLD = """
import sys
from pathlib import Path
from oats_tui.core import files
lock = files.try_lock(Path(sys.argv[1]))
print("none" if lock is None else "held", flush=True)
sys.stdin.read()
if lock is not None:
    lock.release()
    print("released", flush=True)
"""
# Adds one to the number in a file, again and again; without a lock most of that would be lost.
COUNT = """
import sys
from pathlib import Path
from oats_tui.core import files
lock, counter = Path(sys.argv[1]), Path(sys.argv[2])
print("up", flush=True)
sys.stdin.readline()
for _ in range(int(sys.argv[3])):
    with files.locked(lock, patience=50):
        number = int(counter.read_text())
        counter.write_text(str(number + 1))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "locks" / "x.lock"


@contextmanager
def program(script: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A program that runs beside the test, and is gone after the block."""
    command = [sys.executable, "-W", "error", "-c", script, *map(str, arguments)]
    with subprocess.Popen(
        command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def taken(path: Path) -> files.Lock:
    """The lock, which nobody may hold."""
    lock = files.try_lock(path)
    assert lock is not None
    return lock


class Time:
    """A clock that only sleeping moves; something can happen at a moment."""

    def __init__(self) -> None:
        self.now = 100.0
        self.sleeps: list[float] = []
        self.events: dict[float, Callable[[], None]] = {}

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.sleeps.append(seconds)
        self.now += seconds
        for moment in [each for each in self.events if each <= self.now]:
            self.events.pop(moment)()


def test_one_process_has_it_and_no_other_until_it_lets_go(path: Path) -> None:
    with program(HOLD, path) as first:
        assert line_of(first) == "held"
        assert files.try_lock(path) is None
        with program(HOLD, path) as second:
            assert line_of(second) == "none"
        assert first.communicate("", timeout=LONG)[0] == "released\n"
        assert first.returncode == 0
    taken(path).release()


def test_one_handle_of_a_process_has_it_and_no_other_until_it_lets_go(path: Path) -> None:
    first = taken(path)
    assert files.try_lock(path) is None
    refused: list[object] = []
    thread = threading.Thread(target=lambda: refused.append(files.try_lock(path)))
    thread.start()
    thread.join(LONG)
    assert refused == [None]
    first.release()
    second = taken(path)
    first.release()  # says nothing about the lock that another has by now
    assert files.try_lock(path) is None
    second.release()


def test_a_lock_whose_file_is_thrown_away_while_it_is_taken_is_still_one_for_all(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken(path).release()
    real, left = fcntl.flock, [None] * 2

    def flock(handle: int, operation: int) -> None:
        if left:
            left.pop()
            path.unlink()
        real(handle, operation)

    monkeypatch.setattr(fcntl, "flock", flock)
    lock = taken(path)
    assert left == []
    assert files.try_lock(path) is None
    lock.release()


def test_different_files_are_different_locks(path: Path) -> None:
    first, second = taken(path), taken(path.with_name("y.lock"))
    first.release()
    assert files.try_lock(path.with_name("y.lock")) is None
    second.release()


def test_nothing_that_several_processes_do_under_it_is_lost(tmp_path: Path, path: Path) -> None:
    counter = tmp_path / "counter"
    counter.write_text("0")
    with program(COUNT, path, counter, 150) as first, program(COUNT, path, counter, 150) as second:
        assert [line_of(each) for each in (first, second)] == ["up", "up"]
        for each in (first, second):
            assert each.stdin is not None
            each.stdin.write("go\n")
            each.stdin.flush()
        for _ in range(150):
            with files.locked(path, patience=50):
                counter.write_text(str(int(counter.read_text()) + 1))
        assert [each.wait(LONG) for each in (first, second)] == [0, 0]
    assert counter.read_text() == "450"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_the_lock_of_a_process_that_was_killed_is_free_and_names_nobody(path: Path, number: int) -> None:
    with program(HOLD, path) as process:
        assert line_of(process) == "held"
        process.send_signal(number)
        process.wait(LONG)
    assert path.stat().st_size > 0
    assert files.holder(path) is None
    lock = taken(path)
    held = files.holder(path)
    assert held is not None
    assert held.pid == os.getpid()
    lock.release()


def test_who_holds_it_is_told_and_nobody_once_it_is_let_go(path: Path) -> None:
    assert files.holder(path) is None
    before = time.time()
    with program(HOLD, path) as process:
        assert line_of(process) == "held"
        held = files.holder(path)
        assert held is not None
        assert (held.pid, held.host) == (process.pid, socket.gethostname())
        assert before <= held.since <= time.time()
        assert files.try_lock(path) is None
        assert files.holder(path) == held
        process.communicate("", timeout=LONG)
    assert files.holder(path) is None
    assert path.read_bytes() == b""


def test_a_short_name_of_the_next_holder_leaves_nothing_of_a_longer_one(path: Path) -> None:
    path.parent.mkdir()
    path.write_text(json.dumps({"pid": 1, "host": "h" * 500, "since": 1.0}))
    lock = taken(path)
    assert json.loads(path.read_text())["pid"] == os.getpid()
    lock.release()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"{",
        b"[]",
        b"1",
        b"null",
        b'{"pid": 1}',
        b'{"pid": "x", "host": "h", "since": 1}',
        b" " * 5000,
    ],
)
def test_a_holder_that_cannot_be_understood_is_nobody(path: Path, content: bytes) -> None:
    lock = taken(path)
    path.write_bytes(content)
    assert files.holder(path) is None
    lock.release()


def test_asking_who_holds_it_does_not_make_or_keep_the_lock(path: Path) -> None:
    assert files.holder(path) is None
    assert not path.parent.exists()
    taken(path).release()
    for _ in range(3):
        assert files.holder(path) is None
    taken(path).release()


def test_waiting_ends_with_an_error_after_the_patience(path: Path) -> None:
    clock = Time()
    lock = taken(path)
    with (
        pytest.raises(files.LockedError) as caught,
        files.locked(path, patience=2.0, clock=clock, sleep=clock.sleep),
    ):
        pytest.fail("the lock was held by another")
    lock.release()
    assert isinstance(caught.value, OSError)
    assert caught.value.filename == str(path)
    assert 2.0 <= clock.now - 100.0 <= 2.0 + max(clock.sleeps)
    assert all(0 < pause <= 0.05 for pause in clock.sleeps)
    assert len(set(clock.sleeps)) > 1
    assert files.PATIENCE == 5.0


def test_without_patience_it_is_tried_once(path: Path) -> None:
    clock = Time()
    lock = taken(path)
    with pytest.raises(files.LockedError), files.locked(path, 0.0, clock, clock.sleep):
        pytest.fail("the lock was held by another")
    lock.release()
    with files.locked(path, 0.0, clock, clock.sleep):
        assert files.try_lock(path) is None
    assert clock.sleeps == []


def test_it_is_had_as_soon_as_it_is_free_and_let_go_after_the_block(path: Path) -> None:
    clock = Time()
    clock.events[101.0] = taken(path).release

    def work() -> None:
        assert 101.0 <= clock.now <= 101.05
        assert files.try_lock(path) is None
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), files.locked(path, 5.0, clock, clock.sleep):
        work()
    assert path.read_bytes() == b""
    taken(path).release()


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_it_is_made_for_its_owner_alone_with_the_folders_above(path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        taken(path).release()
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_it_is_not_inherited_by_a_program_that_is_started_meanwhile(path: Path) -> None:
    lock = taken(path)
    with program("import sys; print('up', flush=True); sys.stdin.read()") as process:
        assert line_of(process) == "up"
        lock.release()
        taken(path).release()
