"""The cursor of the session list stays on its session, and in view."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from oats_tui.ui.widgets.sidebar import Row
from tests.support.app import Rig, play
from tests.unit.ui.listed import cursor, ids, leave, listed, row, rows


def test_the_cursor_keeps_its_line_while_rows_come_and_go(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        sidebar = await listed(rig, rows())
        await rig.press(*"jjjjj")
        assert cursor(rig) == (5, 5)
        shown, line = rows(), 5
        for change in (
            [row(200), row(201), *shown],
            [row(200), *shown],
            [row(200), *shown[2:]],
            [row(201), *shown[2:40], *shown[50:]],
            [shown[5], *shown[6:], *shown[:5]],
            [replace(each, mark="unread") for each in shown],
        ):
            sidebar.show(change, None)
            # Only where no longer enough rows are above does it go up.
            line = min(line, ids(sidebar.rows).index(5))
            assert cursor(rig) == (5, line)
            await rig.settle()
            assert cursor(rig) == (5, line)
        assert line == 4
        sidebar.show([row(number) for number in range(300, 320)] + shown, None)
        assert cursor(rig) == (5, 4)

    play(scenario, data_dir)


@pytest.mark.parametrize(
    ("left", "expected"),
    [([0, 1, 2, 3, 5, 6], 5), ([0, 1, 6], 6), ([0, 1, 2, 3], 3), ([9, 1, 0], 1)],
)
@pytest.mark.parametrize("focus", [True, False])
def test_the_cursor_goes_to_the_row_that_takes_its_place(
    data_dir: Path, left: list[int], expected: int, focus: bool
) -> None:
    async def scenario(rig: Rig) -> None:
        sidebar = await listed(rig, rows(7))
        await rig.press(*"jjjj")
        assert cursor(rig) == (4, 4)
        if not focus:
            await leave(rig)
        sidebar.show([row(number) for number in left], None)
        assert cursor(rig)[0] == expected
        sidebar.show([], None)
        assert sidebar.cursor_row is None
        assert sidebar.neighbour("s4", 1) is None
        sidebar.show([row(8), row(expected)], None)
        assert cursor(rig)[0] == expected

    play(scenario, data_dir)


def test_the_row_that_takes_the_place_is_on_the_same_line(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        sidebar = await listed(rig, rows())
        await rig.press("G", *["pageup"] * 5)
        number, line = cursor(rig)
        assert number == 49
        shown = rows()
        sidebar.show([row(200), *shown[:49], *shown[50:]], None)
        assert cursor(rig) == (50, line)
        sidebar.show([*shown[:45], *shown[60:]], None)
        assert cursor(rig) == (60, line)
        sidebar.show(shown[:45], None)
        assert cursor(rig) == (44, len(rig.listed) - 1)

    play(scenario, data_dir)


def test_what_is_opened_has_the_cursor_and_is_in_view(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        sidebar = await listed(rig, rows(), focus=False)
        sidebar.show(rows(), "s77")
        await rig.settle()
        assert cursor(rig) == (77, len(rig.listed) - 1)
        sidebar.scroll_to(y=0, animate=False)
        sidebar.show(rows(), "s77")
        await rig.settle()
        assert sidebar.scroll_offset.y == 0
        # One that comes into the list later gets the cursor then.
        sidebar.show(rows(), "s150")
        sidebar.show(rows(160), "s150")
        assert cursor(rig)[0] == 150
        sidebar.scroll_to(y=0, animate=False)
        await rig.press("ctrl+s")
        await rig.until(lambda: sidebar.has_focus)
        assert cursor(rig)[0] == 150

    play(scenario, data_dir)


@pytest.mark.parametrize("size", [(120, 40), (40, 12)])
def test_the_cursor_is_in_view_wherever_it_goes(data_dir: Path, size: tuple[int, int]) -> None:
    async def scenario(rig: Rig) -> None:
        sidebar = await listed(rig, rows(), focus=False)
        sidebar.show(rows(), "s50")
        await rig.press("ctrl+s")
        await rig.until(lambda: sidebar.has_focus and sidebar.size.height > 0)
        await rig.settle()
        assert cursor(rig)[0] == 50
        for key, expected in (("G", 99), ("pageup", 89), ("g", 0), ("pagedown", 10), ("j", 11)):
            await rig.press(key)
            assert cursor(rig)[0] == expected
        sidebar.scroll_to(y=60, animate=False)
        await rig.press("j")
        assert cursor(rig)[0] == 12
        await rig.press("G")
        await rig.pilot.resize_terminal(size[0], size[1] - 3)
        await rig.settle()
        assert cursor(rig)[0] == 99

    play(scenario, data_dir, size)


def test_a_click_opens_the_row_that_is_seen(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(rig: Rig) -> None:
        sidebar = await listed(rig, rows(), focus=False)
        sidebar.show(rows(), "s5")
        sidebar.scroll_to(y=40, animate=False)
        await rig.settle()
        chosen: list[Row | None] = []
        monkeypatch.setattr(sidebar, "action_choose", lambda: chosen.append(sidebar.cursor_row))
        await rig.pilot.click("#sidebar", offset=(4, 3))
        await rig.until(lambda: chosen)
        assert chosen == [row(43)]

    play(scenario, data_dir)
