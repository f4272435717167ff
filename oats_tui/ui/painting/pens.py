"""Styles as numbers, and the sequences that switch a terminal to them."""

from __future__ import annotations

from typing import Literal, TypeAlias

from rich.color import Color, ColorSystem
from rich.style import Style

from oats_tui.ui.painting.switching import Pen, switch

_CHANGES = {ColorSystem.TRUECOLOR: 18, ColorSystem.EIGHT_BIT: 10}
_FEW = 5

Purpose: TypeAlias = Literal["letters", "blanks", "erasing"]


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
        self._numbers: dict[Style | None, tuple[int, int]] = {}
        self._pens: list[Pen] = []
        self._blanks: list[int] = []
        self._numbered: dict[Pen, int] = {}
        self._switches: dict[tuple[Purpose, int, int], tuple[str, int]] = {}
        self._number(Pen())

    def number(self, style: Style | None) -> int:
        """Return the number of a style; of those that look alike it is the same."""
        return self.numbers(style)[0]

    def numbers(self, style: Style | None) -> tuple[int, int]:
        """Return the number of a style, and the one that stands for a blank in it."""
        numbers = self._numbers.get(style)
        if numbers is None:
            pen = self._number(Pen() if style is None else self._pen(style))
            numbers = self._numbers[style] = (pen, self._blanks[pen])
        return numbers

    def blank(self, number: int) -> int:
        """Return the number that stands for all styles in which a blank looks as in this one."""
        return self._blanks[number]

    def erases(self, number: int) -> bool:
        """Whether a cell that is erased looks as a blank in a style."""
        pen = self._pens[number]
        return pen.can_erase and (self._erases_in_colour or not pen.ground)

    @property
    def change(self) -> int:
        """About how many bytes a change of the colour takes."""
        return _FEW if self._color_system is None else _CHANGES.get(self._color_system, _FEW)

    def order(self, number: int) -> tuple[str, ...]:
        """Return what sorts styles so that each needs little to be switched to from the one before."""
        pen = self._pens[number]
        return pen.link, pen.ground, pen.attributes, pen.colour

    def economize(self) -> bool:
        """Use colours that take few bytes; returns whether that changes any."""
        if self._color_system is not ColorSystem.TRUECOLOR:
            return False
        self._color_system = ColorSystem.EIGHT_BIT
        # The numbers that were given go on to mean what they meant.
        self._numbers = {}
        return True

    def switch(self, purpose: Purpose, before: int, after: int) -> tuple[str, int]:
        """Return what switches a terminal from one style to another, and the style it has then.

        Args:
            purpose: What is to be shown. What cannot be seen of it need not be as in the style.
            before: The style that the terminal has.
            after: The style that it is to be shown in.
        """
        key = (purpose, before, after)
        found = self._switches.get(key)
        if found is None:
            old = self._pens[before]
            ways = [(switch(old, pen), self._number(pen)) for pen in self._targets(purpose, old, after)]
            found = self._switches[key] = min(ways, key=lambda way: len(way[0]))
        return found

    def _targets(self, purpose: Purpose, old: Pen, after: int) -> list[Pen]:
        """Return the styles that a terminal may have for something, the plainest first."""
        new = self._pens[after]
        if purpose == "letters":
            return [new, new.exchanged]
        # A blank may have any letters' colour, so that of the style before is left.
        kept = [old._replace(ground=new.ground), old, old.turned]
        seen = [pen for pen in kept if pen.blank == new.blank]
        return [new, *(pen for pen in seen if pen.can_erase)] if purpose == "erasing" else [new, *seen]

    def _number(self, pen: Pen) -> int:
        """Return the number of what a terminal is told."""
        number = self._numbered.get(pen)
        if number is None:
            number = self._numbered[pen] = len(self._pens)
            self._pens.append(pen)
            self._blanks.append(number)
            self._blanks[number] = self._number(pen.blank)
        return number

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
        if color is None or color.is_default or self._color_system is None:
            return ""
        return ";".join(color.downgrade(self._color_system).get_ansi_codes(foreground))
