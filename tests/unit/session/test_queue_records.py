"""The records of messages that wait, requests to stop, and what comes of a hostile journal."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oats_tui.core import files
from oats_tui.core.storage_errors import StorageError
from oats_tui.session.activity import NOBODY, activity_in
from oats_tui.session.answers import AnswerStorage
from oats_tui.session.store.journal import Journal
from oats_tui.session.store.journals import forget_journal, read_journal, write_records
from oats_tui.session.store.places import Places
from oats_tui.session.store.records import record_of
from oats_tui.session.store.recovery import KEPT_SECONDS
from oats_tui.session.store.tidying import tidy
from tests.support.sessions import journal_of, noted, saved, session
from tests.unit.session.test_activity import HOST, Other

BY = {"pid": 7, "host": "another.example", "since": 5.0}
WORDY = [{"drop": "nothing", "at": 9.0}] * 1100


def queued(message_id: str, by: Any = BY) -> dict[str, Any]:
    """The record of a message that waits; without anybody it waits no more."""
    return {"queue": message_id, "by": by, "at": 6.0}


def begun(asked_id: str, number: int = 1) -> dict[str, Any]:
    """The record of the beginning of an answer."""
    message = {"id": f"answer-{asked_id}", "session_id": "s", "role": "assistant"}
    return {"begin": message, "n": number, "asked": asked_id, "after": asked_id, "by": BY, "at": 7.0}


@pytest.fixture
def places(data_dir: Path) -> Places:
    """A session with one question."""
    found = Places(data_dir, "s")
    saved(found, session("q1"))
    return found


def test_a_message_waits_from_its_record_on_until_the_next_one_or_its_answer() -> None:
    assert journal_of(queued("q1")).queued == {"q1": BY}
    assert journal_of(queued("q1"), queued("q1", None)).queued == {}
    assert journal_of(queued("q1"), {"queue": "q1"}).queued == {}
    assert journal_of(queued("q1", None)).queued == {}
    assert journal_of(queued("q1"), queued("q2"), begun("q1")).queued == {"q2": BY}
    assert journal_of(queued("q1"), queued("q1", None), queued("q1", {"pid": 8})).queued == {"q1": {"pid": 8}}


def test_the_order_is_that_in_which_they_began_to_wait_last() -> None:
    again = {**BY, "pid": 8}
    found = journal_of(queued("q1"), queued("q2"), queued("q3"), queued("q1", again)).queued
    assert list(found) == ["q2", "q3", "q1"]
    assert found["q1"] == again


def test_what_waits_is_nothing_that_a_file_has_to_hold() -> None:
    plain, waiting = journal_of(noted("q1", None, 1.0)), journal_of(noted("q1", None, 1.0), queued("q2"))
    assert (waiting.total, waiting.mark, waiting.latest) == (plain.total, plain.mark, plain.latest)
    assert waiting.lines == plain.lines + 1
    copied = waiting.copy()
    waiting.take(record_of(queued("q2", None)))
    assert (waiting.queued, copied.queued) == ({}, {"q2": BY})


@pytest.mark.parametrize("by", [[], "me", 5, True, [1], 0.5])
def test_a_record_by_what_can_be_nobody_is_none(by: Any) -> None:
    assert journal_of(queued("q1"), queued("q1", by), queued("q2", by)).queued == {"q1": BY}


@pytest.mark.parametrize("message_id", [None, 5, ["q1"], {}, True])
def test_a_record_of_what_can_be_no_message_is_none(message_id: Any) -> None:
    assert journal_of(queued(message_id), queued("q2")).queued == {"q2": BY}


@pytest.mark.parametrize("at", ["x", -1.0, 1e12, None, []])
def test_a_record_of_an_impossible_time_is_none(at: Any) -> None:
    assert journal_of({"queue": "q1", "by": BY, "at": at}).queued == {}


def test_a_torn_or_spoilt_record_leaves_the_others() -> None:
    journal = Journal()
    torn = record_of(queued("q2", None))
    journal.take(record_of(queued("q1")) + record_of(queued("q2")) + torn[:-9] + record_of(queued("q3")))
    journal.take(record_of(queued("q1", None)).replace(b"q1", b"q3"))
    assert list(journal.queued) == ["q1", "q2", "q3"]


def test_a_journal_written_anew_has_the_same_waiting_in_the_same_order(places: Places) -> None:
    values = [queued("q9"), queued("q2"), begun("q4"), [1, 0, "half"], *WORDY, queued("q1"), queued("q2")]
    write_records(places.journal, [*values, queued("é 漢"), queued("q9", None)], sync=False)
    before = read_journal(places.journal)
    size = places.journal.stat().st_size
    assert tidy(places)
    after = read_journal(places.journal)
    assert places.journal.stat().st_size < size / 10
    assert list(after.queued.items()) == list(before.queued.items())
    assert list(after.queued) == ["q1", "q2", "é 漢"]
    assert [(each.asked, each.texts) for each in after.open_answers()] == [("q4", {0: {0: "half"}})]
    write_records(places.journal, [queued("q2", None), begun("q1", 2)], sync=False)
    assert list(read_journal(places.journal).queued) == ["é 漢"]


STEPS = st.lists(st.tuples(st.sampled_from(["queue", "unqueue", "begin"]), st.integers(0, 4)), max_size=25)


@given(STEPS)
def test_any_sequence_comes_to_the_same_as_a_plain_list(steps: list[tuple[str, int]]) -> None:
    expected: list[str] = []
    records = []
    for place, (what, number) in enumerate(steps):
        name = f"q{number}"
        expected = [each for each in expected if each != name] + ([name] if what == "queue" else [])
        record = begun(name, place) if what == "begin" else queued(name, BY if what == "queue" else None)
        records.append(record)
    assert list(journal_of(*records).queued) == expected


def test_the_store_writes_down_who_waits_and_that_nobody_does_any_more(places: Places) -> None:
    storage = AnswerStorage()
    asyncio.run(storage.queue("s", "q2"))
    by = read_journal(places.journal).queued["q2"]
    assert (by["pid"], by["host"]) == (os.getpid(), socket.gethostname())
    assert abs(by["since"] - time.time()) < 60
    storage.unqueue("s", "q2")
    storage.unqueue("s", "never")
    files.submit(lambda: None, "journal").result()
    assert read_journal(places.journal).queued == {}


def test_what_cannot_be_queued_is_told_and_what_cannot_be_unqueued_is_not(places: Places) -> None:
    storage = AnswerStorage()
    places.journal.unlink(missing_ok=True)
    places.journal.mkdir(parents=True)
    with pytest.raises(StorageError, match="could not be queued") as raised:
        asyncio.run(storage.queue("s", "q2"))
    assert raised.value.hint
    storage.unqueue("s", "q2")
    with pytest.raises(StorageError):
        asyncio.run(storage.queue("../s", "q2"))


def test_who_waits_makes_no_session_behind_and_keeps_no_old_journal(places: Places) -> None:
    storage = AnswerStorage()
    places.journal.unlink(missing_ok=True)
    asyncio.run(storage.queue("s", "q1"))
    before = places.file.read_bytes()
    assert not asyncio.run(storage.recover("s"))
    assert asyncio.run(storage.recover_all()) == {}
    assert places.file.read_bytes() == before
    assert list(read_journal(places.journal).queued) == ["q1"]
    places.journal.unlink()
    old = time.time() - KEPT_SECONDS - 60
    write_records(places.journal, [{**queued("q1"), "at": old}], sync=False)
    assert asyncio.run(storage.recover_all()) == {}
    assert not places.journal.exists()


def test_a_request_is_written_read_and_forgotten(places: Places) -> None:
    storage = AnswerStorage()
    assert asyncio.run(storage.requested_stop("s")) is None
    asyncio.run(storage.forget_request("s"))
    with Other() as other:
        other.ask("request_stop", "s", "a1")
        assert asyncio.run(storage.requested_stop("s")) == "a1"
        assert asyncio.run(storage.requested_stop("t")) is None
        other.ask("request_stop", "s", "a2")
    assert asyncio.run(storage.requested_stop("s")) == "a2"
    assert os.listdir(places.request.parent) == ["s.json"]
    asyncio.run(storage.forget_request("s"))
    assert asyncio.run(storage.requested_stop("s")) is None
    assert not places.request.exists()


DAMAGED = [b"", b"{", b"[]", b"null", b'"a1"', b"{}", b'{"stop": 5}', b'{"stop": null}', b'{"stop": ["a1"]}']
DAMAGED += [b'{"stop": "a1"', b"\xff", b"[" * 100_000, b'{"stop": 1' + b"0" * 5000 + b"}"]


def test_a_request_that_cannot_be_understood_is_none(places: Places) -> None:
    storage = AnswerStorage()
    places.request.parent.mkdir()
    for content in DAMAGED:
        places.request.write_bytes(content)
        assert asyncio.run(storage.requested_stop("s")) is None, content[:20]
    places.request.unlink()
    os.mkfifo(places.request)
    assert asyncio.run(storage.requested_stop("s")) is None
    places.request.unlink()
    places.request.mkdir()
    assert asyncio.run(storage.requested_stop("s")) is None
    asyncio.run(storage.forget_request("s"))
    with pytest.raises(StorageError, match="could not be stopped"):
        asyncio.run(storage.request_stop("s", "a1"))


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers(-(10**40), 10**40) | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)
PIDS = VALUES | st.sampled_from([0, -1, 1, True, 2**31, 2**63, 10**400, "1", 1.0])
ODD_BY = (
    st.fixed_dictionaries({}, optional={"pid": PIDS, "host": st.just(HOST) | VALUES, "since": VALUES}) | VALUES
)
MESSAGE_KEYS = st.fixed_dictionaries(
    {"session_id": st.just("s"), "role": st.just("assistant")}, optional={"id": st.just("a1") | VALUES}
)
SOUND = st.sampled_from([{"type": ""}, {"type": "new", "x": [1]}, {"type": "text", "id": "p", "content": "\x1b"}])
PARTS = SOUND | VALUES.filter(lambda value: not isinstance(value, dict))
NUMBERS = st.integers(0, 2) | VALUES
BEGUN = st.fixed_dictionaries(
    {"begin": MESSAGE_KEYS | VALUES, "n": NUMBERS, "asked": st.just("q1"), "after": st.none(), "by": ODD_BY}
)
RECORDS = st.lists(
    BEGUN
    | st.fixed_dictionaries({"queue": st.sampled_from(["q1", "q2"]) | VALUES, "by": ODD_BY})
    | st.fixed_dictionaries({"part": PARTS, "n": NUMBERS, "p": NUMBERS})
    | st.tuples(NUMBERS, NUMBERS, st.text(max_size=4)).map(list)
    | st.tuples(NUMBERS, NUMBERS, st.text(max_size=4), NUMBERS).map(list),
    max_size=6,
)


def test_no_journal_makes_looking_or_recovering_fail(places: Places) -> None:
    storage = AnswerStorage()

    @settings(max_examples=150)
    @given(RECORDS)
    def look(values: list[Any]) -> None:
        """Look while the turn is held by another program, and while it is free; bring it to its end then."""
        places.journal.parent.mkdir(exist_ok=True)
        places.journal.write_bytes(b"".join(map(record_of, values)))
        forget_journal(places.journal)
        assert other.ask("take")
        try:
            found = activity_in(places)
        finally:
            other.ask("release")
        assert found.holder is not None
        assert found.waiting <= {"q1", "q2"} | {
            str(each.get("queue")) for each in values if isinstance(each, dict)
        }
        asyncio.run(storage.recover("s"))
        assert not activity_in(places).is_cut_off
        assert not asyncio.run(storage.recover("s"))

    with Other() as other:
        look()


@pytest.mark.parametrize("part", [{}, {"type": 7}, {"type": "text"}, {"type": "text", "content": 5}])
def test_an_answer_with_a_part_that_can_be_none_makes_nothing_fail(places: Places, part: dict[str, Any]) -> None:
    write_records(places.journal, [begun("q1"), [1, 0, "half"], {"part": part, "n": 1, "p": 1}], sync=False)
    assert activity_in(places).is_cut_off
    with Other() as other:
        assert other.ask("take")
        found = activity_in(places)
        assert found.holder is not None
        assert found.holder.pid == other.pid
        assert found.running is not None
        assert found.running.message.get_text_content() == "half"
    asyncio.run(AnswerStorage().recover("s"))


def test_what_has_no_beginning_is_no_answer_and_what_has_no_id_neither(places: Places) -> None:
    begin = {"session_id": "s", "role": "assistant"}
    write_records(
        places.journal,
        [
            [1, 0, "text of nothing"],
            {"part": {"type": "text", "content": "x"}, "n": 1, "p": 0},
            {"begin": begin, "n": 2, "asked": "q1", "after": None, "by": {}},
            {"queue": "q1", "by": ["no", "one"]},
        ],
        sync=False,
    )
    assert activity_in(places) == NOBODY
    with Other() as other:
        other.answer(text="understood")
        running = activity_in(places).running
        assert running is not None
        assert running.message.get_text_content() == "understood"
