"""Styles as numbers, and the sequences that switch a terminal to them."""

from __future__ import annotations

from typing import NamedTuple

from rich.color import Color, ColorSystem
from rich.style import Style

END_LINK = "\x1b]8;;\x1b\\"


class Pen(NamedTuple):
    """What a terminal is told of a style, each as the numbers of a sequence.

    Attributes:
        attributes: Bold, reversed and the like.
        colour: Of the letters.
        ground: Behind them.
        link: The sequence that begins the link; empty for none.
    """

    attributes: str = ""
    colour: str = ""
    ground: str = ""
    link: str = ""


class Pens:
    """Numbers each style, so that cells are compared without comparing styles.

    Number 0 is the terminal's own style.

    Args:
        color_system: The colours that the terminal has; None for none at all.
        erases_in_colour: Whether erased cells have the ground of the style, and not the terminal’s own.
    """

    def __init__(self, color_system: ColorSystem | None, *, erases_in_colour: bool = False) -> None:
        self._color_system = color_system
        self._erases_in_colour = erases_in_colour
        self._styles: list[Style] = [Style.null()]
        self._numbers: dict[Style | None, int] = {None: 0, Style.null(): 0}
        self._pens = [Pen()]
        self._switches: dict[tuple[int, int], str] = {}

    def number(self, style: Style | None) -> int:
        """Return the number of a style."""
        number = self._numbers.get(style)
        if number is None and style is not None:
            number = self._numbers[style] = len(self._pens)
            self._styles.append(style)
            self._pens.append(self._pen(style))
        return number or 0

    def erases(self, number: int) -> bool:
        """Whether a cell that is erased looks as a blank in a style."""
        pen = self._pens[number]
        return not pen.attributes and not pen.link and (self._erases_in_colour or not pen.ground)

    def economize(self) -> bool:
        """Use colours that take few bytes; returns whether that changes any."""
        if self._color_system is not ColorSystem.TRUECOLOR:
            return False
        self._color_system = ColorSystem.EIGHT_BIT
        self._pens = [self._pen(style) for style in self._styles]
        self._switches = {}
        return True

    def switch(self, before: int, after: int) -> str:
        """Return what switches a terminal from one style to another."""
        sequence = self._switches.get((before, after))
        if sequence is None:
            sequence = self._switches[before, after] = _switch(self._pens[before], self._pens[after])
        return sequence

    def _pen(self, style: Style) -> Pen:
        """Return what a terminal is told of a style."""
        link = f"\x1b]8;id={style._link_id};{style.link}\x1b\\" if style.link else ""
        if self._color_system is None:
            return Pen(link=link)
        bare = style.without_color.update_link(None)
        attributes = bare.render("x", color_system=self._color_system).partition("x")[0]
        return Pen(
            attributes.removeprefix("\x1b[").removesuffix("m"),
            self._codes(style.color, foreground=True),
            self._codes(style.bgcolor, foreground=False),
            link,
        )

    def _codes(self, color: Color | None, *, foreground: bool) -> str:
        """Return the numbers that set a colour."""
        if color is None or self._color_system is None:
            return ""
        return ";".join(color.downgrade(self._color_system).get_ansi_codes(foreground))


def _switch(before: Pen, after: Pen) -> str:
    """Return the shortest that switches from one style to another."""
    link = "" if before.link == after.link else after.link or END_LINK
    if before[:3] == after[:3]:
        return link
    if before.attributes and before.attributes != after.attributes:
        # Attributes are taken back by a reset alone, which takes the colours along.
        return f"{link}\x1b[{';'.join(filter(None, ('0', *after[:3])))}m"
    codes = [after.attributes] if before.attributes != after.attributes else []
    codes += [after.colour or "39"] if before.colour != after.colour else []
    codes += [after.ground or "49"] if before.ground != after.ground else []
    return f"{link}\x1b[{';'.join(codes)}m"
