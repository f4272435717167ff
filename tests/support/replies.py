"""What a plain modern terminal answers when a program asks what it can do."""

from __future__ import annotations

import re
from collections.abc import Collection

#: Longest question that may be cut in two by the end of a read, in bytes.
LONGEST_QUESTION = 64

_QUESTION = re.compile(
    rb"\x1b\[(?P<device>0?c)"
    rb"|\x1b\[(?P<second>>0?c)"
    rb"|\x1b\[(?P<name>>0?q)"
    rb"|\x1b\[\?(?P<mode>[0-9]+)\$p"
    rb"|\x1b\[(?P<status>5n)"
    rb"|\x1b\[(?P<scheme>\?996n)"
    rb"|\x1b\](?P<colour>1[0-2]);\?(?:\x07|\x1b\\)"
)
_FIXED = {
    "device": b"\x1b[?62;22c",
    "second": b"\x1b[>41;390;0c",
    "name": b"\x1bP>|XTerm(390)\x1b\\",
    "status": b"\x1b[0n",
    "scheme": b"\x1b[?997;1n",
}
_COLOURS = {b"10": b"e0e0/e0e0/e0e0", b"11": b"1010/1010/1010", b"12": b"ffff/ffff/ffff"}

KNOWN = frozenset({2026})
"""The private modes that are known, unless other ones are named: frames are shown whole."""


def answers(output: bytes, already: int, known: Collection[int] = KNOWN) -> bytes:
    """What to send to a program that wrote `output`.

    The answers are those of a terminal that has no kitty keyboard protocol: a question about it stays without an
    answer. Where the cursor is, only the emulator knows.

    Args:
        output: The newest bytes, after the end of the ones before them.
        already: How many bytes at its start were looked at before; what ends there is not answered again.
        known: The private modes that the terminal knows.
    """
    return b"".join(_answer(match, known) for match in _QUESTION.finditer(output) if match.end() > already)


def _answer(match: re.Match[bytes], known: Collection[int]) -> bytes:
    """The answer to one question."""
    kind = match.lastgroup or ""
    value = match.group(kind)
    if kind == "mode":
        # 2: known, and not set now. 0: unknown.
        return b"\x1b[?%s;%d$y" % (value, 2 if int(value) in known else 0)
    if kind == "colour":
        return b"\x1b]%s;rgb:%s\x1b\\" % (value, _COLOURS[value])
    return _FIXED[kind]
