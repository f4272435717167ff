"""Where a link may lead, and what is shown of that."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from rich.cells import cell_len, set_cell_size
from rich.style import Style

from oats_tui.ui.cells import clean_line

LONGEST_ADDRESS = 2_000
"""Characters of an address that a terminal is told."""

SHOWN = 60
"""Columns of an address that are shown behind its words."""

_SCHEMES = ("http", "https", "mailto")
_KEPT = "%:/?#[]@!$&()*+,;=-._~"
_PLAIN = re.compile(r"[!-~]+")


def safe_address(address: str) -> str | None:
    """Return an address as a terminal may be told of it: printable ASCII; None where it may not be told at all.

    Only ``http``, ``https`` and ``mailto`` lead anywhere.
    """
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme.lower() not in _SCHEMES or not (parts.netloc or parts.path):
        return None
    safe = quote(address.encode("utf-8", "replace"), safe=_KEPT)
    return safe if len(safe) <= LONGEST_ADDRESS and _PLAIN.fullmatch(safe) else None


def link_style(address: str, style: Style) -> Style:
    """Return the style of words that lead to an address; without the way there if it may not be told."""
    safe = safe_address(address)
    return style if safe is None else style + Style(link=safe)


def shown_address(words: str, address: str) -> str:
    """Return what is shown behind the words of a link: its address, or nothing where the words tell it already."""
    shown = clean_line(address)
    plain = words.strip().rstrip("/")
    if not shown or plain in (shown.rstrip("/"), shown.removeprefix("mailto:")):
        return ""
    if plain and shown.rstrip("/") in (f"http://{plain}", f"https://{plain}"):
        return ""
    if cell_len(shown) > SHOWN:
        shown = set_cell_size(shown, SHOWN - 1).rstrip() + "…"
    return f" ({shown})"


def links_of(text: str) -> list[tuple[str, str]]:
    """Return the words and the address of every link in a Markdown text, in order."""
    from oats_tui.ui.widgets.transcript.markdown.parser import parser

    found: list[tuple[str, str]] = []
    for token in parser().parse(text):
        words: list[str] | None = None
        address: str | None = None
        for child in token.children or ():
            if child.type == "link_open":
                words, address = [], safe_address(str(child.attrGet("href") or ""))
            elif child.type == "link_close":
                if address is not None and words is not None:
                    found.append((clean_line("".join(words)), address))
                words = None
            elif child.type == "image" and (source := safe_address(str(child.attrGet("src") or ""))):
                found.append((clean_line(child.content), source))
            elif words is not None:
                words.append(child.content or " ")
    return found
