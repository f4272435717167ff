"""Task lists: items that begin with a box."""

from __future__ import annotations

import re

from markdown_it.rules_core import StateCore
from markdown_it.token import Token

_BOX = re.compile(r"\[[ xX]\][ \t\n]")


def mark_tasks(state: StateCore) -> None:
    """Mark the items of a list that begin with ``[ ]`` or ``[x]``, and take the box out of their text."""
    tokens = state.tokens
    for index in range(2, len(tokens)):
        text, item = tokens[index], tokens[index - 2]
        if text.type != "inline" or item.type != "list_item_open" or tokens[index - 1].type != "paragraph_open":
            continue
        children = text.children or []
        if children and children[0].type == "text" and _BOX.match(text.content):
            item.attrSet("class", "task-list-item")
            children[0].content = children[0].content[3:]
            children.insert(0, _box(text.content[1] != " "))
            text.content = text.content[3:]


def _box(checked: bool) -> Token:
    """Return the box as a token."""
    mark = ' checked="checked"' if checked else ""
    return Token("html_inline", "", 0, content=f'<input class="task-list-item-checkbox"{mark} type="checkbox">')
