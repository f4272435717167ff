from __future__ import annotations

import os
from pathlib import Path

import pytest

from oats_tui.core.bus import Event, bus
from oats_tui.ui.widgets.sidebar import SIGNS
from tests.support.app import Rig, foreign, play
from tests.support.scripted_provider import Gate
from tests.unit.chat.hearing import read
from tests.unit.ui.sessions import keep, keep_three, make


def titles(rig: Rig) -> list[str]:
    """The titles in the list, from the top, without the headings of its groups."""
    return [line[2:].split("  ")[0].strip() for line in sessions_listed(rig)]


def sessions_listed(rig: Rig) -> list[str]:
    """The lines of the list that are sessions."""
    return [line for line in rig.listed if line and line[0] in SIGNS.values()]


def test_the_list_has_the_newest_on_top(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        assert titles(rig) == ["one", "two", "three"]
        assert rig.open_id is None

    keep_three(data_dir)
    play(scenario, data_dir)


def test_last_opens_the_newest(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id == ids[0])
        assert "  a one" in rig.shown

    ids = keep_three(data_dir)
    play(scenario, data_dir, resume="last")


def test_switching_by_key(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        for keys, number in (
            (["ctrl+pagedown"], 1),
            (["ctrl+pagedown"], 2),
            (["ctrl+pagedown"], 0),
            (["ctrl+pageup"], 2),
            (["ctrl+x", "2"], 1),
            (["ctrl+x", "ctrl+x"], 2),
            (["ctrl+x", "tab"], 1),
            (["ctrl+x", "right_square_bracket"], 2),
            (["ctrl+x", "left_square_bracket"], 1),
        ):
            await rig.press(*keys)
            await rig.until(lambda: rig.open_id == ids[number])  # noqa: B023 - waited for here
        assert "  a two" in rig.shown
        await rig.press("ctrl+x", "9")
        await rig.until(lambda: rig.app._notifications)
        assert rig.open_id == ids[1]

    ids = keep_three(data_dir)
    play(scenario, data_dir, resume=ids[0])


def test_each_session_keeps_its_draft(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        prompt = rig.screen.prompt
        for keys, draft in ((["ctrl+x", "2"], "for two"), (["ctrl+n"], "for new"), (["ctrl+x", "1"], "for one")):
            await rig.press(*keys)
            await rig.until(lambda: prompt.text == "")
            await rig.paste(draft)
        for keys, draft in ((["ctrl+x", "2"], "for two"), (["ctrl+n"], "for new"), (["ctrl+x", "1"], "for one")):
            await rig.press(*keys)
            await rig.until(lambda: prompt.text == draft)  # noqa: B023 - waited for here
        assert rig.memory.draft(ids[1]) == "for two"

    ids = keep_three(data_dir)
    play(scenario, data_dir, resume=ids[2])


def test_a_new_session_is_empty_until_something_is_said(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press("ctrl+n")
        await rig.until(lambda: rig.open_id is None)
        assert any("test/echo" in line for line in rig.shown)
        assert len(titles(rig)) == 3
        new = await rig.ask("a new question", "an answer")
        await rig.until(lambda: titles(rig) == ["a new question", "one", "two", "three"])
        assert new not in ids

    ids = keep_three(data_dir)
    play(scenario, data_dir, resume="last")


def test_rename_by_key_and_by_word(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press("ctrl+x", "r")
        await rig.until(lambda: rig.top == "AskScreen")
        await rig.press("end")
        await rig.type(" more")
        await rig.press("enter")
        await rig.until(lambda: titles(rig)[0] == "one more")
        await rig.say("/rename  Quite  another ")
        await rig.until(lambda: titles(rig)[0] == "Quite another")
        await rig.press("ctrl+x", "r")
        await rig.until(lambda: rig.top == "AskScreen")
        await rig.press("x", "escape")
        await rig.until(lambda: rig.top == "ChatScreen")
        assert (await read(ids[0])).title == "Quite  another"
        assert rig.provider.requests == []

    ids = keep_three(data_dir)
    play(scenario, data_dir, resume="last")


@pytest.mark.parametrize(("key", "gone"), [("enter", True), ("y", False), ("n", False), ("escape", False)])
def test_deleting_is_asked_about_first(data_dir: Path, key: str, gone: bool) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press("ctrl+x", "d")
        await rig.until(lambda: rig.top == "ConfirmScreen")
        assert "Move “one” to the trash?" in rig.text()
        await rig.press(key)
        await rig.settle()
        if gone:
            await rig.until(lambda: titles(rig) == ["two", "three"] and rig.open_id == ids[1])
            await rig.until(lambda: "  a two" in rig.shown)
        assert rig.file(ids[0]).exists() != gone

    ids = keep_three(data_dir)
    play(scenario, data_dir, resume="last")


def test_deleting_the_last_one_leaves_a_new_conversation(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.ask("only one", "yes")
        await rig.press("ctrl+x", "d")
        await rig.until(lambda: rig.top == "ConfirmScreen")
        await rig.press("enter")
        await rig.until(lambda: rig.open_id is None and titles(rig) == ["no sessions yet"])

    play(scenario, data_dir)


def test_in_the_list_the_keys_are_about_the_row_under_the_cursor(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press("ctrl+s", "j", "d")
        await rig.until(lambda: rig.top == "ConfirmScreen")
        assert "Move “two” to the trash?" in rig.text()
        await rig.press("enter")
        await rig.until(lambda: titles(rig) == ["one", "three"])
        assert rig.open_id == ids[0]

    ids = keep_three(data_dir)
    play(scenario, data_dir, resume="last")


def test_the_cursor_stays_on_its_session_while_the_list_changes(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press("ctrl+s", "G")
        row = rig.screen.sidebar.cursor_row
        assert row is not None
        assert row.id == ids[2]
        await foreign(make("zero", "u", age=-1))
        await rig.until(lambda: titles(rig) == ["zero", "one", "two", "three"])
        row = rig.screen.sidebar.cursor_row
        assert row is not None
        assert row.id == ids[2]
        await rig.press("enter")
        await rig.until(lambda: rig.open_id == ids[2])
        assert rig.app.focused is rig.screen.prompt

    ids = keep_three(data_dir)
    play(scenario, data_dir)


def test_a_click_opens_a_session(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.pilot.click("#sidebar", offset=(4, 1))
        await rig.until(lambda: rig.open_id == ids[1])
        await rig.pilot.click("#sidebar", offset=(4, 20))
        await rig.settle()
        assert rig.open_id == ids[1]

    ids = keep_three(data_dir)
    play(scenario, data_dir)


def test_what_another_program_does_is_shown(data_dir: Path) -> None:
    session = make("theirs", "their question", age=-2)

    async def scenario(rig: Rig) -> None:
        await foreign(session)
        await rig.until(lambda: titles(rig)[0] == "theirs")
        await rig.press("ctrl+x", "1")
        await rig.until(lambda: "▎ their question" in rig.shown)
        session.create_assistant_message().add_text("their answer")
        session.info.title = "renamed"
        await foreign(session)
        await rig.until(lambda: "  their answer" in rig.shown and titles(rig)[0] == "renamed")
        rig.file(session.id).unlink()
        await bus.publish(Event("session.deleted", {"session_id": session.id}, "watch"))
        await rig.until(lambda: "renamed" not in titles(rig))
        assert "deleted" in rig.said
        assert "  their answer" in rig.shown

    keep_three(data_dir)
    play(scenario, data_dir)


def test_a_damaged_session_is_marked_and_says_why(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        assert any(line.startswith("✗ broken") for line in rig.listed)
        await rig.press("ctrl+pagedown")
        await rig.until(lambda: rig.open_id == "broken")
        assert any("Its file is left as it is" in line for line in rig.shown)
        await rig.say("hello?")
        await rig.until(lambda: rig.app._notifications)
        assert rig.screen.prompt.text == "hello?"
        assert rig.file("broken").read_bytes() == b"{"

    [_, _, third] = keep_three(data_dir)
    path = data_dir / "sessions" / "broken.json"
    path.write_bytes(b"{")
    os.utime(path, (0, 0))
    play(scenario, data_dir, resume=third)


def test_an_answer_goes_on_while_another_session_is_open(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        gate = Gate()
        rig.provider.will("first half", gate, " second half")
        await rig.say("question")
        await gate.reached.wait()
        await rig.until(lambda: sessions_listed(rig)[0].startswith("● question"))
        await rig.press("ctrl+x", "2")
        await rig.until(lambda: "  a one" in rig.shown)
        gate.open()
        await rig.until(lambda: not sessions_listed(rig)[0].startswith("●"))
        assert "  a one" in rig.shown
        await rig.press("ctrl+x", "1")
        await rig.until(lambda: "  first half second half" in rig.shown)

    keep_three(data_dir)
    play(scenario, data_dir)


def test_a_hostile_title_is_only_text(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        assert titles(rig)[0] == "␛]0;x␇ [bold]y"
        await rig.press("ctrl+x", "d")
        await rig.until(lambda: rig.top == "ConfirmScreen")
        assert "␛]0;x␇ [bold]y" in rig.text()
        assert not set(rig.text()) & {"\x1b", "\x07"}

    keep(make("\x1b]0;x\x07\n[bold]y", "u"))
    play(scenario, data_dir, resume="last")
