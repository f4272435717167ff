"""A message cut into pieces that are drawn one by one, so that only those in view are drawn at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import ClassVar, TypeAlias

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from oats_tui.core.sanitize import sentences
from oats_tui.session.meta import Outcome
from oats_tui.ui.cells import clean, clean_line
from oats_tui.ui.widgets.transcript.headers import BETWEEN
from oats_tui.ui.widgets.transcript.items import Entry, FoldItem, ImageItem, Item, OtherItem, TextItem, ToolItem
from oats_tui.ui.widgets.transcript.lines import BLANK, Line, behind, wrapped
from oats_tui.ui.widgets.transcript.markdown.blocks import Block, References
from oats_tui.ui.widgets.transcript.markdown.draw import draw_block
from oats_tui.ui.widgets.transcript.palette import Palette
from oats_tui.ui.widgets.transcript.parts.fold import draw_fold
from oats_tui.ui.widgets.transcript.parts.picture import draw_image, version_of
from oats_tui.ui.widgets.transcript.parts.tool import draw_tool

OUTCOME_SIGNS = {"failed": "✗", "stopped": "■", "interrupted": "■"}
ANSWERING = "…"

TextMaker: TypeAlias = Callable[[int, TextItem, int, bool], tuple[list["Piece"], int]]

_TAB = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that is drawn by itself; equal ones look the same at the same width.

    Attributes:
        item: Which of the message's parts it belongs to; None for none.
        above: Whether a blank line stands above it.
    """

    item: int | None = None
    above: bool = False

    foldable: ClassVar[bool] = False

    @property
    def source(self) -> str:
        """What can be searched for in it."""
        return ""

    def estimate(self, width: int) -> int:
        """Return about how many lines it has, without the one above."""
        return 1 + len(self.source) // max(1, width)

    def draw(self, width: int, palette: Palette) -> list[Line]:
        """Return its lines, at most ``width`` columns each."""
        raise NotImplementedError

    def lines(self, width: int, palette: Palette) -> list[Line]:
        """Return its lines with the blank one above."""
        drawn = self.draw(width, palette)
        return [BLANK, *drawn] if self.above else drawn


