from __future__ import annotations

import asyncio

import pytest

from oats_tui.chat.preparation import Preparation
from oats_tui.chat.state import Preparing, TurnState
from oats_tui.core.bus import EventBus
from oats_tui.provider.base import Progress, ProviderError
from oats_tui.provider.names import ModelRef
from tests.support.app import run
from tests.support.clock import Clock
from tests.support.scripted_provider import Gate, ScriptedModels, ScriptedProvider
from tests.unit.chat.hearing import Heard, drain, hearing

ECHO = ModelRef("test", "echo")


class Stand:
    """A preparation with everything around it."""

    def __init__(self) -> None:
        self.provider = ScriptedProvider()
        self.bus = EventBus()
        self.clock = Clock()
        self.preparation = Preparation(ScriptedModels(self.provider), self.bus, self.clock)

    async def wait(self) -> list[TurnState]:
        """Wait for the model, and return what was told meanwhile."""
        return [state async for state in self.preparation.fetched(ECHO)]


def told(heard: Heard) -> list[Preparing | None]:
    """What was told of the fetching."""
    return [data["preparing"] for data in heard.of("preparing.changed")]


def test_two_who_wait_cost_one_fetch() -> None:
    async def scenario() -> None:
        stand, gate = Stand(), Gate()
        stand.provider.preparations.append((gate,))
        waiting = [asyncio.create_task(stand.wait()) for _ in range(2)]
        await gate.reached.wait()
        gate.open()
        await asyncio.gather(*waiting)
        await stand.wait()
        assert stand.provider.prepared == 1

    run(scenario())


def test_what_is_fetched_is_told_and_so_is_the_end() -> None:
    async def scenario() -> None:
        stand, gate = Stand(), Gate()
        stand.provider.preparations.append((Progress("fetching", 1, 9), gate, Progress("fetching", 9, 9)))
        with hearing(stand.bus) as heard:
            task = stand.preparation.start(ECHO)
            await gate.reached.wait()
            stand.clock.advance(3.0)
            gate.open()
            await task
            await drain()
            first, second = Preparing("test/echo", 1, 9, 0.0), Preparing("test/echo", 9, 9, 3.0)
            assert told(heard) == [first, second, None]

    run(scenario())


def test_where_nothing_is_lacking_nothing_is_told() -> None:
    async def scenario() -> None:
        stand = Stand()
        with hearing(stand.bus) as heard:
            assert await stand.wait() == []
            await drain()
            assert heard.events == []

    run(scenario())


def test_who_waits_learns_how_far_it_is() -> None:
    async def scenario() -> None:
        stand, gate = Stand(), Gate()
        stand.provider.preparations.append((Progress("fetching", 4, 9), gate))
        states = []
        async for state in stand.preparation.fetched(ECHO):
            states.append(state)
            gate.open()
        assert states == [TurnState("fetching", 4, 9)]

    run(scenario())


def test_a_failure_is_told_and_the_next_wait_tries_again() -> None:
    async def scenario() -> None:
        stand = Stand()
        error = ProviderError("It could not be fetched.", hint="Look at the network.", kind="connection")
        stand.provider.preparations.append((Progress("fetching"), error))
        with hearing(stand.bus) as heard:
            with pytest.raises(ProviderError):
                await stand.wait()
            await drain()
            problem = told(heard)[-1]
            assert problem is not None
            assert problem.problem == "It could not be fetched. Look at the network."
            await stand.wait()
            await drain()
            assert told(heard)[-1] is None
        assert stand.provider.prepared == 2

    run(scenario())


def test_one_who_gives_up_does_not_end_the_fetch_for_others() -> None:
    async def scenario() -> None:
        stand, gate = Stand(), Gate()
        stand.provider.preparations.append((gate,))
        impatient, patient = (asyncio.create_task(stand.wait()) for _ in range(2))
        await gate.reached.wait()
        impatient.cancel()
        await asyncio.wait({impatient})
        gate.open()
        await patient
        assert impatient.cancelled()
        assert stand.provider.prepared == 1

    run(scenario())


def test_closing_gives_up_what_runs() -> None:
    async def scenario() -> None:
        stand, gate = Stand(), Gate()
        stand.provider.preparations.append((gate,))
        task = stand.preparation.start(ECHO)
        stand.preparation.warm_up(ECHO)
        await gate.reached.wait()
        await stand.preparation.close()
        assert task.cancelled()
        assert stand.provider.warmed == ["echo"]

    run(scenario())
