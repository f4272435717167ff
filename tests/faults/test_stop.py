"""Fault 1: the process ends at each step of saving, taking over, and deleting in turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults._disk_checks import LIFE, SHARED, Steps, assert_kept, assert_usable, done_before, held
from tests.support.disk import Plan, Run, Side
from tests.support.disk_pool import Sides, quick_folder
from tests.support.syscalls import EXIT_CODE, Call, Fault

LIVES = pytest.mark.parametrize("steps", [LIFE, SHARED], ids=["alone", "shared"])
NEXT: Steps = (("get",), ("update", "n0"), ("delete",))


@pytest.fixture(scope="module")
def sides() -> Iterator[Sides]:
    with Sides() as running:
        yield running


@pytest.fixture
def place() -> Iterator[Path]:
    with quick_folder() as folder:
        yield folder


def stops_of(run: Run) -> list[tuple[Fault, Call]]:
    """An end before each call that leaves something behind, and one in the middle of each write."""
    changes = [call for call in run.calls if call.is_change]
    assert {"open", "rename", "mkdir"} <= {call.name for call in changes}
    ends = [(Fault("exit", call.number), call) for call in changes]
    return ends + [(Fault("tear", call.number), call) for call in changes if call.size]


def stop_at_each(sides: Sides, place: Path, steps: Steps, size: int = 20) -> None:
    """End the process at each of its steps, and see that nothing is lost."""
    with sides.one() as side:
        whole = side.run(Plan(str(place / "whole"), steps, is_recorded=True, size=size))
    assert (whole.exit, whole.failures) == (0, [])

    def stop(side: Side, stop: tuple[Fault, Call]) -> None:
        """End it at one of them."""
        fault, call = stop
        data_dir = place / f"{fault.kind}-{fault.at}"
        run = side.run(Plan(str(data_dir), steps, fault, is_recorded=True, size=size))
        try:
            assert (run.exit, run.failures, run.trouble) == (EXIT_CODE, [], [])
            assert_whole_after(side, data_dir, steps, done_before(run))
        except AssertionError as error:
            error.add_note(f"{fault.kind} at {call}")
            raise

    sides.each(stop, stops_of(whole))


def assert_whole_after(side: Side, data_dir: Path, steps: Steps, done: int) -> None:
    """What a process that ended left behind is whole, and another one can go on with it."""
    looked = side.run(Plan(str(data_dir), [("list",)]))
    assert looked.trouble == []
    state = looked.states[0]
    assert_kept(state, steps, done)
    assert_usable(side, data_dir, (held(state) or []) if looked.values[0] else [])


@LIVES
def test_fault_01_a_stop_at_any_step_of_a_session_s_life_loses_nothing(
    sides: Sides, place: Path, steps: Steps
) -> None:
    stop_at_each(sides, place, steps)


@pytest.mark.full
@LIVES
def test_fault_01_a_stop_at_any_step_with_large_messages_loses_nothing(
    sides: Sides, place: Path, steps: Steps
) -> None:
    stop_at_each(sides, place, steps, size=1_000_000)


@pytest.mark.parametrize(
    "is_renamed", [False, pytest.param(True, marks=pytest.mark.full)], ids=["before", "after"]
)
def test_fault_01_a_second_stop_at_any_step_of_the_next_program_loses_nothing(
    sides: Sides, place: Path, is_renamed: bool
) -> None:
    """A save ends before or after its rename; whoever goes on with it is stopped at each of its own steps."""
    with sides.one() as side:
        life = side.run(Plan(str(place / "whole"), LIFE[:-1], is_recorded=True))
        renames = [call for call in life.calls if call.name == "rename" and call.target.startswith("sessions")]
        first = Fault("exit", renames[-1].number + is_renamed)
        side.run(Plan(str(place / "next"), LIFE[:-1], first, is_recorded=True))
        following = side.run(Plan(str(place / "next"), NEXT, is_recorded=True))
    assert (following.exit, following.failures) == (0, [])

    def stop_twice(side: Side, stop: tuple[Fault, Call]) -> None:
        """End the second program at one of its steps."""
        fault, call = stop
        data_dir = place / f"{fault.kind}-{fault.at}"
        side.run(Plan(str(data_dir), LIFE[:-1], first, is_recorded=True))
        run = side.run(Plan(str(data_dir), NEXT, fault, is_recorded=True))
        try:
            assert run.exit == EXIT_CODE
            assert_recovered(side, data_dir, done_before(run))
        except AssertionError as error:
            error.add_note(f"{fault.kind} at {call}")
            raise

    sides.each(stop_twice, stops_of(following))


def assert_recovered(side: Side, data_dir: Path, done: int) -> None:
    """All that was promised before both stops is there; what was being saved when they came may be."""
    looked = side.run(Plan(str(data_dir), [("get",), ("list",)]))
    found = looked.values[0] or held(looked.states[-1])
    assert looked.trouble == []
    assert found is not None
    promised = ["m0", "m1", *(["n0"] if done >= 2 else [])]
    assert set(promised) <= set(found) <= {"m0", "m1", "m2", "n0"}
    assert_usable(side, data_dir, found if looked.values[1] else [])
