"""Keys that come all at once do what they would have done one by one."""

from __future__ import annotations

import random
from pathlib import Path

from textual.events import Key

from tests.support.app import Rig, play
from tests.unit.ui.sessions import keep, make

EDITS = ("a", "b", "space", "backspace", "left", "right", "home", "end", "delete", "ctrl+j", "ctrl+w")
LAST = "Z"


def at_once(rig: Rig, *keys: str) -> None:
    """Press keys in one piece."""
    for key in keys:
        rig.app.post_message(Key(key, {"space": " "}.get(key, key if len(key) == 1 else None)))


def test_edits_in_one_piece_are_those_made_one_by_one(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        prompt, choice = rig.screen.prompt, random.Random(20)
        for _ in range(8):
            keys = [*choice.choices(EDITS, k=choice.randint(2, 12)), LAST]
            prompt.put("one two\nthree")
            await rig.press(*keys)
            one_by_one = prompt.text
            prompt.put("one two\nthree")
            at_once(rig, *keys)
            await rig.until(lambda: LAST in prompt.text)
            assert prompt.text == one_by_one, keys

    play(scenario, data_dir)


def test_what_is_typed_behind_the_leader_s_command_goes_where_the_command_leads(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: any("the end" in line for line in rig.shown))
        at_once(rig, "ctrl+x", "n", *"words")
        await rig.until(lambda: rig.screen.prompt.text == "words")
        assert rig.open_id is None, "they stand in the new conversation"

    play(scenario, data_dir, resume=keep(make("one", "how?", "the end")))


def test_what_is_typed_behind_a_question_answers_it(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: any("the end" in line for line in rig.shown))
        at_once(rig, "ctrl+x", "r", *"Title", "enter", *"then")
        await rig.until(lambda: rig.screen.prompt.text == "then")
        await rig.until(lambda: any("Title" in line for line in rig.listed))

    play(scenario, data_dir, resume=keep(make("one", "how?", "the end")))


def test_keys_behind_enter_in_the_find_line_go_to_the_messages(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: any("needle three" in line for line in rig.shown))
        at_once(rig, "tab", "slash", *"needle", "enter", "n", "y")
        await rig.until(lambda: rig.app.clipboard)
        assert rig.screen.prompt.text == ""

    play(scenario, data_dir, resume=keep(make("one", "needle one", "needle two", "needle three")))


def test_keys_behind_one_that_closes_a_screen_go_to_the_one_below(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        at_once(rig, "f1", "escape", *"ab", "backspace", "c")
        await rig.until(lambda: rig.screen.prompt.text == "ac")
        assert rig.top == "ChatScreen"

    play(scenario, data_dir)


def test_a_command_that_takes_long_holds_typing_back_for_a_moment_only(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        rig.app._keys.patience = 0.05
        rig.screen.runner._quiet.clear()
        at_once(rig, "a")
        await rig.until(lambda: rig.screen.prompt.text == "a")
        at_once(rig, *"bcd")
        await rig.until(lambda: rig.screen.prompt.text == "abcd")
        rig.screen.runner._quiet.set()
        await rig.until(lambda: rig.app._keys.is_idle)
        at_once(rig, "e", "backspace", "f")
        await rig.until(lambda: rig.screen.prompt.text == "abcdf")

    play(scenario, data_dir)
