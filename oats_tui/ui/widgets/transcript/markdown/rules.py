"""Rules of the parsers that keep hostile text cheap and mathematics within its block."""

from __future__ import annotations

from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

MOST_NESTING = 60
"""Levels of marks within each other; further ones are text."""
MOST_BLOCKS = 40
"""Levels of quotes and lists within each other, of which a list takes two; further ones are text."""
MOST_MATH_LINES = 100
"""Lines of a block of mathematics. What begins one and does not end within so many lines is text."""

OPENERS = {"$$": "$$", "\\[": "\\]"}
"""What begins a block of mathematics, and what ends it at the end of a line."""


def math_block(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Find a block of mathematics: from ``$$`` or ``\\[`` at the beginning of a line to its end at the end of one.

    It holds no blank line, and does not reach out of the list or quote that it is in.
    """
    begin = state.bMarks[start_line] + state.tShift[start_line]
    opener = state.src[begin : begin + 2]
    closer = OPENERS.get(opener)
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


def too_deep(state: StateBlock, start_line: int, end_line: int, silent: bool) -> bool:
    """Take what is nested too deeply as text, so that nothing of it is lost."""
    if silent or state.level < MOST_BLOCKS:
        return False
    line = start_line + 1
    while line < end_line and not state.isEmpty(line) and state.sCount[line] >= state.blkIndent:
        line += 1
    content = state.getLines(start_line, line, state.blkIndent, False).strip(" \t\n")
    for kind, nesting in (("paragraph_open", 1), ("inline", 0), ("paragraph_close", -1)):
        token = state.push(kind, "p" if nesting else "", 1 if nesting > 0 else nesting)  # type: ignore[arg-type]
        if nesting >= 0:
            token.map = [start_line, line]
        if not nesting:
            token.content, token.children = content, []
    state.line = line
    return True


def math_brackets(state: StateInline, silent: bool) -> bool:
    """Find mathematics between ``\\(`` and ``\\)``, or between ``\\[`` and ``\\]``."""
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
