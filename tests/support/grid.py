"""pyte's grid of cells, with what it lacks: marks that join any letter, and margins at the left and right."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import groupby

import pyte
from pyte.screens import Char, Margins
from wcwidth import wcwidth


class Grid(pyte.Screen):
    """A grid of cells.

    pyte ends a line at a mark that it cannot combine; here it joins the cell in front of it.

    Attributes:
        sides: The first and last column of what line feeds move, counted from 0; None for whole lines.
    """

    sides: tuple[int, int] | None = None

    def draw(self, data: str) -> None:
        """Draw characters where the cursor is."""
        if data.isascii():
            super().draw(data)
            return
        for clings, characters in groupby(data, _clings):
            run = "".join(characters)
            if not clings:
                super().draw(run)
            elif self.cursor.x:
                cells = self.buffer[self.cursor.y]
                last = cells[self.cursor.x - 1]
                cells[self.cursor.x - 1] = last._replace(data=last.data + run)

    def set_sides(self, left: int | None, right: int | None) -> None:
        """Set the columns between which line feeds move, counted from 1; the cursor goes home."""
        first, last = (left or 1) - 1, (right or self.columns) - 1
        if first < last < self.columns:
            self.sides = (first, last)
            self.cursor_position()

    def carriage_return(self) -> None:
        """Go to the left margin, or to the first column from what is before that."""
        left = self.sides[0] if self.sides is not None else 0
        self.cursor.x = left if self.cursor.x >= left else 0

    def index(self) -> None:
        """Go down a line, at the lower end of the region by moving what is in it."""
        top, bottom = self.margins or Margins(0, self.lines - 1)
        if self.sides is None:
            super().index()
        elif self.cursor.y != bottom:
            self.cursor_down()
        else:
            self._move(range(top, bottom), 1, bottom)

    def reverse_index(self) -> None:
        """Go up a line, at the upper end of the region by moving what is in it."""
        top, bottom = self.margins or Margins(0, self.lines - 1)
        if self.sides is None:
            super().reverse_index()
        elif self.cursor.y != top:
            self.cursor_up()
        else:
            self._move(range(bottom, top, -1), -1, top)

    def _move(self, rows: range, by: int, freed: int) -> None:
        """Move lines between the sides, each to where its neighbour was; not where the cursor is outside."""
        assert self.sides is not None
        left, right = self.sides
        if not left <= self.cursor.x <= right:
            return
        self.dirty.update(range(self.lines))
        for column in range(left, right + 1):
            for row in rows:
                self.buffer[row][column] = self.buffer[row + by][column]
            self.buffer[freed][column] = self.default_char


def look(cell: Char) -> Char:
    """Return a cell as an eye sees it: colours as they are exchanged, a blank without the colour of letters."""
    if cell.reverse:
        letter = "ground" if cell.bg == "default" else cell.bg
        ground = "letter" if cell.fg == "default" else cell.fg
        cell = cell._replace(fg=letter, bg=ground, reverse=False)
    if cell.data == " " and not (cell.underscore or cell.strikethrough or cell.blink):
        cell = cell._replace(fg="default", bold=False, italics=False)
    return cell


@lru_cache(maxsize=4096)
def _clings(character: str) -> bool:
    """Return whether a character has no width, and pyte does not know what to do with it."""
    return character > "\x9f" and wcwidth(character) == 0 and not unicodedata.combining(character)
