"""Finds where the blocks of a Markdown text begin, also in the middle of a text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from oats_tui.ui.widgets.transcript.markdown.block import Block
from oats_tui.ui.widgets.transcript.markdown.code import closes, code_pieces
from oats_tui.ui.widgets.transcript.markdown.parser import cutter
from oats_tui.ui.widgets.transcript.markdown.source import indent_of, is_blank, lines_of
from oats_tui.ui.widgets.transcript.markdown.tables import aligns_in, debt_of, head_of, table_pieces

if TYPE_CHECKING:
    from markdown_it.token import Token

CODES = ("fence", "code_block")
LISTS = ("bullet_list_open", "ordered_list_open")

_Found = Literal["text", "item", "code", "table", "definition"]
_KINDS: dict[str, _Found] = {
    "fence": "code",
    "code_block": "code",
    "table_open": "table",
    "definition": "definition",
}


@dataclass(frozen=True, slots=True)
class Context:
    """What a piece goes on with: the list, table or code block that the piece in front of it belongs to.

    Attributes:
        block: The piece itself; a table's has the widths of the columns in front of it.
        debt: What the rows of the table in front of it lack.
    """

    block: Block
    debt: int = 0

    @property
    def lead(self) -> str:
        """Lines that make the parser take what follows them as going on."""
        return head_of(len(self.block.columns)) if self.block.kind == "table" else ""


@dataclass(frozen=True, slots=True)
class Piece:
    """One block of a scanned text.

    Attributes:
        block: The block.
        line: Its first line.
        context: What it goes on with, if anything.
        is_drawn: Whether anything is drawn for it: link definitions draw nothing.
    """

    block: Block
    line: int
    context: Context | None = None
    is_drawn: bool = True


@dataclass(slots=True)
class Scan:
    """What was found in a text.

    Attributes:
        pieces: The blocks; joined, their sources are the text.
        links: Line, label, address and title of each link definition.
        footnotes: Line and label of each footnote's definition.
    """

    pieces: list[Piece] = field(default_factory=list)
    links: list[tuple[int, str, str, str]] = field(default_factory=list)
    footnotes: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Start:
    """Where a block begins among the lines and among the tokens."""

    line: int
    index: int
    kind: _Found
    token: Token
    number: int | None = None
    is_first: bool = True
    codes: int = 0


def scan(text: str, context: Context | None = None) -> Scan:
    """Return the blocks of a text.

    Args:
        text: Markdown.
        context: What the text goes on with, if it neither is a whole text nor begins a block of its own.
    """
    found, lines, done = Scan(), lines_of(text), 0
    if context is not None and context.block.fence:
        done = _take_fence(lines, context.block, found)
        text, context = "".join(lines[done:]), None
        if not text:
            return found
    lead = context.lead if context else ""
    env: dict[str, Any] = {"debt": context.debt if context else 0}
    tokens = cutter().parse(lead + text, env)
    offset = done - lead.count("\n")
    starts = _starts(tokens, offset)
    _take_definitions(found, tokens, env, offset)
    if not starts:
        found.pieces.append(Piece(Block("".join(lines[done:]), "text"), done))
        return found
    starts[0].line = done
    if context is not None and context.block.kind == "item":
        _go_on(starts, context.block.number)
    bounds = [*((start.line, start.index) for start in starts), (len(lines), len(tokens))]
    for start, (end, stop) in zip(starts, bounds[1:], strict=True):
        going = context if start is starts[0] else None
        found.pieces += _pieces(start, lines[start.line : end], tokens[start.index : stop], going, lines)
    return found


def _starts(tokens: Sequence[Token], offset: int) -> list[_Start]:
    """Return where blocks begin; a list begins one with each of its items."""
    starts: list[_Start] = []
    number, is_first = None, True
    for index, token in enumerate(tokens):
        if token.level == 0 and token.map and token.type in LISTS:
            number = int(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else None
            is_first = True
        elif token.level == 0 and token.map:
            starts.append(_Start(token.map[0] + offset, index, _KINDS.get(token.type, "text"), token))
        elif token.level == 1 and token.type == "list_item_open" and token.map:
            starts.append(_Start(token.map[0] + offset, index, "item", token, number, is_first))
            number, is_first = None if number is None else number + 1, False
        if token.type in CODES:
            starts[-1].codes += 1
    return starts


def _go_on(starts: Sequence[_Start], number: int | None) -> None:
    """Make the items of the first list those of a list that goes on with this number."""
    for index, start in enumerate(starts):
        if start.kind != "item" or (index and start.is_first):
            return
        start.is_first = False
        if number is not None:
            start.number = number + index


def _pieces(
    start: _Start, lines: Sequence[str], tokens: Sequence[Token], going: Context | None, text: Sequence[str]
) -> Iterator[Piece]:
    """Yield the pieces of one block, whose lines and tokens these are.

    Args:
        start: Where it begins.
        lines: Its lines.
        tokens: Its tokens.
        going: What it goes on with.
        text: The lines of the whole text.
    """
    if start.kind == "code":
        yield from _code(start, lines, going)
    elif start.kind == "table":
        yield from _table(start, lines, tokens, going)
    elif start.kind == "item":
        gap = going.block.gap if going else start.is_first or is_blank(text[start.line - 1])
        block = Block("".join(lines), "item", gap, start.number, codes=start.codes)
        yield Piece(block, start.line, None if start.is_first else Context(block))
    else:
        is_drawn = start.kind == "text"
        yield Piece(Block("".join(lines), "text", is_drawn, codes=start.codes), start.line, None, is_drawn)


def _code(start: _Start, lines: Sequence[str], going: Context | None) -> Iterator[Piece]:
    """Yield the pieces of a code block."""
    if going is not None:
        shape = going.block
    elif start.token.type == "fence":
        shape = _fence(start.token, lines)
    else:
        shape = Block("", "code", codes=1, indent=4)
    yield from _numbered(code_pieces(lines, shape, goes_on=going is not None), start.line, going is not None)


def _numbered(blocks: Sequence[Block], line: int, goes_on: bool) -> Iterator[Piece]:
    """Yield the pieces of a code block with what they go on with, from a line on."""
    for index, block in enumerate(blocks):
        yield Piece(block, line, Context(block) if index or goes_on else None)
        line += len(lines_of(block.source))


def _fence(token: Token, lines: Sequence[str]) -> Block:
    """Return what is true of the pieces of a fenced code block."""
    first = next(line for line in lines if not is_blank(line))
    last = next(line for line in reversed(lines) if not is_blank(line))
    is_open = last is first or not closes(last, token.markup)
    language = (token.info.split(maxsplit=1) or [""])[0]
    indent = indent_of(first)
    return Block("", "code", True, None, language, codes=1, is_open=is_open, fence=token.markup, indent=indent)


def _take_fence(lines: Sequence[str], shape: Block, found: Scan) -> int:
    """Add the pieces of a fenced code block that goes on; returns the line behind it."""
    end = next((index for index, line in enumerate(lines) if closes(line, shape.fence)), None)
    behind = len(lines)
    if end is not None:
        behind = end + 1
        while behind < len(lines) and is_blank(lines[behind]):
            behind += 1
    shape = replace(shape, is_open=end is None)
    found.pieces += _numbered(code_pieces(lines[:behind], shape, goes_on=True), 0, True)
    return behind


def _table(start: _Start, lines: Sequence[str], tokens: Sequence[Token], going: Context | None) -> Iterator[Piece]:
    """Yield the pieces of a table."""
    if going is not None:
        shape = going.block
    else:
        aligns = aligns_in(tokens)
        shape = Block("", "table", columns=(0,) * len(aligns), aligns=aligns)
    line, debt = start.line, going.debt if going else 0
    for index, (block, before) in enumerate(table_pieces(lines, tokens, shape, goes_on=going is not None)):
        goes_on = index or going is not None
        yield Piece(block, line, Context(replace(block, columns=before), debt=debt) if goes_on else None)
        rows = lines_of(block.source)
        line += len(rows)
        bare = [row.strip(" \t\r\n") for row in rows if not is_blank(row)]
        debt += sum(debt_of(row, len(before)) for row in bare[0 if goes_on else 2 :])


def _take_definitions(found: Scan, tokens: Sequence[Token], env: Mapping[str, Any], offset: int) -> None:
    """Note the definitions of links and footnotes."""
    for label, link in env.get("references", {}).items():
        found.links.append((link["map"][0] + offset, label, link["href"], link["title"]))
    for token in tokens:
        if token.type == "footnote_reference_open" and token.map:
            found.footnotes.append((token.map[0] + offset, token.meta["label"]))
