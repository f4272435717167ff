"""Sessions put away, forked, looked at, taken out and in from the keyboard."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from textual.widgets import Label, Static

from oats_tui.session.facts import facts_of
from oats_tui.session.session import Session, get_session_storage
from oats_tui.ui.screens.confirm import ConfirmScreen
from oats_tui.ui.screens.info import InfoScreen, lines
from tests.support.app import SIZES, Rig, play
from tests.unit.ui.sessions import keep, keep_three, make


async def on_disk(session_id: str) -> Session:
    """A session as it is in its file."""
    found = await get_session_storage().get(session_id)
    assert found is not None
    return found


def titles(rig: Rig) -> list[str]:
    """The titles that the list shows."""
    return [row.title for row in rig.screen.sidebar.rows]


def said(rig: Rig) -> list[str]:
    """What notices say, titles and sentences."""
    return [f"{note.title} {note.message}" for note in rig.app._notifications]


def test_a_session_is_put_away_and_brought_back_by_one_key(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press("ctrl+s", "a")
        await rig.until(lambda: titles(rig) == ["two", "three"])
        assert "archived: ctrl+x z brings it back" in rig.said
        assert any("Archived (1)" in line for line in rig.listed)
        assert (await on_disk(ids[0])).info.time.archived is not None
        await rig.press("ctrl+x", "n", "escape")
        await rig.say("/info")
        await rig.press("escape")

    ids = keep_three(data_dir)
    play(scenario, data_dir)


def test_the_open_session_is_put_away_and_stays_open(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id == ids[0])
        await rig.press("ctrl+x", "a")
        await rig.until(lambda: any("Archived (1)" in line for line in rig.listed))
        assert rig.open_id == ids[0]
        assert "one" in titles(rig)
        await rig.press("ctrl+x", "a")
        await rig.until(lambda: not any("Archived" in line for line in rig.listed))
        assert (await on_disk(ids[0])).info.time.archived is None

    ids = keep_three(data_dir)
    play(scenario, data_dir, resume="last")


def test_marked_sessions_are_put_away_together(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press("ctrl+s", "space", "space", "a")
        await rig.until(lambda: titles(rig) == ["three"])
        assert "2 sessions archived" in rig.said
        assert rig.screen.sidebar.marked == []

    keep_three(data_dir)
    play(scenario, data_dir)


@pytest.mark.parametrize("keys", [["u"], ["ctrl+x", "z"]])
def test_archiving_is_undone(data_dir: Path, keys: list[str]) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press("ctrl+s", "a")
        await rig.until(lambda: titles(rig) == ["two", "three"])
        await rig.press(*keys)
        await rig.until(lambda: titles(rig) == ["one", "two", "three"])
        assert (await on_disk(ids[0])).info.time.archived is None
        assert rig.said == "back in the list"
        await rig.press(*keys)
        await rig.until(lambda: any("The trash is empty" in note for note in said(rig)))

    ids = keep_three(data_dir)
    play(scenario, data_dir)


def test_undoing_concerns_what_made_a_difference(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press("ctrl+s", "a")
        await rig.until(lambda: titles(rig) == ["two", "three"])
        await rig.press("G", "enter")
        await rig.until(lambda: titles(rig) == ["two", "three", "one"])
        await rig.press("g", "g", "space", "G", "space", "a")
        await rig.until(lambda: titles(rig) == ["three", "one", "two"])
        await rig.press("u")
        await rig.until(lambda: titles(rig) == ["two", "three", "one"])
        assert (await on_disk(ids[0])).info.time.archived is not None

    ids = keep_three(data_dir)
    play(scenario, data_dir)


def test_what_was_deleted_after_something_was_archived_comes_back_first(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press("ctrl+s", "a")
        await rig.until(lambda: titles(rig) == ["two", "three"])
        await rig.press("d")
        await rig.until(lambda: isinstance(rig.app.screen, ConfirmScreen))
        await rig.press("enter")
        await rig.until(lambda: titles(rig) == ["three"])
        await rig.press("ctrl+x", "z")
        await rig.until(lambda: titles(rig) == ["two", "three"])
        assert (await on_disk(ids[0])).info.time.archived is not None

    ids = keep_three(data_dir)
    play(scenario, data_dir)


def test_what_is_gone_is_not_undone(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press("ctrl+s", "a")
        await rig.until(lambda: titles(rig) == ["two", "three"])
        await get_session_storage().delete(ids[0])
        await rig.until(lambda: not any("Archived" in line for line in rig.listed))
        await rig.press("u")
        await rig.until(lambda: rig.open_id == ids[0])

    ids = keep_three(data_dir)
    play(scenario, data_dir)


def test_who_deletes_a_session_is_told_what_goes_along(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id == one)
        await rig.press("ctrl+x", "f")
        await rig.until(lambda: rig.open_id != one)
        await rig.press("ctrl+s", "k", "d")
        await rig.until(lambda: isinstance(rig.app.screen, ConfirmScreen))
        question = str(rig.app.screen.query(Label).first().render())
        assert "“one”, and what was made from it (one session)," in question
        await rig.press("escape")

    one = keep(make("one", "q1", "a1"))
    play(scenario, data_dir, resume="last")


def test_the_facts_are_shown_and_the_path_is_copied(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press("ctrl+s", "i")
        await rig.until(lambda: isinstance(rig.app.screen, InfoScreen))
        shown = str(rig.app.screen.query_one(Static).render())
        assert shown
        await rig.press("y")
        await rig.until(lambda: rig.app.screen is rig.screen)
        await rig.until(lambda: rig.app._clipboard == str(get_session_storage().path_of(ids[0])))
        await rig.press("i")
        await rig.until(lambda: isinstance(rig.app.screen, InfoScreen))
        await rig.press("escape")
        await rig.until(lambda: rig.app.screen is rig.screen)

    ids = keep_three(data_dir)
    play(scenario, data_dir)


@pytest.mark.parametrize("size", SIZES)
def test_the_facts_can_be_read_on_every_terminal(data_dir: Path, size: tuple[int, int]) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id == one)
        await rig.press("ctrl+x", "i")
        await rig.until(lambda: isinstance(rig.app.screen, InfoScreen))
        await rig.settle()
        assert "begun" in rig.text()
        assert "y: copy the path" in rig.text()
        await rig.press("G")
        await rig.until(lambda: "json" in rig.text())
        await rig.press("g", "j", "k")
        await rig.until(lambda: "begun" in rig.text())
        assert "y: copy the path" in rig.text()

    one = keep(make("A very long title " * 40, "q1", "a1"))
    play(scenario, data_dir, resume="last", size=size)


def test_facts_in_words(tmp_path: Path) -> None:
    session = make("A\x1b[31m title", "q", "a")
    session.info.total_tokens = 12_345
    session.info.time.archived = datetime(2026, 1, 1, tzinfo=UTC)
    table = dict(lines(facts_of(session, tmp_path / "gone", "\x1babove", 1)))
    assert table["messages"] == "2 (1 yours, 1 answers)"
    assert table["tokens"] == "12,345"
    assert table["made from it"] == "one session"
    assert "\x1b" not in "".join(table.values())
    assert "size" not in table
    assert "archived" in table
