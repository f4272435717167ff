"""What stands in front of the titles can be seen in every theme."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from rich.cells import cell_len
from rich.color import Color, ColorType
from textual.theme import BUILTIN_THEMES

from oats_tui.ui.widgets.sidebar import SIGNS, Mark
from tests.support.app import Rig, play
from tests.unit.ui.listed import listed, row

MARKS: tuple[Mark, ...] = get_args(Mark)

LEAST_CONTRAST = 2.5
"""A sign is one cell, and there is a title beside it."""


def lightness(colour: Color) -> float:
    """How light a colour is to the eye, from 0 for black to 1 for white."""
    shares = [part / 255 for part in colour.get_truecolor()]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Color, other: Color) -> float:
    """How far apart two colours are to the eye, from 1 for none to 21 for black and white."""
    dark, light = sorted((lightness(one), lightness(other)))
    return (light + 0.05) / (dark + 0.05)


def distinct(colour: Color | None, ground: Color | None) -> bool:
    """Whether a colour can be told from its ground, as far as that is not up to the terminal."""
    assert colour is not None
    assert ground is not None
    if colour.type is ColorType.TRUECOLOR and ground.type is ColorType.TRUECOLOR:
        return contrast(colour, ground) >= LEAST_CONTRAST
    # A terminal's own colour for text is never the one of its ground.
    return colour != ground or (colour.is_default and ground.is_default)


def test_there_are_themes_of_both_kinds() -> None:
    dark = {theme.dark for theme in BUILTIN_THEMES.values()}
    assert dark == {True, False}
    assert contrast(Color.parse("#000000"), Color.parse("#ffffff")) == pytest.approx(21)
    assert not distinct(Color.parse("#123456"), Color.parse("#123457"))


@pytest.mark.parametrize("open_one", [False, True])
def test_every_mark_is_seen_in_every_theme(data_dir: Path, open_one: bool) -> None:
    async def scenario(rig: Rig) -> None:
        shown = [row(number, mark=mark) for number, mark in enumerate(MARKS)]
        sidebar = await listed(rig, [*shown, row(99)])
        for theme in BUILTIN_THEMES:
            rig.app.theme = theme
            await rig.settle()
            for y, mark in enumerate(MARKS):
                sidebar.show([*shown, row(99)], f"s{y}" if open_one else None)
                sidebar.action_move(len(MARKS))
                sign, title, time = list(sidebar.render_line(y))
                assert sign.text == f"{SIGNS[mark]} "
                for part in (sign, title, time):
                    assert part.style is not None
                    assert distinct(part.style.color, part.style.bgcolor), (theme, mark, part)
                assert sign.style is not None
                expected = sidebar.get_component_rich_style(f"sidebar--{mark}").color if mark else None
                assert expected is None or sign.style.color == expected, (theme, mark)

    play(scenario, data_dir)


def test_the_cursor_is_seen_on_every_mark_in_every_theme(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        sidebar = await listed(rig, [row(number, mark=mark) for number, mark in enumerate(MARKS)])
        for theme in BUILTIN_THEMES:
            rig.app.theme = theme
            await rig.settle()
            sidebar.action_move(-len(MARKS))
            for y, mark in enumerate(MARKS):
                before = sidebar.render_line(y - 1) if y else None
                parts = [part.style for part in sidebar.render_line(y)]
                assert cell_len(sidebar.render_line(y).text) == sidebar.size.width
                assert all(style and distinct(style.color, style.bgcolor) for style in parts), (theme, mark)
                grounds = {style.bgcolor for style in parts if style}
                assert before is None or grounds.isdisjoint(p.style.bgcolor for p in before if p.style), theme
                sidebar.action_move(1)

    play(scenario, data_dir)
