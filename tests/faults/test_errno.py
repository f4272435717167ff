"""Fault 3: a call of the system fails, each one of a session's whole life in turn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.faults._disk_checks import LIFE, SHARED, Steps, acknowledged, assert_deleted, assert_kept, done_before
from tests.support.disk import SESSION, Plan, Run, Side
from tests.support.disk_pool import Sides, quick_folder
from tests.support.syscalls import Call, Fault, number_of

ERRORS = ("ENOSPC", "EIO", "EACCES", "EDQUOT", "EINTR", "EROFS", "EMFILE", "EXDEV", "ENOTSUP", "EPERM", "ENOLCK")
SYNCS = ("fsync", "fdatasync")
# The handle is gone also when closing it fails.
NEVER_FAILING = ("close",)
LIVES = pytest.mark.parametrize("steps", [LIFE, SHARED], ids=["alone", "shared"])


@pytest.fixture(scope="module")
def sides() -> Iterator[Sides]:
    with Sides() as running:
        yield running


@pytest.fixture
def place() -> Iterator[Path]:
    with quick_folder() as folder:
        yield folder


def calls_of(sides: Sides, data_dir: Path, steps: Steps) -> list[Call]:
    """The calls of a life without faults."""
    with sides.one() as side:
        run = side.run(Plan(str(data_dir), steps, is_recorded=True))
    assert (run.exit, run.failures) == (0, [])
    calls = [call for call in run.calls if call.name not in NEVER_FAILING]
    assert {"open", "fsync", "rename", "writev"} <= {call.name for call in calls}
    return calls


def assert_survived(run: Run, steps: Steps) -> None:
    """What holds after a step that failed, after it was done again, and at the end."""
    assert (run.exit, run.trouble) == (0, [])
    states = run.states
    if run.failures:
        assert len(run.failures) == 1
        assert_kept(states.pop(done := done_before(run)), steps, done)
    assert len(states) == len(steps)
    for count, state in enumerate(states[:-1], start=1):
        assert sorted(state.sessions[SESSION] or []) == sorted(acknowledged(steps, count))
    assert_deleted(states[-1], acknowledged(steps, len(steps)))


def assert_nothing_synced_twice(run: Run, at: int) -> None:
    """A file whose sync failed is not synced again: the system would then say that all is well."""
    failed = next((call for call in run.calls if call.number == at and call.name in SYNCS), None)
    if failed is not None:
        later = [call for call in run.calls if call.number > at and call.opening == failed.opening]
        assert [call for call in later if call.name in SYNCS or call.name.startswith("write")] == []


def survive_each(sides: Sides, place: Path, steps: Steps, names: Sequence[str], is_each: bool) -> None:
    """Let each call of a life fail in turn, with each of some errors, or with one of them after the other."""
    calls = calls_of(sides, place / "whole", steps)
    pairs = [(call, name) for call in calls for name in names]
    # The short form lets every call fail once, with one error after the other.
    chosen = pairs if is_each else [pairs[n * len(names) + n % len(names)] for n in range(len(calls))]

    def survive(side: Side, pair: tuple[Call, str]) -> None:
        """Let one call fail."""
        call, name = pair
        fault = Fault("errno", call.number, number_of(name))
        data_dir = place / f"{name}-{call.number}"
        run = side.run(Plan(str(data_dir), steps, fault, is_recorded=True, is_retried=True))
        try:
            assert_survived(run, steps)
            assert_nothing_synced_twice(run, call.number)
            assert run.states[-1].temporary == [] or call.name in ("unlink", "remove")
            is_vital = call.path.startswith("sessions/.") and call.name in ("open", "writev", "fsync", "rename")
            assert run.failures or not is_vital
        except (AssertionError, KeyError) as error:
            error.add_note(f"{name} at call {call.number}: {call.name} {call.path} {call.target}")
            raise

    sides.each(survive, chosen)


@LIVES
def test_fault_03_an_error_of_any_call_is_told_and_loses_nothing(sides: Sides, place: Path, steps: Steps) -> None:
    survive_each(sides, place, steps, ERRORS[:3], is_each=False)


@pytest.mark.full
@LIVES
@pytest.mark.parametrize("name", ERRORS)
def test_fault_03_every_error_of_any_call_is_told_and_loses_nothing(
    sides: Sides, place: Path, name: str, steps: Steps
) -> None:
    survive_each(sides, place, steps, [name], is_each=True)


@pytest.mark.parametrize("name", ["write", "writev", "fsync", "rename", "link", "open", "unlink", "mkdir"])
def test_fault_03_a_disk_that_goes_on_failing_leaves_the_session_whole(
    sides: Sides, place: Path, name: str
) -> None:
    whole = [call for call in calls_of(sides, place / "whole", LIFE) if call.name == name]
    assert whole
    # Spread over the life, the first one among them.
    starts = whole[:: max(1, len(whole) // 5)]

    def survive(side: Side, pair: tuple[Call, str]) -> None:
        """Let all calls of this name fail from one on."""
        call, error = pair
        fault = Fault("errno", call.number, number_of(error), name)
        data_dir = place / f"{error}-{call.number}"
        run = side.run(Plan(str(data_dir), LIFE, fault, is_recorded=True, is_retried=True))
        assert_survived(run, LIFE)
        assert run.states[-1].temporary == [] or name == "unlink"

    sides.each(survive, [(call, error) for call in starts for error in ("ENOSPC", "EIO", "EROFS")])


@pytest.mark.parametrize("limit", [1, 7, 100])
def test_fault_03_short_writes_are_gone_on_with(sides: Sides, place: Path, limit: int) -> None:
    with sides.one() as side:
        run = side.run(Plan(str(place), SHARED, Fault("short", limit=limit), is_recorded=True))
    assert run.failures == []
    assert_survived(run, SHARED)
