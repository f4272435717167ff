"""The pieces into which a Markdown text is cut, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["text", "item", "code", "table", "rest"]
Part = Literal["whole", "first", "middle", "last"]


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a Markdown text that is drawn by itself.

    Attributes:
        source: Its text, exactly as in the message; joined, the blocks are the text again.
        kind: What it is: an item of a list that stands by itself, a code block or table or a piece of one, what
            was not taken in yet, or anything else. Link definitions are blocks of text that draw nothing.
        gap: Whether a blank line is drawn above it; never for the first one that draws anything.
        number: The number of an ordered list's item.
        language: The first word behind the fence of a code block.
        part: Which piece of a code block or table it is.
        columns: The natural width of each column over the whole table, in cells.
        aligns: For each column of a table "left", "center", "right", or "" for none.
        codes: How many code blocks begin in it, nested ones too.
        is_open: Whether it ends in a fenced code block whose end has not come yet.
        fence: The characters that fence a code block; empty for an indented one.
        indent: How many columns in front of the lines of a code block are not part of it.
    """

    source: str
    kind: Kind
    gap: bool = True
    number: int | None = None
    language: str = ""
    part: Part = "whole"
    columns: tuple[int, ...] = ()
    aligns: tuple[str, ...] = ()
    codes: int = 0
    is_open: bool = False
    fence: str = ""
    indent: int = 0


@dataclass(frozen=True, slots=True)
class References:
    """What blocks of one text tell each other.

    Attributes:
        links: Label, address and title of each link definition, in order.
        footnotes: The labels of the footnotes that are defined, in order.
    """

    links: tuple[tuple[str, str, str], ...] = ()
    footnotes: tuple[str, ...] = ()
    _known: dict[str, dict[str, Any]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Make once what each block of many is parsed with."""
        links = {label: {"href": href, "title": title, "map": [0, 0]} for label, href, title in self.links}
        object.__setattr__(self, "_known", links)

    def env(self, source: str) -> dict[str, Any]:
        """Return a new environment for the parser, in which all that a block may refer to is known.

        A footnote that is referred to by its label has as its id how many are defined before it.

        Args:
            source: The block's text.
        """
        footnotes = self.footnotes if "[^" in source else ()
        numbers = {f":{label}": number for number, label in enumerate(footnotes)}
        return {
            "references": dict(self._known) if "[" in source else {},
            "numbers": numbers,
            "footnotes": {
                "refs": dict(numbers),
                "list": {number: {"label": label, "count": 0} for number, label in enumerate(footnotes)},
            },
        }
