"""Styles as numbers, and the sequences that switch a terminal to them."""

from __future__ import annotations

from typing import NamedTuple

from rich.color import ColorSystem
from rich.style import Style

END_LINK = "\x1b]8;;\x1b\\"

_FOREGROUND = {"38", *map(str, range(30, 38)), *map(str, range(90, 98)), "39"}
_BACKGROUND = {"48", *map(str, range(40, 48)), *map(str, range(100, 108)), "49"}
_OF_MANY = {"2": 5, "5": 3}
"""How many numbers a colour is made of that is given as red, green and blue, or as one of 256."""


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
    """

    def __init__(self, color_system: ColorSystem | None) -> None:
        self._color_system = color_system
        self._numbers: dict[Style | None, int] = {None: 0, Style.null(): 0}
        self._pens = [Pen()]
        self._switches: dict[tuple[int, int], str] = {}

    def number(self, style: Style | None) -> int:
        """Return the number of a style."""
        number = self._numbers.get(style)
        if number is None and style is not None:
            number = self._numbers[style] = len(self._pens)
            self._pens.append(self._pen(style))
        return number or 0

    def switch(self, before: int, after: int) -> str:
        """Return what switches a terminal from one style to another."""
        sequence = self._switches.get((before, after))
        if sequence is None:
            sequence = self._switches[before, after] = _switch(self._pens[before], self._pens[after])
        return sequence

    def _pen(self, style: Style) -> Pen:
        """Return what a terminal is told of a style."""
        shown = style.update_link(None) if style.link else style
        codes = shown.render("x", color_system=self._color_system).partition("x")[0]
        link = f"\x1b]8;id={style._link_id};{style.link}\x1b\\" if style.link else ""
        return pen_of(codes.removeprefix("\x1b[").removesuffix("m"))._replace(link=link)


def pen_of(codes: str) -> Pen:
    """Return the parts of the numbers of a sequence that sets a style."""
    numbers, at = codes.split(";") if codes else [], 0
    parts: dict[str, list[str]] = {"attributes": [], "colour": [], "ground": []}
    while at < len(numbers):
        code = numbers[at]
        kind = "colour" if code in _FOREGROUND else "ground" if code in _BACKGROUND else "attributes"
        count = _OF_MANY.get(numbers[at + 1], 1) if code in ("38", "48") and at + 1 < len(numbers) else 1
        parts[kind] += numbers[at : at + count]
        at += count
    return Pen(**{kind: ";".join(found) for kind, found in parts.items()})


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