@dataclass(frozen=True, slots=True)
class GapPiece(Piece):
    """Says how much time lies between two messages."""

    words: str = ""

    def draw(self, width: int, palette: Palette) -> list[Line]:
        """Return the words between two rules, and a blank line."""
        words = f" {clean_line(self.words)} "[: max(0, width - 4)]
        rule = "─" * max(0, min(4, (width - len(words)) // 2))
        return [Line((Segment(f"{rule}{words}{rule}", palette.dim),)), BLANK]


@dataclass(frozen=True, slots=True)
class HeadPiece(Piece):
    """Says who speaks, and when."""

    role: str = ""
    name: str = ""
    about: str = ""

    @property
    def source(self) -> str:
        """The name."""
        return self.name

    def draw(self, width: int, palette: Palette) -> list[Line]:
        """Return one line; of what is told beside the name, as much as has room."""
        style = palette.you if self.role == "user" else palette.model
        name, parts = clean_line(self.name), clean_line(self.about).split(BETWEEN)
        while len(parts) > 1 and cell_len(f"{name}  {BETWEEN.join(parts)}") > width:
            parts.pop()
        runs = [
            Segment(name, style + Style(bold=True)),
            Segment(f"  {BETWEEN.join(parts)}", palette.dim),
        ]
        return [replace(line, join="\n") for line in wrapped(runs, width, words=False)[:1]]


@dataclass(frozen=True, slots=True)
class BlockPiece(Piece):
    """One block of a Markdown text."""

    block: Block = field(default_factory=lambda: Block("", "text"))
    references: References = field(default_factory=References)
    first_code: int = 1

    @property
    def source(self) -> str:
        """The block's Markdown."""
        return self.block.source

    def estimate(self, width: int) -> int:
        """Return how many lines its source has at this width."""
        text = self.block.source.rstrip()
        return 1 + text.count("\n") + len(text) // max(1, width)

    def draw(self, width: int, palette: Palette) -> list[Line]:
        """Return the lines of the Markdown."""
        return draw_block(self.block, self.references, width, palette, self.first_code)


@dataclass(frozen=True, slots=True)
class PlainPiece(Piece):
    """Some lines of a text that is shown as it is.

    Attributes:
        text: The text.
        join: What stands between it and the next piece in what is copied.
    """

    text: str = ""
    join: str = "\n"

    @property
    def source(self) -> str:
        """The text."""
        return self.text

    def estimate(self, width: int) -> int:
        """Return how many lines it has at this width."""
        return 1 + self.text.count("\n") + len(self.text) // max(1, width)

    def draw(self, width: int, palette: Palette) -> list[Line]:
        """Return the text, wrapped."""
        text = clean(self.text.removesuffix("\n")).expandtabs(_TAB)
        lines = wrapped([Segment(text, palette.text)], width)
        return [*lines[:-1], replace(lines[-1], join=self.join)]


@dataclass(frozen=True, slots=True)
class PartPiece(Piece):
    """A tool call, a picture, or something folded."""

    part: Item = field(default_factory=lambda: OtherItem(""))
    whole: bool = False
    version: int = 0

    foldable: ClassVar[bool] = True

    @property
    def source(self) -> str:
        """What is shown of it when it is whole."""
        match self.part:
            case FoldItem(title=title, text=text):
                return f"{title}\n{text}"
            case ToolItem() as tool:
                return "\n".join(filter(None, (tool.name, tool.title, tool.arguments, tool.output, tool.error)))
            case _:
                return ""

    def estimate(self, width: int) -> int:
        """Return about as many lines as a folded one has."""
        return 2 if not self.whole else 1 + self.source.count("\n") + len(self.source) // max(1, width)

    def draw(self, width: int, palette: Palette) -> list[Line]:
        """Return the part as it is folded."""
        match self.part:
            case ToolItem() as tool:
                return draw_tool(tool, width, palette, whole=self.whole)
            case FoldItem() as fold:
                return draw_fold(fold, width, palette, whole=self.whole)
            case ImageItem() as image:
                return draw_image(image, width, palette)
            case OtherItem(kind):
                text = f"▣ a part of the kind “{kind}”, which this version cannot show; it is kept in the file"
                return wrapped([Segment(clean_line(text), palette.dim)], width)
            case _:
                return []


@dataclass(frozen=True, slots=True)
class NotePiece(Piece):
    """How a message ended, and what there is to know about it."""

    note: str = ""
    outcome: Outcome | None = None

    @property
    def source(self) -> str:
        """The note."""
        return self.note

    def draw(self, width: int, palette: Palette) -> list[Line]:
        """Return the notes, then how it ended with what can be done."""
        lines = []
        for note in filter(None, self.note.split("\n")):
            lines += wrapped([Segment(clean_line(note), palette.dim)], width)
        outcome = self.outcome
        if outcome is not None:
            style = palette.error if outcome.state == "failed" else palette.warning
            text = clean_line(sentences(outcome.title, outcome.detail, outcome.hint, *what_to_do(outcome)))
            sign = Segment(f"{OUTCOME_SIGNS[outcome.state]} ", style)
            lines += behind(wrapped([Segment(text, style)], width - 2), [sign], [Segment("  ")])
        return lines


@dataclass(frozen=True, slots=True)
class EndPiece(Piece):
    """The blank line behind a message."""

    def draw(self, width: int, palette: Palette) -> list[Line]:
        """Return a blank line."""
        return [BLANK]


def what_to_do(outcome: Outcome) -> tuple[str, ...]:
    """Return what a person can do about an answer that did not end well, in sentences."""
    again = "Ask again with ctrl+x R"
    return (again if outcome.state == "failed" else f"{again}, or write “continue” for the rest",)


def pieces_of(
    entry: Entry, text_pieces: TextMaker, *, whole: bool = False, turned: frozenset[int] = frozenset()
) -> list[Piece]:
    """Return a message as pieces, from the top.

    Args:
        entry: The message.
        text_pieces: Makes the pieces of a text, and counts its code blocks: given which part of the message it is,
            the text, the number of its first code block, and whether a blank line stands above it.
        whole: Whether its parts are shown whole unless they are turned.
        turned: Which of its parts are folded the other way.
    """
    pieces: list[Piece] = [GapPiece(words=entry.gap)] if entry.gap else []
    pieces.append(HeadPiece(None, role=entry.role, name=entry.name, about=_about(entry)))
    code, count = 1, len(pieces)
    for number, item in enumerate(entry.items):
        above = len(pieces) > count and not _belongs(entry.items[number - 1], item)
        if isinstance(item, TextItem):
            made, codes = text_pieces(number, item, code, above)
            pieces += made
            code += codes
        else:
            version = version_of(item) if isinstance(item, ImageItem) else 0
            pieces.append(PartPiece(number, above, item, whole != (number in turned), version))
    if entry.note or entry.outcome:
        pieces.append(NotePiece(None, len(pieces) > count, entry.note, entry.outcome))
    return [*pieces, EndPiece()]


def _about(entry: Entry) -> str:
    """Return what else the head line says."""
    return f"{entry.about} {ANSWERING}".strip() if entry.growing else entry.about


def _belongs(before: Item, item: Item) -> bool:
    """Return whether two parts stand together without a blank line."""
    return isinstance(before, ToolItem | FoldItem) and isinstance(item, ToolItem | FoldItem)
