"""Titles that the model gives in the background."""

from __future__ import annotations

from pathlib import Path

import pytest

from oats_tui.chat.chat import Chat
from oats_tui.chat.ledger import Ledger
from oats_tui.chat.titling import MOST_TOKENS, PROMPT
from oats_tui.core.bus import bus
from oats_tui.core.settings import ModelSettings, ServiceSettings, Settings
from oats_tui.provider.base import End, Text, Thinking
from oats_tui.provider.names import LOCAL, LOCAL_MODEL, ModelRef
from oats_tui.provider.registry import Models
from oats_tui.session.meta import MetaStorage
from oats_tui.session.session import get_session_storage
from tests.support.app import run, until
from tests.support.fake_service import FakeService, Reply, Silence, answer, failure
from tests.support.scripted_provider import Gate, ScriptedModels, ScriptedProvider
from tests.unit.chat.hearing import HERE, drain, hearing, read

QUESTION = "how do I sort a list\nof numbers?"
FIRST_LINE = "how do I sort a list"


class Stand:
    """A chat that wants titles, answered by a script."""

    def __init__(self, *, titles: bool = True) -> None:
        self.provider = ScriptedProvider()
        ledger = Ledger(get_session_storage(), MetaStorage())
        self.chat = Chat(ledger, ScriptedModels(self.provider), bus, titles=titles)

    async def begin(self, *answer: str) -> str:
        """A session with one answered question."""
        self.provider.will(*answer)
        session_id = (await self.chat.begin(HERE, QUESTION)).id
        await until(lambda: self.chat.turn(session_id) is None)
        return session_id

    async def asked(self, count: int) -> None:
        """Wait until so many requests have come to their ends."""
        await until(lambda: self.provider.ended == count == len(self.provider.requests))


async def title_of(session_id: str) -> str:
    """The title on the disk."""
    return (await read(session_id)).title


async def called(session_id: str, title: str) -> None:
    """Wait until a session has a title."""
    path = get_session_storage().path_of(session_id)
    await until(lambda: f'"title": "{title}"' in path.read_text("utf-8"))


def test_the_first_exchange_gives_the_title(data_dir: Path) -> None:
    async def scenario() -> None:
        stand = Stand()
        stand.provider.will("Use sorted.")
        stand.provider.will("“Sorting ", "numbers.”")
        with hearing(bus) as heard:
            session_id = (await stand.chat.begin(HERE, QUESTION)).id
            await called(session_id, "Sorting numbers")
            assert heard.of("session.updated")[-1]["session_id"] == session_id
        [_, [request]] = stand.provider.requests
        assert request["content"] == f"{PROMPT}\n\nUser: {QUESTION}\n\nAssistant: Use sorted."
        stand.provider.will("more")
        await stand.chat.send(session_id, "and again?")
        await stand.asked(3)
        await stand.chat.close()
        assert await title_of(session_id) == "Sorting numbers"

    run(scenario())


def test_a_title_is_no_change_in_what_happened_last(data_dir: Path) -> None:
    async def scenario() -> None:
        stand, gate = Stand(), Gate()
        stand.provider.will("Use sorted.")
        stand.provider.will(gate, "Sorting numbers")
        session_id = (await stand.chat.begin(HERE, QUESTION)).id
        await gate.reached.wait()
        before = (await read(session_id)).info.time.updated
        gate.open()
        await called(session_id, "Sorting numbers")
        assert (await read(session_id)).info.time.updated == before
        await stand.chat.close()

    run(scenario())


@pytest.mark.parametrize("named", ["before", "meanwhile"])
def test_a_title_that_somebody_gave_stays(data_dir: Path, named: str) -> None:
    async def scenario() -> None:
        stand, answering, titling = Stand(), Gate(), Gate()
        stand.provider.will(answering, "Use sorted.")
        stand.provider.will(titling, "Sorting numbers")
        session_id = (await stand.chat.begin(HERE, QUESTION)).id
        if named == "before":
            await stand.chat.ledger.rename(session_id, "Mine")
            answering.open()
            await until(lambda: stand.chat.turn(session_id) is None)
            await until(lambda: not stand.chat._titler._waiting)
            assert len(stand.provider.requests) == 1
        else:
            answering.open()
            await titling.reached.wait()
            await stand.chat.ledger.rename(session_id, "Mine")
            titling.open()
            await stand.asked(2)
        await drain()
        await stand.chat.close()
        assert await title_of(session_id) == "Mine"

    run(scenario())


