"""The session list stands still under its reader."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import get_args

import pytest
from rich.cells import cell_len
from textual.events import AppBlur, AppFocus

from oats_tui.ui.widgets.sidebar import SIGNS, Mark
from tests.support.app import Rig, play
from tests.unit.ui.listed import NOON, ids, in_view, leave, listed, row, rows


def test_every_mark_has_a_sign_of_one_cell_and_a_colour(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        marks: tuple[Mark, ...] = get_args(Mark)
        assert set(marks) == set(SIGNS)
        assert {cell_len(sign) for sign in SIGNS.values()} == {1}
        assert len(set(SIGNS.values())) == len(marks)
        sidebar = await listed(rig, [row(number, mark=mark) for number, mark in enumerate(marks)], focus=False)
        for y, mark in enumerate(marks):
            strip = sidebar.render_line(y)
            assert strip.text.startswith(f"{SIGNS[mark]} session {y}")
            assert cell_len(strip.text) == sidebar.size.width
            sign, title, *_ = list(strip)
            assert title.style is not None
            assert bool(title.style.bold) == (mark == "unread")
            if mark:
                colour = sidebar.get_component_rich_style(f"sidebar--{mark}").color
                assert sign.style is not None
                assert sign.style.color == colour is not None

    play(scenario, data_dir)


def test_the_order_is_held_while_the_list_has_the_focus(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        sidebar = await listed(rig, rows(6))
        given = [row(9, age=-3), row(8, age=-2), replace(row(4), title="session 4 new"), *rows(4)]
        sidebar.show(given, None)
        assert ids(sidebar.rows) == [9, 8, 0, 1, 2, 3, 4]
        assert sidebar.rows[6].title == "session 4 new"
        assert sidebar.neighbour("s3", 1) == "s4"
        assert sidebar.neighbour("s4", 1) == "s9"
        sidebar.show([row(7, age=-4), *given], None)
        assert ids(sidebar.rows) == [7, 9, 8, 0, 1, 2, 3, 4]
        await leave(rig)
        assert ids(sidebar.rows) == [7, 9, 8, 4, 0, 1, 2, 3]
        assert in_view(rig) == [7, 9, 8, 4, 0, 1, 2, 3]
        sidebar.show(rows(5), None)
        assert ids(sidebar.rows) == [0, 1, 2, 3, 4]

    play(scenario, data_dir)


def test_the_order_is_held_while_the_terminal_has_lost_the_focus(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        sidebar = await listed(rig, rows(4))
        rig.app.post_message(AppBlur())
        await rig.until(lambda: not sidebar.has_focus)
        sidebar.show(rows(4)[::-1], None)
        assert ids(sidebar.rows) == [0, 1, 2, 3]
        rig.app.post_message(AppFocus())
        await rig.until(lambda: sidebar.has_focus)
        assert ids(sidebar.rows) == [0, 1, 2, 3]
        await leave(rig)
        assert ids(sidebar.rows) == [3, 2, 1, 0]

    play(scenario, data_dir)


def test_new_rows_above_leave_the_picture_as_it_is(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(rig: Rig) -> None:
        sidebar = await listed(rig, rows())
        before = rig.listed
        painted: list[object] = []
        monkeypatch.setattr(sidebar, "refresh", lambda *regions, **_: painted.extend(regions or [None]))
        sidebar.show([row(200), *rows()], None)
        await rig.settle()
        assert rig.listed == before
        assert sidebar.scroll_offset.y == 1
        assert painted == []
        await leave(rig)
        # Nobody had scrolled away from the top.
        assert in_view(rig)[:3] == [200, 0, 1]

    play(scenario, data_dir)


@pytest.mark.parametrize("focus", [True, False])
def test_the_same_again_paints_nothing(data_dir: Path, focus: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(rig: Rig) -> None:
        sidebar = await listed(rig, rows(), focus=focus, top=7)
        painted: list[object] = []
        monkeypatch.setattr(sidebar, "refresh", lambda *regions, **_: painted.extend(regions or [None]))
        sidebar.show(rows(), None)
        await rig.settle()
        assert painted == []
        sidebar.show([replace(each, mark="unread") if each.id == "s9" else each for each in rows()], None)
        assert len(painted) == 1

    play(scenario, data_dir)


def test_without_the_focus_the_top_stays_the_top(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        sidebar = await listed(rig, rows(), focus=False)
        sidebar.show([row(200), *rows()], None)
        await rig.settle()
        assert in_view(rig)[:3] == [200, 0, 1]
        assert sidebar.scroll_offset.y == 0

    play(scenario, data_dir)


def test_without_the_focus_what_is_in_view_stays(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        sidebar = await listed(rig, rows(), focus=False, top=30)
        shown = rows()
        page = in_view(rig)
        assert page[0] == 30
        for change, first in (
            ([row(200), row(201), *shown], 30),
            (shown[10:], 30),
            # The row at the top goes, the next one stays on its line, and what is above it comes down.
            ([*shown[:30], *shown[31:]], 29),
            # The row at the top is changed and goes to the first place: the view does not go after it.
            ([replace(shown[29], updated=NOON + timedelta(days=1)), *shown[:29], *shown[31:]], 28),
        ):
            sidebar.show(change, None)
            await rig.settle()
            assert in_view(rig)[0] == first
            assert in_view(rig)[2:] == page[2:]
        sidebar.show(shown[70:], None)
        assert set(in_view(rig)) == set(range(70, 100))
        sidebar.show(shown, None)
        await rig.settle()

    play(scenario, data_dir)
