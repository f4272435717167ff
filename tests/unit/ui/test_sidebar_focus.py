"""What happens in the session list when the focus comes and goes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from textual.events import AppBlur, AppFocus

from oats_tui.ui.widgets.sidebar import Row
from tests.support.app import Rig, play
from tests.unit.ui.listed import cursor, ids, in_view, leave, listed, row, rows


@pytest.mark.parametrize("keys", [["ctrl+s"], ["tab", "shift+tab"]])
@pytest.mark.parametrize("top", [0, 60])
def test_a_cursor_out_of_view_is_brought_into_view(data_dir: Path, keys: list[str], top: int) -> None:
    async def scenario(rig: Rig) -> None:
        sidebar = await listed(rig, rows(), focus=False)
        sidebar.show(rows(), "s50")
        sidebar.scroll_to(y=top, animate=False)
        await rig.settle()
        assert 50 not in in_view(rig)
        await rig.press(*keys)
        await rig.until(lambda: sidebar.has_focus)
        assert cursor(rig) == (50, len(rig.listed) - 1 if top == 0 else 0)

    play(scenario, data_dir)


@pytest.mark.parametrize("keys", [["ctrl+s"], ["tab", "shift+tab"]])
def test_a_cursor_in_view_stays_where_it_is(data_dir: Path, keys: list[str]) -> None:
    async def scenario(rig: Rig) -> None:
        sidebar = await listed(rig, rows(), focus=False, top=30)
        sidebar.show(rows(), "s50")
        assert cursor(rig) == (50, 20)
        await rig.press(*keys)
        await rig.until(lambda: sidebar.has_focus)
        assert cursor(rig) == (50, 20)

    play(scenario, data_dir)


def test_a_click_moves_nothing_under_the_pointer(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(rig: Rig) -> None:
        sidebar = await listed(rig, rows(), focus=False, top=40)
        chosen: list[Row | None] = []
        monkeypatch.setattr(sidebar, "action_choose", lambda: chosen.append(sidebar.cursor_row))
        before = in_view(rig)
        await rig.pilot.mouse_down("#sidebar", offset=(4, 3))
        await rig.until(lambda: sidebar.has_focus)
        assert in_view(rig) == before
        # What comes while the button is down moves nothing either.
        sidebar.show([row(200), *rows()], None)
        await rig.settle()
        assert in_view(rig) == before
        await rig.pilot.mouse_up("#sidebar", offset=(4, 3))
        await rig.pilot.click("#sidebar", offset=(4, 3))
        await rig.until(lambda: chosen)
        assert cursor(rig) == (43, 3)
        await leave(rig)
        # The next focus is no click.
        sidebar.scroll_to(y=0, animate=False)
        await rig.press("ctrl+s")
        await rig.until(lambda: sidebar.has_focus)
        assert cursor(rig)[0] == 43

    play(scenario, data_dir)


def test_a_click_below_the_last_row_chooses_nothing(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(rig: Rig) -> None:
        sidebar = await listed(rig, rows(4), focus=False)
        monkeypatch.setattr(sidebar, "action_choose", lambda: pytest.fail("nothing was clicked"))
        await rig.pilot.click("#sidebar", offset=(4, 20))
        await rig.until(lambda: sidebar.has_focus)
        assert cursor(rig) == (0, 0)

    play(scenario, data_dir)


@pytest.mark.parametrize("at", [0, 7, 60, 99])
def test_when_the_focus_leaves_the_cursor_stays_on_its_session(data_dir: Path, at: int) -> None:
    async def scenario(rig: Rig) -> None:
        shown = rows()
        sidebar = await listed(rig, shown)
        sidebar.action_move(at)
        answered = replace(shown[80], updated=row(0, age=-9).updated, mark="answering")
        newest = [row(200, age=-10), answered, *shown[:80], *shown[81:]]
        sidebar.show(newest, None)
        assert ids(sidebar.rows) == [200, *range(100)]
        assert cursor(rig)[0] == at
        await leave(rig)
        assert sidebar.rows == newest
        assert sidebar.cursor_row == shown[at]
        await rig.press("ctrl+s")
        await rig.until(lambda: sidebar.has_focus)
        assert sidebar.rows == newest
        assert cursor(rig)[0] == at

    play(scenario, data_dir)


def test_who_comes_back_to_the_terminal_finds_the_list_as_it_was_left(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        sidebar = await listed(rig, rows())
        sidebar.scroll_to(y=50, animate=False)
        await rig.settle()
        before = in_view(rig)
        rig.app.post_message(AppBlur())
        await rig.until(lambda: not sidebar.has_focus)
        sidebar.show([row(200), *rows()], None)
        rig.app.post_message(AppFocus())
        await rig.until(lambda: sidebar.has_focus)
        await rig.settle()
        assert in_view(rig) == before

    play(scenario, data_dir)


@pytest.mark.parametrize("size", [(40, 12), (80, 24)])
def test_a_list_that_takes_the_place_of_the_conversation_shows_its_cursor(
    data_dir: Path, size: tuple[int, int]
) -> None:
    async def scenario(rig: Rig) -> None:
        sidebar = await listed(rig, rows(), focus=False)
        for opened in (70, 20, 99):
            sidebar.show(rows(), f"s{opened}")
            sidebar.show([row(200), *rows()], f"s{opened}")
            await rig.press("ctrl+s")
            await rig.until(lambda: sidebar.has_focus and sidebar.size.height > 0)
            await rig.settle()
            assert cursor(rig)[0] == opened
            assert rig.listed == [strip.text.rstrip() for strip in sidebar.lines()]
            rig.screen.show_sidebar(False)
            await rig.until(lambda: not sidebar.has_focus)
            await rig.settle()
            rig.screen.show_sidebar(size[0] > 40)

    play(scenario, data_dir, size)
