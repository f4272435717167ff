"""Sessions forked: what is known beside their messages comes along."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest

from oats_tui.chat import tending
from oats_tui.chat.ledger import Ledger
from oats_tui.core.bus import Event, EventType, bus
from oats_tui.core.errors import OatsError
from oats_tui.session.about import About
from oats_tui.session.meta import MetaStorage, Outcome
from oats_tui.session.models import Session
from oats_tui.session.session import SessionStorage
from tests.support.sessions import session

FAILED = Outcome(state="failed", title="The line is dead.")


async def told(ledger: Ledger) -> Session:
    """A session of two questions, of whose answers there is something to tell."""
    above = await ledger.sessions.create(session("q1", "a1", "q2", "a2"))
    _, first, _, second = (message.id for message in above.messages)
    await ledger.meta.keep_about(above.id, first, About(thinking="hm", took=2.0))
    await ledger.meta.keep_about(above.id, second, About(thinking="well", took=3.0))
    await ledger.meta.mark(above.id, first, None, "oldest turns left out")
    await ledger.meta.mark(above.id, second, FAILED, "")
    return above


def new_ledger() -> Ledger:
    """What sessions are read and written with."""
    return Ledger(SessionStorage(), MetaStorage())


def test_a_fork_keeps_what_was_thought_noted_and_went_wrong(data_dir: Path) -> None:
    async def scenario() -> None:
        ledger = new_ledger()
        above = await told(ledger)
        fork = await tending.fork(ledger, above.id, None, set())
        known = await ledger.meta.get(fork.id)
        _, first, _, second = (message.id for message in fork.messages)
        assert {key: about.thinking for key, about in known.about.items()} == {first: "hm", second: "well"}
        assert known.notes == {first: "oldest turns left out", second: "Forked here from “New Session”."}
        assert known.outcomes == {second: FAILED}
        assert (await ledger.meta.failed())[fork.id] == "failed"

    asyncio.run(scenario())


def test_a_fork_that_ends_before_knows_nothing_of_what_came_after(data_dir: Path) -> None:
    async def scenario() -> None:
        ledger = new_ledger()
        above = await told(ledger)
        fork = await tending.fork(ledger, above.id, above.messages[1].id, set())
        known = await ledger.meta.get(fork.id)
        assert list(known.about) == [fork.messages[1].id]
        assert known.notes == {fork.messages[1].id: "oldest turns left out Forked here from “New Session”."}
        assert known.outcomes == {}
        assert fork.id not in await ledger.meta.failed()
        assert (await ledger.meta.get(above.id)).outcomes != {}

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("title", "told"),
    [("", "another session."), ("x" * 99, f"“{'x' * 79}…”."), ("a\x1b[31m\nb", "“a␛[31m b”.")],
)
def test_where_a_fork_comes_from_is_told_in_few_words(data_dir: Path, title: str, told: str) -> None:
    async def scenario() -> None:
        ledger = new_ledger()
        above = await ledger.sessions.create(session("q1", "a1", title=title))
        fork = await tending.fork(ledger, above.id, None, set())
        (note,) = (await ledger.meta.get(fork.id)).notes.values()
        assert note == f"Forked here from {told}"

    asyncio.run(scenario())


def test_a_fork_of_a_fork_tells_of_the_nearest_only(data_dir: Path) -> None:
    async def scenario() -> None:
        ledger = new_ledger()
        fork = await tending.fork(ledger, (await told(ledger)).id, None, set())
        again = await tending.fork(ledger, fork.id, None, set())
        assert (await ledger.meta.get(again.id)).notes[again.messages[-1].id] == (
            "Forked here from “New Session (fork)”."
        )
        fork.create_user_message("more")
        await ledger.sessions.update(fork)
        later = await tending.fork(ledger, fork.id, None, set())
        notes = (await ledger.meta.get(later.id)).notes
        assert [notes.get(message.id, "")[:22] for message in later.messages] == [
            "",
            "oldest turns left out",
            "",
            "Forked here from “New ",
            "Forked here from “New ",
        ]

    asyncio.run(scenario())


def test_a_fork_of_nothing_has_nothing_beside(data_dir: Path) -> None:
    async def scenario() -> None:
        ledger = new_ledger()
        above = await ledger.sessions.create(session())
        fork = await tending.fork(ledger, above.id, None, set())
        assert (await ledger.meta.get(fork.id)).notes == {}

    asyncio.run(scenario())


def test_a_fork_is_there_though_what_is_beside_cannot_be_kept(
    data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def in_the_way(event: Event) -> None:
        """Put a folder where the fork's log is to be."""
        (data_dir / "oats_tui" / "about" / f"{event.data['session_id']}.log").mkdir()

    async def scenario() -> None:
        ledger = new_ledger()
        above = await told(ledger)
        leave = bus.subscribe(EventType.SESSION_CREATED, in_the_way)
        try:
            made = await tending.fork(ledger, above.id, None, set())
        finally:
            leave()
        assert await ledger.sessions.get(made.id) is not None
        assert "is not in its fork" in caplog.text

    with caplog.at_level(logging.WARNING):
        asyncio.run(scenario())


def test_what_cannot_be_forked_is_told(data_dir: Path) -> None:
    async def scenario() -> None:
        ledger = new_ledger()
        above = await ledger.sessions.create(session("q1"))
        with pytest.raises(OatsError, match="not in the session’s file yet"):
            await tending.fork(ledger, above.id, "growing", set())
        with pytest.raises(OatsError, match="gone"):
            await tending.fork(ledger, "nobody", None, set())
        assert len(await ledger.sessions.list()) == 1

    asyncio.run(scenario())
