"""Editing what is typed, where a line takes several rows on the screen."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.app import Rig, play

LONG = "some words that are long enough to take several rows of a narrow screen, twice or more"


@pytest.mark.parametrize(
    ("text", "place", "key", "left"),
    [
        (LONG, (0, len(LONG)), "ctrl+u", ""),
        (LONG, (0, 60), "ctrl+u", LONG[60:]),
        (LONG, (0, 20), "ctrl+k", LONG[:20]),
        (f"one\n{LONG}", (1, 60), "ctrl+u", f"one\n{LONG[60:]}"),
        (f"{LONG}\ntwo", (0, 20), "ctrl+k", f"{LONG[:20]}\ntwo"),
        ("one\ntwo", (1, 0), "ctrl+u", "onetwo"),
        ("one\ntwo", (0, 3), "ctrl+k", "onetwo"),
    ],
)
def test_a_line_is_deleted_however_many_rows_it_takes(
    data_dir: Path, text: str, place: tuple[int, int], key: str, left: str
) -> None:
    async def scenario(rig: Rig) -> None:
        rig.screen.prompt.put(text)
        rig.screen.prompt.move_cursor(place)
        await rig.press(key)
        assert rig.screen.prompt.text == left
        await rig.press("ctrl+underscore")
        assert rig.screen.prompt.text == text

    play(scenario, data_dir, (40, 12))


def test_one_key_goes_to_the_beginning_and_one_to_the_end(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        rig.screen.prompt.put("\n".join(f"line {number}" for number in range(200)))
        await rig.press("ctrl+home")
        assert rig.screen.prompt.cursor_location == (0, 0)
        await rig.press("ctrl+end")
        assert rig.screen.prompt.cursor_location == (199, 8)

    play(scenario, data_dir, (80, 24))
