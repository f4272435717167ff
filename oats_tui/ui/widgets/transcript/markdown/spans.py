"""The text of a paragraph, from the parser's tokens to styled runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style

from oats_tui.ui.cells import clean, clean_line
from oats_tui.ui.widgets.transcript.markdown.latex import as_unicode
from oats_tui.ui.widgets.transcript.markdown.links import link_style, safe_address, shown_address
from oats_tui.ui.widgets.transcript.palette import Palette

if TYPE_CHECKING:
    from markdown_it.token import Token

_BOLD, _ITALIC, _STRUCK = Style(bold=True), Style(italic=True), Style(strike=True)
_MARKS = {"strong_open": _BOLD, "em_open": _ITALIC, "s_open": _STRUCK}
_CLOSES = {"strong_close", "em_close", "s_close"}
_TAB = 4


class Spans:
    """Gathers the runs of one text.

    Args:
        palette: The colours.
        base: The style of what has no mark.
    """

    def __init__(self, palette: Palette, base: Style) -> None:
        self.runs: list[Segment] = []
        self._palette = palette
        self._styles = [base]
        self._link: tuple[str, int] | None = None

    def add_all(self, tokens: Sequence[Token]) -> list[Segment]:
        """Add what some tokens say; returns all runs."""
        for token in tokens:
            self._add(token)
        return self.runs

    def _add(self, token: Token) -> None:
        """Add what one token says."""
        kind = token.type
        if kind in _MARKS:
            self._styles.append(self._styles[-1] + _MARKS[kind])
        elif kind in _CLOSES:
            self._styles.pop()
        elif kind == "link_open":
            self._open_link(str(token.attrGet("href") or ""))
        elif kind == "link_close":
            self._close_link()
        elif kind == "softbreak":
            self._say(" ")
        elif kind == "hardbreak":
            self._say("\n")
        elif kind == "image":
            self._image(token)
        else:
            self._say(*self._words(token))

    def _words(self, token: Token) -> tuple[str, Style]:
        """Return what a token without others in it says, and how."""
        style, palette = self._styles[-1], self._palette
        match token.type:
            case "code_inline":
                return clean_line(token.content) or " ", style + palette.model
            case "math_inline" | "math_inline_double":
                shown = as_unicode(token.content)
                if shown is not None:
                    return clean_line(shown), style + _ITALIC
                ends = {"\\(": "\\)", "\\[": "\\]"}.get(token.markup, token.markup)
                return clean_line(f"{token.markup}{token.content}{ends}"), style + palette.model
            case "footnote_ref":
                return f"[{clean_line(str(token.meta.get('label', '')))}]", style + palette.you
            case _:
                return clean(token.content).expandtabs(_TAB).replace("\n", " "), style

    def _open_link(self, address: str) -> None:
        """Begin the words of a link."""
        style = self._styles[-1]
        if safe_address(address) is not None:
            style = link_style(address, style + self._palette.link)
        self._styles.append(style)
        self._link = (address, len(self.runs))

    def _close_link(self) -> None:
        """End the words of a link, and show where it leads if they do not."""
        self._styles.pop()
        if self._link is None:
            return
        address, begun = self._link
        self._link = None
        self._say(shown_address("".join(run.text for run in self.runs[begun:]), address), self._palette.dim)

    def _image(self, token: Token) -> None:
        """Say that there is an image, which is not fetched."""
        address = str(token.attrGet("src") or "")
        words = clean_line(token.content) or "image"
        self._say(f"▣ {words}", link_style(address, self._styles[-1] + self._palette.link))
        self._say(shown_address(words, address), self._palette.dim)

    def _say(self, text: str, style: Style | None = None) -> None:
        """Add a run."""
        if text:
            self.runs.append(Segment(text, self._styles[-1] if style is None else style))


def runs_of(tokens: Sequence[Token], palette: Palette, base: Style) -> list[Segment]:
    """Return the text of a paragraph as styled runs; a hard break is a newline.

    Args:
        tokens: The children of an inline token.
        palette: The colours.
        base: The style of what has no mark.
    """
    return Spans(palette, base).add_all(tokens)
