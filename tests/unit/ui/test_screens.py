from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from textual.widgets import OptionList

from oats_tui.provider.base import ProviderError
from oats_tui.ui.memory import load_memory
from tests.support.app import SIZES, Rig, play
from tests.unit.ui.sessions import keep, keep_three, make


@pytest.mark.parametrize("keys", [("ctrl+p",), ("ctrl+x", "space")])
def test_the_palette_finds_and_runs_a_command(data_dir: Path, keys: tuple[str, ...]) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press(*keys)
        await rig.until(lambda: rig.top == "Palette")
        await rig.type("session list on")
        await rig.until(lambda: "Session list on or off" in rig.text())
        await rig.until(lambda: rig.app.screen.query_one(OptionList).option_count == 1)
        await rig.press("enter", "enter")
        await rig.until(lambda: rig.top == "ChatScreen" and not rig.list_shown)

    play(scenario, data_dir)


@pytest.mark.parametrize("keys", [("f1",), ("ctrl+x", "question_mark"), ("tab", "question_mark")])
@pytest.mark.parametrize("size", SIZES)
def test_help_shows_every_key(data_dir: Path, keys: tuple[str, ...], size: tuple[int, int]) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press(*keys)
        await rig.until(lambda: rig.top == "HelpScreen")
        assert "Send the message" in rig.text()
        assert "esc: back" in rig.text()
        await rig.press("pagedown")
        await rig.until(lambda: "Send the message" not in rig.text() and "esc: back" in rig.text())
        await rig.press("escape")
        await rig.until(lambda: rig.top == "ChatScreen")

    play(scenario, data_dir, size)


