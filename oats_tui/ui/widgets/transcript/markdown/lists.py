"""The items of lists, and what stands in front of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.token import Token

BULLETS = "•◦▪"
"""By level; deeper ones have the last."""

_BOXES = {False: ("☐", "[ ]"), True: ("☑", "[x]")}


def children(tokens: Sequence[Token], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the first and the last token of each block between two tokens that is not within another one."""
    index = start
    while index < end:
        first, depth = index, int(tokens[index].nesting)
        while depth > 0 and index + 1 < end:
            index += 1
            depth += tokens[index].nesting
        yield first, index
        index += 1


def is_loose(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Return whether a text of the item between two tokens stands between blank lines."""
    within = (tokens[child] for child, _ in children(tokens, first + 1, last))
    return any(token.type == "paragraph_open" and not token.hidden for token in within)


def marks_of(token: Token, count: int, level: int, number: int | None) -> list[tuple[str, str]]:
    """Return what is drawn in front of each item of a list, and what is copied for it.

    Args:
        token: The beginning of the list.
        count: How many items it has.
        level: How many lists with bullets are around it.
        number: The number of the first item, if it is not the one that it gives itself.
    """
    if token.type == "bullet_list_open":
        return [(f"{BULLETS[min(level, len(BULLETS) - 1)]} ", "- ")] * count
    start = int(token.attrs.get("start", 1)) if number is None else number
    numbers = [f"{each}{token.markup or '.'} " for each in range(start, start + count)]
    return [(each.rjust(len(numbers[-1])), each) for each in numbers]


def take_box(tokens: Sequence[Token], first: int) -> bool | None:
    """Take the box of a task out of its text; returns whether it is ticked, and None for what is no task."""
    if "task-list-item" not in str(tokens[first].attrs.get("class", "")):
        return None
    parts = tokens[first + 2].children or []
    if not parts or parts[0].type != "html_inline":
        return None
    box = parts.pop(0)
    while parts and (parts[0].type == "softbreak" or _is_blank(parts[0])):
        parts.pop(0)
    if parts and parts[0].type == "text":
        parts[0].content = parts[0].content.lstrip()
    return "checked=" in box.content


def with_box(mark: tuple[str, str], is_done: bool) -> tuple[str, str]:
    """Return what is drawn and copied in front of a task: its box takes the place of a bullet, not of a number."""
    sign, copied = _BOXES[is_done]
    drawn = f"{sign} " if mark[1] == "- " else f"{mark[0]}{sign} "
    return drawn, f"{mark[1]}{copied} "


def _is_blank(token: Token) -> bool:
    """Return whether a token is text of blanks alone."""
    return token.type == "text" and not token.content.strip()
