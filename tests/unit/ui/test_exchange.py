"""Sessions taken out and in from the keyboard."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest
from textual.widgets import Input

from oats_tui.chat.ledger import Folder
from oats_tui.exchange.report import Imported, Report, Skipped
from oats_tui.ui.actions.exchange import file_name, told
from oats_tui.ui.screens.ask import AskScreen
from oats_tui.ui.screens.choose import ChooseScreen
from oats_tui.ui.screens.confirm import ConfirmScreen
from tests.support.app import SIZES, Rig, play
from tests.unit.ui.sessions import keep, make


def only(folder: Path, pattern: str) -> str:
    """What is in the one file whose name fits."""
    (path,) = folder.glob(pattern)
    return path.read_text()


def said(rig: Rig) -> list[str]:
    """What notices say, titles and sentences."""
    return [f"{note.title} {note.message}" for note in rig.app._notifications]


def found(folder: Path, pattern: str) -> list[Path]:
    """The files whose names fit."""
    return list(folder.glob(pattern))


def export(data_dir: Path, folder: Path, scenario: Callable[[Rig], Awaitable[None]]) -> None:
    """Play with a session open, in a folder."""
    keep(make("A / title", "q1", "a1"))
    play(scenario, data_dir, resume="last", folder=Folder(folder, folder))


async def told_that(rig: Rig, words: str) -> None:
    """Wait until something is told."""
    await rig.until(lambda: any(words in note for note in said(rig)))


def test_a_session_is_exported_to_a_file_of_a_name_that_is_asked_for(data_dir: Path, tmp_path: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id)
        await rig.say("/export")
        await rig.until(lambda: isinstance(rig.app.screen, ChooseScreen))
        await rig.press("down", "enter")
        await rig.until(lambda: isinstance(rig.app.screen, AskScreen))
        assert rig.app.screen.query_one(Input).value == "A-title.html"
        await rig.press("enter")
        await told_that(rig, f"Exported {tmp_path / 'A-title.html'}")
        assert "<html" in (tmp_path / "A-title.html").read_text()

    export(data_dir, tmp_path, scenario)


@pytest.mark.parametrize(("downs", "begin"), [(3, "# A / title"), (4, "<!DOCTYPE html>"), (5, "{")])
def test_a_session_is_exported_to_the_clipboard(data_dir: Path, tmp_path: Path, downs: int, begin: str) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id)
        await rig.say("/export")
        await rig.until(lambda: isinstance(rig.app.screen, ChooseScreen))
        await rig.press(*["down"] * downs, "enter")
        await rig.until(lambda: "q1" in rig.app._clipboard)
        assert rig.app._clipboard.startswith(begin)

    export(data_dir, tmp_path, scenario)


@pytest.mark.parametrize("size", [*SIZES, (40, 16)])
def test_the_choice_tells_its_keys_on_every_terminal(
    data_dir: Path, tmp_path: Path, size: tuple[int, int]
) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id)
        await rig.say("/export")
        await rig.until(lambda: isinstance(rig.app.screen, ChooseScreen))
        await rig.settle()
        assert "enter: export" in rig.text()
        await rig.press("G")
        await rig.until(lambda: "JSON, to the clipboard" in rig.text())

    keep(make("A / title", "q1", "a1"))
    play(scenario, data_dir, resume="last", folder=Folder(tmp_path, tmp_path), size=size)


def test_what_is_typed_behind_the_command_says_it_all(data_dir: Path, tmp_path: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id)
        for words, name in (
            ("md", "A-title-*.md"),
            ("HTML my talk.htm", "my talk.htm"),
            ("talk.json", "talk.json"),
            (f"json {folder}", "folder/A-title.json"),
        ):
            await rig.say(f"/export {words}")
            await rig.until(partial(found, tmp_path, name))
            assert "q1" in only(tmp_path, name)
        await rig.say("/export json copy")
        await rig.until(lambda: rig.app._clipboard.startswith("{"))
        await rig.say("/export copy")
        await rig.until(lambda: rig.app._clipboard.startswith("# A"))

    folder = tmp_path / "folder"
    folder.mkdir()
    export(data_dir, tmp_path, scenario)


def test_what_is_no_export_is_told(data_dir: Path, tmp_path: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id)
        await rig.say("/export pdf")
        await told_that(rig, "There is no such export: pdf.")
        await rig.say("/export md nowhere/there.md")
        await told_that(rig, "There is no such folder.")
        await rig.say("/export")
        await rig.until(lambda: isinstance(rig.app.screen, ChooseScreen))
        await rig.press("enter")
        await rig.until(lambda: isinstance(rig.app.screen, AskScreen))
        await rig.press("escape")
        await rig.until(lambda: rig.app.screen is rig.screen)

    export(data_dir, tmp_path, scenario)
    assert not list(tmp_path.glob("*.md"))


def test_a_file_that_is_there_gives_way_only_where_that_is_wanted(data_dir: Path, tmp_path: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id)
        await rig.say("/export there.md")
        await rig.until(lambda: isinstance(rig.app.screen, ConfirmScreen))
        await rig.press("n")
        await rig.until(lambda: rig.app.screen is rig.screen)
        await rig.say("/export there.md")
        await rig.until(lambda: isinstance(rig.app.screen, ConfirmScreen))
        assert there.read_text() == "mine"
        await rig.press("enter")
        await told_that(rig, "Exported")
        assert there.read_text().startswith("# A / title")

    there = tmp_path / "there.md"
    there.write_text("mine")
    export(data_dir, tmp_path, scenario)


def test_a_file_is_imported_and_opened(data_dir: Path, tmp_path: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.say("/import")
        await rig.until(lambda: isinstance(rig.app.screen, AskScreen))
        rig.app.screen.query_one(Input).value = "there.json"
        await rig.press("enter")
        await rig.until(lambda: rig.open_id is not None)
        assert "from elsewhere" in "\n".join(rig.shown)
        assert any("1 session came in" in note for note in said(rig))
        await rig.say("/import there.json")
        await rig.until(lambda: any("1 was here already" in note for note in said(rig)))
        await rig.say("/import gone.json")
        await rig.until(lambda: len(said(rig)) == 3)

    session = make("Other", "from elsewhere", "a1")
    (tmp_path / "there.json").write_text(json.dumps(json.loads(session.model_dump_json())))
    play(scenario, data_dir, folder=Folder(tmp_path, tmp_path))


def test_what_an_import_came_to_in_words() -> None:
    report = Report(
        "ChatGPT", [Imported("a", "A", 2), Imported("b", "B", 1)], 1, [Skipped("x\x1b", "it is broken")]
    )
    title, words = told(report)
    assert title == "Imported"
    assert words.startswith("2 sessions came in, 1 was here already, 1 was skipped\n")
    assert "\x1b" not in words
    assert told(Report()) == ("Nothing new", "It is empty.")
    many = told(Report("x", [], 0, [Skipped(str(number), "why") for number in range(9)]))[1]
    assert many.count("\n") == 6


@pytest.mark.parametrize(
    ("title", "name"),
    [("A / b: c", "A-b-c"), ("../../etc", "etc"), ("", "session"), ("\x1b[31m", "31m"), ("é漢 x", "é漢-x")],
)
def test_file_names_come_from_titles(title: str, name: str) -> None:
    assert file_name(title) == name


def test_export_and_import_wait_for_nobody(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.say("/import")
        await rig.until(lambda: isinstance(rig.app.screen, AskScreen))
        await rig.press("escape")
        await rig.until(lambda: rig.app.screen is rig.screen)
        await asyncio.sleep(0)
        assert said(rig) == []

    play(scenario, data_dir)
