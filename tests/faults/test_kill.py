"""kill -9 at a random moment leaves a whole file with everything in it that had been acknowledged."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from oats_tui.session import SessionStorage
from tests.faults._house import (
    House,
    data_folder,
    loaded,
    said_by,
    saved_session,
    texts_in,
    texts_of,
    wait_until,
)

FOREVER = 1_000_000
#: Bytes of the session, and the latest moment of the kill after the first save has begun, in seconds.
SIZES = pytest.mark.parametrize(
    ("size", "latest"), [(66_000, 0.03), (1_100_000, 0.08), (5_500_000, 0.3)], ids=["66KB", "1.1MB", "5.5MB"]
)


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder."""
    with data_folder(tmp_path) as folder:
        yield folder


@pytest.fixture
def house(data: Path) -> Iterator[House]:
    """Authors who write in it."""
    with House(data.parent) as running:
        running.tally[0] = 1
        yield running


def kill_one(house: House, session_id: str, mode: str, delay: float) -> None:
    """Send an author, and kill it so many seconds after it has begun to write."""
    begun = house.tally[2]
    pid = house.send(session_id, "author", 1, FOREVER, mode)
    wait_until(lambda: house.tally[2] > begun, f"an author to begin: {house.errors()}")
    time.sleep(delay)
    os.kill(pid, signal.SIGKILL)
    assert house.wait(pid) == -signal.SIGKILL, house.errors()


def check_nothing_is_lost(house: House, data: Path, session_id: str, base: int) -> None:
    """The file is whole, and holds what was there before and what was acknowledged, each once and in order."""
    texts = texts_in(data, session_id)
    said = said_by("author", texts)
    assert said == list(range(len(said)))
    assert len(said) >= house.tally[1]
    assert len(said_by("base", texts)) == base
    understood = texts_of(loaded(session_id))
    assert understood[: len(texts)] == texts
    # What was being saved may be in the journal already, also what was when those before were killed.
    assert said_by("author", understood)[: len(said)] == said
    assert said_by("author", understood) == list(range(len(said_by("author", understood))))


def kill_many(house: House, data: Path, size: int, latest: float, trials: int) -> None:
    """Kill authors at random moments, one after the other, all writing in one session."""
    chance = random.Random(f"{size} {trials}")
    session_id = saved_session(size)
    base = len(texts_in(data, session_id))
    for trial in range(trials):
        kill_one(house, session_id, "stale" if trial % 3 else "fresh", chance.uniform(0, latest))
        check_nothing_is_lost(house, data, session_id, base)
    assert house.tally[1] > 0, "no save was ever acknowledged, so nothing was tested"
    session = loaded(session_id)
    session.create_user_message("afterwards")
    asyncio.run(SessionStorage().update(session))
    assert texts_in(data, session_id)[-1] == "afterwards"
    assert house.errors() == ""


@SIZES
def test_fault_02_nothing_acknowledged_is_lost_by_a_kill(
    house: House, data: Path, size: int, latest: float
) -> None:
    kill_many(house, data, size, latest, trials=12)


@pytest.mark.full
@SIZES
def test_fault_02_nothing_acknowledged_is_lost_by_200_kills(
    house: House, data: Path, size: int, latest: float
) -> None:
    kill_many(house, data, size, latest, trials=200)


def test_fault_02_the_other_writer_goes_on_while_one_is_killed(house: House, data: Path) -> None:
    chance = random.Random(2)
    session_id = saved_session(66_000)
    base = len(texts_in(data, session_id))
    survivor = house.send(session_id, "survivor", 3, FOREVER, "stale")
    wait_until(lambda: house.tally[3] > 0, f"the survivor's first save: {house.errors()}")
    for _ in range(10):
        kill_one(house, session_id, "stale", chance.uniform(0, 0.05))
        saved = house.tally[3]
        wait_until(lambda at=saved: house.tally[3] > at, f"the survivor to go on: {house.errors()}")  # type: ignore[misc]
    os.kill(survivor, signal.SIGKILL)
    assert house.wait(survivor) == -signal.SIGKILL, house.errors()
    check_nothing_is_lost(house, data, session_id, base)
    said = said_by("survivor", texts_in(data, session_id))
    assert said == list(range(len(said)))
    assert len(said) >= house.tally[3] > 0
    assert house.tally[1] > 0
    assert house.errors() == ""
