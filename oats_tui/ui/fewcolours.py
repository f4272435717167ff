"""What is drawn on a terminal of sixteen colours, or none: its own ground and letters, signs and attributes.

What the sixteen look like is the person's choice; a theme's colours brought to the nearest of them may be a grey
on the same grey. So the ground stays the terminal's, letters keep a hue at most, what is dimmed is told so by an
attribute, and what stands out by its ground is reversed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

STANDS_OUT = 1.5
"""The contrast from which on a ground is told from the one behind it."""

LEAST_CONTRAST = 7.5
"""The contrast with the ground below which grey letters are dimmed ones."""

LEAST_HUE = 0.35
"""How far apart a colour's parts are at least, of its largest, where it has a hue."""

# On dark grounds blue is too dark in most palettes, and on light ones yellow too light.
_SWAPPED: tuple[dict[int, int | None], dict[int, int | None]] = ({4: 6}, {3: None})
_MIDDLE = 0.3


class FewColours(LineFilter):
    """Brings colours down to what every terminal shows readably.

    Args:
        ground: Returns the theme's ground, with which others are compared.
        hues: Whether letters keep a hue.
    """

    def __init__(self, ground: Callable[[], Color], *, hues: bool) -> None:
        super().__init__()
        self._ground = ground
        self._hues = hues

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Bring a line's colours down."""
        ground = self._ground().rgb
        return [
            Segment(text, plainer(style, ground, hues=self._hues) if style else style, control)
            for text, style, control in segments
        ]


@lru_cache(4096)
def plainer(style: Style, ground: tuple[int, int, int], *, hues: bool) -> Style:
    """Return a style without its colours, but with what they tell.

    Args:
        style: The style.
        ground: The theme's ground as red, green and blue, each up to 255.
        hues: Whether letters keep a hue.
    """
    behind = _parts(style.bgcolor) or ground
    letters = _parts(style.color)
    is_reversed = contrast(behind, ground) >= STANDS_OUT
    hue = _hue(letters) if letters and hues and not is_reversed else None
    hue = _SWAPPED[_luminance(ground) > _MIDDLE].get(hue, hue) if hue else None
    is_dim = letters is not None and not is_reversed and hue is None and contrast(letters, behind) < LEAST_CONTRAST
    told = Style(
        bold=style.bold,
        dim=True if is_dim and not style.bold else style.dim,
        italic=style.italic,
        underline=style.underline,
        strike=style.strike,
        reverse=True if is_reversed != bool(style.reverse) else None,
        color=RichColor.from_ansi(hue) if hue is not None else None,
        link=style.link,
    )
    return told + Style.from_meta(style.meta) if style.meta else told


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """Return the contrast of two colours, from 1 to 21, as the accessibility guidelines reckon it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: tuple[int, int, int]) -> float:
    """Return how light a colour is, from 0 to 1."""
    linear = [part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4 for part in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _parts(colour: RichColor | None) -> tuple[int, int, int] | None:
    """Return a colour's parts; None for the terminal's own."""
    return None if colour is None or colour.is_default else tuple(colour.get_truecolor())  # type: ignore[return-value]


def _hue(colour: tuple[int, int, int]) -> int | None:
    """Return the number of the hue that is nearest; None for greys."""
    highest, lowest = max(colour), min(colour)
    if highest == 0 or (highest - lowest) / highest < LEAST_HUE:
        return None
    middle = (highest + lowest) / 2
    red, green, blue = (int(part > middle) for part in colour)
    return red + 2 * green + 4 * blue
