"""The Markdown parsers: one that draws, and one that only finds the blocks."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.parser_inline import ParserInline

LONGEST_INLINE = 20_000
"""Characters of a paragraph beyond which its marks are not looked at; it is drawn as it is."""
MATH_OPENERS = ("$$", "\\[")
"""What begins a block of mathematics."""
MOST_MATH_LINES = 100
"""Lines of a block of mathematics. What begins one and does not end within so many lines is text."""


@cache
def parser() -> MarkdownIt:
    """Return the parser for what is drawn.

    It knows CommonMark with tables, strikethrough, footnotes, task lists, mathematics and bare web addresses.
    HTML is text. Beside the tokens of CommonMark it gives ``footnote_ref``, ``footnote_reference_open`` and
    ``…_close`` around a footnote's definition where it stands, ``math_inline``, ``math_inline_double`` and
    ``math_block``; the ``list_item_open`` of a task has the class ``task-list-item``, and the first child of its
    text is a ``html_inline`` whose content holds ``checked`` where the task is done.
    """
    from oats_tui.ui.widgets.transcript.markdown.addresses import find_address
    from oats_tui.ui.widgets.transcript.markdown.inline import BoundedInline
    from oats_tui.ui.widgets.transcript.markdown.tasks import mark_tasks

    made = _made(BoundedInline())
    made.core.ruler.after("inline", "tasks", mark_tasks)
    made.inline.ruler.before("newline", "addresses", find_address)
    return made.enable(["strikethrough"])


@cache
def cutter() -> MarkdownIt:
    """Return the parser that finds the blocks of a text, and its definitions, and looks at no marks in them.

    A link definition gives a token ``definition``.
    """
    from markdown_it.parser_inline import ParserInline

    made = _made(ParserInline())
    made.options["inline_definitions"] = True
    made.core.ruler.enableOnly(["normalize", "block"])
    return made


def _made(inline: ParserInline) -> MarkdownIt:
    """Return a parser with all that concerns blocks, and the rules of the text within them."""
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    from mdit_py_plugins.footnote import footnote_plugin

    from oats_tui.ui.widgets.transcript.markdown import rules

    made = MarkdownIt("zero")
    made.inline = inline
    made.configure("commonmark", {"html": False, "maxNesting": rules.MOST_NESTING})
    made.enable(["table"])
    made.block.ruler.at("table", rules.table, {"alt": ["paragraph", "reference"]})
    made.use(footnote_plugin, move_to_end=False)
    made.block.ruler.at("footnote_def", rules.footnote, {"alt": ["paragraph", "reference"]})
    made.use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True)
    made.block.ruler.at("math_block", rules.math_block)
    made.block.ruler.before("table", "too_deep", rules.too_deep)
    made.inline.ruler.before("escape", "math_brackets", rules.math_brackets)
    return made
