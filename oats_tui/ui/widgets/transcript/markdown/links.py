"""Where links lead: which a terminal may be given, and how an address is shown beside its text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, quote, urlsplit

from oats_tui.ui.cells import clean_line
from oats_tui.ui.widgets.transcript.markdown.blocks import split
from oats_tui.ui.widgets.transcript.markdown.parsed import is_parsed, parsed

if TYPE_CHECKING:
    from markdown_it.token import Token

SCHEMES = ("http", "https", "mailto")
"""What may be opened."""
LONGEST = 2_000
"""Characters of the longest address that becomes a link."""
SHOWN = 60
"""Columns of an address beside its text."""

_MOST_HOST = 40
_HOST = re.compile(r"[a-z0-9][a-z0-9._-]*|[0-9a-f.]*:[0-9a-f:.]*", re.IGNORECASE)
_SAFE = "!#$%&()*+,-./:;=?@[]_~"


def address_of(href: str) -> str | None:
    """Return an address as a terminal may be given it, or None where it may not lead there.

    It is of printable ASCII without blanks and quotes; all else is percent-encoded.

    Args:
        href: The address as the text has it.
    """
    if len(href) > LONGEST:
        return None
    address = quote(href.strip(), safe=_SAFE, errors="replace")
    parts = _parts(address)
    if parts is None or len(address) > LONGEST or parts.scheme not in SCHEMES:
        return None
    return address if (parts.path if parts.scheme == "mailto" else _HOST.fullmatch(_host(parts))) else None


def shown_address(href: str) -> str:
    """Return an address to be shown, clipped so that where it leads to can still be seen."""
    shown = clean_line(href[: 2 * LONGEST])
    if len(shown) <= SHOWN:
        return shown
    parts = _parts(shown)
    if parts is not None and parts.netloc:
        user, at, host = parts.netloc.rpartition("@")
        host = host if len(host) <= _MOST_HOST else f"…{host[1 - _MOST_HOST :]}"
        rest = shown[shown.index(parts.netloc) + len(parts.netloc) :]
        shown = f"{parts.scheme}://{'…@' if at and user else ''}{host}{rest}"
    return shown if len(shown) <= SHOWN else f"{shown[: SHOWN - 1]}…"


def is_told(text: str, href: str) -> bool:
    """Return whether the text of a link tells where it leads: it is the address, or one with the same host."""
    said = text.strip().casefold()
    address = href.casefold()
    if said in (address, address.removeprefix("mailto:")):
        return True
    parts = _parts(address)
    if (
        parts is None
        or parts.scheme not in ("http", "https")
        or "@" in parts.netloc
        or re.search(r"[\s@\\]", said)
    ):
        return False
    shown = _parts(said if "://" in said else f"{parts.scheme}://{said}")
    return shown is not None and bool(shown.netloc) and shown.netloc == parts.netloc


def links_of(text: str) -> list[tuple[str, str]]:
    """Return the text and the address of each link and picture of a Markdown text that may be opened, in order."""
    blocks, references = split(text)
    found: list[tuple[str, str]] = []
    for block in blocks:
        if block.kind == "code" or not is_parsed(block):
            continue
        tokens, env = parsed(block, references)
        notes = [note.get("tokens") or () for note in env.get("footnotes", {}).get("list", {}).values()]
        for children in (*(token.children or () for token in tokens), *notes):
            found += _links_in(children)
    return found


def text_of(tokens: Sequence[Token]) -> str:
    """Return what some tokens of a text say, as one line."""
    pieces = (" " if token.type in ("softbreak", "hardbreak") else token.content for token in tokens)
    return clean_line("".join(pieces))


def _links_in(tokens: Sequence[Token]) -> Iterator[tuple[str, str]]:
    """Yield the links among the tokens of one text."""
    start, href = 0, ""
    for index, token in enumerate(tokens):
        if token.type == "link_open":
            start, href = index + 1, str(token.attrs.get("href", ""))
        elif token.type == "link_close" and (address := address_of(href)):
            yield text_of(tokens[start:index]) or address, address
        elif token.type == "image" and (address := address_of(str(token.attrs.get("src", "")))):
            yield text_of(token.children or ()) or address, address


def _parts(address: str) -> SplitResult | None:
    """Return the parts of an address, or None where it is none."""
    try:
        return urlsplit(address)
    except ValueError:
        return None


def _host(parts: SplitResult) -> str:
    """Return the host of an address; empty where there is none."""
    try:
        return parts.hostname or ""
    except ValueError:
        return ""
