"""The list of what is in the trash."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from textual.widgets import OptionList

from oats_tui.session.session import SessionStorage, get_session_storage
from oats_tui.ui.screens.trash import EMPTY, size_words
from tests.support.app import Rig, play
from tests.support.trashing import made, trash
from tests.unit.ui.sessions import keep, keep_three, make


async def show(rig: Rig) -> None:
    """Open the trash."""
    await rig.press("ctrl+x", "D")
    await rig.until(lambda: rig.top == "TrashScreen")
    await rig.settle()


def rows(rig: Rig) -> list[str]:
    """What the trash lists, without when and how much."""
    lines = rig.app.screen.query_one(OptionList)
    return [str(lines.get_option_at_index(index).prompt)[16:] for index in range(lines.option_count)]


def put_away(*session_ids: str) -> None:
    """Delete sessions, one after the other."""

    async def delete() -> None:
        for each in session_ids:
            assert await SessionStorage().delete(each)

    asyncio.run(delete())


@pytest.mark.parametrize("size", [(120, 40), (40, 12)])
def test_one_after_the_other_comes_back(data_dir: Path, size: tuple[int, int]) -> None:
    async def scenario(rig: Rig) -> None:
        await show(rig)
        assert rows(rig) == ["three", "two", "one"]
        assert "Trash: 3" in rig.text()
        await rig.press("j", "enter")
        await rig.until(lambda: rows(rig) == ["three", "one"] and "brought back “two”" in rig.text())
        await rig.press("enter")
        await rig.until(lambda: rows(rig) == ["three"])
        await rig.press("escape")
        await rig.until(lambda: rig.top == "ChatScreen" and rig.said == "brought back 2 sessions")
        assert rig.file(ids[0]).exists()
        assert rig.file(ids[1]).exists()
        assert len(trash(data_dir)) == 1

    ids = keep_three(data_dir)
    put_away(*ids)
    play(scenario, data_dir, size=size)


def test_it_closes_once_all_has_come_back(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await show(rig)
        for _ in ids:
            await rig.press("enter")
        await rig.until(lambda: rig.top == "ChatScreen" and rig.said == "brought back 3 sessions")
        assert trash(data_dir) == []

    ids = keep_three(data_dir)
    put_away(*ids)
    play(scenario, data_dir)


def test_an_empty_trash_is_told_and_left(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.say("/trash")
        await rig.until(lambda: rig.top == "TrashScreen")
        await rig.settle()
        assert EMPTY[:40] in rig.text()
        assert "bring back" not in rig.text()
        await rig.press("enter", "j", "escape")
        await rig.until(lambda: rig.top == "ChatScreen")
        assert rig.provider.requests == []

    play(scenario, data_dir)


def test_what_was_deleted_together_comes_back_together(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await show(rig)
        assert rows(rig) == ["other", "T top", "└ T below"]
        await rig.press("j", "enter")
        await rig.until(lambda: rows(rig) == ["other"])
        assert "brought back “T top” and 1 with it" in rig.text()
        assert rig.file("top").exists()
        assert rig.file("below").exists()

    made("top")
    made("below", parent="top", root="top")
    put_away("top", keep(make("other", "u", "a")))
    play(scenario, data_dir)


def test_what_another_window_deletes_or_brings_back_is_seen(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press("ctrl+x", "D", "escape")
        await rig.until(lambda: rig.top == "ChatScreen")
        await SessionStorage().delete(ids[0])
        await SessionStorage().delete(ids[1])
        await show(rig)
        assert rows(rig) == ["two", "one"]
        ledger = rig.chat.ledger
        await ledger.trash.restore((await ledger.trash.list())[0])
        await rig.press("enter")
        await rig.until(lambda: rows(rig) == ["one"])
        assert "not in the trash any more" in rig.text()

    ids = keep_three(data_dir)
    play(scenario, data_dir)


def test_the_open_session_comes_back_where_it_was(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await get_session_storage().delete(ids[0])
        await rig.until(lambda: "deleted" in rig.text())
        await show(rig)
        await rig.press("enter", "escape")
        await rig.until(lambda: rig.top == "ChatScreen" and "  a one" in rig.shown)
        await rig.until(lambda: "This session was deleted" not in rig.text())
        assert rig.open_id == ids[0]

    ids = keep_three(data_dir)
    play(scenario, data_dir, resume=ids[0])


def test_what_a_title_holds_cannot_harm_the_list(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await show(rig)
        [row] = rows(rig)
        assert row.startswith("[b]a")
        assert len(row) <= 200
        assert "\x1b" not in rig.text()
        assert "[b]a" in rig.text()

    put_away(keep(make("[b]a\x1b[31m\nb" + "c" * 300, "u")))
    play(scenario, data_dir)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (9_949, "9.9 kB"),
        (9_950, "10 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (10**12, "1,000 GB"),
    ],
)
def test_sizes_are_short(size: int, words: str) -> None:
    assert size_words(size) == words
