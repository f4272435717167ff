"""The session list filtered as one types."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from oats_tui.ui.widgets.sidepane import count_words
from tests.support.app import Rig, foreign, play
from tests.unit.ui.sessions import make
from tests.unit.ui.test_list_keys import FOLDED, cursor, keep_family, shown


async def filtered(rig: Rig, text: str) -> None:
    """Go to the list and type a filter."""
    await rig.press("ctrl+s", "slash")
    await rig.until(lambda: isinstance(rig.app.focused, Input))
    await rig.type(text)
    await rig.until(lambda: rig.screen.shelf.filtering.text == text)
    await rig.settle()


def test_what_is_hidden_is_said_until_everything_is_shown(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await filtered(rig, "child")
        assert shown(rig) == ["child 0", "child 1", "child 2", "child 3"]
        assert "4 hidden: esc shows all" in rig.text()
        await rig.type(" 2")
        await rig.until(lambda: shown(rig) == ["child 2"])
        assert "7 hidden: esc shows all" in rig.text()
        await rig.press("backspace", "backspace")
        await rig.until(lambda: len(shown(rig)) == 4)
        await rig.type("xyz")
        await rig.until(lambda: rig.listed[0] == "  nothing has these words")
        assert "8 hidden: esc shows all" in rig.text()
        await rig.press("escape")
        await rig.until(lambda: shown(rig) == FOLDED)
        assert "hidden" not in rig.text()
        assert rig.screen.sidebar.has_focus
        assert not rig.screen.side.is_filtering
        await rig.press("slash")
        assert rig.app.focused is not None
        assert isinstance(rig.app.focused, Input)
        assert rig.app.focused.value == ""

    keep_family()
    play(scenario, data_dir)


def test_enter_opens_the_first_or_the_one_under_the_cursor(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await filtered(rig, "child")
        await rig.press("enter")
        await rig.until(lambda: rig.open_id == ids["child 0"] and rig.screen.prompt.has_focus)
        assert "hidden" not in rig.text()
        await filtered(rig, "child")
        await rig.press("down", "down", "up", "down")
        assert cursor(rig) == "child 2"
        await rig.press("pageup")
        assert cursor(rig) == "child 0"
        await rig.press("pagedown", "enter")
        await rig.until(lambda: rig.open_id == ids["child 3"])
        await filtered(rig, "xyz")
        await rig.press("enter")
        # Only the open one is left, which is never lost.
        await rig.until(lambda: not rig.screen.side.is_filtering)
        assert rig.open_id == ids["child 3"]

    ids = keep_family()
    play(scenario, data_dir)


def test_enter_on_nothing_leaves_all_as_it_is(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await filtered(rig, "xyz")
        await rig.press("enter", "down")
        await rig.settle()
        assert (rig.open_id, rig.screen.side.is_filtering) == (None, True)

    keep_family()
    play(scenario, data_dir)


def test_the_open_session_is_not_lost_behind_a_filter(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await filtered(rig, "child")
        assert shown(rig)[4:] == ["Open, not matching", "omega"]
        assert "3 hidden" in rig.text()

    play(scenario, data_dir, resume=keep_family()["omega"])


def test_the_letters_are_marked(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await filtered(rig, "hil")
        found = rig.screen.sidebar.get_component_rich_style("sidebar--found").color
        for y in (0, 1):
            segments = list(rig.screen.sidebar.render_line(y))
            assert [segment.text for segment in segments if segment.style and segment.style.underline] == ["hil"]
            [marked] = [segment.style for segment in segments if segment.text == "hil"]
            assert marked is not None
            assert (marked.color == found) == (y != 0), "the cursor's own line has the cursor's colours"

    keep_family()
    play(scenario, data_dir)


def test_keys_in_one_piece_are_a_filter_and_what_follows(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press("ctrl+s", "slash", *"omeg", "enter", *"hi")
        await rig.until(lambda: rig.open_id == ids["omega"])
        await rig.until(lambda: rig.screen.prompt.text == "hi")

    ids = keep_family()
    play(scenario, data_dir)


def test_the_filter_stays_while_news_come_and_the_list_has_the_focus(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await filtered(rig, "child")
        await rig.press("down")
        await foreign(make("child 7", "u", age=-1))
        await foreign(make("other", "u", age=-1))
        await rig.until(lambda: "child 7" in shown(rig))
        await rig.until(lambda: "5 hidden" in rig.text())
        assert (cursor(rig), len(shown(rig))) == ("child 1", 5)
        rig.screen.set_focus(rig.screen.sidebar)
        await rig.until(lambda: rig.screen.sidebar.has_focus)
        assert (cursor(rig), len(shown(rig))) == ("child 1", 5)
        await rig.press("space", "enter")
        await rig.until(lambda: rig.open_id == ids["child 2"] and not rig.screen.side.is_filtering)
        assert rig.screen.sidebar.marked == [ids["child 1"]]

    ids = keep_family()
    play(scenario, data_dir)


def test_from_the_input_esc_takes_the_filter_back_first(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await filtered(rig, "child")
        rig.screen.prompt.focus()
        await rig.until(lambda: rig.screen.prompt.has_focus)
        await rig.press("escape")
        await rig.until(lambda: shown(rig) == FOLDED)
        assert rig.screen.prompt.has_focus

    keep_family()
    play(scenario, data_dir)


@pytest.mark.parametrize(
    ("hidden", "marked", "room", "expected"),
    [
        (0, 0, 40, ""),
        (0, 3, 40, "3 marked"),
        (42, 0, 40, "42 hidden by this filter: esc shows all"),
        (42, 0, 26, "42 hidden: esc shows all"),
        (19999, 0, 26, "19,999 hidden: esc"),
        (19999, 0, 5, "19,999 hidden: esc"),
        (42, 3, 40, "3 marked · 42 hidden: esc shows all"),
        (42, 3, 26, "42 hidden: esc shows all"),
    ],
)
def test_what_is_hidden_is_said_in_any_room(hidden: int, marked: int, room: int, expected: str) -> None:
    assert count_words(hidden, marked, room) == expected
