"""Fault 6: what must be on the disk is sent there, in the order that a power cut at any moment forgives."""

from __future__ import annotations

import errno
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.faults._disk_checks import LIFE, SHARED
from tests.faults._disk_order import (
    assert_durable_append,
    assert_durable_save,
    assert_entries_synced,
    assert_untouched_in_place,
    by_step,
    read_trace,
)
from tests.support.disk import SESSION, Plan, Side
from tests.support.disk_state import TEMPORARY
from tests.support.syscalls import Call, Fault

FILE = f"data/sessions/{SESSION}.json"
STRACE = shutil.which("strace")
TRACED = "openat,write,writev,pwrite64,pwritev,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,mkdir"


@pytest.fixture(scope="module")
def side() -> Iterator[Side]:
    with Side() as running:
        yield running


def life(
    side: Side, tmp_path: Path, steps: Sequence[Sequence[str]], size: int = 20
) -> list[tuple[str, list[Call]]]:
    """The calls that each step makes below the folder in which `data` is made."""
    place = os.path.realpath(tmp_path)
    run = side.run(Plan(f"{place}/data", steps, is_recorded=True, size=size, folder=place))
    assert (run.exit, run.failures) == (0, [])
    return by_step(run.records)


@pytest.mark.parametrize("size", [20, 3_000_000])
@pytest.mark.parametrize("steps", [LIFE, SHARED], ids=["alone", "shared"])
def test_fault_06_a_save_is_whole_and_synced_before_it_is_renamed_and_its_folder_after(
    side: Side, tmp_path: Path, steps: Sequence[Sequence[str]], size: int
) -> None:
    saves = [calls for name, calls in life(side, tmp_path, steps, size) if name in ("create", "update")]
    assert len(saves) == 3
    for number, calls in enumerate(saves, start=1):
        assert_durable_save(calls, FILE, at_least=size * number)


@pytest.mark.parametrize("steps", [LIFE, SHARED], ids=["alone", "shared"])
def test_fault_06_every_new_folder_and_every_name_that_must_last_is_synced_before_a_step_returns(
    side: Side, tmp_path: Path, steps: Sequence[Sequence[str]]
) -> None:
    done = life(side, tmp_path, steps)
    assert {call.path for call in done[0][1] if call.name == "mkdir"} >= {"data", "data/sessions"}
    for _, calls in done:
        assert_entries_synced(calls)


def test_fault_06_a_deletion_is_on_the_disk_when_it_returns(side: Side, tmp_path: Path) -> None:
    name, calls = life(side, tmp_path, LIFE)[-1]
    assert name == "delete"
    moves = [call for call in calls if call.name in ("rename", "replace") and call.path == FILE]
    (move,) = moves
    assert re.fullmatch(rf"data/oats_tui/trash/{SESSION}\.\d{{8}}T\d{{12}}/session", move.target)
    synced = {call.path for call in calls if call.name == "fsync" and call.number > move.number}
    assert {"data/sessions", os.path.dirname(move.target)} <= synced


def test_fault_06_what_is_written_down_is_synced_before_it_returns_and_its_name_when_it_is_new(
    side: Side, tmp_path: Path
) -> None:
    steps = (("create", "m0"), ("write_down", "m1"), ("write_down", "m2"), ("answer", "a", "m2", "x"), ("get",))
    done = life(side, tmp_path, steps)
    for name, calls in done[1:3]:
        assert name == "write_down"
        assert_durable_append(calls, f"data/oats_tui/journal/{SESSION}.log", at_least=50)
        assert_entries_synced(calls)


def test_fault_06_a_journal_whose_folder_could_not_be_synced_is_not_trusted_later(
    side: Side, tmp_path: Path
) -> None:
    place = os.path.realpath(tmp_path)
    steps = (("create", "m0"), ("write_down", "m1"))
    journal = "oats_tui/journal"
    whole = side.run(Plan(f"{place}/whole", steps, is_recorded=True))
    synced = [call.number for call in whole.calls if call.name == "fsync" and call.path == journal]
    assert len(synced) == 1
    fault = Fault("errno", synced[0], errno.EIO)
    run = side.run(Plan(f"{place}/data", steps, fault, is_recorded=True, is_retried=True))
    assert [each["failed"] for each in run.failures] == ["write_down"]
    assert run.returned == ["create", "write_down"]
    again = [call for call in run.calls if call.number > synced[0]]
    assert [call for call in again if call.name == "fsync" and call.path == journal]


@pytest.mark.parametrize("steps", [LIFE, SHARED], ids=["alone", "shared"])
def test_fault_06_a_session_s_file_is_never_written_in_place_nor_locked(
    side: Side, tmp_path: Path, steps: Sequence[Sequence[str]]
) -> None:
    for _, calls in life(side, tmp_path, steps):
        assert_untouched_in_place(calls, FILE)


@pytest.mark.parametrize("steps", [LIFE, SHARED], ids=["alone", "shared"])
def test_fault_06_unfinished_files_are_made_anew_follow_no_link_and_lie_beside_what_they_replace(
    side: Side, tmp_path: Path, steps: Sequence[Sequence[str]]
) -> None:
    calls = [call for _, calls in life(side, tmp_path, steps) for call in calls]
    made = {call.path: call for call in calls if call.name == "open" and TEMPORARY.fullmatch(Path(call.path).name)}
    for call in made.values():
        wanted = os.O_EXCL | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
        assert call.flags & wanted == wanted
    renamed = [call for call in calls if call.name in ("rename", "replace") and call.path in made]
    assert [call for call in renamed if call.target == FILE]
    assert {Path(call.path).parent for call in renamed} == {Path(call.target).parent for call in renamed}
    assert len(renamed) == len(made)


@pytest.mark.parametrize("steps", [LIFE, SHARED], ids=["alone", "shared"])
def test_fault_14_nothing_is_changed_beside_the_folders_of_sessions_and_of_this_program(
    side: Side, tmp_path: Path, steps: Sequence[Sequence[str]]
) -> None:
    changes = [call for _, calls in life(side, tmp_path, steps) for call in calls if call.is_change]
    assert changes
    for call in changes:
        for path in filter(None, (call.path, call.target)):
            assert path == "data" or path.startswith(("data/sessions", "data/oats_tui")), call


@pytest.mark.skipif(STRACE is None, reason="strace is not installed")
def test_fault_06_seen_from_outside_the_order_is_the_same(tmp_path: Path) -> None:
    place, trace = os.path.realpath(tmp_path), tmp_path / "trace"
    assert STRACE is not None
    with Side(STRACE, "-f", "-y", "-qq", "-o", str(trace), "-e", f"trace={TRACED}", "-e", "signal=none") as traced:
        run = traced.run(Plan(f"{place}/data", [("create", "m0"), ("update", "m1")], is_quiet=True))
    if run.exit or run.failures or not trace.exists():
        pytest.skip("strace cannot be used here")
    calls = read_trace(trace.read_text("utf-8", "replace"), Path(place))
    renames = [call for call in calls if call.name == "rename" and call.target == FILE]
    assert len(renames) == 2
    made = [call for call in calls if call.name == "open" and TEMPORARY.fullmatch(Path(call.path).name)]
    second = next(call.number for call in made if call.number > renames[0].number)
    assert_durable_save([call for call in calls if call.number < second], FILE, at_least=100)
    assert_durable_save([call for call in calls if call.number >= second], FILE, at_least=100)
    assert_untouched_in_place(calls, FILE)
    assert_entries_synced(calls)
