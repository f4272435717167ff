"""When drafts reach the disk: at a pause in the typing, on the way to another session, and at the end."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from oats_tui.ui import desk as desk_module
from oats_tui.ui.desk import PAUSE
from oats_tui.ui.memory import load_memory
from oats_tui.ui.private_file import Version, write_private
from tests.support.app import Rig, play
from tests.unit.ui.sessions import keep_three


def kept(data_dir: Path, session_id: str) -> str:
    """The draft of a session on the disk."""
    return load_memory(data_dir / "state" / "memory.json").draft(session_id)


def test_a_pause_is_no_longer_than_half_a_second() -> None:
    assert PAUSE <= 0.5


def test_a_draft_is_on_the_disk_after_a_pause(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id == ids[0])
        await rig.type("half a thou")
        await rig.until(lambda: kept(data_dir, ids[0]) == "half a thou")
        await rig.press("backspace")
        await rig.until(lambda: kept(data_dir, ids[0]) == "half a tho")

    ids = keep_three(data_dir)
    play(scenario, data_dir, resume=ids[0])


@pytest.mark.parametrize("keys", [("ctrl+x", "2"), ("ctrl+n",), ("ctrl+pagedown",)], ids=str)
def test_a_draft_is_on_the_disk_once_another_session_is_open(
    data_dir: Path, keys: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id == ids[0])
        await rig.type("for one")
        assert kept(data_dir, ids[0]) == ""
        await rig.press(*keys)
        await rig.until(lambda: kept(data_dir, ids[0]) == "for one")
        assert rig.open_id != ids[0]

    monkeypatch.setattr(desk_module, "PAUSE", 3600.0)
    ids = keep_three(data_dir)
    play(scenario, data_dir, resume=ids[0])


@pytest.mark.parametrize("end", ["quit", "hang up"])
def test_a_draft_is_on_the_disk_at_the_end(data_dir: Path, end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id == ids[0])
        await rig.type("for later")
        assert kept(data_dir, ids[0]) == ""
        if end == "quit":
            await rig.press("ctrl+q")
        else:
            rig.app.hang_up()

    monkeypatch.setattr(desk_module, "PAUSE", 3600.0)
    ids = keep_three(data_dir)
    play(scenario, data_dir, resume=ids[0])
    assert kept(data_dir, ids[0]) == "for later"


def test_a_save_that_takes_long_does_not_bring_an_old_draft_back(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, begun = asyncio.Event(), asyncio.Event()

    async def write_slowly(path: Path, data: bytes) -> Version:
        if not begun.is_set():
            begun.set()
            await slow.wait()
        return await write_private(path, data)

    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id == ids[0])
        monkeypatch.setattr("oats_tui.ui.memory.write_private", write_slowly)
        await rig.type("old")
        saves = [asyncio.create_task(rig.screen.desk.save())]
        await begun.wait()
        await rig.type("er")
        saves.append(asyncio.create_task(rig.screen.desk.save()))
        # As long as a save takes that nobody holds up.
        await asyncio.wait(saves, timeout=0.2)
        slow.set()
        await asyncio.wait(saves)
        assert kept(data_dir, ids[0]) == "older"

    monkeypatch.setattr(desk_module, "PAUSE", 3600.0)
    ids = keep_three(data_dir)
    play(scenario, data_dir, resume=ids[0])