@pytest.mark.parametrize(
    "script",
    [
        [""],
        ["Two\nlines"],
        ["x" * 81],
        ["I'm sorry, I can't do that."],
        ["<think>so far"],
        [Thinking("what is it?")],
        [Text("Sorting num"), End("length")],
        [RuntimeError("broken")],
        ["y" * 3000],
    ],
    ids=str,
)
def test_what_is_no_title_leaves_the_first_line(data_dir: Path, script: list[Text | str]) -> None:
    async def scenario() -> None:
        stand = Stand()
        stand.provider.will("Use sorted.")
        stand.provider.will(*script)
        session_id = (await stand.chat.begin(HERE, QUESTION)).id
        await stand.asked(2)
        await until(lambda: not stand.chat._titler._waiting)
        await stand.chat.close()
        assert await title_of(session_id) == FIRST_LINE

    run(scenario())


def test_a_question_does_not_wait_for_a_title(data_dir: Path) -> None:
    async def scenario() -> None:
        stand, gate = Stand(), Gate()
        stand.provider.will("Use sorted.")
        stand.provider.will(gate)
        session_id = (await stand.chat.begin(HERE, QUESTION)).id
        await gate.reached.wait()
        stand.provider.will("And reversed.")
        stand.provider.will("Sorting numbers")
        await stand.chat.send(session_id, "and back?")
        await called(session_id, "Sorting numbers")
        assert [request[-1]["content"].startswith(PROMPT) for request in stand.provider.requests] == [
            False,
            True,
            False,
            True,
        ]
        await stand.chat.close()

    run(scenario())


def test_titles_come_one_at_a_time_once_nothing_is_answered(data_dir: Path) -> None:
    async def scenario() -> None:
        stand, gates = Stand(), [Gate(), Gate(), Gate()]
        stand.provider.will(gates[0], "first")
        first = (await stand.chat.begin(HERE, QUESTION)).id
        await gates[0].reached.wait()
        stand.provider.will(gates[1], "second")
        second = (await stand.chat.begin(HERE, QUESTION)).id
        await gates[1].reached.wait()
        stand.provider.will(gates[2], "One")
        stand.provider.will("Two")
        gates[0].open()
        await until(lambda: stand.chat.turn(first) is None)
        await drain()
        assert len(stand.provider.requests) == 2
        gates[1].open()
        await gates[2].reached.wait()
        assert len(stand.provider.requests) == 3
        gates[2].open()
        await called(first, "One")
        await called(second, "Two")
        await stand.chat.close()

    run(scenario())


def test_the_end_of_the_program_ends_a_title(data_dir: Path) -> None:
    async def scenario() -> None:
        stand, gate = Stand(), Gate()
        stand.provider.will("Use sorted.")
        stand.provider.will(gate, "never")
        session_id = (await stand.chat.begin(HERE, QUESTION)).id
        await gate.reached.wait()
        await stand.chat.close()
        assert stand.provider.ended == 2
        assert await title_of(session_id) == FIRST_LINE

    run(scenario())


def test_where_nobody_wants_titles_the_model_is_not_asked(data_dir: Path) -> None:
    async def scenario() -> None:
        stand = Stand(titles=False)
        session_id = await stand.begin("Use sorted.")
        await drain()
        await stand.chat.close()
        assert len(stand.provider.requests) == 1
        assert await title_of(session_id) == FIRST_LINE

    run(scenario())


def test_the_model_inside_the_program_is_not_asked(data_dir: Path) -> None:
    async def scenario() -> None:
        stand = Stand()
        stand.chat.models.chosen = ModelRef(LOCAL, LOCAL_MODEL)
        session_id = await stand.begin("Use sorted.")
        await drain()
        await stand.chat.close()
        assert len(stand.provider.requests) == 1
        assert await title_of(session_id) == FIRST_LINE

    run(scenario())


@pytest.mark.parametrize(
    ("reply", "title"),
    [
        (answer(["Sorting", " numbers"]), "Sorting numbers"),
        (answer(["Sorting num"], "length"), FIRST_LINE),
        (failure(500, "broken"), FIRST_LINE),
        (failure(429, "slowly", {"Retry-After": "1"}), FIRST_LINE),
        (Reply((Silence(),)), FIRST_LINE),
    ],
    ids=["title", "cut", "broken", "busy", "silent"],
)
def test_a_real_service_is_asked_once(data_dir: Path, tmp_path: Path, reply: Reply, title: str) -> None:
    async def scenario(service: FakeService) -> None:
        settings = ServiceSettings(id="test", base_url=service.url, models=(ModelSettings(name="m"),))
        models = Models(Settings(services={"test": settings}, model="test/m"), tmp_path)
        chat = Chat(Ledger(get_session_storage(), MetaStorage()), models, bus, titles=True)
        session_id = (await chat.begin(HERE, QUESTION)).id
        await until(lambda: len(service.requests) == 2)
        if reply.steps != (Silence(),):
            await until(lambda: not chat._titler._waiting)
        await chat.close()
        assert await title_of(session_id) == title
        body = service.requests[1].body
        assert MOST_TOKENS in (body.get("max_tokens"), body.get("max_completion_tokens"))
        assert len(service.requests) == 2

    with FakeService(answer(["Use sorted."]), reply) as service:
        run(scenario(service))
