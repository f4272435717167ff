"""What was added to a session is read from its log, whatever became of the log (fault 11)."""

from __future__ import annotations

import random
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oats_tui.core.files import Signature
from oats_tui.session.store.begun import joined
from oats_tui.session.store.journal import Journal
from oats_tui.session.store.records import DropRecord, record_of, records
from tests.support.sessions import journal_of, noted

GAP = "\n[…]\n"
FIRST, SECOND = Signature(1, 2, 3), Signature(4, 5, 6)


def begun(name: str, n: int, **fields: Any) -> dict[str, Any]:
    """The record of an answer that begins."""
    message = {"id": name, "session_id": "s", "role": "assistant"}
    return {"begin": message, "n": n, "asked": "q1", "after": "q1", "by": {"pid": n}, "at": 5.0, **fields}


CALL = {"type": "tool_call", "id": "c", "tool_call_id": "t", "tool_name": "n", "arguments": {}}
RECORDS: list[Any] = [
    noted("q1", None, 1.0),
    noted("a1", "q1", 2.0, old={"id": "a1"}),
    {"folded": [1, 2, 3], "count": 2, "prev": [4, 5, 6]},
    {"drop": "q0", "at": 3.0},
    {"info": "title", "old": "A", "new": "B", "at": 4.0},
    {"foreign": 4.5, "seen": ["q1"], "sums": ["S1"]},
    begun("a2", 1),
    [1, 0, "héllo "],
    [1, 6, "wörld\n 00000000 {}"],
    {"part": CALL, "n": 1, "p": 1},
    [1, 0, "more", 2],
    {"drop": "q1", "at": 6.0},
    noted("q1", None, 7.0),
]
LOG = b"".join(map(record_of, RECORDS))
FORMED = list(records(LOG))


def taken(*pieces: bytes) -> Journal:
    """The journal that was read in these pieces."""
    journal = Journal()
    for piece in pieces:
        journal.take(piece)
    return journal


def meaning(journal: Journal) -> Any:
    """What a journal says, in comparable form."""
    answers = {n: (each.message, each.asked, each.texts, each.parts) for n, each in journal.answers.items()}
    living = [(key, each.json, each.after, each.at, {*each.older}) for key, each in journal.living().items()]
    state = (living, journal.deleted(), journal.changes, answers, set(journal.taken))
    return (*state, journal.folded, journal.count, journal.prev, journal.foreign)


def test_the_records_are_understood() -> None:
    journal = taken(LOG)
    assert list(journal.living()) == ["a1", "q1"]
    assert journal.deleted() == {"q0"}
    assert [(each.old, each.new) for each in journal.changes["title"]] == [("A", "B")]
    assert (journal.folded, journal.count, journal.prev) == (FIRST, 2, SECOND)
    assert (journal.begun, journal.foreign, journal.total) == (1.0, 4.5, 6)
    (answer,) = journal.open_answers()
    assert (answer.asked, answer.after, answer.by) == ("q1", "q1", {"pid": 1})
    parts = answer.so_far()["parts"]
    assert [part.get("content", part["id"]) for part in parts] == ["héllo wörld\n 00000000 {}", "c", "more"]
    assert answer.so_far()["id"] == "a2"


