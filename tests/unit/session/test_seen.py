"""What the journal knows of the copies of other programs: no summary stands for what its writer did not have."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from oats_tui.core import files
from oats_tui.session.store.journals import read_journal, write_records
from oats_tui.session.store.places import Places
from oats_tui.session.store.reading import load
from oats_tui.session.store.tidying import tidy
from tests.support.sessions import journal_of, message, noted, saved, session

NEW = frozenset({"S1", "S2"})


def found(at: float, *, seen: bool, sums: tuple[str, ...] = ()) -> dict[str, Any]:
    """A version of another program was found that had a message, or lacked it."""
    return {"foreign": at, "seen": ["q1"] * seen, "missed": ["q1"] * (not seen), "sums": list(sums)}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], False),
        ([found(2.0, seen=True)], True),
        ([found(2.0, seen=False)], False),
        ([found(2.0, seen=True), found(3.0, seen=False)], False),
        ([found(2.0, seen=False), found(3.0, seen=True)], True),
        ([found(2.0, seen=True), found(3.0, seen=False), found(4.0, seen=True)], True),
        ([found(2.0, seen=True), found(3.0, seen=False), found(4.0, seen=True, sums=("S1", "S2"))], False),
        ([found(2.0, seen=True, sums=("S1", "S2")), found(3.0, seen=False), found(4.0, seen=True)], True),
    ],
)
def test_a_summary_can_stand_for_what_the_newest_version_that_tells_of_it_had(
    told: list[dict[str, Any]], expected: bool
) -> None:
    # Records may be repeated, and stand in any order: what they say comes to the same.
    for records in permutations(told):
        journal = journal_of(noted("q1", None, 1.0), *records, *told)
        assert journal.was_seen("q1", NEW) == expected


def test_a_message_that_was_written_down_as_found_counts_until_it_is_missed() -> None:
    theirs = {**noted("q1", None, 2.0), "sums": ["S1"]}
    assert journal_of(theirs).was_seen("q1", NEW)
    assert not journal_of(theirs).was_seen("q1", frozenset({"S1"}))
    assert not journal_of(theirs, found(3.0, seen=False)).was_seen("q1", NEW)
    assert journal_of(found(1.0, seen=False), theirs).was_seen("q1", NEW)


@pytest.mark.parametrize("is_missed", [True, False])
def test_a_log_written_anew_knows_what_was_missed(tmp_path: Path, is_missed: bool) -> None:
    places = Places(tmp_path, "s")
    edits = [noted("a1", "q1", 10.0 + n) for n in range(1500)]
    told = [noted("q1", None, 1.0), found(2.0, seen=True), *([found(3.0, seen=False)] if is_missed else [])]
    write_records(places.journal, [*told, *edits], sync=False)
    assert tidy(places)
    assert read_journal(places.journal).was_seen("q1", NEW) != is_missed


@pytest.mark.parametrize("times", [1, 10_000])
def test_bytes_that_another_program_replaces_while_they_are_read_are_not_taken_for_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    places = Places(tmp_path, "s")
    stale, window = saved(places, session("q1")), load(places)
    theirs = places.file.read_bytes()
    window.add_message(message("q2", at=2.0))
    saved(places, window, 2.0)
    read, left = files.read_version, [times]

    def read_version(path: Path) -> tuple[bytes, files.Signature]:
        data, signature = read(path)
        left[0] -= 1
        if left[0] < 0:
            return data, signature
        # The old copy of another program is written right now.
        path.write_bytes(theirs)
        return data, files.UNSETTLED

    monkeypatch.setattr(files, "read_version", read_version)
    stale.add_message(message("q3", at=3.0))
    saved(places, stale, 3.0)
    assert not read_journal(places.journal).was_seen("q2", NEW)
    assert [each.id for each in load(places).messages] == ["q1", "q2", "q3"]
