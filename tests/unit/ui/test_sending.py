from __future__ import annotations

from pathlib import Path

import pytest

from oats_tui.provider.base import ProviderError, ToolCall
from tests.support.app import SIZES, Rig, play
from tests.support.scripted_provider import Gate
from tests.unit.chat.hearing import texts


@pytest.mark.parametrize("size", SIZES)
def test_a_message_is_typed_sent_and_answered(data_dir: Path, size: tuple[int, int]) -> None:
    async def scenario(rig: Rig) -> None:
        gate = Gate()
        rig.provider.will("Hello ", gate, "*world*")
        await rig.type("good day")
        assert rig.screen.prompt.text == "good day"
        await rig.press("enter")
        await gate.reached.wait()
        await rig.until(lambda: "  Hello" in rig.shown)
        await rig.until(lambda: rig.said == "answering")
        assert rig.screen.prompt.text == ""
        assert "▎ good day" in rig.shown
        gate.open()
        await rig.until(lambda: "  Hello world" in rig.shown and rig.said == "ready")
        assert rig.open_id is not None
        assert await texts(rig.open_id) == ["good day", "Hello *world*"]
        assert all(line in rig.text() for line in ("▎ good day", "  Hello world", " ready"))

    play(scenario, data_dir, size)


def test_the_model_is_warmed_up_once_with_the_first_letter(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        assert rig.provider.warmed == []
        await rig.type("ab")
        await rig.until(lambda: rig.provider.warmed == ["echo"])
        await rig.ask("x", "y")
        await rig.type("z")
        assert rig.provider.warmed == ["echo"]

    play(scenario, data_dir)


def test_esc_stops_the_answer_and_keeps_its_text(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        gate = Gate()
        rig.provider.will("half of", gate, " it")
        await rig.say("question")
        await gate.reached.wait()
        await rig.until(lambda: "  half of" in rig.shown)
        await rig.press("escape")
        await rig.until(lambda: rig.said == "stopped")
        assert "  half of" in rig.shown
        assert any("■ Stopped." in line for line in rig.shown)

    play(scenario, data_dir)


def test_ctrl_c_stops_the_answer_and_twice_it_quits(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        gate = Gate()
        rig.provider.will("half", gate)
        await rig.say("question")
        await gate.reached.wait()
        await rig.press("ctrl+c")
        await rig.until(lambda: rig.said == "stopped")
        assert rig.app.is_running
        await rig.press("ctrl+c", "ctrl+c")
        await rig.until(lambda: rig.app._exit)

    play(scenario, data_dir)


def test_ctrl_c_clears_the_input_and_what_was_there_can_be_had_back(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.type("not this")
        await rig.press("ctrl+c")
        assert rig.screen.prompt.text == ""
        assert not rig.app._exit
        await rig.press("up")
        assert rig.screen.prompt.text == "not this"

    play(scenario, data_dir)


def test_what_is_typed_between_two_ctrl_c_keeps_the_program_open(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.type("one")
        await rig.press("ctrl+c")
        await rig.until(lambda: rig.said.startswith("ctrl+c again quits"))
        await rig.type("two")
        await rig.press("ctrl+c")
        assert rig.screen.prompt.text == ""
        assert not rig.app._exit
        await rig.press("ctrl+c")
        await rig.until(lambda: rig.app._exit)

    play(scenario, data_dir)


def test_what_was_said_does_not_hide_that_the_answer_was_stopped(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        gate = Gate()
        rig.provider.will("half of", gate)
        await rig.say("question")
        await gate.reached.wait()
        rig.screen.desk.view.status.say("copied", 60)
        await rig.until(lambda: rig.said == "copied")
        await rig.press("escape")
        await rig.until(lambda: rig.said == "stopped")

    play(scenario, data_dir)


def test_ctrl_c_on_an_empty_input_says_what_a_second_one_does(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press("ctrl+c")
        await rig.until(lambda: rig.said == "ctrl+c again quits")
        assert not rig.app._exit

    play(scenario, data_dir)


@pytest.mark.parametrize("keys", [("ctrl+q",), ("ctrl+d",)])
def test_other_ways_to_quit(data_dir: Path, keys: tuple[str, ...]) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press(*keys)
        await rig.until(lambda: rig.app._exit)

    play(scenario, data_dir)


def test_up_and_down_walk_through_what_was_sent_and_back_to_the_draft(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        for text in ("first", "second"):
            await rig.ask(text, "yes")
        prompt = rig.screen.prompt
        await rig.type("draft")
        seen = []
        for key in ("up", "up", "up", "down", "down", "down"):
            await rig.press(key)
            seen.append(prompt.text)
        assert seen == ["second", "first", "first", "second", "draft", "draft"]

    play(scenario, data_dir)


def test_up_within_a_text_of_many_lines_moves_the_cursor_first(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.ask("sent", "yes")
        await rig.paste("one\ntwo")
        await rig.press("up")
        assert rig.screen.prompt.text == "one\ntwo"
        await rig.press("up")
        assert rig.screen.prompt.text == "sent"
        await rig.press("down")
        assert rig.screen.prompt.text == "one\ntwo"

    play(scenario, data_dir)


def test_a_new_line_is_made_by_ctrl_j_or_a_backslash(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press("a", "ctrl+j", "b", "backslash", "enter", "c", "shift+enter", "d", "alt+enter", "e")
        assert rig.screen.prompt.text == "a\nb\nc\nd\ne"
        rig.provider.will("fine")
        await rig.press("enter")
        await rig.until(lambda: rig.provider.requests)
        assert rig.provider.requests[0][0]["content"] == "a\nb\nc\nd\ne"

    play(scenario, data_dir)


@pytest.mark.parametrize("text", ["", "  \n "])
def test_nothing_is_not_sent(data_dir: Path, text: str) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.say(text)
        await rig.settle()
        assert rig.open_id is None
        assert rig.screen.prompt.text == text

    play(scenario, data_dir)


@pytest.mark.parametrize("size", SIZES)
def test_the_input_grows_with_its_text_up_to_a_third(data_dir: Path, size: tuple[int, int]) -> None:
    async def scenario(rig: Rig) -> None:
        prompt, third = rig.screen.prompt, size[1] // 3
        await rig.until(lambda: prompt.size.height == 1)
        await rig.paste("a\nb")
        await rig.until(lambda: prompt.size.height == 2)
        await rig.paste("\nline" * 40)
        await rig.until(lambda: third - 1 <= prompt.size.height <= third + 1)
        assert rig.screen.transcript.size.height >= third
        await rig.press("ctrl+c")
        await rig.until(lambda: prompt.size.height == 1)

    play(scenario, data_dir, size)


def test_what_is_pasted_is_text_and_nothing_is_obeyed(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.paste("a\x1b]0;evil\x07\r\nb\u202ec")
        assert rig.screen.prompt.text == "a␛]0;evil␇\nb⟨RLO⟩c"
        assert not set(rig.text()) & {"\x1b", "\x07", "\u202e"}

    play(scenario, data_dir)


def test_a_failure_says_why_and_can_be_asked_again(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.ask("question", ProviderError("No key.", hint="Set one.", kind="auth"))
        await rig.until(lambda: rig.said == "failed")
        assert any("✗ No key. Set one." in line for line in rig.shown)
        assert any(line.startswith("!") for line in rig.listed)
        rig.provider.will("answer")
        await rig.press("ctrl+x", "R")
        await rig.until(lambda: "  answer" in rig.shown and rig.said == "ready")
        assert not any("No key" in line for line in rig.shown)
        assert not any(line.startswith("!") for line in rig.listed)

    play(scenario, data_dir)


def test_without_a_model_the_first_screen_says_how_to_get_one(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        assert any("pip install" in line for line in rig.shown)
        assert rig.said == "no model configured"
        await rig.say("hello")
        await rig.until(lambda: rig.said == "failed")
        assert "▎ hello" in rig.shown
        assert any("✗ No model" in line for line in rig.shown)

    play(scenario, data_dir, configured=False)


def test_what_cannot_be_saved_stays_in_the_input(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.say("precious")
        await rig.until(lambda: rig.app._notifications)
        assert rig.screen.prompt.text == "precious"
        assert not rig.screen.prompt.read_only
        assert rig.provider.requests == []

    data_dir.mkdir()
    (data_dir / "oats_tui").mkdir()
    (data_dir / "sessions").symlink_to(data_dir / "missing" / "too")
    play(scenario, data_dir)


def test_a_message_behind_a_running_answer_is_counted(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        gate = Gate()
        rig.provider.will("a1", gate)
        rig.provider.will("a2")
        await rig.say("u1")
        await gate.reached.wait()
        await rig.until(lambda: rig.open_id)
        await rig.say("u2")
        await rig.until(lambda: "1 waiting" in rig.said)
        gate.open()
        await rig.until(lambda: "  a2" in rig.shown and rig.said == "ready")
        order = [line.strip(" ▎") for line in rig.shown if line.strip(" ▎") in {"u1", "a1", "u2", "a2"}]
        assert order == ["u1", "a1", "u2", "a2"]

    play(scenario, data_dir)


def test_tools_are_folded_until_they_are_asked_for(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.ask("read it", "See:", ToolCall("c1", "read", {"path": "x.py"}))
        await rig.until(lambda: any("▸ read" in line for line in rig.shown))
        await rig.press("ctrl+x", "t")
        await rig.until(lambda: any("▾ read" in line for line in rig.shown))
        await rig.press("tab", "enter")
        await rig.until(lambda: any("▸ read" in line for line in rig.shown))

    play(scenario, data_dir)
