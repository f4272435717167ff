from __future__ import annotations

import re
from pathlib import Path

import pytest

from oats_tui.provider.base import Text
from tests.support.app import SIZES, Rig, foreign, play
from tests.support.scripted_provider import Gate, Step
from tests.unit.ui.sessions import keep, make

LONG = "\n\n".join(f"paragraph {number} of many" for number in range(60))


def at_end(rig: Rig) -> bool:
    """Whether the message pane shows the end."""
    return rig.screen.transcript.scroll_y >= rig.screen.transcript.max_scroll_y


def first(rig: Rig) -> str:
    """The first line with words in the message pane."""
    return next(line for line in rig.shown if line.strip())


def read_now(rig: Rig) -> list[str]:
    """What the message pane shows, but for the head line of the answer, which changes at its end."""
    lines = [re.sub(r" +\d+ new ↓ *$", "", line) for line in rig.shown]
    return [line for line in lines if "echo" not in line]


def long_answer(gates: list[Gate]) -> list[Step | str]:
    """Twenty lines, then two more between one gate and the next."""
    steps: list[Step | str] = ["".join(f"line {number}\n\n" for number in range(20))]
    for number, gate in enumerate(gates):
        steps += [gate, Text(f"more {number}\n\nand more {number}\n\n")]
    return steps


@pytest.mark.parametrize("size", SIZES)
def test_the_end_is_followed_while_the_reader_is_there(data_dir: Path, size: tuple[int, int]) -> None:
    async def scenario(rig: Rig) -> None:
        gates = [Gate() for _ in range(4)]
        rig.provider.will(*long_answer(gates))
        await rig.say("go")
        for number, gate in enumerate(gates):
            await gate.reached.wait()
            gate.open()
            last = f"and more {number}"
            await rig.until(lambda: any(last in line for line in rig.shown))  # noqa: B023 - waited for here
            await rig.until(lambda: at_end(rig))
        await rig.until(lambda: rig.said == "ready")
        assert "and more 3" in rig.text()

    play(scenario, data_dir, size)


@pytest.mark.parametrize("size", SIZES)
def test_what_is_being_read_stays_while_more_comes_below(data_dir: Path, size: tuple[int, int]) -> None:
    async def scenario(rig: Rig) -> None:
        gates = [Gate() for _ in range(4)]
        rig.provider.will(*long_answer(gates))
        await rig.say("go")
        await gates[0].reached.wait()
        await rig.until(lambda: any("line 19" in line for line in rig.shown))
        await rig.press("pageup")
        await rig.until(lambda: "more below" in rig.said)
        before = read_now(rig)
        for gate in gates:
            gate.open()
            await rig.settle()
            assert read_now(rig) == before
        await rig.until(lambda: rig.said.startswith("ready"))
        await rig.until(lambda: len(rig.screen.desk.workspace.entries()) == 2)
        assert read_now(rig) == before
        await rig.press("tab", "end")
        await rig.until(lambda: any("and more 3" in line for line in rig.shown))
        assert rig.said == "ready"

    play(scenario, data_dir, size)


def test_back_at_the_end_it_follows_again(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        gates = [Gate(), Gate()]
        rig.provider.will(*long_answer(gates))
        await rig.say("go")
        await gates[0].reached.wait()
        await rig.until(lambda: any("line 19" in line for line in rig.shown))
        await rig.press("pageup")
        await rig.until(lambda: "more below" in rig.said)
        await rig.press("pagedown", "pagedown")
        await rig.until(lambda: "more below" not in rig.said)
        for gate in gates:
            gate.open()
        await rig.until(lambda: any("and more 1" in line for line in rig.shown))

    play(scenario, data_dir, (80, 24))


@pytest.mark.parametrize("key", ["shift+up", "pageup"])
def test_the_messages_scroll_from_the_input(data_dir: Path, key: str) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: at_end(rig) and "paragraph 59" in rig.text())
        await rig.press(key)
        await rig.until(lambda: not at_end(rig))
        assert rig.app.focused is rig.screen.prompt

    play(scenario, data_dir, (80, 24), resume=keep_long(data_dir))


