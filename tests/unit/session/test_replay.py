"""What a program with an old copy undid is done again, in its place and once (fault 11)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oats_tui.core import files
from oats_tui.session.message import OpaqueMessage
from oats_tui.session.store import notes, saving
from oats_tui.session.store.codec import decode_info, decode_message
from oats_tui.session.store.journal import Journal
from oats_tui.session.store.journals import read_journal, write_records
from oats_tui.session.store.merge import Version
from oats_tui.session.store.places import Places
from oats_tui.session.store.reading import load
from oats_tui.session.store.replay import replay
from tests.support.sessions import (
    changed,
    facts_of,
    journal_of,
    loaded,
    message,
    noted,
    other_program,
    raw,
    saved,
    session,
    version,
)

STALE = version("q1", "a1")


def names(made: Version) -> str:
    return " ".join(made.messages)


def edit(name: str, before: str, after: str, at: float) -> dict[str, Any]:
    """The record of an edit of a message."""
    return {
        "m": json.loads(raw(name, after)),
        "after": None,
        "at": at,
        "old": json.loads(raw(name, before)),
    }


def renamed(before: Any, after: Any, at: float, name: str = "title") -> dict[str, Any]:
    """The record of a fact that we changed."""
    return {"info": name, "old": before, "new": after, "at": at}


def test_a_version_that_has_everything_is_the_same_object() -> None:
    journal = journal_of(noted("q1", None, 1.0), noted("a1", "q1", 2.0), {"drop": "q0", "at": 3.0})
    assert replay(STALE, journal) is STALE
    assert replay(STALE, Journal()) is STALE


@pytest.mark.parametrize(
    ("said", "there", "expected"),
    [
        ([("q2", "a1"), ("a2", "q2")], "q1 a1", "q1 a1 q2 a2"),
        ([("a2", "q1")], "q1", "q1 a2"),
        ([("s0", None)], "q1 a1", "s0 q1 a1"),
        ([("a0", "q1")], "q1 a1", "q1 a0 a1"),
        # Some of it is there.
        ([("q2", "a1"), ("a2", "q2"), ("q3", "a2")], "q1 a1 q2", "q1 a1 q2 a2 q3"),
        ([("q2", "a1"), ("a2", "q2"), ("q3", "a2")], "q1 a1 q2 q3", "q1 a1 q2 a2 q3"),
        # Others went on from the old copy: whole turns.
        ([("q5", "a1"), ("a5", "q5")], "q1 a1 q3 a3", "q1 a1 q3 a3 q5 a5"),
        ([("q5", "q1"), ("a5", "q5")], "q1 a1 q9 a9", "q1 a1 q5 a5 q9 a9"),
        # Two of ours went on from the same message, and one of the two is there.
        ([("q6", "a1"), ("q5", "a1"), ("q7", "a1")], "q1 a1 q5 q8", "q1 a1 q5 q6 q7 q8"),
        # The one before it is gone, or is in no version: it comes last.
        ([("q9", "gone")], "q1 a1", "q1 a1 q9"),
        # Each names the other as the one before: damaged, and yet not lost.
        ([("q8", "q9"), ("q9", "q8")], "q1 a1", "q1 a1 q8 q9"),
        ([("q8", "q8")], "q1 a1", "q1 a1 q8"),
    ],
)
def test_what_is_missing_is_put_in_its_place_once(
    said: list[tuple[str, str | None]], there: str, expected: str
) -> None:
    records = [
        {"m": json.loads(raw(name, at=float(name[1]))), "after": after, "at": float(n + 1)}
        for n, (name, after) in enumerate(said)
    ]
    stale = version(*(message(name, at=float(name[1])) for name in there.split()))
    replayed = replay(stale, journal_of(*records))
    assert names(replayed) == expected
    assert facts_of(replayed)["message_count"] == len(expected.split())
    assert all(replayed.messages[name] == raw(name, at=float(name[1])) for name, _ in said)
    assert replay(replayed, journal_of(*records)) is replayed


def test_an_answer_whose_question_is_gone_does_not_open_the_conversation() -> None:
    journal = journal_of({**noted("a9", "gone", 9.0)})
    assert names(replay(STALE, journal)) == "q1 a1 a9"


def test_what_was_changed_back_is_changed_again_and_what_others_wrote_is_not() -> None:
    journal = journal_of(edit("a1", "a1", "two", 1.0), edit("a1", "two", "three", 2.0))
    for stale in ("a1", "two"):
        replayed = replay(changed(STALE, a1=raw("a1", stale, at=0)), journal)
        assert replayed.messages["a1"] == raw("a1", "three")
        assert replay(replayed, journal) is replayed
    theirs = changed(STALE, a1=raw("a1", "theirs"))
    assert replay(theirs, journal) is theirs


def test_the_form_of_a_message_does_not_matter_when_it_is_known_again() -> None:
    compact = json.dumps(json.loads(raw("a1"))).encode()
    replayed = replay(changed(STALE, a1=compact), journal_of(edit("a1", "a1", "two", 1.0)))
    assert replayed.messages["a1"] == raw("a1", "two")


def test_what_was_deleted_and_is_back_is_deleted_again_until_we_write_it_again() -> None:
    journal = journal_of(noted("a1", "q1", 1.0), {"drop": "a1", "at": 2.0})
    replayed = replay(STALE, journal)
    assert names(replayed) == "q1"
    assert facts_of(replayed)["message_count"] == 1
    again = journal_of(noted("a1", "q1", 1.0), {"drop": "a1", "at": 2.0}, noted("a1", "q1", 3.0))
    assert names(replay(replayed, again)) == "q1 a1"
    assert replay(STALE, again).messages.keys() == STALE.messages.keys()


@pytest.mark.parametrize(
    ("there", "records", "expected"),
    [
        ("A", [renamed("A", "B", 1.0)], "B"),
        ("B", [renamed("A", "B", 1.0)], "B"),
        ("C", [renamed("A", "B", 1.0)], "C"),
        ("A", [renamed("A", "B", 1.0), renamed("B", "C", 2.0)], "C"),
        ("B", [renamed("B", "C", 2.0), renamed("A", "B", 1.0)], "C"),
        ("A", [renamed("A", "B", 1.0), renamed("B", "A", 2.0)], "A"),
        ("B", [renamed("A", "B", 1.0), renamed("B", "A", 2.0)], "A"),
        # Another program renamed it in between.
        ("A", [renamed("A", "B", 1.0), renamed("C", "A", 2.0)], "A"),
        ("C", [renamed("A", "B", 1.0), renamed("C", "A", 2.0)], "A"),
        ("B", [renamed("A", "B", 1.0), renamed("C", "D", 2.0)], "B"),
    ],
)
def test_a_title_that_is_back_is_changed_again(there: str, records: list[Any], expected: str) -> None:
    stale = changed(STALE, {"title": there})
    replayed = replay(stale, journal_of(*records))
    assert facts_of(replayed)["title"] == expected
    assert (replayed is stale) is (there == expected)


def test_archiving_that_was_undone_is_done_again() -> None:
    moment = "2026-04-01T00:00:00Z"
    put_away = journal_of(renamed(None, moment, 1.0, "time.archived"))
    replayed = replay(STALE, put_away)
    assert facts_of(replayed)["time"] == {**facts_of(STALE)["time"], "archived": moment}
    assert replay(replayed, put_away) is replayed
    taken_out = journal_of(
        renamed(None, moment, 1.0, "time.archived"), renamed(moment, None, 2.0, "time.archived")
    )
    assert replay(STALE, taken_out) is STALE


def test_the_tokens_and_the_time_of_what_was_missing_count_once() -> None:
    record = noted("a9", "q1", 9.0)
    record["m"] |= {"usage": {"total_tokens": 5, "input": 3}}
    stale = changed(STALE, {"total_tokens": 10})
    replayed = replay(stale, journal_of(record))
    assert facts_of(replayed)["total_tokens"] == 15
    assert facts_of(replayed)["time"]["updated"] == "2026-03-01T00:00:09Z"
    assert replay(replayed, journal_of(record)) is replayed


def test_what_a_summary_stands_for_is_not_put_back_and_what_its_writer_never_saw_is() -> None:
    summed_up = version(message("S1", at=9), "q2")
    said = [noted("q1", None, 1.0), noted("a1", "q1", 2.0)]
    seen = journal_of(*said, {"foreign": 3.0, "seen": ["q1"], "sums": []})
    assert sorted(replay(summed_up, seen).messages) == ["S1", "a1", "q2"]
    before = journal_of(*said, {"foreign": 3.0, "seen": ["q1", "a1"], "sums": ["S1"]})
    assert sorted(replay(summed_up, before).messages) == ["S1", "a1", "q1", "q2"]


@settings(max_examples=100)
@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.none() | st.sampled_from(["a", "b", "c", "d", "q1", "", "\n"])),
        max_size=6,
    ),
    st.sets(st.sampled_from("abcd")),
)
def test_fault_11_whatever_stands_before_what_nothing_is_lost_or_doubled(
    said: list[tuple[str, str | None]], there: set[str]
) -> None:
    journal = journal_of(*(noted(name, after, float(n + 1)) for n, (name, after) in enumerate(said)))
    stale = version("q1", *sorted(there))
    replayed = replay(stale, journal)
    assert replayed.messages.keys() == {"q1", *there, *(name for name, _ in said)}
    assert [key for key in replayed.messages if key in stale.messages] == list(stale.messages)
    assert replay(replayed, journal) is replayed


HOSTILE: list[dict[str, Any]] = [
    {"m": 5, "key": "x", "after": None, "at": 1.0},
    {"m": [], "key": "a1", "after": None, "at": 1.0, "old": json.loads(raw("a1"))},
    {**noted("x", None, 1.0), "after": []},
    {**noted("x", None, 1.0), "after": {"a": 1}},
    noted("x", None, 1.0, m={**json.loads(raw("x")), "usage": {"total_tokens": "many"}}),
    noted("x", None, 1.0, m={**json.loads(raw("x")), "usage": 5, "created_at": "never"}),
    renamed("s", "t", 1.0, "id"),
    renamed("New Session", 5, 1.0),
    renamed("/p", None, 1.0, "project_dir"),
    renamed(None, "never", 1.0, "time.archived"),
    renamed(2, "two", 1.0, "message_count"),
]


@pytest.mark.parametrize("record", HOSTILE, ids=lambda record: repr(record)[-60:])
def test_fault_11_a_hostile_record_leaves_a_session_that_can_be_read(record: dict[str, Any]) -> None:
    replayed = replay(STALE, journal_of(record, noted("q2", "a1", 2.0)))
    info = decode_info(replayed.info)
    assert (info.id, info.title) == ("s", "New Session")
    assert {"q1", "a1", "q2"} <= replayed.messages.keys() <= {"q1", "a1", "q2", "x"}
    assert not any(isinstance(decode_message(each), OpaqueMessage) for each in replayed.messages.values())


def test_what_is_written_down_while_another_save_runs_is_not_taken_for_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = Places(tmp_path, "s")
    saved(places, session("q1"))
    held = load(places)
    held.update_title("other")
    note_changes = notes.note_changes

    def noted_in_between(*given: Any) -> None:
        """Another window writes down its message after this save has looked at the journal."""
        write_records(places.journal, [noted("q2", "q1", 2.0)], sync=True)
        note_changes(*given)

    monkeypatch.setattr(saving, "note_changes", noted_in_between)
    saved(places, held)
    assert read_journal(places.journal).is_behind(files.signature(places.file))
    assert [each.id for each in load(places).messages] == ["q1", "q2"]


def test_a_clock_that_was_set_back_undoes_no_edit(tmp_path: Path) -> None:
    places = Places(tmp_path, "s")
    made = saved(places, session(message("q1", "one")))
    for text, at in (("two", 2000.0), ("three", 1500.0)):
        made.messages[0] = message("q1", text)
        made = saved(places, made, at)
    other_program(places.file, "q2")
    assert [each.get_text_content() for each in load(places).messages] == ["three", "q2"]


def test_a_clock_that_was_set_back_deletes_nothing_that_was_added_again(tmp_path: Path) -> None:
    places = Places(tmp_path, "s")
    made = saved(places, session("q1", "a1"))
    answer = made.messages.pop()
    made = saved(places, made, 2000.0)
    made.messages.append(answer)
    made = saved(places, made, 1500.0)
    other_program(places.file, "q2")
    assert [each.id for each in load(places).messages] == ["q1", "a1", "q2"]


def test_a_message_of_an_odd_id_survives_the_deletion_of_another(tmp_path: Path) -> None:
    places = Places(tmp_path, "s")
    saved(places, session("q1", "a1"))
    places.file.write_bytes(places.file.read_bytes().replace(b'\n      "id": "q1",', b"", 1))
    held = load(places)
    del held.messages[1]
    saved(places, held)
    other_program(places.file, "q2")
    assert [each.get_text_content() for each in load(places).messages] == ["q1", "q2"]
    deep = b'"model": ' + b"[" * 300 + b"]" * 300
    places.file.write_bytes(places.file.read_bytes().replace(b'"model": null', deep, 1))
    held = loaded(places.file.read_bytes())
    held.messages[0] = message(held.messages[0].id)
    assert saved(places, held).messages
