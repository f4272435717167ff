"""What is typed belongs to the session that was asked for, also while that is still being opened."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from oats_tui.core.bus import bus
from tests.support.app import Rig, play, run
from tests.unit.ui.sessions import keep, make
from tests.unit.ui.test_keyorder import at_once


async def two(rig: Rig, first: str) -> None:
    """Wait for the first of two sessions to be open."""
    await rig.until(lambda: rig.open_id == first and len(rig.listed) >= 2)


def test_what_is_typed_while_a_session_opens_is_its_draft(data_dir: Path) -> None:
    first, second = keep(make("first", "one?", "one")), keep(make("second", "two?", "two"))

    async def scenario(rig: Rig) -> None:
        await two(rig, first)
        await rig.type("for one")
        place = [row.id for row in rig.screen.sidebar.rows].index(second) + 1
        at_once(rig, "ctrl+x", str(place), *"2nd")
        await rig.until(lambda: rig.open_id == second and rig.screen.prompt.text == "2nd")
        await rig.until(lambda: rig.memory.draft(first) == "for one")
        at_once(rig, "ctrl+x", "ctrl+x", "z")
        await rig.until(lambda: rig.open_id == first and rig.screen.prompt.text == "for onez")
        assert rig.memory.draft(second) == "2nd"

    play(scenario, data_dir, resume=first)


def test_what_is_sent_while_a_session_opens_is_sent_there(data_dir: Path) -> None:
    first, second = keep(make("first", "one?", "one")), keep(make("second", "two?", "two"))

    async def scenario(rig: Rig) -> None:
        await two(rig, first)
        rig.provider.will("The answer.")
        place = [row.id for row in rig.screen.sidebar.rows].index(second) + 1
        at_once(rig, "ctrl+x", str(place), *"three", "enter", *"then")
        await rig.until(lambda: any("The answer." in line for line in rig.shown))
        assert rig.open_id == second
        await rig.until(lambda: rig.screen.prompt.text == "then")
        assert "three" in rig.file(second).read_text()
        assert "three" not in rig.file(first).read_text()

    play(scenario, data_dir, resume=first)


def test_a_session_that_cannot_be_opened_gives_the_input_back(data_dir: Path) -> None:
    first = keep(make("first", "one?", "one"))

    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id == first)
        await rig.type("for one")
        rig.screen.action_command("session.open", "no/id")
        await rig.until(lambda: rig.app._notifications)
        assert rig.open_id == first
        assert rig.screen.prompt.text == "for one"

    play(scenario, data_dir, resume=first)


@pytest.mark.parametrize("resumes", [True, False])
def test_what_is_sent_before_anything_is_read_is_sent_once_it_is(data_dir: Path, resumes: bool) -> None:
    first = keep(make("first", "one?", "one"))

    async def main() -> None:
        noticed = asyncio.Event()
        rig = Rig(data_dir, resume=first if resumes else None, watching=noticed.wait)
        rig.provider.will("The answer.")
        try:
            async with rig.app.run_test(size=(120, 40)) as rig.pilot:
                at_once(rig, *"hello", "enter", "x")
                await rig.until(lambda: rig.screen.prompt.text == "x")
                await rig.app.put_away()
                assert "hello" in rig.memory.draft(None), "it is kept as long as it is not sent"
                noticed.set()
                await rig.until(lambda: any("The answer." in line for line in rig.shown))
                assert (rig.open_id == first) == resumes
                assert rig.screen.prompt.text == "x"
                await rig.until(lambda: not any(work.group in ("refresh", "send") for work in rig.app.workers))
        finally:
            await rig.chat.close()
            bus.clear()

    run(main())
