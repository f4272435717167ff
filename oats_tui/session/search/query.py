"""What a person types, understood: words, "phrases", -not, and filters such as title: and before:."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from oats_tui.session.search.words import fold, is_asian, pieces_of

_MOST_TERMS = 64
_MOST_PIECES = 64
_ROLES = ("user", "assistant", "system")

_ITEM = re.compile(
    r"""(?P<minus>-?)(?:(?P<name>title|project|model|role|before|after):)?(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s"]+))""",
    re.IGNORECASE,
)
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{1,2}))?(?:-([0-9]{1,2}))?")


@dataclass(frozen=True, slots=True)
class Term:
    """Words in a row that a message must have, or must not have.

    Attributes:
        text: As it was typed.
        pieces: Its words, folded, and runs of Chinese, Japanese or Korean.
        is_prefix: Whether the last word may go on: it is still being typed.
        is_phrase: Whether it stood in quotes.
    """

    text: str
    pieces: tuple[str, ...]
    is_prefix: bool = False
    is_phrase: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """The pieces that stand between blanks and signs."""
        return tuple(piece for piece in self.pieces if not is_asian(piece))

    @property
    def runs(self) -> tuple[str, ...]:
        """The runs of Chinese, Japanese or Korean."""
        return tuple(piece for piece in self.pieces if is_asian(piece))


@dataclass(frozen=True, slots=True)
class Filter:
    """What a session or message must be.

    Attributes:
        name: `title`, `project` or `model`: its text has the value; `role`: it begins with it.
        value: Folded.
        is_not: Whether it must not.
    """

    name: str
    value: str
    is_not: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for; everything in it must hold.

    Attributes:
        wanted: What a message must have.
        unwanted: What it must not have.
        filters: What it, or its session, must be.
        after: It is not older, in seconds since 1970.
        before: It is older, likewise.
    """

    wanted: tuple[Term, ...] = ()
    unwanted: tuple[Term, ...] = ()
    filters: tuple[Filter, ...] = ()
    after: float | None = None
    before: float | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return self == Query()

    def of(self, *names: str) -> list[Filter]:
        """The filters of some names."""
        return [each for each in self.filters if each.name in names]


def understood(text: str) -> Query:
    """What a text asks for; of odd syntax the words, and never an error.

    Dates are the beginning of a day, month or year in local time: `after:2026-01 before:2026-02` is January.
    """
    query = _Reading()
    for item in _ITEM.finditer(text):
        query.take(item, is_last=item.end() == len(text))
        if query.is_full:
            break
    wanted, unwanted = tuple(query.wanted), tuple(query.unwanted)
    return Query(wanted, unwanted, tuple(query.filters), query.after, query.before)


class _Reading:
    """A query of which a part has been read."""

    def __init__(self) -> None:
        self.wanted: list[Term] = []
        self.unwanted: list[Term] = []
        self.filters: list[Filter] = []
        self.after: float | None = None
        self.before: float | None = None

    @property
    def is_full(self) -> bool:
        """Whether more would be too much."""
        return len(self.wanted) + len(self.unwanted) + len(self.filters) >= _MOST_TERMS

    def take(self, item: re.Match[str], *, is_last: bool) -> None:
        """Take in one word, phrase or filter."""
        name, quoted = (item["name"] or "").lower(), item["quoted"]
        value = item["bare"] if quoted is None else quoted
        is_not = bool(item["minus"])
        if name and self._take_filter(name, value, is_not):
            return
        said = f"{name} {value}" if name else value
        pieces = tuple(pieces_of(said)[:_MOST_PIECES])
        if not pieces:
            return
        is_typed = is_last and quoted is None and not is_not
        term = Term(said, pieces, is_typed and said[-1:].isalnum(), quoted is not None)
        (self.unwanted if is_not else self.wanted).append(term)

    def _take_filter(self, name: str, value: str, is_not: bool) -> bool:
        """Take in a filter; False if it is none."""
        if name in ("before", "after"):
            moment = _moment(value)
            if moment is None:
                return False
            self._limit(is_before=(name == "before") is not is_not, moment=moment)
            return True
        folded = fold(value).strip()
        if not folded or (name == "role" and not any(role.startswith(folded) for role in _ROLES)):
            return False
        self.filters.append(Filter(name, folded, is_not))
        return True

    def _limit(self, *, is_before: bool, moment: float) -> None:
        """Take in a limit of time; of several the narrowest counts."""
        if is_before:
            self.before = moment if self.before is None else min(self.before, moment)
        else:
            self.after = moment if self.after is None else max(self.after, moment)


def _moment(value: str) -> float | None:
    """The beginning of a day, month or year; None if the text is none."""
    found = _DATE.fullmatch(value)
    if found is None:
        return None
    year, month, day = (int(each or 1) for each in found.groups())
    try:
        return datetime(year, month, day).astimezone().timestamp()
    except (ValueError, OverflowError, OSError):
        return None
