"""Blocks within blocks: lists, quotes, and what stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from oats_tui.ui.cells import clean, clean_line
from oats_tui.ui.widgets.transcript.lines import BLANK, Border, Line, behind, padded, wrapped
from oats_tui.ui.widgets.transcript.markdown.highlight import coloured
from oats_tui.ui.widgets.transcript.markdown.latex import as_unicode
from oats_tui.ui.widgets.transcript.markdown.spans import runs_of
from oats_tui.ui.widgets.transcript.markdown.table import column_widths, draw_rows
from oats_tui.ui.widgets.transcript.palette import Palette

if TYPE_CHECKING:
    from markdown_it.token import Token

DEEPEST = 20
"""Levels of lists and quotes that are indented."""

_NARROWEST = 8
_BULLETS = "•◦▪"
_TAB = 4


class Drawing:
    """Draws the tokens of one block.

    Args:
        palette: The colours.
        first_code: The number of the first code block in it.
        number: The number of its first list item, where the block is that item.
    """

    def __init__(self, palette: Palette, first_code: int, number: int | None = None) -> None:
        self._palette = palette
        self._code = first_code
        self._number = number
        self._base = [palette.text]

    def draw(self, tokens: Sequence[Token], width: int, depth: int = 0, *, tight: bool = False) -> list[Line]:
        """Return the lines of some blocks, with blank ones between where they are not tight."""
        lines: list[Line] = []
        start = 0
        while start < len(tokens):
            end = _end_of(tokens, start)
            drawn = self._one(tokens[start], tokens[start + 1 : end], width, depth)
            if lines and drawn and not tight:
                lines.append(BLANK)
            lines += drawn
            start = end + 1
        return lines

    def _one(self, token: Token, inner: Sequence[Token], width: int, depth: int) -> list[Line]:
        """Return the lines of one block."""
        palette = self._palette
        match token.type:
            case "paragraph_open":
                return wrapped(runs_of(_children(inner), palette, self._base[-1]), width)
            case "heading_open":
                style = palette.model + Style(bold=True, underline=token.tag == "h1" or None)
                return wrapped(runs_of(_children(inner), palette, style), width)
            case "bullet_list_open" | "ordered_list_open":
                return self._list(token, inner, width, depth)
            case "blockquote_open":
                return self._quote(inner, width, depth)
            case "fence" | "code_block":
                number, self._code = self._code, self._code + 1
                language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
                return draw_code(token.content, language, width, palette, number)
            case "table_open":
                return self._table(inner, width)
            case "hr":
                rule = "─" * width
                return [Line((Segment(rule, palette.dim),), "\n", (Border(0, width, "---"),))]
            case "footnote_reference_open":
                label = f"[{clean_line(str(token.meta.get('label', '')))}] "
                return self._under(inner, Segment(label, palette.you), width, depth, label)
            case "math_block" | "math_block_label":
                return self._math(token, width)
            case _:
                text = clean(token.content.rstrip("\n")).expandtabs(_TAB)
                return wrapped([Segment(text, self._base[-1])], width) if text else []

    def _list(self, token: Token, inner: Sequence[Token], width: int, depth: int) -> list[Line]:
        """Return the lines of a list."""
        items = _items(inner)
        number, self._number = self._number, None
        first = number if number is not None else int(token.attrGet("start") or 1)
        ordered = token.type == "ordered_list_open"
        widest = len(str(first + len(items) - 1))
        lines: list[Line] = []
        for index, (item, body) in enumerate(items):
            sign = f"{first + index}." if ordered else _BULLETS[min(depth, len(_BULLETS) - 1)]
            copied = f"{first + index}. " if ordered else "- "
            body, task = _task(body)
            if task is not None:
                sign, copied = ("☑", "- [x] ") if task else ("☐", "- [ ] ")
            elif ordered:
                sign = sign.rjust(widest + 1)
            drawn = self._under(body, Segment(f"{sign} ", self._palette.you), width, depth, copied)
            loose = index and item.map and items[index - 1][0].map and _loose(items[index - 1][1])
            lines += [BLANK, *drawn] if loose else drawn
        return lines

    def _under(self, inner: Sequence[Token], sign: Segment, width: int, depth: int, copied: str) -> list[Line]:
        """Return blocks behind a sign, indented to stand under each other."""
        room = width - cell_len(sign.text)
        deep = depth >= DEEPEST or room < _NARROWEST
        tight = not _loose(inner)
        drawn = self.draw(inner, width if deep else room, depth + 1, tight=tight) or [BLANK]
        rest = [] if deep else [Segment(" " * cell_len(sign.text))]
        if deep and drawn[0].width + cell_len(sign.text) > width:
            return drawn
        return behind(drawn, [sign], rest, copied)

    def _quote(self, inner: Sequence[Token], width: int, depth: int) -> list[Line]:
        """Return the lines of a quote."""
        self._base.append(self._palette.dim)
        deep = depth >= DEEPEST or width - 2 < _NARROWEST
        drawn = self.draw(inner, width if deep else width - 2, depth + 1)
        self._base.pop()
        return drawn if deep else behind(drawn, [Segment("▌ ", self._palette.dim)])

    def _table(self, inner: Sequence[Token], width: int) -> list[Line]:
        """Return the lines of a table within another block."""
        rows: list[list[list[Segment]]] = []
        aligns: list[str] = []
        for token in inner:
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open") and len(rows) == 1:
                style = str(token.attrGet("style") or "")
                aligns.append(style.removeprefix("text-align:"))
            elif token.type == "inline" and rows:
                rows[-1].append(runs_of(token.children or (), self._palette, self._base[-1]))
        natural = [
            max((sum(cell_len(run.text) for run in row[index]) for row in rows if index < len(row)), default=1)
            for index in range(max(map(len, rows), default=0))
        ]
        widths = column_widths(natural, width) if natural else None
        if widths is None:
            return [line for row in rows for runs in row for line in wrapped(runs, width)]
        names = [[f"{y}/{x}" for x in range(len(row))] for y, row in enumerate(rows)]
        known = {name: rows[y][x] for y, row in enumerate(names) for x, name in enumerate(row)}

        def cell(name: str, style: Style) -> list[Segment]:
            return [Segment(run.text, style + run.style if run.style else style) for run in known.get(name, [])]

        return draw_rows(names, widths, aligns, cell, self._palette, headed=True)

    def _math(self, token: Token, width: int) -> list[Line]:
        """Return the lines of a formula that stands by itself."""
        shown = as_unicode(token.content.strip())
        if shown is not None:
            return wrapped([Segment(clean_line(shown), self._base[-1] + Style(italic=True))], width)
        ends = {"\\[": "\\]"}.get(token.markup, token.markup)
        text = clean(f"{token.markup}{token.content}{ends}").expandtabs(_TAB)
        return wrapped([Segment(text, self._palette.model)], width)


def draw_code(code: str, language: str, width: int, palette: Palette, number: int | None) -> list[Line]:
    """Return code on a ground of its own.

    Args:
        code: The code, as it came.
        language: The word behind the fence.
        width: Columns.
        palette: The colours.
        number: The number by which it is copied; None for a piece that goes on with another.
    """
    inner = max(1, width - 2)
    lines = wrapped(coloured(code.removesuffix("\n"), language, palette), inner, words=False)
    if len(lines) > 1 and not lines[-1].segments:
        lines.pop()
    if width >= 3:
        lines = behind(lines, [Segment(" ")])
    made = [padded(line, width, palette.code) for line in lines]
    return made if number is None else [_code_head(language, number, width, palette), *made]


def _code_head(language: str, number: int, width: int, palette: Palette) -> Line:
    """Return the line above code: its language, and how it is copied."""
    name, hint = clean_line(language[:40]), f"c {number} copies"
    room = width - 2 - cell_len(hint) - 1
    if cell_len(name) > room:
        name = ""
    text = f" {name}{' ' * max(1, room + 1 - cell_len(name))}{hint} "[: max(width, 0)]
    style = palette.code + palette.dim
    return replace(padded(Line((Segment(text, style),)), width, style), join="", borders=(Border(0, width),))


def _end_of(tokens: Sequence[Token], start: int) -> int:
    """Return the place of the token that closes a block."""
    if tokens[start].nesting < 1:
        return start
    level = tokens[start].level
    return next(
        (n for n in range(start + 1, len(tokens)) if tokens[n].nesting < 0 and tokens[n].level == level),
        len(tokens),
    )


def _children(inner: Sequence[Token]) -> Sequence[Token]:
    """Return the tokens of a paragraph's text."""
    return inner[0].children or () if inner else ()


def _items(inner: Sequence[Token]) -> list[tuple[Token, Sequence[Token]]]:
    """Return the items of a list, each with what is in it."""
    items = []
    start = 0
    while start < len(inner):
        end = _end_of(inner, start)
        items.append((inner[start], inner[start + 1 : end]))
        start = end + 1
    return items


def _task(body: Sequence[Token]) -> tuple[Sequence[Token], bool | None]:
    """Return an item without its box, and whether that is ticked; None where it has none."""
    text = body[1] if len(body) > 1 and body[1].type == "inline" else None
    box = text.children[0] if text is not None and text.children else None
    if text is None or box is None or box.type != "html_inline" or "checkbox" not in box.content:
        return body, None
    rest = list((text.children or ())[1:])
    if rest and rest[0].type == "text":
        rest[0] = replace(rest[0], content=rest[0].content.lstrip())
    kept = replace(text, children=rest)
    return [body[0], kept, *body[2:]], "checked" in box.content


def _loose(inner: Sequence[Token]) -> bool:
    """Return whether the blocks of an item stand apart."""
    return (
        any(token.type == "paragraph_open" and not token.hidden for token in inner[:1])
        and sum(1 for token in inner if token.level == inner[0].level and token.nesting >= 0) > 1
    )
