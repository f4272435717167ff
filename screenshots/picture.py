"""A screen as an SVG that is the same each time and needs nothing from elsewhere."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from functools import partial
from html import escape, unescape
from xml.etree import ElementTree

from rich.cells import cell_len

FONTS = 'ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace'
"""Fonts that systems come with; a picture within a page may not load any."""

CELL_WIDTH = 12.2
"""The width of a terminal's cell in the picture's units."""

_FONT_FACE = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
_COMMENT = re.compile(r"\s*<!--.*?-->", re.DOTALL)
_UNIQUE = re.compile(r"terminal-\d+")
_SPACE = "&#160;"
_TEXT = re.compile(
    r'<text class="(?P<style>[^"]+)" x="(?P<x>[^"]+)" y="(?P<y>[^"]+)" textLength="[^"]+"'
    r' clip-path="url\(#(?P<clip>[^)]+)\)">(?P<words>[^<]*)</text>'
)
_ROOT = re.compile(r"<svg\b[^>]*>")
_NAMESPACE = "http://www.w3.org/2000/svg"
_SVG = f"{{{_NAMESPACE}}}"


def cleaned(svg: str, name: str) -> str:
    """Return a terminal's picture without fonts from the network, changing names and overlong lines.

    Args:
        svg: As Textual exports it.
        name: The beginning of every class and id in it; different for pictures that may share a page.
    """
    svg = _COMMENT.sub("", _FONT_FACE.sub("", svg))
    svg = _UNIQUE.sub(name, svg)
    svg = _TEXT.sub(partial(_placed, svg), svg)
    svg = svg.replace("font-family: Fira Code, monospace", f"font-family: {FONTS}")
    svg = svg.replace("font-family: arial", "font-family: Arial, Helvetica, sans-serif")
    # One element a line lets a version control tell what of a picture has changed.
    svg = re.sub(r"(?<=>)(<(?:text|rect)\b)", r"\n\1", svg)
    lines = (line.strip() for line in svg.splitlines())
    return "".join(f"{line}\n" for line in lines if line)


def _placed(svg: str, text: re.Match[str]) -> str:
    """Return a text element that begins at its first visible character, as wide as its cells.

    Some viewers drop spaces at the beginning of an element, and all that follows would stand too far left.
    """
    words = unescape(text["words"])
    bare = words.strip()
    if not bare:
        return ""
    lead = len(words) - len(words.lstrip())
    x = float(text["x"]) + CELL_WIDTH * lead
    width = CELL_WIDTH * cell_len(bare)
    shown = escape(bare).replace("\xa0", _SPACE)
    # The exporter gives the last line no clip of its own, and a missing one hides the text in some viewers.
    clip = f' clip-path="url(#{text["clip"]})"' if f'id="{text["clip"]}"' in svg else ""
    return f'<text class="{text["style"]}" x="{x:g}" y="{text["y"]}" textLength="{width:g}"{clip}>{shown}</text>'


def beside(left: str, right: str) -> str:
    """Return two terminals' pictures as one, from left to right, a little apart.

    Args:
        left: A picture from ``cleaned``.
        right: Another one, with another name.
    """
    sizes = [_size(left), _size(right)]
    # Whole cells, so that a character of the right one has a column in the common picture too.
    start = CELL_WIDTH * math.ceil(sizes[0][0] / CELL_WIDTH + 1)
    width, height = start + sizes[1][0], max(height for _, height in sizes)
    parts = "".join(_part(svg, x, size) for svg, x, size in zip((left, right), (0, start), sizes, strict=True))
    return f'<svg viewBox="0 0 {width:g} {height:g}" xmlns="{_NAMESPACE}">\n{parts}</svg>\n'


def _size(svg: str) -> tuple[float, float]:
    """Return the width and the height of a picture."""
    _, _, width, height = ElementTree.fromstring(svg).attrib["viewBox"].split()
    return float(width), float(height)


def _part(svg: str, x: float, size: tuple[float, float]) -> str:
    """Return a picture as a part of another one, at a place in it."""
    tag = f'<svg x="{x:g}" y="0" width="{size[0]:g}" height="{size[1]:g}" viewBox="0 0 {size[0]:g} {size[1]:g}">'
    return _ROOT.sub(tag, svg, count=1)


def text_of(svg: str) -> str:
    """Return the screen's text, line by line, each character in its column; the window's title is left out.

    Of windows beside each other it is the text of all of them, each in the columns that it takes up.
    """
    rows: defaultdict[float, dict[int, str]] = defaultdict(dict)
    root = ElementTree.fromstring(svg)
    for window in root.findall(f"{_SVG}svg") or [root]:
        start = float(window.get("x", "0"))
        for element in window.iter(f"{_SVG}text"):
            if "textLength" in element.attrib:
                column = round((start + float(element.attrib["x"])) / CELL_WIDTH)
                row = rows[float(element.attrib["y"])]
                row.update(enumerate((element.text or "").replace("\xa0", " "), start=column))
    return "\n".join(_line(rows[y]) for y in sorted(rows))


def _line(cells: dict[int, str]) -> str:
    """Return the characters of one line, with spaces where there are none."""
    return "".join(cells.get(column, " ") for column in range(max(cells) + 1))
