"""Lines of Markdown as the parser counts them: other line ends than its own are characters like any other."""

from __future__ import annotations

import re

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_LINE_END = re.compile(r"\r\n?")
_BLANK_LINE = re.compile(r"(?:^|\n|\r(?!\n))[ \t]*[\r\n]")


def lines_of(text: str) -> list[str]:
    """Return the lines with their ends; joined they are the text again."""
    return _LINE.findall(text)


def is_blank(line: str) -> bool:
    """Return whether a line holds nothing but blanks and tabs."""
    return not line.strip(" \t\r\n")


def is_unfinished(line: str) -> bool:
    """Return whether a line of blanks has no end yet, which is no line to the parser."""
    return is_blank(line) and not line.endswith(("\r", "\n"))


def has_blank_line(text: str) -> bool:
    """Return whether a line of the text is blank; the newline that begins or ends the text is none."""
    return bool(_BLANK_LINE.search(text))


def normalized(text: str) -> str:
    """Return the text with the line ends and characters that the parser puts in their place."""
    return _LINE_END.sub("\n", text).replace("\0", "\ufffd")


def dedented(line: str, columns: int) -> str:
    """Return a line without its first columns as far as they are blank; part of a tab stays as blanks."""
    column = 0
    for offset, character in enumerate(line):
        if column >= columns or character not in " \t":
            return " " * max(0, column - columns) + line[offset:]
        column += 4 - column % 4 if character == "\t" else 1
    return " " * max(0, column - columns)


def indent_of(line: str) -> int:
    """Return how many columns of blanks a line begins with."""
    return len(line[: len(line) - len(line.lstrip(" \t"))].expandtabs(4))
