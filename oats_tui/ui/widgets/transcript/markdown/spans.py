"""The text within a block as runs of one style each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.segment import Segment
from rich.style import Style

from oats_tui.ui.cells import clean
from oats_tui.ui.widgets.transcript.markdown.latex import as_unicode
from oats_tui.ui.widgets.transcript.markdown.links import address_of, is_told, shown_address, text_of
from oats_tui.ui.widgets.transcript.palette import Palette

if TYPE_CHECKING:
    from markdown_it.token import Token

TAB = 4
"""Columns from one tab to the next."""
PICTURE = "▣"

_STYLES = {
    "em_open": Style(italic=True),
    "strong_open": Style(bold=True),
    "s_open": Style(strike=True),
}
_CLOSERS = {"em_close", "strong_close", "s_close"}
_TEXTS = {"text": "", "softbreak": " ", "hardbreak": "\n"}
_ENDS = {"$": "$", "$$": "$$", "\\(": "\\)", "\\[": "\\]"}
_MOST_NOTES = 4


class Spans:
    """Turns the tokens of a text into runs.

    Args:
        palette: The colours.
        env: The environment that the tokens were found in.
    """

    def __init__(self, palette: Palette, env: Mapping[str, Any]) -> None:
        self._palette = palette
        self._notes = env.get("footnotes", {}).get("list", {})
        self._depth = 0
        self._draw: dict[str, Callable[[Token, Style], list[Segment]]] = {
            "code_inline": self._code,
            "math_inline": self.math,
            "math_inline_double": self.math,
            "image": self._image,
            "footnote_ref": self._note,
        }

    def of(self, tokens: Sequence[Token], base: Style) -> list[Segment]:
        """Return the runs of a text.

        Args:
            tokens: The text.
            base: The style of what has no marks.
        """
        runs: list[Segment] = []
        styles = [base]
        link: tuple[int, str] | None = None
        for token in tokens:
            kind = token.type
            if kind in _STYLES:
                styles.append(styles[-1] + _STYLES[kind])
            elif kind in _CLOSERS:
                styles.pop()
            elif kind == "link_open":
                link = len(runs), str(token.attrs.get("href", ""))
                styles.append(self._linked(styles[-1], link[1]))
            elif kind == "link_close" and link is not None:
                styles.pop()
                runs += self._told("".join(run.text for run in runs[link[0] :]), link[1])
                link = None
            elif kind in _TEXTS:
                runs.append(Segment(_TEXTS[kind] or shown(token.content), styles[-1]))
            else:
                runs += self._other(token, styles[-1], in_link=link is not None)
        return runs

    def math(self, token: Token, style: Style) -> list[Segment]:
        """Return the runs of a formula: as plain text where that says the same, else as it was written."""
        text = as_unicode(token.content)
        if text is None:
            text = f"{token.markup}{token.content}{_ENDS.get(token.markup, token.markup)}"
        return [Segment(shown(text), style + self._palette.model)]

    def _code(self, token: Token, style: Style) -> list[Segment]:
        """Return the run of some code."""
        return [Segment(shown(token.content), style + self._palette.model)]

    def _image(self, token: Token, style: Style) -> list[Segment]:
        """Return the runs that stand for a picture."""
        href, alt = str(token.attrs.get("src", "")), text_of(token.children or ())
        return [Segment(f"{PICTURE} {alt}".rstrip(), self._linked(style, href)), *self._told(alt, href, " ")]

    def _other(self, token: Token, style: Style, *, in_link: bool) -> list[Segment]:
        """Return the runs of what is no plain text; a picture in a link leads where the link leads."""
        if in_link and token.type == "image":
            return [Segment(_picture(token), style)]
        draw = self._draw.get(token.type)
        return draw(token, style) if draw else [Segment(shown(token.content), style)]

    def _note(self, token: Token, style: Style) -> list[Segment]:
        """Return the runs of a reference to a footnote, or of a footnote that stands within the text."""
        if "label" in token.meta:
            return [Segment(f"[{shown(token.meta['label'])}]", style + self._palette.link)]
        tokens = self._notes.get(token.meta.get("id"), {}).get("tokens")
        if not tokens or self._depth >= _MOST_NOTES:
            return [Segment("[…]", self._palette.dim)]
        self._depth += 1
        runs = self.of(tokens, self._palette.dim)
        self._depth -= 1
        return [Segment("[", self._palette.dim), *runs, Segment("]", self._palette.dim)]

    def _linked(self, style: Style, href: str) -> Style:
        """Return the style of what leads to an address."""
        address = address_of(href)
        return style if address is None else style + self._palette.link + Style(link=address)

    def _told(self, text: str, href: str, blank: str = "") -> list[Segment]:
        """Return the address behind the text of a link, where that does not tell it."""
        if not href or is_told(text, href):
            return []
        return [Segment(f"{' ' if text else blank}({shown_address(href)})", self._palette.dim)]


def shown(text: str) -> str:
    """Return foreign text as it can be drawn."""
    return clean(text).expandtabs(TAB)


def _picture(token: Token) -> str:
    """Return the text that stands for a picture."""
    return f"{PICTURE} {text_of(token.children or ())}".rstrip()
