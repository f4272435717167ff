"""A query as a statement for the index."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from oats_tui.session.search.database import fact
from oats_tui.session.search.query import Filter, Query, Term
from oats_tui.session.search.texts import ROLES
from oats_tui.session.search.words import LONGEST_WORD, fold, pairs_of
from oats_tui.session.search.writing import SECONDS_A_ROW

MOST_ENDINGS = 64
"""Of so many words that begin like the last one typed messages are found while it is typed, the most frequent."""

_COLUMNS = (
    "SELECT m.name, m.role, m.time, m.hash, m.place, m.length, s.name, s.start, s.title, s.project"
    " FROM {tables} JOIN sessions s ON s.id = m.session"
)
_LIKE_SESSIONS = "s.id IN (SELECT id FROM sessions WHERE instr(folded({column}), ?) > 0)"
_LIKE_MODELS = "ifnull(m.model, 0) IN (SELECT id FROM models WHERE instr(folded(name), ?) > 0)"


@dataclass(slots=True)
class Statement:
    """A statement for the index.

    Attributes:
        conditions: What has to hold.
        values: What stands for the question marks in them.
    """

    conditions: list[str] = field(default_factory=list)
    values: list[object] = field(default_factory=list)

    def add(self, condition: str, *values: object) -> None:
        """Take on a condition."""
        self.conditions.append(condition)
        self.values += values


def rows(connection: sqlite3.Connection, query: Query) -> Iterator[tuple[object, ...]]:
    """Return what the index has for a query, the newest first; some of it may not hold all that was asked for.

    Each row: the message's id as it is kept, the number of its role, its time in ms, its mark, where it stands
    behind the first message and how long it is there, the session's id, where its first message stands, its title
    and its project.

    Raises:
        sqlite3.Error: The index cannot be read.
    """
    connection.create_function("folded", 1, lambda text: fold(str(text)), deterministic=True)
    statement = Statement()
    words, pairs = _words(connection, query), _pairs(query.wanted)
    if words:
        statement.add("words MATCH ?", words)
        table, key = "words", "words.rowid"
        if pairs:
            statement.add("words.rowid IN (SELECT rowid FROM pairs WHERE pairs MATCH ?)", pairs)
    elif pairs:
        statement.add("pairs MATCH ?", pairs)
        table, key = "pairs", "pairs.rowid"
    else:
        table, key = "", "m.id"
        if not query.of("role") and query.after is None and query.before is None:
            # Sessions are asked for, and no words in them: their titles stand for them.
            statement.add("m.role = 0")
    for each in query.filters:
        _filter(statement, each)
    _limits(connection, statement, query, key)
    tables = f"{table} JOIN messages m ON m.id = {key}" if table else "messages m"
    where = f" WHERE {' AND '.join(statement.conditions)}" if statement.conditions else ""
    yield from connection.execute(f"{_COLUMNS.format(tables=tables)}{where} ORDER BY {key} DESC", statement.values)


def _words(connection: sqlite3.Connection, query: Query) -> str:
    """Return what the words of a query are for the index of words; empty where none are wanted."""
    wanted = [_expression(connection, term) for term in query.wanted if term.words]
    if not wanted:
        return ""
    # What is unwanted besides words is found in the texts themselves.
    unwanted = [_phrase(term.words) for term in query.unwanted if term.words and not term.runs]
    return " AND ".join(wanted) + (f" NOT ({' OR '.join(unwanted)})" if unwanted else "")


def _expression(connection: sqlite3.Connection, term: Term) -> str:
    """Return what a term is for the index of words."""
    if term.runs:
        # What stands between them is found in the texts themselves.
        return f"({' AND '.join(map(_quoted, term.words))})"
    if not term.is_prefix:
        return _phrase(term.words)
    if len(term.words) > 1:
        return f"{_phrase(term.words)} *"
    word = term.words[0]
    endings = connection.execute(
        "SELECT word FROM vocabulary WHERE word >= ? AND word < ? ORDER BY count DESC LIMIT ?",
        (word, word + "\U0010ffff", MOST_ENDINGS),
    )
    found = [ending for (ending,) in endings]
    if len(found) < MOST_ENDINGS:
        # Those that are not in the vocabulary, as digits and hashes, are found as well.
        return f"{_quoted(word)} *"
    return f"({' OR '.join(map(_quoted, dict.fromkeys([word, *found])))})"


def _pairs(terms: Iterable[Term]) -> str:
    """Return what the runs of Chinese, Japanese and Korean are for their index; empty where there are none."""
    found: list[str] = []
    for term in terms:
        for run in term.runs:
            found += map(_quoted, pairs_of(run))
            found.append(f"{_quoted(run[-1])} *")
    return " AND ".join(dict.fromkeys(found))


def _phrase(words: Iterable[str]) -> str:
    """Return words in a row."""
    return _quoted(" ".join(words))


def _quoted(text: str) -> str:
    """Return a text as a string of the index's own language; it holds letters, digits and blanks only."""
    return '"' + " ".join(word[:LONGEST_WORD] for word in text.split(" ")) + '"'


def _filter(statement: Statement, each: Filter) -> None:
    """Take on a filter."""
    is_not = "NOT " if each.is_not else ""
    if each.name == "role":
        numbers = [number for number, role in enumerate(ROLES) if number and role.startswith(each.value)]
        statement.add(f"m.role {is_not}IN ({', '.join('?' * len(numbers))})", *numbers)
    elif each.name == "model":
        statement.add(f"{is_not}({_LIKE_MODELS})", each.value)
    else:
        statement.add(f"{is_not}({_LIKE_SESSIONS.format(column=each.name)})", each.value)


def _limits(connection: sqlite3.Connection, statement: Statement, query: Query, key: str) -> None:
    """Take on limits of time; the number of a row is about its time, and spares looking at most of them."""
    if query.after is not None:
        statement.add(f"{key} >= ? AND m.time >= ?", int(query.after) // SECONDS_A_ROW, int(query.after * 1000))
    if query.before is not None:
        last = int(query.before) // SECONDS_A_ROW + fact(connection, "slack") + 1
        statement.add(f"{key} <= ? AND m.time < ?", last, int(query.before * 1000))
