"""What the keys of the session list do."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from oats_tui.core.bus import Event, bus
from oats_tui.session.session import get_session_storage
from oats_tui.ui.actions.listing import subjects
from oats_tui.ui.grouping import ARCHIVED
from oats_tui.ui.widgets.sidebar import Heading
from tests.support.app import SIZES, Rig, foreign, play
from tests.unit.ui.sessions import NEWEST, keep, make


def keep_family() -> dict[str, str]:
    """Sessions in two projects, a tree of five and one put away among them; returns their ids by their titles."""
    ids: dict[str, str] = {}
    for age, (title, parent, project) in enumerate(
        [
            ("alpha", None, "/code/north"),
            ("root", None, "/code/south"),
            *((f"child {number}", "root", "/code/south") for number in range(4)),
            ("omega", None, "/code/north"),
            ("stored", None, "/code/north"),
        ]
    ):
        session = make(title, f"u {title}", f"a {title}", age=age)
        session.info.project_dir = project
        session.info.parent_session_id = ids.get(parent or "")
        session.info.time.archived = NEWEST if title == "stored" else None
        ids[title] = keep(session)
    return ids


def shown(rig: Rig) -> list[str]:
    """The list as it is seen, without times and blanks."""
    return [" ".join(line.split("  20 Jan")[0].split()) for line in texts(rig) if line]


def texts(rig: Rig) -> list[str]:
    """The lines of the list without the times at their ends."""
    width = rig.screen.sidebar.size.width
    return [line[: width - 9].rstrip() if len(line) > width - 9 else line for line in rig.listed]


def cursor(rig: Rig) -> str:
    """What the cursor is on."""
    line = rig.screen.sidebar.cursor_line
    assert line is not None
    return line.label if isinstance(line, Heading) else line.title


FOLDED = ["January", "alpha", "▸4 root", "omega", "▸ Archived (1)"]
UNFOLDED = ["January", "alpha", "▾ root", "child 0", "child 1", "child 2", "child 3", "omega", "▸ Archived (1)"]


@pytest.mark.parametrize("keys", [("l", "h"), ("right", "left")])
def test_a_tree_is_unfolded_and_folded(data_dir: Path, keys: tuple[str, str]) -> None:
    async def scenario(rig: Rig) -> None:
        unfold, fold = keys
        assert shown(rig) == FOLDED
        await rig.press("ctrl+s", "j", unfold)
        assert (shown(rig), cursor(rig)) == (UNFOLDED, "root")
        await rig.press(unfold)
        assert cursor(rig) == "child 0"
        await rig.press(unfold, "j", fold)
        assert cursor(rig) == "root"
        await rig.press(fold)
        assert (shown(rig), cursor(rig)) == (FOLDED, "root")
        await rig.press(fold)
        assert (shown(rig), cursor(rig)) == (FOLDED, "root")

    keep_family()
    play(scenario, data_dir)


def test_what_was_put_away_is_opened_at_the_end(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press("ctrl+s", "G")
        assert cursor(rig) == "Archived (1)"
        assert rig.screen.sidebar.cursor_row is None
        await rig.press("enter")
        await rig.until(lambda: shown(rig) == [*FOLDED[:-1], "▾ Archived (1)", "stored"])
        await rig.press("G")
        assert cursor(rig) == "stored"
        await rig.press("h")
        assert cursor(rig) == "Archived (1)"
        await rig.press("h")
        assert shown(rig) == FOLDED
        await rig.pilot.click("#sidebar", offset=(4, 4))
        await rig.until(lambda: shown(rig)[-1] == "stored")
        # A heading that only says something is no row.
        await rig.pilot.click("#sidebar", offset=(4, 0))
        await rig.settle()
        assert (rig.open_id, cursor(rig)) == (None, "Archived (1)")
        await rig.press("d")
        await rig.until(lambda: "no session under the cursor" in rig.text())

    keep_family()
    play(scenario, data_dir)


def test_the_open_session_is_seen_wherever_it_is_folded_away(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        assert shown(rig) == [*FOLDED[:-1], "▸ Archived (1)", "stored"]
        await rig.press("ctrl+s", "h", "h")
        assert "stored" in shown(rig)
        await rig.press("ctrl+n")
        await rig.until(lambda: shown(rig) == FOLDED)

    play(scenario, data_dir, resume=keep_family()["stored"])


def test_the_order_is_turned_and_remembered(data_dir: Path) -> None:
    by_project = ["north", "alpha", "omega", "south", "▸4 root", "▸ Archived (1)"]

    async def scenario(rig: Rig) -> None:
        await rig.press("ctrl+s", "G", "k")
        assert cursor(rig) == "omega"
        await rig.press("o")
        await rig.until(lambda: shown(rig) == by_project)
        assert cursor(rig) == "omega"
        await rig.press("j")
        assert cursor(rig) == "root"
        kept = data_dir / "state" / "memory.json"
        await rig.until(lambda: json.loads(kept.read_text())["order"] == "project")
        await rig.press("o")
        await rig.until(lambda: shown(rig) == FOLDED)
        await rig.press("o")

    async def next_time(rig: Rig) -> None:
        assert shown(rig) == by_project

    keep_family()
    play(scenario, data_dir)
    from oats_tui.ui.memory import load_memory

    play(next_time, data_dir, memory=load_memory(data_dir / "state" / "memory.json"))


@pytest.mark.parametrize("keys", [("ctrl+s", "G", "k", "p"), ("ctrl+x", "p")])
def test_a_session_is_pinned_and_unpinned(data_dir: Path, keys: tuple[str, ...]) -> None:
    pinned = ["Pinned", "omega", "January", "alpha", "▸4 root", "▸ Archived (1)"]

    async def scenario(rig: Rig) -> None:
        await rig.press(*keys)
        await rig.until(lambda: shown(rig) == pinned)
        assert cursor(rig) == "omega"
        await rig.until((data_dir / "state" / "pins.json").exists)

    async def next_time(rig: Rig) -> None:
        assert shown(rig) == pinned
        await rig.press(*(("ctrl+s", "g", "p") if keys[0] == "ctrl+s" else keys))
        await rig.until(lambda: shown(rig) == FOLDED)

    omega = keep_family()["omega"]
    play(scenario, data_dir, resume=omega)
    play(next_time, data_dir, resume=omega)


def test_what_another_window_pins_is_pinned_here(data_dir: Path) -> None:
    from oats_tui.ui.pins import load_pins, pins_path, save_pins

    async def scenario(rig: Rig) -> None:
        path = pins_path(rig.start.memory_path)
        other = load_pins(path)
        other.turn([ids["omega"]])
        await save_pins(path, other)
        await rig.until(lambda: shown(rig)[:2] == ["Pinned", "omega"])

    ids = keep_family()
    play(scenario, data_dir)


def test_marks_are_shown_counted_and_taken_back(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        sidebar = rig.screen.sidebar
        await rig.press("ctrl+s", "space", "space")
        assert shown(rig)[1:4] == ["✓ alpha", "✓ ▸4 root", "omega"]
        assert sidebar.marked == [ids["alpha"], ids["root"]]
        assert cursor(rig) == "omega"
        assert "2 marked" in rig.text()
        assert subjects(rig.screen.desk) == sidebar.marked
        await rig.press("g", "space")
        assert sidebar.marked == [ids["root"]]
        await rig.press("G", "space")
        assert sidebar.marked == [ids["root"]]
        await rig.press("escape")
        assert (sidebar.marked, sidebar.has_focus) == ([], True)
        assert "marked" not in rig.text()
        assert shown(rig) == FOLDED
        await rig.press("escape")
        assert rig.screen.prompt.has_focus

    ids = keep_family()
    play(scenario, data_dir)


def test_the_marked_ones_are_deleted_with_one_question(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press("ctrl+s", "space", "G", "k", "space", "d")
        await rig.until(lambda: rig.top == "ConfirmScreen")
        assert "Move 2 sessions to the trash?" in rig.text()
        await rig.press("enter")
        await rig.until(lambda: shown(rig) == ["▸4 root", "▸ Archived (1)"] or "alpha" not in rig.text())
        await rig.until(lambda: rig.open_id == ids["root"])
        assert not rig.file(ids["alpha"]).exists()
        assert not rig.file(ids["omega"]).exists()
        assert rig.screen.sidebar.marked == []

    ids = keep_family()
    play(scenario, data_dir, resume=ids["alpha"])


def test_marks_are_for_those_who_are_in_the_list(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press("ctrl+s", "space", "escape")
        await rig.press("space")
        rig.screen.prompt.focus()
        await rig.until(lambda: rig.screen.prompt.has_focus)
        assert subjects(rig.screen.desk) == [ids["omega"]]

    ids = keep_family()
    play(scenario, data_dir, resume=ids["omega"])


def test_what_comes_while_the_list_has_the_focus_stands_where_it_belongs(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press("ctrl+s", "j")
        before = shown(rig)
        new = make("new", "u", age=2)
        new.info.project_dir = "/code/north"
        await foreign(new)
        await rig.until(lambda: "new" in shown(rig))
        assert shown(rig) == [*before[:3], "new", *before[3:]]
        assert cursor(rig) == "root"
        child = make("child 9", "u", age=-1)
        child.info.parent_session_id = ids["root"]
        await foreign(child)
        await rig.until(lambda: "▸5 root" in shown(rig))
        rig.file(ids["alpha"]).unlink()
        await bus.publish(Event("session.deleted", {"session_id": ids["alpha"]}, "watch"))
        await rig.until(lambda: "alpha" not in shown(rig))
        stored = await get_session_storage().get(ids["stored"])
        assert stored is not None
        stored.info.time.archived = None
        stored.info.time.updated += timedelta(seconds=1)
        await foreign(stored)
        await rig.until(lambda: "stored" in shown(rig))
        assert shown(rig) == ["January", "▸5 root", "new", "omega", "stored"]
        assert ARCHIVED not in [line.id for line in rig.screen.sidebar._rows.shown]

    ids = keep_family()
    play(scenario, data_dir)


@pytest.mark.parametrize("size", SIZES)
def test_the_list_can_be_worked_at_every_size(data_dir: Path, size: tuple[int, int]) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press("ctrl+s")
        await rig.until(lambda: rig.screen.sidebar.size.height > 0)
        await rig.press("G", "enter")
        await rig.until(lambda: shown(rig)[-1] == "stored")
        await rig.press("G", "space", "g", "slash")
        await rig.type("child")
        await rig.until(lambda: shown(rig) == [f"child {number}" for number in range(4)])
        assert "1 marked · 4 hidden" in rig.text() or "4 hidden: esc shows all" in rig.text()
        await rig.press("down", "enter")
        await rig.until(lambda: rig.open_id == ids["child 1"])

    ids = keep_family()
    play(scenario, data_dir, size)
