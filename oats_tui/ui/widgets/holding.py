"""New lines put among those whose order is held."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from itertools import chain, pairwise

from oats_tui.ui.widgets.row import Heading, Line, Row


def joined(shown: Sequence[Line], given: Sequence[Line], known: Container[str]) -> list[Line]:
    """Return the lines in the order in which they are shown while it is held.

    Those that are there stay in their order, as they are now. A new session stands above all that are to stand
    below it, under its heading, and one of a tree behind the session that precedes it there.

    Args:
        shown: What is shown.
        given: What is to be shown, in the order that it would have.
        known: The ids of what is shown.
    """
    now = {line.id: line for line in given}
    kept = [now.get(line.id, line) for line in shown if line.id in now or isinstance(line, Heading)]
    places = _Fresh(known)
    if any(line.id not in known for line in given):
        places.take(given, _highest_below(given, kept))
    return _without_idle(list(places.among(kept)), now)


class _Fresh:
    """Where new lines belong.

    Args:
        known: The ids of what is shown.
    """

    def __init__(self, known: Container[str]) -> None:
        self._known = known
        self._top: list[Line] = []
        self._end: list[Line] = []
        self._before: dict[str, list[Line]] = {}
        self._behind: dict[str, list[Line]] = {}
        self._homes: dict[str, list[Line]] = {}

    def take(self, given: Sequence[Line], below: Mapping[str, str]) -> None:
        """Find the places of what is new among these.

        Args:
            given: What is to be shown.
            below: See `_highest_below`.
        """
        heading: Line | None = None
        previous: Line | None = None
        for line, following in pairwise(chain(given, [None])):
            assert line is not None
            if line.id not in self._known:
                if isinstance(line, Heading):
                    home = self._home_of_heading(line, following)
                else:
                    home = self._home_of_row(line, heading, previous, below.get(line.id))
                home.append(line)
                self._homes[line.id] = home
            heading = line if isinstance(line, Heading) else heading
            previous = line

    def among(self, kept: Iterable[Line]) -> Iterable[Line]:
        """Return what was there with what is new."""
        yield from self._top
        for line in kept:
            yield from self._before.get(line.id, ())
            yield line
            yield from self._behind.get(line.id, ())
        yield from self._end

    def _home_of_heading(self, line: Heading, following: Line | None) -> list[Line]:
        """Return where a new heading belongs: above what it is for, if that is there."""
        if isinstance(following, Row) and following.id in self._known:
            return self._before.setdefault(following.id, [])
        return self._end if line.is_last else self._top

    def _home_of_row(
        self, line: Row, heading: Line | None, previous: Line | None, below: str | None
    ) -> list[Line]:
        """Return where a new session belongs."""
        if line.shape.depth:
            return self._home(previous)
        if previous is heading:
            return self._home(heading)
        return self._home(previous) if below is None else self._before.setdefault(below, [])

    def _home(self, anchor: Line | None) -> list[Line]:
        """Return where what stands behind another line belongs."""
        if anchor is None:
            return self._top
        home = self._homes.get(anchor.id)
        return self._behind.setdefault(anchor.id, []) if home is None else home


def _highest_below(given: Sequence[Line], shown: Sequence[Line]) -> dict[str, str]:
    """Return for each session that is nobody's child the one shown highest of those given below it.

    Only those count that stand under the same heading, and are nobody's child either.
    """
    places = {line.id: place for place, line in enumerate(shown)}
    found: dict[str, str] = {}
    highest: Row | None = None
    for line in reversed(given):
        if isinstance(line, Heading):
            highest = None
        elif not line.shape.depth:
            if highest is not None:
                found[line.id] = highest.id
            if line.id in places and (highest is None or places[line.id] < places[highest.id]):
                highest = line
    return found


def _without_idle(lines: list[Line], now: Container[str]) -> list[Line]:
    """Return the lines without the headings that are no longer given and have nothing below them."""
    if all(line.id in now for line in lines):
        return lines
    return [
        line
        for line, below in zip(lines, [*lines[1:], None], strict=True)
        if line.id in now or isinstance(below, Row)
    ]
