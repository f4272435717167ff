"""Text on a terminal that cannot show every letter: each character as something it can, in as many cells."""

from __future__ import annotations

import codecs
import unicodedata

from rich.cells import get_character_cell_size

from oats_tui.core.terminal import ASCII, UTF8

UNKNOWN = "?"
"""What stands for a letter that has no likeness."""

_LIKE = {
    **dict.fromkeys("─━╌╍┄┅┈┉═╴╶╸╺▀▔–—‒―‐‑−·", "-"),
    **dict.fromkeys("│┃╎╏┆┇┊┋║╵╷╹╻▌▍▎▏▐▕", "|"),
    **dict.fromkeys("▁▂▃", "_"),
    **dict.fromkeys("▄▅▆▇█▉▊▋■●▣▪░▒▓", "#"),
    **dict.fromkeys("•∙◦▫", "*"),
    **dict.fromkeys("○◌□", "o"),
    **dict.fromkeys("…⋯", "~"),
    **dict.fromkeys("✗✘×", "x"),
    **dict.fromkeys("✓✔▾▼↓", "v"),
    **dict.fromkeys("▸▶→↳⏎↵", ">"),
    **dict.fromkeys("◂◀←", "<"),
    **dict.fromkeys("▴▲↑", "^"),
    **dict.fromkeys("“”„‟", '"'),
    **dict.fromkeys("‘’‚‛′", "'"),
    **dict.fromkeys("⟨‹", "<"),
    **dict.fromkeys("⟩›", ">"),
    "«": '"',
    "»": '"',
    "ß": "s",
    "ø": "o",
    "Ø": "O",
    "æ": "a",
    "Æ": "A",
    "€": "E",
    "\xa0": " ",
}
_CORNERS = range(0x250C, 0x2580)


class Plain(dict[int, str]):
    """A table for `str.translate` that fills itself as characters come.

    Lines and signs become such of ASCII wherever the character set lacks them, letters lose their marks, and what
    is left becomes a question mark. Nothing changes its width.

    Args:
        charset: The terminal's character set, as Python names it.
        written_in: The character set in which text goes to the terminal.
    """

    def __init__(self, charset: str, written_in: str = UTF8) -> None:
        super().__init__()
        # What is written in another set than the terminal's can only be what both have.
        self._charset = charset if _name(charset) == _name(written_in) else ASCII

    def __missing__(self, code: int) -> str:
        """Return what stands for a character, and remember it."""
        shown = self[code] = self._shown(chr(code))
        return shown

    def fit(self, text: str) -> str:
        """Return a text as the terminal can show it."""
        return text if text.isascii() else text.translate(self)

    def _shown(self, character: str) -> str:
        """Return what stands for a character."""
        if character.isascii():
            return character
        cells = get_character_cell_size(character)
        try:
            length = len(character.encode(self._charset))
        except UnicodeEncodeError:
            return _likeness(character).ljust(cells)[:cells]
        # In character sets of several bytes, lines and signs are as wide as the terminal likes.
        return character if length == 1 or cells == len("ab") else _likeness(character)[:cells]


def _likeness(character: str) -> str:
    """Return the ASCII character that is most like another."""
    if character in _LIKE:
        return _LIKE[character]
    if ord(character) in _CORNERS:
        return "+"
    bare = unicodedata.normalize("NFKD", character)[0]
    return bare if bare.isascii() and bare.isprintable() else UNKNOWN


def _name(charset: str) -> str:
    """Return the name under which Python knows a character set."""
    return codecs.lookup(charset).name


def table_for(charset: str | None, written_in: str | None) -> Plain | None:
    """Return the table for a terminal; None for one that shows everything."""
    return None if charset == UTF8 else Plain(charset or ASCII, written_in or UTF8)
