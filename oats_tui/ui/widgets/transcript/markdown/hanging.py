"""Lines with something in front of them: bullets, numbers and bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.segment import Segment

from oats_tui.ui.widgets.transcript.lines import Border, Line


@dataclass(frozen=True, slots=True)
class Lead:
    """What stands in front of some lines.

    Attributes:
        first: What is drawn in front of the first one.
        rest: What is drawn in front of the others, as wide.
        copied: What is copied for the first one.
        copied_rest: What is copied for each of the others that is not a soft break.
    """

    first: Segment
    rest: Segment
    copied: str = ""
    copied_rest: str = ""


def hung(lines: Sequence[Line], lead: Lead) -> list[Line]:
    """Return the lines with something in front of each; empty ones stay empty where that is but blanks."""
    width = cell_len(lead.first.text)
    bare = lead.rest.text.isspace()
    made: list[Line] = []
    hard = True
    for line in lines or (Line(),):
        copied = lead.copied_rest if made else lead.copied
        if made and bare and not line.segments:
            made.append(line)
        else:
            moved = tuple(Border(each.start + width, each.end + width, each.copied) for each in line.borders)
            border = Border(0, width, copied if hard else "")
            segment = lead.rest if made else lead.first
            made.append(Line((segment, *line.segments), line.join, (border, *moved)))
        hard = line.join == "\n"
    return made


def bordered(line: Line, join: str) -> Line:
    """Return a line of which nothing is copied but what joins it to the next."""
    return Line(line.segments, join, (Border(0, line.width),))
