"""What stays of a style where there are few colours."""

from __future__ import annotations

import pytest
from rich.style import Style

from oats_tui.ui.fewcolours import contrast, plainer

DARK, LIGHT = (18, 18, 18), (224, 224, 224)


def few(style: str, ground: tuple[int, int, int] = DARK, *, hues: bool = True) -> Style:
    return plainer(Style.parse(style), ground, hues=hues)


def test_contrast() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast(DARK, DARK) == 1


def test_grounds_are_the_terminals_own_but_for_what_stands_out() -> None:
    assert few("#e0e0e0 on #121212") == Style()
    assert few("#e0e0e0 on #1e1e1e") == Style()
    assert few("#e0e0e0 on #0178d4") == Style(reverse=True)
    assert few("#e0e0e0 on #004578", LIGHT) == Style(reverse=True)
    assert few("#0178d4 on #121212 reverse", hues=False).reverse
    assert not few("#e0e0e0 on #0178d4 reverse").reverse, "what is turned round twice stands as it did"


def test_letters_keep_a_hue_or_are_dimmed() -> None:
    assert few("#ff5555 on #121212") == Style.parse("color(1)")
    assert few("#ff5555 on #121212", hues=False) == Style(dim=True)
    assert few("#808080 on #121212") == Style(dim=True)
    assert few("bold #808080 on #121212") == Style(bold=True)
    assert few("#5555ff on #121212") == Style.parse("color(6)"), "blue cannot be read on black"
    assert few("#c0a000 on #e0e0e0", LIGHT).color is None, "yellow cannot be read on white"


def test_attributes_links_and_what_hangs_on_a_style_stay() -> None:
    style = Style(bold=True, italic=True, underline=True, strike=True, link="http://x", meta={"@click": "y"})
    kept = plainer(style, DARK, hues=False)
    assert (kept.bold, kept.italic, kept.underline, kept.strike, kept.link) == (True, True, True, True, "http://x")
    assert kept.meta == {"@click": "y"}


def test_without_hues_no_colour_is_left() -> None:
    for colour in ("red", "color(200)", "#123456", "bright_blue", "default"):
        kept = few(f"{colour} on {colour}", hues=False)
        assert (kept.color, kept.bgcolor) == (None, None)
