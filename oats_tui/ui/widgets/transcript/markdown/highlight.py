"""Code in colour."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from rich.segment import Segment
from rich.style import Style

from oats_tui.ui.cells import clean
from oats_tui.ui.widgets.transcript.palette import Palette
from oats_tui.ui.widgets.transcript.parts.diff import diff_styles

if TYPE_CHECKING:
    from pygments.lexer import Lexer

LONGEST_COLOURED = 20_000
"""Characters of a piece of code that is coloured."""

_TAB = 4


def coloured(code: str, language: str, palette: Palette) -> list[Segment]:
    """Return code as styled runs; in no colour where the language is not known or there is too much of it.

    Args:
        code: The code, as it came.
        language: The word behind the fence.
        palette: The colours.
    """
    text = clean(code).expandtabs(_TAB)
    if language.lower() in ("diff", "patch"):
        lines = text.split("\n")
        styles = diff_styles(lines, palette)
        return [Segment(f"{line}\n", style) for line, style in zip(lines, styles, strict=True)]
    lexer = _lexer(language.lower()[:50]) if len(text) <= LONGEST_COLOURED else None
    if lexer is None:
        return [Segment(text, palette.text)]
    return [
        Segment(words, palette.text + _token_style(palette.code_theme, kind))
        for kind, words in lexer.get_tokens(text)
    ]


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    """Return what takes a language apart; None for one that is not known."""
    if not language:
        return None
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(language, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


@lru_cache(maxsize=1024)
def _token_style(theme: str, kind: Any) -> Style:
    """Return the style of a kind of word in a theme of colours; the ground is ours."""
    style = _theme(theme).style_for_token(kind)
    colour = style["color"]
    return Style(
        color=f"#{colour}" if colour else None,
        bold=style["bold"] or None,
        italic=style["italic"] or None,
        underline=style["underline"] or None,
    )


@lru_cache(maxsize=8)
def _theme(name: str) -> Any:
    """Return a theme of colours."""
    from pygments.styles import get_style_by_name

    return get_style_by_name(name)
