"""The two threads in which everything is written."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from concurrent.futures import Future
from pathlib import Path

import pytest

from oats_tui.core import files
from oats_tui.core.files import Lane

CHECKOUT = Path(__file__).parents[3]
LANES: tuple[Lane, ...] = ("writer", "journal")
LONG = 30.0


def other(lane: Lane) -> Lane:
    return "journal" if lane == "writer" else "writer"


def drain(lane: Lane) -> None:
    """Wait until all that was asked for is done."""
    files.submit(lambda: None, lane).result(LONG)


@pytest.mark.parametrize("lane", LANES)
def test_a_lane_goes_on_while_the_other_one_is_blocked(lane: Lane) -> None:
    gate = threading.Event()
    blocker = files.submit(lambda: gate.wait(LONG), other(lane))
    waiting = files.submit(lambda: None, other(lane))
    try:
        done = [files.submit(lambda number=number: number, lane) for number in range(10)]  # type: ignore[misc]
        assert [each.result(LONG) for each in done] == list(range(10))
        assert not blocker.done()
        assert not waiting.done()
    finally:
        gate.set()
    assert blocker.result(LONG)
    waiting.result(LONG)


@pytest.mark.parametrize("lane", LANES)
def test_what_was_asked_for_first_in_a_lane_is_done_first_and_alone(lane: Lane) -> None:
    seen: list[tuple[int, str]] = []
    running = 0

    def job(number: int) -> None:
        nonlocal running
        running += 1
        assert running == 1
        seen.append((number, threading.current_thread().name))
        running -= 1

    jobs = [files.submit(lambda number=number: job(number), lane) for number in range(200)]  # type: ignore[misc]
    for each in jobs:
        each.result(LONG)
    assert [number for number, _ in seen] == list(range(200))
    assert len({name for _, name in seen}) == 1
    assert lane in seen[0][1]


def test_the_lanes_are_two_threads_and_none_of_the_callers() -> None:
    threads = [files.submit(threading.get_ident, lane).result(LONG) for lane in LANES]
    assert len({*threads, threading.get_ident()}) == 3
    assert files.submit(threading.get_ident).result(LONG) == threads[0]


def test_many_threads_that_ask_at_once_get_the_same_lane() -> None:
    idents: list[int] = []
    start = threading.Barrier(8)

    def ask() -> None:
        start.wait(LONG)
        idents.append(files.submit(threading.get_ident, "journal").result(LONG))

    callers = [threading.Thread(target=ask) for _ in range(8)]
    for each in callers:
        each.start()
    for each in callers:
        each.join(LONG)
    assert len(idents) == 8
    assert len(set(idents)) == 1


@pytest.mark.parametrize("lane", LANES)
def test_a_job_that_fails_tells_its_own_caller_and_the_lane_goes_on(lane: Lane) -> None:
    def fail() -> int:
        raise OSError("failed on purpose")

    async def main() -> None:
        failing, fine = files.submit(fail, lane), files.submit(lambda: 7, lane)
        with pytest.raises(OSError, match="failed on purpose"):
            await files.finished(failing)
        assert await files.finished(fine) == 7

    asyncio.run(main())


@pytest.mark.parametrize("lane", LANES)
def test_a_caller_that_is_cancelled_while_it_waits_ends_neither_its_job_nor_the_next(lane: Lane) -> None:
    gate = threading.Event()
    done: list[str] = []

    async def main() -> None:
        first = files.submit(lambda: done.append("first" if gate.wait(LONG) else "late"), lane)
        second = files.submit(lambda: done.append("second"), lane)
        waiters = [asyncio.create_task(files.finished(job)) for job in (first, second)]
        await asyncio.sleep(0)
        for waiter in waiters:
            waiter.cancel()
        for waiter in waiters:
            with pytest.raises(asyncio.CancelledError):
                await waiter
        assert done == []
        gate.set()
        drain(lane)

    asyncio.run(main())
    assert done == ["first", "second"]


def test_several_callers_can_wait_for_one_job_and_one_of_them_can_leave() -> None:
    gate = threading.Event()

    async def main() -> None:
        job = files.submit(lambda: gate.wait(LONG))
        waiters = [asyncio.create_task(files.finished(job)) for _ in range(3)]
        await asyncio.sleep(0)
        waiters[1].cancel()
        gate.set()
        results = await asyncio.gather(*waiters, return_exceptions=True)
        assert [type(each) for each in results] == [bool, asyncio.CancelledError, bool]

    asyncio.run(main())


def test_the_loop_goes_on_while_a_job_is_waited_for() -> None:
    gate = threading.Event()

    async def main() -> None:
        waiter = asyncio.create_task(files.finished(files.submit(lambda: gate.wait(LONG), "journal")))
        for _ in range(100):
            await asyncio.sleep(0)
        assert not waiter.done()
        gate.set()
        assert await waiter

    asyncio.run(main())


def test_a_job_that_ends_when_its_loop_is_closed_disturbs_nobody(caplog: pytest.LogCaptureFixture) -> None:
    gate = threading.Event()
    jobs: list[Future[bool]] = []

    async def main() -> None:
        jobs.append(files.submit(lambda: gate.wait(LONG)))
        waiter = asyncio.create_task(files.finished(jobs[0]))
        await asyncio.sleep(0)
        assert not waiter.done()

    asyncio.run(main())
    gate.set()
    assert jobs[0].result(LONG)
    drain("writer")
    assert caplog.text == ""


def test_work_of_both_lanes_is_complete_when_the_interpreter_has_ended(tmp_path: Path) -> None:
    script = """
import sys, time
from pathlib import Path
from oats_tui.core import files
folder = Path(sys.argv[1])
for n in range(20):
    files.submit(lambda n=n: (time.sleep(0.005), files.replace_file(folder / f"{n}.json", b"x" * 1000)))
    files.submit(lambda n=n: files.append(folder / "log", b"%d\\n" % n, sync=True), "journal")
"""
    command = [sys.executable, "-W", "error", "-c", script, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60, cwd=CHECKOUT)
    assert done.stderr == b""
    assert (tmp_path / "log").read_bytes() == b"".join(b"%d\n" % n for n in range(20))
    assert {path.stat().st_size for path in tmp_path.glob("*.json")} == {1000}
    assert len(list(tmp_path.iterdir())) == 21
