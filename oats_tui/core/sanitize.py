"""Foreign text made safe for a terminal; called at every exit to one, never when text is stored.

A terminal obeys what it reads: an escape sequence inside an answer can retitle the window, write the clipboard
or hide text. No control byte passes here, and what reorders text invisibly is shown as a mark.
"""

from __future__ import annotations

import re

_BIDI_MARKS = {
    0x061C: "ALM",
    0x200E: "LRM",
    0x200F: "RLM",
    0x202A: "LRE",
    0x202B: "RLE",
    0x202C: "PDF",
    0x202D: "LRO",
    0x202E: "RLO",
    0x2066: "LRI",
    0x2067: "RLI",
    0x2068: "FSI",
    0x2069: "PDI",
}
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029\x0b\x0c\x85]")
_WHITESPACE = re.compile(r"\s+")


def _shown(match: re.Match[str]) -> str:
    """Return a visible stand-in for one unsafe character."""
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if code in _BIDI_MARKS:
        return f"⟨{_BIDI_MARKS[code]}⟩"
    return "\ufffd"


def sanitize(text: str) -> str:
    """Return the text with every control character replaced by something visible.

    Line ends of every kind become a newline; newlines and tabs stay (who draws lines expands the tabs). C0
    controls become control pictures (U+2400…), C1 controls and lone surrogates U+FFFD, and bidirectional controls
    a mark such as ``⟨RLO⟩``.
    """
    if not _UNSAFE.search(text):
        return text
    return _UNSAFE.sub(_shown, _LINE_ENDS.sub("\n", text))


def sentences(*parts: str) -> str:
    """Return the parts that are not empty as sentences on one safe line, each with its full stop."""
    lines = (sanitize_line(part) for part in parts if part.strip())
    return " ".join(line if line[-1:] in ".!?…:" else f"{line}." for line in lines)


def sanitize_line(text: str) -> str:
    """Return the text as one safe line: sanitized, each run of white space one space, none at the ends."""
    return _WHITESPACE.sub(" ", sanitize(text)).strip()
