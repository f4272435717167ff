"""Several programs add to one file, and one removes it whenever it has served."""

from __future__ import annotations

import contextlib
import itertools
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from oats_tui.core import files

CHECKOUT = Path(__file__).parents[3]
LONG = 90.0
# Says that it is up, then adds its records when it is told to, and says how many they were. Records are of many
# sizes, up to many pages. A pause leaves room for another program between two of them.
ADD = """
import random, sys, time
from pathlib import Path
from oats_tui.core import files
path, stop, name, most = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
chance = random.Random(name)
print("up", flush=True)
sys.stdin.readline()
number = 0
while number < most if most else not stop.exists():
    fill = name * chance.choice((1, 10, 100, 30_000))
    files.append(path, f"[{name} {number} {fill} {number} {name}]\\n".encode(), sync=number % 10 == 0)
    number += 1
    if not most:
        time.sleep(chance.uniform(0.0, 0.001))
print(number, flush=True)
"""


def record(name: str, number: int, fill: str) -> str:
    return f"[{name} {number} {fill} {number} {name}]"


@contextmanager
def writers(path: Path, names: Sequence[str], most: int = 0) -> Iterator[list[subprocess.Popen[str]]]:
    """Programs that each add so many records, or until there is a file `stop`, all begun at the same time."""
    with ExitStack() as stack:
        running = []
        for name in names:
            command = [
                sys.executable,
                "-W",
                "error",
                "-c",
                ADD,
                str(path),
                str(path.parent / "stop"),
                name,
                str(most),
            ]
            process = subprocess.Popen(
                command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            running.append(process)
        for each in running:
            assert each.stdout is not None
            assert each.stdout.readline() == "up\n"
        for each in running:
            assert each.stdin is not None
            each.stdin.write("go\n")
            each.stdin.flush()
        yield running


def numbers_of(data: bytes) -> dict[str, list[int]]:
    """The numbers of each program's records, in their order; every one of them must be unbroken."""
    found: dict[str, list[int]] = {}
    for line in data.decode().splitlines():
        name, number, fill, *_ = line[1:].split(" ")
        assert line == record(name, int(number), fill)
        assert set(fill) == {name}
        found.setdefault(name, []).append(int(number))
    return found


def counts_of(running: list[subprocess.Popen[str]]) -> list[int]:
    """How many records each of them says that it has added."""
    told = [each.communicate(timeout=LONG)[0] for each in running]
    assert [each.returncode for each in running] == [0] * len(running)
    return [int(each) for each in told]


@pytest.mark.parametrize("names", ["ab", "abcd"])
def test_all_that_several_programs_add_is_there_unbroken_and_in_each_one_s_order(
    tmp_path: Path, names: str
) -> None:
    path = tmp_path / "journal" / "x.log"
    with writers(path, names, 200) as running:
        assert counts_of(running) == [200] * len(names)
    assert numbers_of(path.read_bytes()) == {name: list(range(200)) for name in names}


def retired(path: Path, seen: list[bytes]) -> bool:
    """Whether the file was removed, having served; what it held is noted."""

    def is_done(data: bytes) -> bool:
        seen.append(data)
        return data.count(b"\n") >= 3

    return files.retire(path, is_done)


def emptied(path: Path, seen: list[bytes]) -> bool:
    """Whether the file was replaced by an empty one; what it held is noted."""

    def make(data: bytes) -> bytes | None:
        seen.append(data)
        return b"" if data.count(b"\n") >= 3 else None

    return files.rewrite(path, make)


def taken_away(path: Path, take: Callable[[Path, list[bytes]], bool], times: int) -> list[bytes]:
    """What was taken away while others were adding, so many times."""
    contents: list[bytes] = []
    deadline = time.monotonic() + LONG
    while len(contents) < times:
        assert time.monotonic() < deadline
        seen: list[bytes] = []
        with contextlib.suppress(FileNotFoundError):
            if take(path, seen):
                contents += seen
    return contents


@pytest.mark.parametrize("take", [retired, emptied])
def test_nothing_that_is_added_while_records_are_taken_away_again_and_again_is_lost(
    tmp_path: Path, take: Callable[[Path, list[bytes]], bool]
) -> None:
    path = tmp_path / "journal" / "x.log"
    with writers(path, "abc") as running:
        contents = taken_away(path, take, 100)
        (path.parent / "stop").touch()
        counts = counts_of(running)
    if path.exists():
        contents.append(path.read_bytes())
    # Whatever was acknowledged was seen before it was removed, or is there still; and once only.
    everything = [numbers_of(content) for content in contents]
    for name, count in zip("abc", counts, strict=True):
        numbers = list(itertools.chain.from_iterable(each.get(name, []) for each in everything))
        assert numbers == list(range(count))
        assert count > 0
