"""The list of sessions: what is marked, what is unread, and what of it is read again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from oats_tui.chat.chat import Chat
from oats_tui.session.entries import Entry
from oats_tui.session.meta import Outcome, OutcomeState
from oats_tui.session.models import Session
from oats_tui.session.session import SessionStorage
from oats_tui.ui.listing import FIRST_PAGE, MANY, Listing, next_needing
from oats_tui.ui.readmarks import ReadMarks
from oats_tui.ui.widgets.rows import Mark, Row
from tests.support.app import make_chat, run, until
from tests.support.scripted_provider import Gate, ScriptedProvider
from tests.unit.session.test_activity import Other
from tests.unit.ui.sessions import NEWEST, keep, make

NOW = NEWEST.timestamp() + 60


class Sessions(SessionStorage):
    """The store, which notes what is read.

    Attributes:
        peeked: The ids of each reading of single sessions.
        listed: How often the whole list was read.
    """

    def __init__(self) -> None:
        super().__init__()
        self.peeked: list[list[str]] = []
        self.listed = 0

    async def peek(self, session_ids: Iterable[str]) -> list[Entry]:
        """Read some sessions."""
        self.peeked.append(sorted(session_ids))
        return await super().peek(self.peeked[-1])

    async def list_entries(self) -> list[Entry]:
        """Read all sessions."""
        self.listed += 1
        return await super().list_entries()


class Desk:
    """A list with all that it is made of; what lay there before the first start counts as read."""

    def __init__(self) -> None:
        self.provider, self.store = ScriptedProvider(), Sessions()
        self.chat: Chat = make_chat(self.provider)
        self.chat.ledger.sessions = self.store
        self.marks = ReadMarks(NOW, lambda: NOW)
        self.listing = Listing(self.chat, self.marks)

    def file(self, session_id: str) -> Path:
        """The file of a session."""
        return self.store.path_of(session_id)

    def keep(self, session_id: str, age: int = 0, later: float = 0.0) -> Session:
        """Write a session down, changed so many days before the newest, or so many seconds after now."""
        session = make(f"title {session_id}", "u", age=age)
        session.info.id = session_id
        session.info.time.updated += timedelta(seconds=later and 60 + later)
        keep(session)
        return session

    def damage(self, session_id: str, seconds_ago: float = 60.0) -> None:
        """Cut a file off; it was changed so long ago."""
        path = self.file(session_id)
        path.write_bytes(path.read_bytes()[:-20] if path.exists() else b"{")
        moment = path.stat().st_mtime - seconds_ago
        os.utime(path, (moment, moment))

    async def fail(self, session_id: str, state: OutcomeState) -> None:
        """Note how the newest answer of a session ended."""
        await self.chat.ledger.meta.set_outcome(session_id, "a", Outcome(state=state, title="It ended."))

    def marked(self) -> dict[str, Mark]:
        """The marks by session, in the order of the list."""
        return {row.id: row.mark for row in self.listing.rows()}

    def mark(self, session_id: str) -> Mark:
        """The mark of one session, made anew."""
        self.listing.touch([session_id])
        return self.marked()[session_id]


@pytest.fixture
def desk(data_dir: Path) -> Desk:
    return Desk()


def test_of_several_things_to_be_said_the_most_important_one_is(desk: Desk) -> None:
    async def scenario(other: Other) -> None:
        desk.keep("s", later=5)
        await desk.listing.load()
        assert desk.mark("s") == "unread"
        await desk.fail("s", "stopped")
        await desk.listing.refresh(["s"])
        assert desk.mark("s") == "unread"
        for state in ("failed", "interrupted"):
            await desk.fail("s", state)
            await desk.listing.refresh(["s"])
            assert desk.mark("s") == "failed"
        whole = desk.file("s").read_bytes()
        desk.damage("s")
        await desk.listing.refresh(["s"])
        assert (desk.mark("s"), desk.listing.trouble("s")) == ("damaged", "damaged")
        desk.listing.note_writing("s", writing=True)
        assert (desk.mark("s"), desk.listing.trouble("s")) == ("writing", "writing")
        other.ask("take")
        desk.chat.elsewhere.look("s")
        await until(lambda: desk.chat.elsewhere.activity("s").holder)
        assert desk.mark("s") == "elsewhere"
        desk.file("s").write_bytes(whole)
        gate = Gate()
        desk.provider.will("x", gate)
        await desk.chat.send("s", "u")
        assert desk.chat.turn("s") is not None
        assert desk.mark("s") == "elsewhere"
        other.ask("release")
        await gate.reached.wait()
        desk.chat.elsewhere.look("s")
        await until(lambda: desk.chat.elsewhere.activity("s").holder is None)
        assert desk.mark("s") == "answering"
        await desk.chat.close()

    with Other() as other:
        run(scenario(other))


def test_what_changed_since_it_was_read_is_unread(desk: Desk) -> None:
    async def scenario() -> None:
        desk.keep("old", age=3)
        desk.keep("new", later=5)
        await desk.listing.load()
        assert desk.marked() == {"new": "unread", "old": ""}
        assert desk.listing.read("new")
        assert not desk.listing.read("new")
        assert not desk.listing.read("missing")
        assert desk.marked() == {"new": "", "old": ""}
        # One that is opened counts from what it told then, also if that is long ago.
        assert desk.listing.read("old")
        desk.keep("old", age=2)
        await desk.listing.refresh(["old"])
        assert desk.marked() == {"new": "", "old": "unread"}
        desk.keep("new", later=6)
        await desk.listing.refresh(["new"])
        assert desk.marked() == {"new": "unread", "old": "unread"}

    run(scenario())


def test_single_sessions_are_read_alone_and_many_with_the_whole_list(desk: Desk) -> None:
    async def scenario() -> None:
        names = [f"s{number:03}" for number in range(MANY)]
        desk.keep(names[0])
        await desk.listing.load()
        for name in names:
            desk.keep(name)
        await desk.listing.refresh(names[:-1])
        assert (desk.store.listed, [len(each) for each in desk.store.peeked]) == (1, [MANY - 1])
        assert len(desk.marked()) == MANY - 1
        await desk.listing.refresh(names)
        assert (desk.store.listed, len(desk.store.peeked)) == (2, 1)
        assert list(desk.marked()) == names[::-1]
        await desk.listing.refresh([])
        assert len(desk.marked()) == MANY

    run(scenario())


def test_a_list_of_any_size_begins_with_its_newest(desk: Desk) -> None:
    async def scenario() -> None:
        for number in range(FIRST_PAGE + 5):
            desk.keep(f"s{number}", age=number)
        await desk.listing.glance()
        assert desk.marked() == {}
        await desk.listing.load()
        fresh = Listing(desk.chat, desk.marks)
        await fresh.glance()
        assert fresh.rows() == desk.listing.rows()[:FIRST_PAGE]
        assert (desk.listing.last(lambda _: 0.0), "s0" in fresh, f"s{FIRST_PAGE}" in fresh) == ("s0", True, False)

    run(scenario())


def test_a_file_that_is_broken_for_a_moment_leaves_its_row_as_it_was(desk: Desk) -> None:
    async def scenario() -> None:
        desk.keep("s", later=5)
        await desk.listing.load()
        before = desk.listing.rows()
        desk.damage("s", seconds_ago=0)
        desk.damage("never seen", seconds_ago=0)
        await desk.listing.refresh(["s", "never seen"])
        assert desk.listing.rows() == before
        assert desk.listing.trouble("s") == ""
        desk.damage("s")
        desk.damage("never seen")
        await desk.listing.refresh(["s", "never seen"])
        [first, second] = desk.listing.rows()
        # It keeps its title and its place.
        assert first == replace(before[0], mark="damaged")
        assert second == Row("never seen", "never seen", None, "damaged")
        desk.keep("s", later=5)
        await desk.listing.refresh(["s"])
        assert desk.listing.rows()[0] == before[0]

    run(scenario())


def test_what_is_being_written_is_told_until_it_can_be_read(desk: Desk) -> None:
    async def scenario() -> None:
        desk.keep("s")
        await desk.listing.load()
        for name in ("s", "t"):
            desk.damage(name, seconds_ago=0)
            desk.listing.note_writing(name, writing=True)
        await desk.listing.refresh(["s", "t"])
        assert desk.marked() == {"s": "writing", "t": "writing"}
        assert (desk.listing.title("s"), desk.listing.title("t")) == ("title s", "t")
        for name in ("s", "t"):
            desk.keep(name)
        await desk.listing.refresh(["s", "t"])
        assert desk.marked() == {"t": "", "s": ""}
        assert (desk.listing.title("t"), desk.listing.trouble("t")) == ("title t", "")

    run(scenario())


def test_one_that_was_being_written_and_is_gone_leaves_no_row(desk: Desk) -> None:
    async def scenario() -> None:
        desk.keep("s")
        await desk.listing.load()
        desk.damage("s", seconds_ago=0)
        desk.listing.note_writing("s", writing=True)
        await desk.listing.refresh(["s"])
        await desk.chat.delete("s")
        await desk.listing.refresh(["s"])
        assert desk.marked() == {}
        assert ("s" in desk.listing, desk.listing.last(lambda _: 0.0)) == (False, None)
        desk.keep("s")
        await desk.listing.refresh(["s"])
        assert desk.marked() == {"s": ""}

    run(scenario())


def test_outcomes_that_cannot_be_read_stay_as_they_were_known(desk: Desk, data_dir: Path) -> None:
    async def scenario() -> None:
        for name in ("a", "b"):
            desk.keep(name)
            await desk.fail(name, "failed")
        await desk.listing.load()
        (data_dir / "oats_tui" / "meta" / "a.json").write_text("{")
        (data_dir / "oats_tui" / "meta" / "b.json").write_text(json.dumps({"newest": None}))
        assert await desk.chat.ledger.meta.newest(["a", "b", "c"]) == {"b": None, "c": None}
        await desk.listing.refresh(["a", "b"])
        assert desk.marked() == {"b": "", "a": "failed"}

    run(scenario())


def rows_of(*marks: Mark) -> list[Row]:
    """Rows called 0, 1, 2 and so on, with these marks."""
    return [Row(str(number), "", None, mark) for number, mark in enumerate(marks)]


def test_who_needs_somebody_most_comes_first_from_the_open_one_on_and_round() -> None:
    shown = rows_of("unread", "failed", "", "unread", "damaged", "answering")
    visited = ["3"]
    for _ in range(3):
        visited.append(next_needing(shown, visited[-1]) or "")
    assert visited == ["3", "4", "1", "4"]
    assert [next_needing(shown, open_id) for open_id in (None, "missing", "5", "0")] == ["1", "1", "1", "1"]
    unread = rows_of("unread", "", "unread", "elsewhere", "writing", "unread")
    assert [next_needing(unread, open_id) for open_id in (None, "0", "2", "5", "3")] == ["0", "2", "5", "0", "5"]


def test_nobody_comes_where_nobody_needs_anybody_but_the_open_one() -> None:
    assert next_needing([], None) is None
    assert next_needing(rows_of("", "answering", "elsewhere", "writing"), "0") is None
    assert next_needing(rows_of("", "failed"), "1") is None
    assert next_needing(rows_of("unread", "failed"), "1") == "0"
