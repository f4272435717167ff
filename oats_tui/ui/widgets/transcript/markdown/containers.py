"""Paragraphs, lists, quotes and what else a block of Markdown may hold, one within the other, as lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from oats_tui.ui.cells import clean_line
from oats_tui.ui.widgets.transcript.lines import BLANK, Border, Line, wrapped
from oats_tui.ui.widgets.transcript.markdown.fence import draw_code
from oats_tui.ui.widgets.transcript.markdown.grid import Grid, cells_of, draw_grid
from oats_tui.ui.widgets.transcript.markdown.hanging import Lead, hung
from oats_tui.ui.widgets.transcript.markdown.lists import children, is_loose, marks_of, take_box, with_box
from oats_tui.ui.widgets.transcript.markdown.spans import Spans, shown
from oats_tui.ui.widgets.transcript.markdown.tables import aligns_in
from oats_tui.ui.widgets.transcript.palette import Palette

if TYPE_CHECKING:
    from markdown_it.token import Token

DEEPEST = 20
"""Levels of lists and quotes that are indented; further ones are not."""
LEAST_WIDTH = 8
"""Columns that are left within an indentation; where there were fewer, it is left out."""

_BAR = "▌ "
_RULE = "─"
_LISTS = {"bullet_list_open", "ordered_list_open"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is drawn.

    Attributes:
        width: Columns that are left.
        base: The style of text without marks.
        depth: Levels of lists and quotes around it.
        bullets: Levels of lists with bullets around it.
        number: The number of the first item of an ordered list, if it is not the one that it gives itself.
    """

    width: int
    base: Style
    depth: int = 0
    bullets: int = 0
    number: int | None = None


