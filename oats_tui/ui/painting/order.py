"""The order of strokes in which the style changes seldom."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from oats_tui.ui.painting.pens import Pens
from oats_tui.ui.painting.strokes import Stroke

_WAY = 6
"""Bytes that a way to another place takes more than one to what stands near."""


def in_short(strokes: Sequence[Stroke], pens: Pens) -> Sequence[Stroke]:
    """Return strokes in the order of their places, or sorted by their styles where that takes fewer bytes.

    Args:
        strokes: In the order of their places.
        pens: The styles.
    """
    numbers = [stroke.pen for stroke in strokes]
    changes = sum(a != b for a, b in pairwise(numbers))
    # Each change that is spared takes a way to another place instead.
    is_shorter = (changes - len(set(numbers))) * pens.change > changes * _WAY
    return _by_style(strokes, pens) if is_shorter else strokes


def _by_style(strokes: Sequence[Stroke], pens: Pens) -> list[Stroke]:
    """Return strokes sorted by their styles; a blank goes with what is written just before it."""
    groups: list[int] = []
    y = x = group = -1
    for stroke in strokes:
        follows = stroke.x == x and stroke.y == y
        if stroke.purpose == "letters" or not follows or pens.blank(group) != stroke.pen:
            group = stroke.pen
        groups.append(group)
        y, x = stroke.y, stroke.stop
    ranks = {group: rank for rank, group in enumerate(sorted(set(groups), key=pens.order))}
    return [strokes[index] for index in sorted(range(len(strokes)), key=lambda index: ranks[groups[index]])]