def keep_long(_: Path) -> str:
    """A session that needs several screens."""
    return keep(make("long", "question", LONG, "another", LONG))


@pytest.mark.parametrize("size", SIZES)
def test_first_and_last_and_every_line_between(data_dir: Path, size: tuple[int, int]) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: at_end(rig) and "paragraph 59" in rig.text())
        await rig.press("tab", "g")
        await rig.until(lambda: rig.screen.transcript.scroll_y == 0)
        assert "You" in first(rig)
        seen = set()
        for _ in range(60):
            seen |= {line.strip(" ▎") for line in rig.shown}
            if at_end(rig):
                break
            await rig.press("pagedown")
        assert {f"paragraph {number} of many" for number in range(60)} <= seen
        assert at_end(rig)

    play(scenario, data_dir, size, resume=keep_long(data_dir))


def test_at_another_width_the_same_message_is_at_the_top(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press("tab", "g")
        await rig.until(lambda: rig.screen.transcript.scroll_y == 0)
        for _ in range(60):
            if first(rig).strip(" ▎").startswith("q5"):
                break
            await rig.press("down")
        assert first(rig).strip(" ▎").startswith("q5")
        for width, height in ((80, 24), (40, 12), (120, 40)):
            await rig.pilot.resize_terminal(width, height)
            await rig.settle()
            await rig.until(lambda: rig.screen.transcript.size.width <= width)  # noqa: B023 - waited for here
            top = "\n".join(rig.shown[:4])
            assert "q5" in top, (width, rig.shown)

    texts = [text for number in range(30) for text in (f"q{number} " + "why " * 20, f"a{number} " + "so " * 60)]
    play(scenario, data_dir, resume=keep(make("wide", *texts)))


@pytest.mark.parametrize("size", [(80, 24), (40, 12), (121, 41)])
def test_at_another_size_the_end_is_still_followed(data_dir: Path, size: tuple[int, int]) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: at_end(rig) and "paragraph 59" in rig.text())
        await rig.pilot.resize_terminal(*size)
        await rig.until(lambda: rig.screen.size.width == size[0])
        await rig.until(lambda: at_end(rig) and "paragraph 59" in rig.text())
        assert "more below" not in rig.said

    play(scenario, data_dir, resume=keep_long(data_dir))


def test_a_size_that_shows_all_for_a_while_leaves_who_is_at_the_end_there(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: at_end(rig) and "line 19" in rig.text())
        for _ in range(3):
            for size in ((120, 40), (60, 12)):
                await rig.pilot.resize_terminal(*size)
                await rig.until(lambda: rig.screen.size == size)  # noqa: B023 - waited for here
                await rig.settle()
                await rig.until(lambda: at_end(rig) and "line 19" in rig.text())
                assert rig.screen.transcript.following
                assert "more below" not in rig.said

    answer = "\n\n".join(f"line {number}" for number in range(8, 20))
    play(scenario, data_dir, (60, 12), resume=keep(make("short", "question", answer)))


def test_what_another_program_adds_moves_nothing_that_is_read(data_dir: Path) -> None:
    session = make("long", "question", LONG)
    keep(session)

    async def scenario(rig: Rig) -> None:
        await rig.press("tab", "pageup")
        await rig.until(lambda: not at_end(rig))
        before = read_now(rig)
        session.create_user_message("from elsewhere")
        await foreign(session)
        await rig.until(lambda: len(rig.screen.desk.workspace.entries()) == 3)
        await rig.settle()
        assert read_now(rig) == before
        assert rig.shown[-1].endswith("1 new ↓")
        await rig.press("G")
        await rig.until(lambda: "▎ from elsewhere" in rig.shown)

    play(scenario, data_dir, (80, 24), resume=session.id)