def test_fault_11_cut_at_every_byte_the_whole_records_before_the_cut_count() -> None:
    whole = list(records(LOG))
    assert whole == FORMED
    for end in range(len(LOG)):
        left = LOG[:end]
        found = list(records(left))
        assert found == whole[: len(found)]
        assert len(found) in (left.count(b"\n") // 2, (left.count(b"\n") + 1) // 2)
        taken(left)
        # What is written behind a torn record is whole.
        assert meaning(taken(left + LOG[end:])) == meaning(taken(LOG))
        assert list(records(left + record_of({"drop": "x", "at": 9.0})))[-1] == DropRecord(drop="x", at=9.0)


def test_fault_11_with_any_byte_flipped_no_other_record_is_lost() -> None:
    generator = random.Random(11)
    for place in range(len(LOG)):
        flipped = LOG[:place] + bytes([LOG[place] ^ generator.randrange(1, 256)]) + LOG[place + 1 :]
        found = list(records(flipped))
        assert len(found) >= len(RECORDS) - 1
        assert all(record in FORMED for record in found)
        taken(flipped)


def test_fault_11_noise_of_any_kind_is_no_record() -> None:
    generator = random.Random(12)
    for _ in range(300):
        start, end = sorted((generator.randrange(len(LOG)), generator.randrange(len(LOG))))
        noise = generator.randbytes(generator.randrange(200))
        spoilt = taken(LOG[:start] + noise + LOG[end:])
        assert spoilt.total <= taken(LOG).total
    assert list(records(bytes(5000))) == []
    assert list(records(b"\n00000000 \n\n-0000000 {}\n\n" + b"[" * 5000)) == []


@settings(max_examples=80)
@given(st.lists(st.integers(0, len(LOG)), max_size=4).map(sorted))
def test_fault_11_blocks_that_are_doubled_change_nothing(cuts: list[int]) -> None:
    assert meaning(taken(LOG, LOG)) == meaning(taken(LOG))
    edges = [0, *cuts, len(LOG)]
    blocks = [LOG[start:end] for start, end in pairwise(edges)]
    assert list(records(b"".join(block + block for block in blocks)))
    later = taken(LOG, *blocks, LOG)
    assert meaning(later) == meaning(taken(LOG))


@settings(max_examples=80)
@given(st.permutations(RECORDS))
def test_fault_11_in_any_order_the_same_messages_are_there(shuffled: list[Any]) -> None:
    journal, expected = journal_of(*shuffled), taken(LOG)
    assert journal.living().keys() == expected.living().keys()
    assert {key: said.json for key, said in journal.said.items()} == {
        key: said.json for key, said in expected.said.items()
    }
    assert journal.deleted() == expected.deleted()
    assert journal.changes == expected.changes
    assert journal.total == expected.total


@settings(max_examples=60)
@given(st.data())
def test_fault_11_two_writers_that_take_turns_both_count(data: st.DataObject) -> None:
    other: list[Any] = [
        noted("q9", "a1", 8.0),
        begun("a9", 2),
        [2, 0, "yes"],
        [2, 3, "!"],
        {"drop": "q8", "at": 9.0},
    ]
    mine, others, both = list(RECORDS), list(other), []
    while mine or others:
        both.append((mine if mine and (not others or data.draw(st.booleans())) else others).pop(0))
    journal = journal_of(*both)
    assert list(journal.living()) == ["a1", "q1", "q9"]
    assert journal.deleted() == {"q0", "q8"}
    assert {answer.so_far()["parts"][0]["content"] for answer in journal.open_answers()} == {
        "héllo wörld\n 00000000 {}",
        "yes!",
    }


@settings(max_examples=100)
@given(st.text(min_size=1, max_size=30), st.data())
def test_fault_11_an_answer_is_put_together_from_pieces_in_any_order(text: str, data: st.DataObject) -> None:
    cuts = [0, *sorted(data.draw(st.sets(st.integers(1, len(text))))), len(text)]
    pieces = [(start, text[start:end]) for start, end in pairwise(cuts)]
    shuffled = data.draw(st.permutations(pieces + data.draw(st.lists(st.sampled_from(pieces)))))
    assert joined(dict(shuffled)) == text
    lost = data.draw(st.sampled_from([piece for piece in pieces if piece[1]]))
    rest = joined(dict(piece for piece in pieces if piece != lost))
    assert rest in (text[: lost[0]], text[: lost[0]] + GAP + text[lost[0] + len(lost[1]) :])


def test_fault_11_pieces_that_overlap_or_are_missing_are_joined_with_a_sign() -> None:
    assert joined({}) == ""
    assert joined({0: "abc", 1: "bcd", 4: "e"}) == "abcde"
    assert joined({2: "c"}) == f"{GAP}c"
    assert joined({0: "a", 10**12: "z"}) == f"a{GAP}z"


def test_fault_11_a_spoilt_record_does_not_make_a_later_one_count_as_being_in_the_file() -> None:
    log = [record_of(noted(f"q{n}", None, float(n))) for n in range(3)]
    folded = record_of({"folded": [1, 2, 3], "count": 2})
    assert not taken(log[0], log[1], folded).is_behind(FIRST)
    assert taken(log[0], log[1], folded, log[2]).is_behind(FIRST)
    spoilt = taken(log[0].replace(b"q0", b"qO"), log[1], folded, log[2])
    assert spoilt.is_behind(FIRST)
    assert ("m", "q2") in spoilt.unfolded()


HOSTILE: list[Any] = [
    {}, "", [], 5, None, True, "m", [[]], [1], [1, 0], [9, 0, "no such answer"], {"later": 1}, {"at": 1},
    [1, float("inf"), "x"], [1, float("nan"), "x"], [1, "x", "x"], [1, 0, "x", float("inf")], [{}, 0, "x"],
    {"m": {"id": "x"}, "after": None, "at": 10**400}, {"m": {"id": "x"}, "after": None, "at": "now"},
    {"m": 5, "key": "x", "after": None, "at": 1}, {"m": {"id": 5}, "after": None, "at": 1},
    {"m": {"id": "x"}, "after": [], "at": 1}, {"m": {"id": "x"}, "after": 5, "at": 1}, {"m": {}, "after": None},
    {"m": {"id": "x"}, "after": None, "at": float("nan")}, {"drop": "a1", "at": float("nan")},
    {"drop": [], "at": "x"}, {"drop": "a1"}, {"drop": "a1", "at": []}, {"info": "title", "at": 1},
    {"folded": 5, "count": 1}, {"folded": [1, 2], "count": 1}, {"folded": [1, 2, 3], "count": float("inf")},
    {"folded": [1, 2, 3], "count": -1}, {"folded": [1, 2, 3], "count": 2**70},
    {"folded": ["a", {}, []], "count": 1},
    {"foreign": 1, "seen": 5, "sums": []}, {"foreign": 1, "seen": [[]], "sums": []},
    {"foreign": 1, "seen": ["a1"], "sums": [[]]}, {"foreign": float("inf"), "seen": [], "sums": []},
    {"begin": {}, "n": 5, "asked": "q", "after": None, "by": {}}, {"begin": 5, "n": 5, "asked": "q"},
    {"begin": {"id": []}, "n": 6, "asked": "q", "after": None, "by": {}},
    {"begin": {"id": "x"}, "n": "z", "asked": "q", "after": None, "by": {}},
    {"begin": {"id": "x"}, "n": [], "asked": "q", "after": None, "by": {}},
    {"part": {}, "n": 1, "p": "x"}, {"part": [], "n": 1, "p": 0}, {"part": {}, "n": 1, "p": []},
    {"part": 5, "n": 7},
]  # fmt: skip


@pytest.mark.parametrize("record", HOSTILE, ids=lambda record: repr(record)[:60])
def test_fault_11_a_record_with_hostile_values_is_ignored(record: Any) -> None:
    journal = taken(LOG, record_of(record), record_of({"drop": "later", "at": 9.0}))
    expected = taken(LOG, record_of({"drop": "later", "at": 9.0}))
    assert journal.deleted() == expected.deleted() == {"q0", "later"}
    assert journal.living() == expected.living()
    assert [answer.so_far()["parts"][0] for answer in journal.open_answers()]
    assert [answer.message["id"] for answer in journal.open_answers()] == ["a2"]
    assert journal.is_behind(FIRST)
    assert len(journal.unfolded()) == journal.total - journal.count
    assert max(journal.answers, default=0) + 1 == 2


def test_a_file_is_behind_until_the_version_that_holds_everything_is_written_down() -> None:
    journal = Journal()
    assert not journal.is_behind(None)
    assert not journal.is_behind(FIRST)
    journal.take(record_of(noted("q1", None, 1.0)))
    assert journal.is_behind(None)
    assert journal.is_behind(FIRST)
    assert journal.unfolded() == [("m", "q1")]
    journal.take(record_of({"folded": [1, 2, 3], "count": 1}))
    assert not journal.is_behind(FIRST)
    assert journal.is_behind(SECOND)
    assert journal.unfolded() == []
    journal.take(
        b"".join(map(record_of, [{"drop": "q1", "at": 2.0}, {"info": "title", "old": "1", "new": "2", "at": 3.0}]))
    )
    assert journal.is_behind(FIRST)
    assert journal.unfolded() == [("drop", "q1"), ("info", "title")]
    assert journal.prev is None


@pytest.mark.parametrize(
    ("steps", "living", "deleted"),
    [
        ([("m", 1.0)], True, False),
        ([("m", 1.0), ("drop", 2.0)], False, True),
        ([("drop", 2.0), ("m", 1.0)], False, True),
        ([("m", 1.0), ("drop", 2.0), ("m", 3.0)], True, False),
        ([("m", 3.0), ("drop", 2.0), ("m", 1.0)], True, False),
        ([("m", 1.0), ("drop", 1.0)], False, True),
        ([("drop", 1.0)], False, True),
    ],
)
def test_the_latest_of_writing_and_deleting_counts(
    steps: list[tuple[str, float]], living: bool, deleted: bool
) -> None:
    journal = journal_of(*(noted("q1", None, at) if kind == "m" else {kind: "q1", "at": at} for kind, at in steps))
    assert (("q1" in journal.living()), ("q1" in journal.deleted())) == (living, deleted)


def test_a_message_counts_as_seen_by_the_writer_of_a_summary_that_came_after_it_was_seen() -> None:
    journal = journal_of(
        noted("q1", None, 1.0), noted("q2", "q1", 2.0), {"foreign": 3.0, "seen": ["q1"], "sums": ["S1"]}
    )
    assert journal.was_seen("unknown", frozenset())
    assert not journal.was_seen("q2", frozenset({"S2"}))
    assert not journal.was_seen("q1", frozenset())
    assert not journal.was_seen("q1", frozenset({"S1"}))
    assert journal.was_seen("q1", frozenset({"S1", "S2"}))
    journal.take(
        b"".join(map(record_of, [noted("q1", None, 4.0), {"foreign": 5.0, "seen": ["q1"], "sums": ["S2"]}]))
    )
    assert journal.was_seen("q1", frozenset({"S2"}))


def test_an_answer_is_open_until_it_was_written_down_or_given_up() -> None:
    journal = journal_of(begun("a1", 1), [1, 0, "x"], begun("a2", 2))
    assert [answer.message["id"] for answer in journal.open_answers()] == ["a1", "a2"]
    journal.take(b"".join(map(record_of, [noted("a1", None, 6.0), {"drop": "a2", "at": 7.0}])))
    assert journal.open_answers() == []
    journal.take(record_of(begun("a3", 1)))
    assert [answer.so_far()["parts"] for answer in journal.open_answers()] == [[]]