class Containers:
    """Draws tokens.

    Args:
        tokens: The tokens of a block.
        env: The environment that they were found in.
        palette: The colours.
        code: The number of the first code block among them.
    """

    def __init__(self, tokens: Sequence[Token], env: Mapping[str, Any], palette: Palette, code: int) -> None:
        self._tokens = tokens
        self._palette = palette
        self._code = code
        self._spans = Spans(palette, env)
        self._draw: dict[str, Callable[[int, int, Place], list[Line]]] = {
            "paragraph_open": self._paragraph,
            "heading_open": self._heading,
            "bullet_list_open": self._list,
            "ordered_list_open": self._list,
            "blockquote_open": self._quote,
            "hr": self._rule,
            "fence": self._fence,
            "code_block": self._fence,
            "table_open": self._table,
            "footnote_reference_open": self._footnote,
            "math_block": self._math,
        }

    def lines(self, place: Place, start: int = 0, end: int | None = None) -> list[Line]:
        """Return the lines of all between two tokens, with blank lines between blocks.

        None stands between a tight item's text and the list below it.
        """
        made: list[Line] = []
        before: Token | None = None
        for first, last in children(self._tokens, start, len(self._tokens) if end is None else end):
            token = self._tokens[first]
            drawn = self._draw.get(token.type, self._other)(first, last, place)
            is_tight = before is not None and before.hidden and token.type in _LISTS
            if made and drawn and not is_tight:
                made.append(BLANK)
            made += drawn
            before = token
        return made

    def _text(self, first: int, last: int, base: Style) -> list[Segment]:
        """Return the runs of the text between two tokens."""
        runs: list[Segment] = []
        for token in self._tokens[first:last]:
            if token.type == "inline":
                # What is nested too deeply has no tokens, only its text.
                runs += (
                    self._spans.of(token.children, base)
                    if token.children
                    else [Segment(shown(token.content), base)]
                )
        return runs

    def _paragraph(self, first: int, last: int, place: Place) -> list[Line]:
        """Return the lines of a paragraph."""
        return wrapped(self._text(first, last, place.base), place.width)

    def _heading(self, first: int, last: int, place: Place) -> list[Line]:
        """Return the lines of a heading."""
        style = (
            place.base + self._palette.model + Style(bold=True, underline=self._tokens[first].tag == "h1" or None)
        )
        return wrapped(self._text(first, last, style), place.width)

    def _quote(self, first: int, last: int, place: Place) -> list[Line]:
        """Return the lines of a quote, each behind a bar that is not copied."""
        dim = self._palette.dim
        inner = replace(place, base=dim, depth=place.depth + 1, number=None)
        if not has_room(place, len(_BAR)):
            return self.lines(inner, first + 1, last)
        bar = Segment(_BAR, dim)
        return hung(self.lines(replace(inner, width=place.width - len(_BAR)), first + 1, last), Lead(bar, bar))

    def _rule(self, _: int, __: int, place: Place) -> list[Line]:
        """Return a rule."""
        width = place.width
        return [Line((Segment(_RULE * width, self._palette.dim),), "\n", (Border(0, width, "---"),))]

    def _fence(self, first: int, _: int, place: Place) -> list[Line]:
        """Return the lines of a code block."""
        token = self._tokens[first]
        number, self._code = self._code, self._code + 1
        language = (token.info.split(maxsplit=1) or [""])[0]
        return draw_code(token.content, language, place.width, self._palette, number)

    def _table(self, first: int, last: int, place: Place) -> list[Line]:
        """Return the lines of a table."""
        tokens = self._tokens[first:last]
        grid = Grid(cells_of(tokens, self._spans, place.base), aligns_in(tokens), True)
        return draw_grid(grid, place.width, self._palette)

    def _footnote(self, first: int, last: int, place: Place) -> list[Line]:
        """Return the lines of a footnote."""
        dim = self._palette.dim
        label = f"[{clean_line(str(self._tokens[first].meta.get('label', '')))}] "
        inner = replace(place, base=dim, depth=place.depth + 1, number=None)
        return self._hung(first, last, inner, (label, label), dim)

    def _math(self, first: int, _: int, place: Place) -> list[Line]:
        """Return the lines of a formula."""
        return wrapped(self._spans.math(self._tokens[first], place.base), place.width)

    def _other(self, first: int, last: int, place: Place) -> list[Line]:
        """Return what is not known as it is written."""
        text = "\n".join(token.content for token in self._tokens[first : last + 1] if token.content)
        return wrapped([Segment(shown(text), place.base)], place.width) if text else []

    def _list(self, first: int, last: int, place: Place) -> list[Line]:
        """Return the lines of a list, with blank lines between the items of a loose one."""
        token = self._tokens[first]
        items = list(children(self._tokens, first + 1, last))
        marks = marks_of(token, len(items), place.bullets, place.number)
        inner = replace(place, depth=place.depth + 1, number=None)
        if token.type == "bullet_list_open":
            inner = replace(inner, bullets=place.bullets + 1)
        gap = [BLANK] if any(is_loose(self._tokens, *item) for item in items) else []
        made: list[Line] = []
        for item, mark in zip(items, marks, strict=True):
            made += (gap if made else []) + self._item(*item, inner, mark)
        return made

    def _item(self, first: int, last: int, place: Place, mark: tuple[str, str]) -> list[Line]:
        """Return the lines of an item."""
        is_done = take_box(self._tokens, first)
        mark = mark if is_done is None else with_box(mark, is_done)
        return self._hung(first, last, place, mark, self._palette.dim)

    def _hung(self, first: int, last: int, place: Place, mark: tuple[str, str], style: Style) -> list[Line]:
        """Return the lines between two tokens with a mark in front.

        Where that leaves too little room, what is copied for the mark stands above them.
        """
        drawn, copied = mark
        width = cell_len(drawn)
        if not has_room(place, width):
            lead = wrapped([Segment(copied.rstrip(), style)], place.width)
            return [*lead[:-1], replace(lead[-1], join=" "), *(self.lines(place, first + 1, last) or [BLANK])]
        inner = replace(place, width=place.width - width)
        indent = " " * (len(copied.split(" [")[0].rstrip()) + 1)
        lead_in = Lead(Segment(drawn, style), Segment(" " * width, style), copied, indent)
        return hung(self.lines(inner, first + 1, last), lead_in)


def has_room(place: Place, indentation: int) -> bool:
    """Return whether something in a place can be indented by so many columns."""
    return place.depth <= DEEPEST and place.width - indentation >= LEAST_WIDTH
