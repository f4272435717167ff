"""Many changes of the session list, one after the other, under a reader."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from oats_tui.ui.widgets.sidebar import Row, Sidebar
from tests.support.app import Rig, play
from tests.unit.ui.listed import NOON, cursor, ids, in_view, leave, listed, row, rows

STEPS = 60


class News:
    """Changes of a list, as other windows and programs make them.

    Args:
        seed: What makes them always the same.
    """

    def __init__(self, seed: int) -> None:
        self.rows = rows(300)
        self._random = random.Random(seed)
        self._next = 1000

    def step(self) -> list[Row]:
        """Make one change: some rows come, go, or are answered in."""
        kind = self._random.choice(["come", "go", "top", "mark"])
        if kind == "come":
            count = self._random.randint(1, 20)
            self.rows = [row(self._next + number, age=-self._next) for number in range(count)] + self.rows
            self._next += count
        elif kind == "go":
            gone = set(self._random.sample(range(len(self.rows)), self._random.randint(1, 12)))
            self.rows = [each for place, each in enumerate(self.rows) if place not in gone]
        elif kind == "top":
            self._next += 1
            moved = self.rows.pop(self._random.randrange(len(self.rows)))
            self.rows = [replace(moved, updated=NOON + timedelta(days=self._next)), *self.rows]
        else:
            place = self._random.randrange(len(self.rows))
            self.rows[place] = replace(self.rows[place], mark=self._random.choice(["unread", "failed", ""]))
        return list(self.rows)


def check_picture(rig: Rig, sidebar: Sidebar) -> None:
    """The rows in view are those that belong there, as they are now."""
    top, height = sidebar.scroll_offset.y, sidebar.size.height
    assert 0 <= top <= max(0, len(sidebar.rows) - height)
    assert in_view(rig) == ids(sidebar.rows[top : top + height])
    assert sidebar.virtual_size.height == len(sidebar.rows)
    assert rig.listed == [strip.text.rstrip() for strip in sidebar.lines()]


def staying(before: Sequence[Row], after: Sequence[Row]) -> list[str]:
    """The rows that are there before and after, and in which nothing has happened."""
    moments = {each.id: each.updated for each in after}
    return [each.id for each in before if each.id in moments and moments[each.id] == each.updated]


@pytest.mark.parametrize("seed", range(4))
def test_with_the_focus_the_cursor_stays_on_its_line(data_dir: Path, seed: int) -> None:
    async def scenario(rig: Rig) -> None:
        news, moves = News(seed), random.Random(seed + 100)
        sidebar = await listed(rig, news.rows)
        for _ in range(STEPS):
            if moves.random() < 0.4:
                sidebar.action_move(moves.choice([-400, -10, -1, 1, 10, 40, 400]))
            before, (number, line) = ids(sidebar.rows), cursor(rig)
            sidebar.show(news.step(), None)
            after, given = ids(sidebar.rows), ids(news.rows)
            fresh = [each for each in given if each not in before]
            assert after == fresh + [each for each in before if each in given]
            assert {each.id: each for each in sidebar.rows} == {each.id: each for each in news.rows}
            place = before.index(number)
            expected = next(each for each in [*before[place:], *before[:place][::-1]] if each in given)
            assert cursor(rig)[0] == expected
            room = max(0, len(after) - sidebar.size.height)
            top = min(room, max(0, after.index(expected) - line))
            assert cursor(rig)[1] == after.index(expected) - top
            check_picture(rig, sidebar)
        held = sidebar.cursor_row
        await leave(rig)
        assert sidebar.rows == news.rows
        assert sidebar.cursor_row == held

    play(scenario, data_dir)


@pytest.mark.parametrize("seed", range(4))
def test_without_the_focus_what_is_in_view_stays(data_dir: Path, seed: int) -> None:
    async def scenario(rig: Rig) -> None:
        news, exact = News(seed), 0
        sidebar = await listed(rig, news.rows, focus=False, top=120)
        for _ in range(STEPS):
            top, height = sidebar.scroll_offset.y, sidebar.size.height
            before = sidebar.rows
            page = before[top : top + height]
            sidebar.show(news.step(), None)
            assert sidebar.rows == news.rows
            check_picture(rig, sidebar)
            stays = staying(page, news.rows)
            drawn = [f"s{number}" for number in in_view(rig)]
            line = [each.id for each in page].index(stays[0])
            assert drawn[line] == stays[0]
            if len(stays) == len(page):
                assert drawn == stays
                exact += 1
        assert exact > STEPS // 4
        assert sidebar.scroll_offset.y > 0

    play(scenario, data_dir)


@pytest.mark.parametrize("seed", range(2))
def test_at_the_top_it_stays_at_the_top(data_dir: Path, seed: int) -> None:
    async def scenario(rig: Rig) -> None:
        news = News(seed)
        sidebar = await listed(rig, news.rows, focus=False)
        for _ in range(STEPS):
            sidebar.show(news.step(), None)
            assert sidebar.scroll_offset.y == 0
            check_picture(rig, sidebar)

    play(scenario, data_dir)


@pytest.mark.parametrize("count", [1, 2, 19, 20])
@pytest.mark.parametrize("focus", [True, False])
def test_rows_that_come_and_go_above_paint_nothing(
    data_dir: Path, count: int, focus: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def scenario(rig: Rig) -> None:
        shown = rows()
        sidebar = await listed(rig, shown, focus=focus)
        if focus:
            sidebar.action_move(60)
        sidebar.scroll_to(y=40, animate=False)
        await rig.settle()
        before = rig.listed
        painted: list[object] = []
        monkeypatch.setattr(sidebar, "refresh", lambda *regions, **_: painted.extend(regions or [None]))
        fresh = [row(200 + number, age=-1) for number in range(count)]
        for change, top in (
            ([*fresh, *shown], 40 + count),
            (shown, 40),
            (shown[count:], 40 - count),
            ([*fresh, *shown[count:]], 40),
            # Those below do not matter either.
            ([*fresh, *shown[count:90]], 40),
        ):
            sidebar.show(change, None)
            await rig.settle()
            assert sidebar.scroll_offset.y == top
            assert rig.listed == before
        assert painted == []

    play(scenario, data_dir)


@pytest.mark.parametrize("focus", [True, False])
def test_whatever_its_length_and_its_room_the_view_is_full(data_dir: Path, focus: bool) -> None:
    async def scenario(rig: Rig) -> None:
        sidebar = await listed(rig, rows(), focus=focus)
        room, chance = sidebar.size.height, random.Random(7)
        lengths = [0, 1, 5, room - 1, room, room + 1, 100]
        for step in range(40):
            if step % 8 == 7:
                height = chance.choice([10, 25, 40, 60])
                await rig.pilot.resize_terminal(120, height)
                await rig.until(lambda: rig.screen.size.height == height)  # noqa: B023 - waited for here
            if focus:
                sidebar.action_move(chance.choice([-200, -7, 7, 200]))
            else:
                sidebar.scroll_to(y=chance.choice([0, 20, 200]), animate=False)
            sidebar.show(rows(chance.choice(lengths)), None)
            await rig.settle()
            if sidebar.rows:
                check_picture(rig, sidebar)
                assert not focus or cursor(rig)[1] < sidebar.size.height
            else:
                assert rig.listed[0] == "  no sessions yet"
            assert sidebar.show_vertical_scrollbar == (len(sidebar.rows) > sidebar.size.height)

    play(scenario, data_dir)


def test_a_list_at_its_end_is_full_once_there_is_more_room(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        sidebar = await listed(rig, rows(), focus=False)
        for height in (12, 30, 60, 20):
            sidebar.scroll_end(animate=False)
            await rig.settle()
            await rig.pilot.resize_terminal(120, height)
            await rig.until(lambda: rig.screen.size.height == height)  # noqa: B023 - waited for here
            await rig.settle()
            check_picture(rig, sidebar)

    play(scenario, data_dir)
