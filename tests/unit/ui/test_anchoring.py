"""The message pane stays with its reader, whatever becomes of the messages around."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from oats_tui.ui.widgets.transcript.items import Entry, TextItem
from oats_tui.ui.widgets.transcript.reading import ReadingState
from oats_tui.ui.widgets.transcript.widget import Transcript
from tests.support.app import SIZES, Rig, play

COUNTS = (5, 300)
PLACES = ("first", "middle", "near the end")


def entry(name: str, number: int, lines: int | None = None) -> Entry:
    """An entry of several paragraphs, each telling whose it is; drawn it is much shorter than estimated."""
    count = lines or 12 + number % 7
    text = ("\n" * 9).join(f"{name}{number} paragraph {line}" for line in range(count))
    return Entry(f"{name}{number}", "assistant", "echo", "", (TextItem(text),))


def entries(count: int) -> list[Entry]:
    """So many entries, most of them as tall as a small screen."""
    return [entry("e", number) for number in range(count)]


async def read_from(rig: Rig, shown: Sequence[Entry], place: str) -> Transcript:
    """Show entries, and go a few lines into the one at a place."""
    pane = rig.screen.transcript
    pane.show(shown, state=ReadingState())
    index = {"first": 0, "middle": len(shown) // 2, "near the end": len(shown) - 2}[place]
    # Twice, because what is on the way is drawn, and then has another height.
    for _ in range(3):
        pane.scroll_to(y=pane.reading.document.top(index) + 2, animate=False)
        await rig.settle()
    assert pane.reading.document.at(pane.scroll_offset.y) == index
    assert not pane.following
    return pane


def text_lines(rig: Rig) -> dict[str, int]:
    """On which line of the view each paragraph is."""
    return {line.strip(" ▎"): y for y, line in enumerate(rig.shown) if "paragraph" in line}


def top_entry(rig: Rig) -> str:
    """The entry of the first paragraph in view."""
    return min(text_lines(rig).items(), key=lambda item: item[1])[0].split()[0]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("count", COUNTS)
def test_lines_put_in_above_move_nothing(data_dir: Path, count: int, place: str, size: tuple[int, int]) -> None:
    async def scenario(rig: Rig) -> None:
        shown = entries(count)
        pane = await read_from(rig, shown, place)
        before = rig.shown
        assert not pane.reading.news
        for step in range(3):
            shown = [entry("new", step, 3 + 20 * step), *shown]
            pane.show(shown)
            assert rig.shown == before
            await rig.settle()
            assert rig.shown == before
        pane.show(shown[3:])
        assert rig.shown == before

    play(scenario, data_dir, size)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("count", COUNTS)
def test_the_next_one_stays_when_the_one_at_the_top_goes(
    data_dir: Path, count: int, place: str, size: tuple[int, int]
) -> None:
    async def scenario(rig: Rig) -> None:
        shown = entries(count)
        pane = await read_from(rig, shown, place)
        gone = top_entry(rig)
        before = {text: y for text, y in text_lines(rig).items() if not text.startswith(f"{gone} ")}
        pane.show([each for each in shown if each.id != gone])
        await rig.settle()
        after = text_lines(rig)
        assert not any(text.startswith(f"{gone} ") for text in after)
        follower = f"e{int(gone[1:]) + 1} "
        assert any(text.startswith(follower) for text in after)
        if gone != "e0" and place != "near the end":
            # With nothing above, or too little below, there is no room to leave it where it was.
            assert before.items() <= after.items()

    play(scenario, data_dir, size)


@pytest.mark.parametrize("count", COUNTS)
def test_what_is_left_in_view_stays_where_it_was(data_dir: Path, count: int) -> None:
    async def scenario(rig: Rig) -> None:
        shown = [entry("e", number, 4) for number in range(count * 3)]
        pane = await read_from(rig, shown, "middle")
        gone = int(top_entry(rig)[1:])
        before = text_lines(rig)
        pane.show([*shown[: gone - 1], *shown[gone + 2 :]])
        await rig.settle()
        after = text_lines(rig)
        stays = {text: y for text, y in before.items() if int(text.split()[0][1:]) >= gone + 2}
        assert stays
        assert stays.items() <= after.items()

    play(scenario, data_dir, (120, 40))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("count", COUNTS)
def test_the_one_before_stays_when_all_from_the_top_on_goes(
    data_dir: Path, count: int, size: tuple[int, int]
) -> None:
    async def scenario(rig: Rig) -> None:
        shown = entries(count)
        pane = await read_from(rig, shown, "middle")
        left = int(top_entry(rig)[1:])
        pane.show(shown[:left])
        await rig.settle()
        assert any(text.startswith(f"e{left - 1} ") for text in text_lines(rig))
        pane.show(shown, state=ReadingState())
        pane = await read_from(rig, shown, "middle")
        pane.show([*shown[:left], *(entry("other", number) for number in range(count))])
        await rig.settle()
        assert top_entry(rig) == f"e{left - 1}"
        assert not pane.following

    play(scenario, data_dir, size)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("count", COUNTS)
def test_with_all_replaced_the_end_is_shown(data_dir: Path, count: int, place: str) -> None:
    async def scenario(rig: Rig) -> None:
        pane = await read_from(rig, entries(count), place)
        pane.show([entry("other", number) for number in range(count)])
        await rig.settle()
        assert pane.scroll_offset.y == pane.max_scroll_y
        assert any(text.startswith(f"other{count - 1} ") for text in text_lines(rig))

    play(scenario, data_dir, (80, 24))


@pytest.mark.parametrize("count", COUNTS)
def test_at_the_end_the_end_is_followed(data_dir: Path, count: int) -> None:
    async def scenario(rig: Rig) -> None:
        shown = entries(count)
        pane = rig.screen.transcript
        pane.show(shown, state=ReadingState())
        for changed, last in (
            ([entry("new", 0), *shown], f"e{count - 1}"),
            (shown[:-1], f"e{count - 2}"),
            ([*shown, entry("more", 1)], "more1"),
            ([entry("other", number) for number in range(count)], f"other{count - 1}"),
        ):
            pane.show(changed)
            await rig.settle()
            assert pane.scroll_offset.y == pane.max_scroll_y
            assert list(text_lines(rig))[-1].startswith(f"{last} ")

    play(scenario, data_dir, (80, 24))


@pytest.mark.parametrize("place", PLACES)
def test_the_same_again_paints_nothing(data_dir: Path, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def scenario(rig: Rig) -> None:
        shown = entries(30)
        pane = await read_from(rig, shown, place)
        painted: list[object] = []
        monkeypatch.setattr(pane, "refresh", lambda *regions, **_: painted.extend(regions or [None]))
        pane.show(list(shown))
        await rig.settle()
        assert painted == []
        pane.scroll_relative(y=1, animate=False)
        assert painted

    play(scenario, data_dir, (80, 24))
