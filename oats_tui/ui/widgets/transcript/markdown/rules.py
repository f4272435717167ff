"""Rules of the parsers that keep hostile text cheap and mathematics within its block."""

from __future__ import annotations

import re

from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import table as any_table
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.footnote.index import footnote_def

from oats_tui.ui.widgets.transcript.markdown.parser import MATH_OPENERS, MOST_MATH_LINES
from oats_tui.ui.widgets.transcript.markdown.tables import debt_of

MOST_NESTING = 60
"""Levels of marks within each other; further ones are text."""
MOST_BLOCKS = 40
"""Levels of quotes and lists within each other, of which a list takes two; further ones are text."""

FEW_BLOCKS = 2
"""Levels of quotes within each other that may be as long as they like."""
MOST_LAZY = 2_000
"""Lines of a quote that do not say that they belong to it, times the quotes within each other."""
MOST_DEBT = 1_000
"""How much the rows of a table may lack."""

_CONTAINER = re.compile(r"(?:[-+*]|[0-9]{1,9}[.)])(?:[ \t]|$)|>")
_NOT_LAZY = {"", *">-+*#`~|0123456789"}
_CLOSERS = dict(zip(MATH_OPENERS, ("$$", "\\]"), strict=True))


def math_block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    r"""Find a block of mathematics: from ``$$`` or ``\[`` at the beginning of a line to its end at the end of one.

    It holds no blank line, and does not reach out of the list or quote that it is in.
    """
    begin = state.bMarks[start_line] + state.tShift[start_line]
    opener = state.src[begin : begin + 2]
    closer = _CLOSERS.get(opener)
    if closer is None or state.is_code_block(start_line):
        return False
    found = _math_end(state, start_line, end_line, closer)
    if found is None:
        return False
    last, end = found
    if silent:
        return True
    parts = [state.src[begin + 2 : end if last == start_line else state.eMarks[start_line]]]
    if last > start_line:
        parts.append(state.getLines(start_line + 1, last, state.blkIndent, False))
        parts.append(state.src[state.bMarks[last] + state.tShift[last] : end])
    token = state.push("math_block", "math", 0)
    token.content = "\n".join(parts)
    token.markup = opener
    token.map = [start_line, last + 1]
    state.line = last + 1
    return True


def table(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Find a table whose rows are not far shorter than its header: each cell that lacks costs time and memory.

    What begins like an item or a quote is one, also where it could be a header: each item is drawn by itself.
    What the rows in front of a table that goes on lack is ``debt`` in the environment.
    """
    if not any_table(state, start_line, end_line, True) or _CONTAINER.match(_line(state, start_line)):
        return False
    if not silent:
        debt = state.env.get("debt", 0) if not start_line else 0
        columns = _line(state, start_line + 1).strip(" \t|").count("|") + 1
        for line in range(start_line + 2, end_line):
            row = _line(state, line)
            debt += debt_of(row, columns)
            if not row or debt > MOST_DEBT:
                end_line = line
                break
    return any_table(state, start_line, end_line, silent)


def footnote(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Find the definition of a footnote; those that have ``numbers`` in the environment keep them."""
    if not _line(state, start_line).startswith("[^"):
        return False
    found = footnote_def(state, start_line, end_line, silent)
    if found and not silent:
        state.env["footnotes"]["refs"].update(state.env.get("numbers", {}))
    return found


def too_deep(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Take what is nested too deeply as text, so that nothing of it is lost.

    A quote within others costs time for each line that belongs to it without saying so.
    """
    if silent or state.level < FEW_BLOCKS:
        return False
    if state.level < MOST_BLOCKS and _lazy_lines(state, start_line, end_line) * state.level < MOST_LAZY:
        return False
    line = start_line + 1
    # An indentation below zero says that a line goes on with a quote without saying so.
    while line < end_line and not state.isEmpty(line) and not 0 <= state.sCount[line] < state.blkIndent:
        line += 1
    content = state.getLines(start_line, line, state.blkIndent, False).strip(" \t\n")
    state.push("paragraph_open", "p", 1).map = [start_line, line]
    token = state.push("inline", "", 0)
    token.content, token.map, token.children = content, [start_line, line], []
    state.push("paragraph_close", "p", -1)
    state.line = line
    return True


def math_brackets(state: StateInline, silent: bool) -> bool:
    r"""Find mathematics between ``\(`` and ``\)``, or between ``\[`` and ``\]``."""
    opener = state.src[state.pos : state.pos + 2]
    if opener not in ("\\(", "\\["):
        return False
    end = state.src.find("\\)" if opener == "\\(" else "\\]", state.pos + 2, state.posMax)
    content = state.src[state.pos + 2 : end]
    if end < 0 or not content.strip():
        return False
    if not silent:
        token = state.push("math_inline" if opener == "\\(" else "math_inline_double", "math", 0)
        token.content, token.markup = content, opener
    state.pos = end + 2
    return True


def _math_end(state: StateBlock, start_line: int, end_line: int, closer: str) -> tuple[int, int] | None:
    """Return the line on which mathematics ends, and the offset of what ends it; None where nothing does."""
    for line in range(start_line, min(end_line, start_line + MOST_MATH_LINES)):
        begin = state.bMarks[line] + state.tShift[line]
        if line > start_line and (state.isEmpty(line) or state.sCount[line] < state.blkIndent):
            return None
        begin += 2 if line == start_line else 0
        text = state.src[begin : state.eMarks[line]].rstrip(" \t")
        if text.endswith(closer) and (line > start_line or text[: -len(closer)].strip()):
            return line, begin + len(text) - len(closer)
        if closer in text:
            return None
    return None


def _line(state: StateBlock, line: int) -> str:
    """Return a line without the blanks around it."""
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].strip(" \t")


def _lazy_lines(state: StateBlock, start_line: int, end_line: int) -> int:
    """Return how many lines behind the first of a quote seem to go on with it without saying so."""
    if not _line(state, start_line).startswith(">"):
        return 0
    line = start_line + 1
    while line < end_line and _line(state, line)[:1] not in _NOT_LAZY:
        line += 1
    return line - start_line
