"""Which lines of a text are a diff's, and how they look."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.style import Style

from oats_tui.ui.widgets.transcript.palette import Palette

_SEARCHED = 20_000
_BEGINNING = re.compile(r"^(?:diff --git .|--- .*\n\+\+\+ .*\n@@ -\d)", re.MULTILINE)


def is_diff(text: str) -> bool:
    """Return whether a text is a unified diff, or holds one near its beginning."""
    return _BEGINNING.search(text, 0, _SEARCHED) is not None


def diff_styles(lines: Sequence[str], palette: Palette) -> list[Style]:
    """Return the style of each line of a diff.

    The counts in the lines that begin with ``@@`` are not relied on, because models count badly.
    """
    styles: list[Style] = []
    in_head = False
    for number, line in enumerate(lines):
        if line.startswith("diff --git ") or _names_files(lines, number):
            in_head = True
        if line.startswith("@@"):
            in_head = False
            styles.append(palette.dim)
        elif in_head or line.startswith("\\ "):
            styles.append(palette.dim)
        else:
            styles.append({"+": palette.added, "-": palette.removed}.get(line[:1], palette.text))
    return styles


def _names_files(lines: Sequence[str], number: int) -> bool:
    """Return whether a line is the first of the two that name the files, and no removed line."""
    if not lines[number].startswith("--- ") or number + 1 >= len(lines):
        return False
    behind = lines[number + 2] if number + 2 < len(lines) else "@@"
    return lines[number + 1].startswith("+++ ") and behind.startswith("@@")
