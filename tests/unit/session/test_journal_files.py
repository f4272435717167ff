"""The logs of sessions on disk: read as far as they have grown, and written anew without what is outdated."""

from __future__ import annotations

from pathlib import Path

from oats_tui.session.store.journal import Journal
from oats_tui.session.store.journals import read_journal, write_records
from oats_tui.session.store.places import Places
from oats_tui.session.store.records import record_of
from oats_tui.session.store.tidying import tidy
from tests.support.sessions import noted
from tests.unit.session.test_journal import FIRST, LOG, RECORDS, meaning, taken


def test_a_copy_does_not_grow_with_the_journal() -> None:
    journal = taken(LOG)
    copied = journal.copy()
    before = [repr(copied.said), repr(copied.answers), copied.total, copied.is_behind(FIRST)]
    more = [
        [1, 50, "x"],
        {"foreign": 9.0, "seen": ["a1"], "sums": []},
        noted("a1", "q1", 1.5),
        {"drop": "x", "at": 1.0},
    ]
    journal.take(b"".join(map(record_of, more)))
    assert [repr(copied.said), repr(copied.answers), copied.total, copied.is_behind(FIRST)] == before


def test_a_log_is_read_as_far_as_it_has_grown_and_anew_when_it_was_replaced(tmp_path: Path) -> None:
    path = tmp_path / "journal" / "s.log"
    assert read_journal(path).total == 0
    write_records(path, RECORDS[:3], sync=True)
    assert list(read_journal(path).living()) == ["q1", "a1"]
    write_records(path, RECORDS[3:], sync=False)
    assert meaning(read_journal(path)) == meaning(taken(LOG))
    with path.open("ab") as log:
        log.write(record_of(noted("q9", None, 9.0))[:-5])
    assert meaning(read_journal(path)) == meaning(taken(LOG))
    write_records(path, [noted("q10", None, 10.0)], sync=False)
    assert list(read_journal(path).living()) == ["a1", "q1", "q10"]
    # A new log may be given the number of a removed one in the file system, and be longer.
    path.write_bytes(b"".join(record_of(noted(f"n{n}", None, float(n))) for n in range(1, 40)))
    assert list(read_journal(path).living()) == [f"n{n}" for n in range(1, 40)]
    path.unlink()
    assert read_journal(path).total == 0


def test_a_log_written_anew_without_what_is_outdated_says_the_same(tmp_path: Path) -> None:
    places = Places(tmp_path, "s")
    edits = [noted("a1", "q1", 10.0 + n) for n in range(1500)]
    write_records(places.journal, [*RECORDS, *edits, {"folded": [7, 8, 9], "count": 1500}], sync=False)
    before, size = read_journal(places.journal), places.journal.stat().st_size
    assert tidy(places)
    after = read_journal(places.journal)
    assert places.journal.stat().st_size < size / 20
    assert (after.deleted(), after.changes, after.folded) == (before.deleted(), before.changes, before.folded)
    assert _messages(after) == _messages(before)
    assert [each.so_far()["id"] for each in after.open_answers()] == ["a2"]
    assert {*after.unfolded()} == {("m", "a1")}
    assert after.foreign == before.foreign
    assert not tidy(places)


def _messages(journal: Journal) -> dict[str, tuple[object, ...]]:
    """What a journal says of each message."""
    living = journal.living().items()
    return {key: (each.json, each.at, each.seen.is_held, each.seen.sums) for key, each in living}