def test_the_keys_behind_the_leader_are_shown_to_those_who_hesitate(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press("ctrl+x")
        assert rig.top == "LeaderScreen"
        assert "Rename the session" not in rig.text()
        await rig.until(lambda: "Rename the session" in rig.text())
        await rig.press("escape")
        await rig.until(lambda: rig.top == "ChatScreen")
        await rig.press("ctrl+x", "0")
        await rig.until(lambda: rig.top == "ChatScreen")
        assert rig.screen.prompt.text == ""

    play(scenario, data_dir)


def test_the_theme_is_chosen_and_kept(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        assert rig.app.theme == "textual-dark"
        await rig.say("/theme")
        await rig.until(lambda: rig.top == "Palette")
        await rig.type("nord")
        await rig.until(lambda: rig.app.screen.query_one(OptionList).option_count == 1)
        await rig.press("enter", "enter")
        await rig.until(lambda: rig.app.theme == "nord")
        assert rig.memory.theme == "nord"

    play(scenario, data_dir)


def test_what_is_remembered_is_there_at_the_next_start(data_dir: Path) -> None:
    async def first(rig: Rig) -> None:
        rig.app.theme = "nord"
        await rig.press("ctrl+x", "b")
        await rig.until(lambda: not rig.list_shown)
        await rig.type("begun")
        await rig.press("ctrl+q")
        await rig.until(lambda: rig.app._exit)

    async def second(rig: Rig) -> None:
        assert rig.app.theme == "nord"
        assert not rig.list_shown
        await rig.until(lambda: rig.screen.prompt.text == "begun")

    play(first, data_dir)
    memory = load_memory(data_dir / "state" / "memory.json")
    assert (memory.theme, memory.sidebar, memory.draft(None)) == ("nord", False, "begun")
    play(second, data_dir, memory=memory)


def test_a_draft_is_on_disk_soon_after_it_was_typed(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.type("begun")
        await rig.until(lambda: load_memory(rig.start.memory_path).draft(None) == "begun")

    play(scenario, data_dir)


def test_the_model_is_chosen_from_a_list_or_by_name(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press("ctrl+x", "m")
        await rig.until(lambda: rig.top == "ModelsScreen")
        assert rig.app.screen.query_one(OptionList).highlighted == 0
        await rig.press("down", "enter")
        await rig.until(lambda: rig.screen.status.status.model == "test/other")
        await rig.ask("who?", "me")
        assert rig.provider.models == ["other"]
        await rig.say("/model test/echo")
        await rig.until(lambda: rig.screen.status.status.model == "test/echo")
        await rig.say("/model test/none")
        await rig.until(lambda: rig.app._notifications)
        assert rig.screen.status.status.model == "test/echo"
        await rig.press("ctrl+x", "m", "escape")
        await rig.until(lambda: rig.top == "ChatScreen")
        assert rig.screen.status.status.model == "test/echo"

    play(scenario, data_dir)


@pytest.mark.parametrize(("word", "top"), [("/help", "HelpScreen"), ("/model", "ModelsScreen")])
def test_commands_can_be_typed(data_dir: Path, word: str, top: str) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.say(word)
        await rig.until(lambda: rig.top == top)
        assert rig.screen.prompt.text == ""

    play(scenario, data_dir)


def test_a_text_that_only_looks_like_a_command_is_sent(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.ask("/etc/hosts is what?", "a file")
        assert rig.provider.requests[0][0]["content"] == "/etc/hosts is what?"

    play(scenario, data_dir)


def test_slash_new_retry_and_quit(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.ask("question", "first")
        rig.provider.will("second")
        await rig.say("/retry")
        await rig.until(lambda: "  second" in rig.shown)
        await rig.say("/new")
        await rig.until(lambda: rig.open_id is None)
        await rig.say("/quit")
        await rig.until(lambda: rig.app._exit)

    play(scenario, data_dir)


def test_on_a_narrow_terminal_the_list_takes_the_place_for_a_while(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        assert rig.screen.sidebar.size.width == 0
        await rig.press("ctrl+s", "j")
        await rig.until(lambda: rig.screen.sidebar.size.width == 40)
        assert "two" in rig.text()
        await rig.press("enter")
        await rig.until(lambda: rig.open_id == ids[1] and "  a two" in rig.shown)
        assert not rig.list_shown
        assert rig.app.focused is rig.screen.prompt
        await rig.press("ctrl+s")
        await rig.until(lambda: rig.list_shown)
        await rig.press("escape")
        await rig.until(lambda: not rig.list_shown)
        assert rig.app.focused is rig.screen.prompt
        assert rig.memory.sidebar

    ids = keep_three(data_dir)
    play(scenario, data_dir, (40, 12))


@pytest.mark.parametrize("size", [(29, 24), (80, 7), (10, 3)])
def test_a_terminal_that_is_too_small_says_so_and_recovers(data_dir: Path, size: tuple[int, int]) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.type("kept")
        await rig.pilot.resize_terminal(*size)
        await rig.until(lambda: "too" in rig.text())
        assert "kept" not in rig.text()
        await rig.pilot.resize_terminal(80, 24)
        await rig.until(lambda: "kept" in rig.text() and "too small" not in rig.text())
        rig.provider.will("fine")
        await rig.press("enter")
        await rig.until(lambda: "  fine" in rig.shown)

    play(scenario, data_dir)


def test_the_least_size_is_enough(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        assert "Ask anything" in rig.text()
        await rig.ask("hi", "yes")
        await rig.until(lambda: "  yes" in rig.text())

    play(scenario, data_dir, (30, 8))


def test_keys_of_the_configuration_are_taken(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: rig.app._notifications)
        assert any("nonsense" in each.message for each in rig.app._notifications)
        await rig.press("ctrl+o", "2")
        await rig.until(lambda: rig.open_id == ids[1])
        await rig.press("f5")
        await rig.until(lambda: rig.open_id is None)

    ids = keep_three(data_dir)
    keys = {"session.new": "f5", "nonsense": "f6"}
    play(scenario, data_dir, leader="ctrl+o", keys=keys, resume="last")


def test_notices_are_shown_at_the_start(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: rig.app._notifications)
        [notice] = rig.app._notifications
        assert "␛[31mred [bold]x" in f"{notice.title} {notice.message}"
        await rig.until(lambda: "␛[31mred [bold]x" in rig.text())

    play(scenario, data_dir, notices=("\x1b[31mred [bold]x",))


def test_tab_and_esc_go_to_the_messages_and_back(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        screen = rig.screen
        for keys, focused in (
            (["tab"], screen.transcript),
            (["escape"], screen.prompt),
            (["ctrl+x", "k"], screen.transcript),
            (["i"], screen.prompt),
            (["a", "tab"], screen.transcript),
            (["ctrl+s"], screen.sidebar),
            (["escape"], screen.prompt),
        ):
            await rig.press(*keys)
            await rig.until(lambda: rig.app.focused is focused)  # noqa: B023 - waited for here
        assert screen.prompt.text == "a"

    play(scenario, data_dir)


def test_the_problem_of_one_model_is_not_told_of_another(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: rig.said.startswith("It is out of reach."))
        await rig.say("/model test/other")
        await rig.until(lambda: rig.screen.status.status.model == "test/other")
        await rig.settle()
        assert "out of reach" not in rig.said

    problem = ProviderError("It is out of reach.", kind="connection")
    play(scenario, data_dir, preparation=problem)


def test_a_session_that_is_not_there_says_so(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: "deleted" in rig.said)

    keep(make("other", "u"))
    play(scenario, data_dir, resume="gone")


def test_keys_are_not_lost_when_the_list_has_no_room_any_more(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press("ctrl+s")
        await rig.until(lambda: rig.app.focused is rig.screen.sidebar)
        await rig.pilot.resize_terminal(40, 12)
        await rig.until(lambda: rig.screen.size.width == 40)
        await rig.settle()
        focused = rig.app.focused
        assert focused is not None
        assert focused.region.area > 0

    keep_three(data_dir)
    play(scenario, data_dir)


def test_the_status_bar_names_the_first_keys_of_where_one_is(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        for key, place, first in [
            ("ctrl+s", "list", "/ filter"),
            ("slash", "list", "enter open"),
            ("escape", "list", "/ filter"),
            ("escape", "", "ctrl+p commands"),
            ("tab", "messages", "/ find"),
            ("escape", "", "ctrl+p commands"),
        ]:
            await rig.press(key)
            await rig.until(partial(is_at, rig, place, first))

    keep_three(data_dir)
    play(scenario, data_dir)


def is_at(rig: Rig, place: str, first: str) -> bool:
    """Whether the focus is in a place, and the status bar names a key of it."""
    return rig.screen.desk.view.status.place == place and first in rig.screen.status.status.keys
