"""Fault 2, the power's form: it is cut at a random moment of saving, on real file systems."""

from __future__ import annotations

import mmap
import os
import random
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults._disk_checks import assert_usable
from tests.support.disk import SESSION, Plan, Side
from tests.support.disk_image import Image, NoImageError
from tests.support.disk_state import state_of

KINDS = ("ext4", "xfs")
SIZES = (20, 2_000, 60_000)
LONGEST_S = 0.15
PATIENCE_S = 30.0


@pytest.fixture(scope="module")
def side() -> Iterator[Side]:
    with Side() as running:
        yield running


@pytest.fixture(params=KINDS)
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Image]:
    try:
        image = Image(request.param, tmp_path).__enter__()
    except NoImageError as error:
        pytest.skip(str(error))
    try:
        yield image
    finally:
        image.__exit__(None, None, None)


class Counter:
    """A number in memory that two processes share, so that no power cut takes it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.write_bytes(bytes(8))

    @property
    def value(self) -> int:
        with self.path.open("r+b") as file, mmap.mmap(file.fileno(), 8) as memory:
            number: int = struct.unpack("q", memory[:])[0]
            return number


def test_fault_02_the_cut_takes_what_was_not_synced_and_leaves_what_was(disk: Image) -> None:
    """Without this, no test here would mean anything."""
    for name, is_synced in (("kept", True), ("lost", False)):
        old, new = disk.root / name, disk.root / f"{name}.new"
        old.write_bytes(b"old")
        with new.open("wb") as file:
            file.write(b"x" * 10_000)
            if is_synced:
                os.fsync(file.fileno())
        new.rename(old)
        if is_synced:
            handle = os.open(disk.root, os.O_RDONLY)
            os.fsync(handle)
            os.close(handle)
    disk.cut()
    with pytest.raises(OSError, match="Input/output"):
        (disk.root / "another").touch()
    disk.restart()
    assert (disk.root / "kept").read_bytes() == b"x" * 10_000
    assert not (disk.root / "lost").exists() or (disk.root / "lost").stat().st_size < 10_000


def cut_once(side: Side, disk: Image, tmp_path: Path, number: int, step: str) -> int:
    """Cut the power while a process saves messages; returns how many of them it was promised to be safe."""
    rng = random.Random(f"power {number}")
    data_dir = disk.root / f"data{number}"
    counter = Counter(tmp_path / "counter")
    size = SIZES[number % len(SIZES)]
    steps = [(step, "m", 100_000)]
    side.start(Plan(str(data_dir), steps, is_quiet=True, size=size, counter=str(counter.path)))
    # Now and then the very first saves, with the making of the folders.
    is_early = number % 5 == 4
    end = time.monotonic() + PATIENCE_S
    while not is_early and counter.value == 0:
        assert time.monotonic() < end
        time.sleep(0.001)
    time.sleep(rng.uniform(0, LONGEST_S))
    # Looked at before: the process lives on after the cut, and xfs then tells it that folders are synced.
    promised = counter.value
    disk.cut()
    run = side.finish()
    assert (run.exit, [each["kind"] for each in run.failures]) == (0, ["StorageError"])
    disk.restart()
    state = state_of(data_dir)
    assert None not in [*state.sessions.values(), *state.trash.values()]
    found = state.sessions.get(SESSION) or []
    if step == "note":
        # Promised are those in the journal as well.
        looked = side.run(Plan(str(data_dir), [("get",), ("recover",), ("get",)], is_quiet=True))
        assert looked.failures == []
        assert looked.values[0] == looked.values[2]
        found = looked.values[2] or []
    assert found == [f"m{each}" for each in range(len(found))]
    assert len(found) >= promised
    assert_usable(side, data_dir, found)
    return promised


@pytest.mark.parametrize("step", ["append", "note"])
@pytest.mark.parametrize("start", [0, pytest.param(3, marks=pytest.mark.full)])
def test_fault_02_no_message_that_was_promised_to_be_safe_is_lost_when_the_power_is_cut(
    side: Side, disk: Image, tmp_path: Path, start: int, step: str
) -> None:
    numbers = range(3) if start == 0 else range(start, 45)
    promised = [cut_once(side, disk, tmp_path, number, step) for number in numbers]
    assert sum(promised) > len(promised)
