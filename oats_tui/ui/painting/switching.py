"""The shortest sequences that switch a terminal from one style to another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

END_LINK = "\x1b]8;;\x1b\\"

REVERSED = "7"

# What takes each attribute back; bold and dim are taken back together.
_OFF = {"3": "23", "4": "24", "7": "27", "9": "29", "1": "22", "2": "22"}

# What of a style cannot be seen where no letter stands.
_UNSEEN = frozenset({"", "1", "2", "3"})


class Pen(NamedTuple):
    """What a terminal is told of a style, each as the numbers of a sequence.

    Attributes:
        attributes: Bold, reversed and the like.
        colour: Of the letters.
        ground: Behind them.
        link: The sequence that begins the link; empty for none.
    """

    attributes: str = ""
    colour: str = ""
    ground: str = ""
    link: str = ""

    @property
    def exchanged(self) -> Pen:
        """The same look with both colours exchanged and reversed; itself where terminals may not agree on that."""
        other = self.turned
        return (
            self if other is self else other._replace(colour=f"3{self.ground[1:]}", ground=f"4{self.colour[1:]}")
        )

    @property
    def turned(self) -> Pen:
        """The style reversed, or no longer; itself where terminals may not agree on how that looks."""
        if self.attributes not in ("", REVERSED) or not self.has_own_colours:
            return self
        return self._replace(attributes="" if self.attributes else REVERSED)

    @property
    def has_own_colours(self) -> bool:
        """Whether letters and ground are of the large palettes, in which both can be the same."""
        return self.colour.startswith("38;") and self.ground.startswith("48;")

    @property
    def can_erase(self) -> bool:
        """Whether a cell that is erased has the ground and nothing else."""
        return not self.link and _UNSEEN.issuperset(self.attributes.split(";"))

    @property
    def blank(self) -> Pen:
        """What can be seen of the style where no letter stands."""
        if self.attributes == REVERSED and self.has_own_colours and not self.link:
            return Pen(ground=self.exchanged.ground)
        return Pen(ground=self.ground) if self.can_erase else self


def switch(before: Pen, after: Pen) -> str:
    """Return the shortest that switches from one style to another; what is the same is not said again."""
    link = "" if before.link == after.link else after.link or END_LINK
    if before[:3] == after[:3]:
        return link
    return link + min((f"\x1b[{codes}m" for codes in _ways(before, after)), key=len)


def _ways(before: Pen, after: Pen) -> Iterator[str]:
    """Return what the numbers of a switch may be."""
    yield ";".join(filter(None, ("0" if any(after[:3]) else "", *after[:3])))
    old, new = set(filter(None, before.attributes.split(";"))), set(filter(None, after.attributes.split(";")))
    if old <= new | _OFF.keys():
        off = {_OFF[each] for each in old - new}
        back = {each for each in new & old if _OFF.get(each) in off}
        codes = sorted(off) + sorted(new - old | back)
        codes += [after.colour or "39"] if before.colour != after.colour else []
        codes += [after.ground or "49"] if before.ground != after.ground else []
        yield ";".join(codes)
