"""The keys of the message pane, on the whole screen."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.events import Key

from oats_tui.session.message import Message
from oats_tui.session.session import Session
from tests.support.app import Rig, play
from tests.unit.ui.sessions import keep, make

CODE = "Two ways:\n\n```python\nprint(1)\n```\n\nor\n\n```sh\necho 2\n```\n"
LINKS = "See [the docs](https://example.org/docs) or <https://example.com/x>."


def with_tools() -> Session:
    """A session in which a tool was called."""
    session = make("tools", "list the files", "placeholder")
    answer = session.messages[-1]
    answer.parts.clear()
    answer.add_tool_call("c1", "bash", {"command": "ls -la"})
    answer.add_tool_result("c1", "bash", "List files", "\n".join(f"file-{number}" for number in range(20)))
    answer.add_text("There are twenty.")
    return session


def copied(rig: Rig) -> str:
    """What was sent to the clipboard."""
    return rig.app.clipboard


async def ready(rig: Rig, words: str) -> None:
    """Wait for a conversation and go to its messages."""
    await rig.until(lambda: any(words in line for line in rig.shown))
    await rig.press("tab")
    await rig.until(lambda: rig.screen.transcript.has_focus)


def test_a_message_is_copied_as_it_was_written(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await ready(rig, "Two ways")
        await rig.press("y")
        await rig.until(lambda: copied(rig) == CODE.strip() or copied(rig) == CODE)
        assert "characters sent to the terminal's clipboard" in rig.said
        await rig.press("k", "y")
        await rig.until(lambda: copied(rig) == "how?")

    play(scenario, data_dir, resume=keep(make("code", "how?", CODE)))


def test_a_code_block_is_copied_by_its_number(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await ready(rig, "Two ways")
        await rig.press("c", "2")
        await rig.until(lambda: copied(rig).strip() == "echo 2")
        await rig.press("c", "1")
        await rig.until(lambda: copied(rig).strip() == "print(1)")
        await rig.press("c", "x")
        await rig.settle()
        assert copied(rig).strip() == "print(1)"
        await rig.press("escape", "ctrl+x", "c", "2")
        await rig.until(lambda: copied(rig).strip() == "echo 2")

    play(scenario, data_dir, resume=keep(make("code", "how?", CODE)))


def test_the_address_of_a_link_is_chosen_and_copied(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await ready(rig, "See the docs")
        await rig.press("l")
        await rig.until(lambda: rig.app.screen is not rig.screen)
        await rig.press("j", "enter")
        await rig.until(lambda: copied(rig) == "https://example.com/x")
        await rig.until(lambda: rig.app.screen is rig.screen)
        await rig.press("l", "enter")
        await rig.until(lambda: copied(rig) == "https://example.org/docs")

    play(scenario, data_dir, resume=keep(make("links", "where?", LINKS)))


@pytest.mark.parametrize(("key", "words"), [("c", "no code block"), ("l", "no link"), ("o", "no picture")])
def test_what_a_message_does_not_hold_is_said(data_dir: Path, key: str, words: str) -> None:
    async def scenario(rig: Rig) -> None:
        await ready(rig, "plain")
        await rig.press(key)
        await rig.until(lambda: any(words in str(each.title or each.message) for each in rig.app._notifications))

    play(scenario, data_dir, resume=keep(make("plain", "question", "plain words")))


def test_a_tool_call_is_unfolded_by_key_and_by_leader(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await ready(rig, "There are twenty.")
        assert not any("file-19" in line for line in rig.shown)
        await rig.press("J", "enter")
        await rig.until(lambda: any("file-19" in line for line in rig.shown))
        await rig.press("space")
        await rig.until(lambda: not any("file-19" in line for line in rig.shown))
        await rig.press("escape", "ctrl+x", "t")
        await rig.until(lambda: any("file-19" in line for line in rig.shown))

    play(scenario, data_dir, resume=keep(with_tools()))


def test_text_is_selected_and_copied(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await ready(rig, "one two three")
        await rig.press("v", "down", "v", "right", "right", "y")
        await rig.until(lambda: copied(rig) == "one")
        assert rig.screen.transcript.reading.selection is None
        await rig.press("v", "escape")
        await rig.until(lambda: rig.screen.transcript.reading.selection is None)
        assert rig.screen.transcript.has_focus

    play(scenario, data_dir, resume=keep(make("words", "question", "one two three")))


def test_text_is_selected_with_the_mouse_and_copied_by_ctrl_c(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await ready(rig, "one two three")
        y = next(number for number, line in enumerate(rig.shown) if "one two three" in line)
        await rig.pilot.mouse_down(rig.screen.transcript, offset=(2, y))
        await rig.pilot.hover(rig.screen.transcript, offset=(8, y))
        await rig.pilot.mouse_up(rig.screen.transcript, offset=(8, y))
        await rig.press("ctrl+c")
        await rig.until(lambda: copied(rig) == "one two")

    play(scenario, data_dir, resume=keep(make("words", "question", "one two three")))


def test_a_click_unfolds_a_tool_call(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await ready(rig, "There are twenty.")
        y = next(number for number, line in enumerate(rig.shown) if "bash" in line)
        await rig.pilot.click(rig.screen.transcript, offset=(4, y))
        await rig.until(lambda: any("file-19" in line for line in rig.shown))

    play(scenario, data_dir, resume=keep(with_tools()))


def test_words_are_found_and_gone_through(data_dir: Path) -> None:
    texts = [f"needle {number}" if number % 6 == 0 else f"hay {number}" for number in range(40)]

    async def scenario(rig: Rig) -> None:
        await ready(rig, "hay 39")
        await rig.press("slash", *"needle")
        await rig.until(lambda: any("needle 36" in line for line in rig.shown))
        await rig.until(lambda: "message 7 of 7" in rig.text())
        await rig.press("enter", "N")
        await rig.until(lambda: "message 6 of 7" in rig.text())
        await rig.until(lambda: any("needle 30" in line for line in rig.shown))
        await rig.press("n", "n")
        await rig.until(lambda: "message 1 of 7" in rig.text())
        await rig.press("escape")
        await rig.until(lambda: not rig.screen.findbar.display)
        assert rig.screen.transcript.has_focus
        await rig.press("escape")
        await rig.until(lambda: rig.screen.prompt.has_focus)
        await rig.say("/find hay 3")
        await rig.until(lambda: "message 1 of 9" in rig.text() and any("hay 3" in line for line in rig.shown))

    play(scenario, data_dir, resume=keep(make("needles", *texts)))


def test_one_jumps_to_ones_own_messages(data_dir: Path) -> None:
    texts = [
        text for number in range(30) for text in (f"question {number}", f"answer {number}\n\n" + "so\n\n" * 8)
    ]

    async def scenario(rig: Rig) -> None:
        await ready(rig, "answer 29")
        await rig.press("p")
        await rig.until(lambda: rig.app.screen is not rig.screen)
        await rig.press("k", "k", "enter")
        await rig.until(lambda: any("question 27" in line for line in rig.shown[:3]))
        assert rig.screen.transcript.has_focus

    play(scenario, data_dir, resume=keep(make("asked", *texts)))


def test_the_place_is_kept_while_another_session_is_open(data_dir: Path) -> None:
    texts = [f"message {number}\n\n" + "so\n\n" * 5 for number in range(60)]
    other = keep(make("other", "short"))

    async def scenario(rig: Rig) -> None:
        await ready(rig, "message 59")
        await rig.press("g", "j", "j", "j", "pagedown")
        await rig.until(lambda: not rig.screen.transcript.following)
        await rig.settle()
        before = rig.shown
        await rig.screen.desk.open(other)
        await rig.until(lambda: any("short" in line for line in rig.shown))
        await rig.press("ctrl+x", "ctrl+x")
        await rig.until(lambda: rig.shown == before)

    play(scenario, data_dir, resume=keep(make("long", *texts)))


def test_a_sub_session_is_opened_from_its_tool_call(data_dir: Path) -> None:
    child = keep(make("child", "look around", "I looked around."))
    session = make("parent", "delegate", "placeholder")
    answer: Message = session.messages[-1]
    answer.parts.clear()
    answer.add_tool_call("c1", "agent", {"prompt": "look around"})
    answer.add_tool_result("c1", "agent", "Agent done", "done", metadata={"child_session_id": child})

    async def scenario(rig: Rig) -> None:
        await ready(rig, "agent")
        await rig.press("J", "enter")
        await rig.until(lambda: any("I looked around." in line for line in rig.shown))
        assert rig.open_id == child

    play(scenario, data_dir, resume=keep(session))


def test_keys_that_come_at_once_go_where_they_were_meant_to(data_dir: Path) -> None:
    texts = [f"message {number}\n\n" + "so\n\n" * 5 for number in range(60)]

    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: any("message 59" in line for line in rig.shown))
        for key in ("tab", "g"):
            rig.app.post_message(Key(key, key if len(key) == 1 else None))
        await rig.until(lambda: any("message 0" in line for line in rig.shown))
        for key in ("slash", *"message", "space", "4", "4", "enter"):
            character = {"slash": "/", "space": " ", "enter": None}.get(key, key)
            rig.app.post_message(Key(key, character))
        await rig.until(lambda: "message 1 of 1" in rig.text() and any("message 44" in line for line in rig.shown))
        assert rig.screen.prompt.text == ""

    play(scenario, data_dir, resume=keep(make("long", *texts)))
