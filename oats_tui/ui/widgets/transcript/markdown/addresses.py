"""Web addresses that stand in a text without any marks."""

from __future__ import annotations

import re
from typing import Literal

from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_SCHEME = re.compile(r"(?<![A-Za-z0-9+.-])https?$", re.IGNORECASE)
_REST = re.compile(r"://[A-Za-z0-9\[][^\s<>\"`|\\^{}\x00-\x1f\x7f「」『』【】《》（），。、；：！？“”‘’]*")
_BRACKETS = {")": "(", "]": "["}
_LONGEST = 2_000


def find_address(state: StateInline, silent: bool) -> bool:
    """Find an address that begins with ``http://`` or ``https://``."""
    if state.src[state.pos] != ":" or state.linkLevel > 0:
        return False
    scheme = _SCHEME.search(state.pending[-10:])
    rest = _REST.match(state.src, state.pos, min(state.posMax, state.pos + _LONGEST))
    if scheme is None or rest is None:
        return False
    tail = _trimmed(rest.group())
    address = scheme.group() + tail
    href = state.md.normalizeLink(address)
    if not state.md.validateLink(href):
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme.group())]
        _push(state, "link_open", 1).attrs = {"href": href}
        state.push("text", "", 0).content = address
        _push(state, "link_close", -1)
    state.pos += len(tail)
    return True


def _push(state: StateInline, kind: str, nesting: Literal[-1, 1]) -> Token:
    """Add a token of a link."""
    token = state.push(kind, "a", nesting)
    token.markup, token.info = "linkify", "auto"
    return token


def _trimmed(address: str) -> str:
    """Return an address without what ends the sentence around it: full stops, and brackets opened before it."""
    while True:
        last = address[-1]
        if last in ".,:;!?'*_~" or (last in _BRACKETS and address.count(last) > address.count(_BRACKETS[last])):
            address = address[:-1]
        else:
            return address
