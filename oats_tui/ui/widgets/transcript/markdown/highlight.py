"""Code in colours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.segment import Segment
from rich.style import Style

from oats_tui.ui.widgets.transcript.palette import Palette
from oats_tui.ui.widgets.transcript.parts.diff import diff_styles

if TYPE_CHECKING:
    from pygments.lexer import Lexer

LONGEST = 20_000
"""Characters of a piece of code beyond which it is not coloured."""
LONGEST_LINE = 2_000
"""Characters of a line beyond which the piece that it is in is not coloured."""

_NAME = re.compile(r"[\w+#.-]{1,40}")
_DIFFS = {"diff", "patch", "udiff"}


def highlighted(code: str, language: str, palette: Palette) -> list[Segment]:
    """Return code as runs; as a single one where its language is not known or it is too long.

    Args:
        code: The code, which can be drawn as it is.
        language: What stands behind the fence.
        palette: The colours.
    """
    name = language.strip("{}.").casefold()
    if name in _DIFFS:
        lines = code.split("\n")
        return _lines(lines, diff_styles(lines, palette))
    lexer = _lexer(name) if _NAME.fullmatch(name) else None
    too_long = len(code) > LONGEST or any(len(line) > LONGEST_LINE for line in code.split("\n"))
    if lexer is None or too_long:
        return [Segment(code, palette.text)]
    try:
        pairs = list(lexer.get_tokens(code))
    except Exception:  # noqa: BLE001 - a lexer that stumbles over foreign code must not take the message with it
        pairs = []
    if "".join(text for _, text in pairs) != code:
        return [Segment(code, palette.text)]
    theme = palette.code_theme
    parts = groupby(pairs, lambda pair: _style(theme, pair[0]))
    return [Segment("".join(text for _, text in part), style or palette.text) for style, part in parts]


def _lines(lines: Sequence[str], styles: Sequence[Style]) -> list[Segment]:
    """Return lines with a style each as runs."""
    runs: list[Segment] = []
    for line, style in zip(lines, styles, strict=True):
        runs += [Segment(line, style), Segment("\n", style)]
    return runs[:-1]


@lru_cache(maxsize=32)
def _lexer(name: str) -> Lexer | None:
    """Return what finds the parts of code in a language."""
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        made: Lexer = get_lexer_by_name(name, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None
    return made


@lru_cache(maxsize=512)
def _style(theme: str, kind: Any) -> Style | None:
    """Return the style of a part of code; None where it has no colour of its own."""
    known = _theme(theme)
    # A lexer may name parts that no theme knows; then what they are parts of counts.
    while kind not in known and kind.parent is not None:
        kind = kind.parent
    look = known[kind]
    if not look["color"]:
        return None
    return Style(color=f"#{look['color']}", bold=look["bold"] or None, italic=look["italic"] or None)


@cache
def _theme(name: str) -> dict[Any, Any]:
    """Return how a theme shows the parts of code that it knows."""
    from pygments.styles import get_style_by_name

    return dict(get_style_by_name(name))
