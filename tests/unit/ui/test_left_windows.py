"""A session opens where its reader was when the program ended, with the same draft."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from oats_tui.core.bus import bus
from oats_tui.date import utc
from oats_tui.session.session import Session
from oats_tui.ui.memory import Memory, load_memory
from oats_tui.ui.widgets.transcript.steps import turn_all
from tests.support.app import Rig, play, run
from tests.unit.ui.sessions import keep, make


def long_one(title: str, count: int = 60, age: int = 0) -> Session:
    """A session that fills many screens."""
    return make(title, *(f"{title} {number}\nline\nline" for number in range(count)), age=age)


def with_tools() -> Session:
    """A session with tool calls that have long results."""
    session = make("tools", "go on")
    answer = session.create_assistant_message()
    for number in range(3):
        answer.add_tool_call(f"c{number}", "read", {"path": f"file{number}"})
        answer.add_tool_result(
            f"c{number}", "read", f"file{number}", "\n".join(f"line {number}.{n}" for n in range(60))
        )
    return session


async def at_line(rig: Rig, y: int) -> list[str]:
    """Scroll the open session; returns what is then in view."""
    rig.screen.transcript.scroll_to(y=y, animate=False)
    await rig.until(lambda: not rig.screen.transcript.following)
    await rig.settle()
    return rig.shown[:-1]


@pytest.mark.parametrize("count", [60, 3000])
@pytest.mark.parametrize("size", [(120, 40), (40, 12)])
def test_last_opens_where_it_was_left(data_dir: Path, size: tuple[int, int], count: int) -> None:
    views: list[list[str]] = []

    async def leave(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id == newest and len(rig.screen.transcript.reading.entries) == count)
        await rig.type("for later")
        views.append(await at_line(rig, 33))

    async def come_back(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id == newest and len(rig.screen.transcript.reading.entries) == count)
        await rig.until(lambda: rig.shown[:-1] == views[0])
        assert not rig.screen.transcript.following
        assert rig.screen.prompt.text == "for later"

    newest = keep(long_one("new", count))
    keep(long_one("old", 10, age=1))
    play(leave, data_dir, size, resume="last")
    play(come_back, data_dir, size, resume="last", memory=load_memory(data_dir / "state" / "memory.json"))


def test_a_session_that_was_left_for_another_is_written_down_then(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id == first)
        await at_line(rig, 20)
        await rig.press("ctrl+x", "2")
        await rig.until(lambda: rig.open_id == second)
        path = data_dir / "state" / "left.json"
        await rig.until(path.exists)
        kept = json.loads(path.read_text())["left"]
        assert list(kept) == [first]
        assert kept[first]["place"][0] in {message.id for message in session.messages}

    session = long_one("first")
    first, second = keep(session), keep(long_one("second", age=1))
    play(scenario, data_dir, resume=first)


def test_the_end_is_followed_again_by_who_left_there(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id == only and bool(rig.screen.transcript.reading.entries))
        await rig.settle()
        assert rig.screen.transcript.following

    only = keep(long_one("only"))
    play(scenario, data_dir, resume=only)
    play(scenario, data_dir, resume=only)


@pytest.mark.parametrize("whole", [False, True])
def test_what_was_folded_and_the_cursor_come_back(data_dir: Path, whole: bool) -> None:
    views: list[tuple[object, ...]] = []

    def view(rig: Rig) -> tuple[object, ...]:
        reading = rig.screen.transcript.reading
        return rig.shown[:-1], reading.cursor, reading.look.turned, reading.look.whole

    async def leave(rig: Rig) -> None:
        await rig.until(lambda: bool(rig.screen.transcript.reading.entries))
        if whole:
            rig.screen.transcript.update(turn_all)
        await rig.press("ctrl+x", "k", "g", "J", "J", "enter")
        await rig.until(lambda: bool(rig.screen.transcript.reading.look.turned))
        await rig.settle()
        views.append(view(rig))

    async def come_back(rig: Rig) -> None:
        await rig.until(lambda: bool(rig.screen.transcript.reading.entries))
        await rig.press("ctrl+x", "k")
        await rig.until(lambda: view(rig) == views[0])
        await rig.press("ctrl+x", "2")
        await rig.until(lambda: rig.open_id == other)
        assert not rig.screen.transcript.reading.look.whole

    tools, other = keep(with_tools()), keep(make("other", "u", "a", age=1))
    play(leave, data_dir, resume=tools)
    play(come_back, data_dir, resume=tools)


def test_two_windows_keep_both_their_places(data_dir: Path) -> None:
    async def scenario() -> None:
        rigs = [Rig(data_dir, resume=each) for each in ids]
        try:
            for rig, session_id in zip(rigs, ids, strict=True):
                async with rig.app.run_test(size=(80, 24)) as rig.pilot:
                    await rig.until(lambda: rig.open_id == session_id)  # noqa: B023 - waited for here
                    await rig.until(lambda: rig.screen.transcript.reading.entries)  # noqa: B023
                    await rig.app.workers.wait_for_complete()
                    await at_line(rig, 20)
            for rig in rigs:
                await rig.app.put_away()
        finally:
            for rig in rigs:
                await rig.chat.close()
            bus.clear()

    ids = [keep(long_one("first")), keep(long_one("second"))]
    run(scenario())
    kept = json.loads((data_dir / "state" / "left.json").read_text())["left"]
    assert sorted(kept) == sorted(ids)
    assert all(each["place"] for each in kept.values())


def test_last_is_the_one_that_was_left_last_not_the_one_written_to_last(data_dir: Path) -> None:
    opened: list[str | None] = []

    async def leave(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id == older)
        await rig.settle()

    async def come_back(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id is not None)
        opened.append(rig.open_id)

    newer, older = keep(make("newer", "a")), keep(make("older", "b", age=60))
    play(come_back, data_dir, resume="last")
    play(leave, data_dir, resume=older)
    play(come_back, data_dir, resume="last")
    since = make("since", "c")
    since.info.time.updated = utc() + timedelta(minutes=1)
    keep(since)
    play(come_back, data_dir, resume="last")
    assert opened == [newer, older, since.id]


def test_last_is_a_new_conversation_into_which_something_was_typed(data_dir: Path) -> None:
    async def leave(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id is None)
        await rig.type("not sent yet")

    async def come_back(rig: Rig) -> None:
        await rig.until(lambda: rig.screen.prompt.text == "not sent yet")
        assert rig.open_id is None
        await rig.press(*["backspace"] * len("not sent yet"))

    async def come_back_once_more(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id == only)

    def memory() -> Memory:
        return load_memory(data_dir / "state" / "memory.json")

    only = keep(make("only", "a"))
    play(leave, data_dir)
    play(come_back, data_dir, resume="last", memory=memory())
    play(come_back_once_more, data_dir, resume="last", memory=memory())


def test_last_is_none_that_was_archived_meanwhile(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id == older)

    older = keep(make("older", "a", age=60))
    newer = make("newer", "b")
    newer.info.time.archived = utc()
    keep(newer)
    play(scenario, data_dir, resume="last")
