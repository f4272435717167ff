"""Fault 4: there is no room for what is to be saved."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults._disk_checks import acknowledged, assert_usable
from tests.support.disk import SESSION, Plan, Run, Side

SIZE = 20_000
STEPS = (("create", "m0"), *(("update", f"m{number}") for number in range(1, 25)))


@pytest.fixture(scope="module")
def side() -> Iterator[Side]:
    with Side() as running:
        yield running


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 400 KB."""
    if os.geteuid() != 0:
        pytest.skip("only root can mount file systems")
    place = Path(os.path.realpath(tmp_path)) / "small"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=400k,mode=700", "oats-tui-test", str(place)],
        capture_output=True,
        check=False,
        text=True,
    )
    if made.returncode:
        pytest.skip(f"a small file system cannot be mounted: {made.stderr}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(path: Path) -> None:
    """Write a file until there is no room left."""
    with path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))


def assert_refused_in_words(run: Run, word: str) -> None:
    """Some saves worked; the others were told to fail, and took nothing of what was there."""
    assert (run.exit, run.trouble) == (0, [])
    assert run.returned
    assert run.failures
    for failure in run.failures:
        assert word in failure["text"].lower()
        assert "Errno" not in failure["text"]
    safe: list[str] = []
    records = [record for record in run.records if "returned" in record or "failed" in record]
    for number, (record, state) in enumerate(zip(records, run.states, strict=True)):
        # The messages of a save that failed belong to the next one that does not.
        safe = acknowledged(STEPS, number + 1) if "returned" in record else safe
        assert state.sessions.get(SESSION, []) == safe
        assert state.temporary == []


def test_fault_04_a_full_disk_is_told_in_words_and_the_old_file_is_untouched(side: Side, small: Path) -> None:
    ballast = small / "ballast"
    ballast.write_bytes(bytes(150_000))
    run = side.run(Plan(str(small / "data"), STEPS, size=SIZE))
    assert_refused_in_words(run, "full")
    safe = run.states[-1].sessions[SESSION]
    # What is read needs no room.
    found, listed = side.run(Plan(str(small / "data"), [("get",), ("list",)])).values
    # The journal may have had room for what the file had none for.
    assert found[: len(safe or [])] == safe
    assert listed == [SESSION]
    ballast.unlink()
    assert_usable(side, small / "data", safe or [])


def test_fault_04_on_a_disk_without_any_room_a_new_session_is_refused_and_an_old_one_can_be_read(
    side: Side, small: Path
) -> None:
    data_dir = small / "data"
    assert side.run(Plan(str(data_dir), STEPS[:3], size=2_000)).failures == []
    with pytest.raises(OSError, match="No space"):
        fill(small / "ballast")
    run = side.run(Plan(str(data_dir), [("create", "x")], id="other"))
    assert [(each["kind"], "full" in each["text"]) for each in run.failures] == [("StorageError", True)]
    assert run.states[-1].sessions == {SESSION: ["m0", "m1", "m2"]}
    looked = side.run(Plan(str(data_dir), [("list",), ("get",), ("delete",)]))
    assert looked.values[:2] == [[SESSION], ["m0", "m1", "m2"]]
    # Where it cannot be moved to the trash it stays.
    assert looked.trouble == []
    last = looked.states[-1]
    assert (last.sessions if looked.failures else last.trash) == {SESSION: ["m0", "m1", "m2"]}


def test_fault_04_a_full_disk_that_has_room_again_takes_what_was_refused(side: Side, small: Path) -> None:
    """One and the same program, told to save again what could not be saved."""
    data_dir = small / "data"
    (small / "ballast").write_bytes(bytes(300_000))
    first = [("create", "m0"), ("update", "m1"), ("update", "m2"), ("update", "m3")]
    steps = [*first, ("give_room", str(small / "ballast")), ("update",)]
    run = side.run(Plan(str(data_dir), steps, size=SIZE))
    assert run.trouble == []
    assert [each["failed"] for each in run.failures][-1] == "update"
    assert run.returned[-2:] == ["give_room", "update"]
    assert run.states[-1].sessions == {SESSION: ["m0", "m1", "m2", "m3"]}


def test_fault_04_a_limit_on_the_size_of_files_is_told_in_words_and_the_old_file_is_untouched(
    side: Side, tmp_path: Path
) -> None:
    data_dir = Path(os.path.realpath(tmp_path)) / "data"
    run = side.run(Plan(str(data_dir), STEPS, size=SIZE, max_file=5 * SIZE))
    assert_refused_in_words(run, "large")
    assert_usable(side, data_dir, run.states[-1].sessions[SESSION] or [])
