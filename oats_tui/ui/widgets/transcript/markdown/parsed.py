"""A block's tokens, as they are drawn and as its links are found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from oats_tui.ui.widgets.transcript.markdown.blocks import Block, References
from oats_tui.ui.widgets.transcript.markdown.parser import LONGEST_INLINE, parser
from oats_tui.ui.widgets.transcript.markdown.tables import head_of

if TYPE_CHECKING:
    from markdown_it.token import Token

LONGEST_ITEM = 3 * LONGEST_INLINE
"""Characters of a list's item, with all that is in it, beyond which it is drawn as it is."""


def is_parsed(block: Block) -> bool:
    """Return whether the marks in a block are looked at; one that is too long is shown as it is."""
    return len(block.source) <= {"text": LONGEST_INLINE, "item": LONGEST_ITEM}.get(block.kind, len(block.source))


def parsed(block: Block, references: References) -> tuple[list[Token], dict[str, Any]]:
    """Return the tokens of a block that is no code, and the environment that they were found in.

    A later piece of a table has a header of no meaning.
    """
    env = references.env(block.source)
    goes_on = block.kind == "table" and block.part in ("middle", "last")
    head = head_of(len(block.columns)) if goes_on else ""
    return parser().parse(head + block.source, env), env
