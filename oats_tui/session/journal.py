"""What we add to a session, written down at once: a log of records beside the session's file.

Applying records a second time, or in another order, changes nothing: they say what is, not what to do.

Most records are objects, told apart by their first field, with the time (`at`, in seconds since 1970):

- `m`: a message of ours, whole, with its `key` where that is not its id, the key of the one before it (`after`),
  and what it was before where we changed another's (`old`; `older`: marks of earlier states);
  the message may be another's: then `sums` are the summaries that stood with it;
- `drop`: the key of a message that we deleted;
- `info`: the name of a fact that we changed, its value before (`old`) and after (`new`);
- `folded`: the version of the file (time in ns, size, inode) that holds the first `count` of the three above;
  `prev`: likewise the file that was there before it;
- `foreign`: when another program's version was found; `seen`: the keys of our messages in it; `sums`: those of its
  summaries;
- `begin`: an answer begins: the message without its parts, the number `n` by which it is called from here on, the
  id of the message that is `asked`, the key of the one before it (`after`) and who writes it (`by`);
- `part`: part `p` of answer `n`, whole.

A list `[n, offset, text]` is a piece of the text in the first part of answer `n`, which begins at so many
characters; `[n, offset, text, p]` is one in part `p`, counted from 0.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from pydantic_core import to_json

from oats_tui.core.files import Signature
from oats_tui.core.id import generate_id
from oats_tui.session.records import mark_of, mark_of_json, records

# Older states than the last so many are no longer told from what others wrote.
_MOST_OLDER = 64
# When a journal is written anew, without what is outdated.
_FEW_LINES = 1000
_WORDY = 3
_GAP = "\n[…]\n"
_log = logging.getLogger(__name__)

_MALFORMED = (KeyError, TypeError, ValueError, AttributeError)


@dataclass(slots=True)
class Said:
    """A message of ours.

    Attributes:
        json: The message, as compact JSON.
        after: The key of the message before it, None for the first.
        at: When it was written down, in seconds since 1970.
        older: Marks of what it was before we changed it.
        seen: Whether another program's version had it.
        sums: The summaries that stood in that version.
    """

    json: bytes
    after: str | None
    at: float
    older: tuple[str, ...] = ()
    seen: bool = False
    sums: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Change:
    """A fact that we changed: when (seconds since 1970), and its value before and after."""

    at: float
    old: Any
    new: Any


@dataclass(slots=True)
class Answer:
    """An answer that was begun.

    Attributes:
        message: Its message without parts, as plain values.
        asked: The id of the message that it answers.
        after: The key of the message before it.
        by: Who writes it.
        texts: By number of the part, the pieces of its text by their offsets.
        parts: By number, the parts that came whole.
    """

    message: dict[str, Any]
    asked: str
    after: str | None
    by: dict[str, Any]
    texts: dict[int, dict[int, str]] = field(default_factory=dict)
    parts: dict[int, dict[str, Any]] = field(default_factory=dict)

    def so_far(self) -> dict[str, Any]:
        """The message with all of it that was written down, as plain values."""
        parts = {
            p: {"type": "text", "id": generate_id(), "content": joined(each)} for p, each in self.texts.items()
        }
        parts |= self.parts
        return {**self.message, "parts": [parts[p] for p in sorted(parts)]}


@dataclass(slots=True)
class Journal:
    """What the records of one session say.

    Attributes:
        said: By key, our messages.
        dropped: By key, when we deleted a message.
        changes: By name, how we changed facts, in order.
        answers: By number, the answers that were begun.
        folded: The version of the file that was written last.
        count: How many messages, deletions and changes that version holds.
        prev: The file that was there before it.
        begun: When the first record was written, in seconds since 1970.
        foreign: When another program's version was found last; 0 for never.
        taken: What was written down, in order: the kind, the key or name, and when.
        lines: How many records there are in all.
    """

    said: dict[str, Said] = field(default_factory=dict)
    dropped: dict[str, float] = field(default_factory=dict)
    changes: dict[str, tuple[Change, ...]] = field(default_factory=dict)
    answers: dict[int, Answer] = field(default_factory=dict)
    folded: Signature | None = None
    count: int = 0
    prev: Signature | None = None
    begun: float = 0.0
    foreign: float = 0.0
    taken: dict[tuple[str, str, float], None] = field(default_factory=dict)
    lines: int = 0

    @property
    def total(self) -> int:
        """How many messages, deletions and changes were written down."""
        return len(self.taken)

    def copy(self) -> Journal:
        """The journal as it is now; what is added later is not in it."""
        return replace(
            self,
            said=dict(self.said),
            dropped=dict(self.dropped),
            changes=dict(self.changes),
            answers=dict(self.answers),
            taken=dict(self.taken),
        )

    def is_behind(self, now: Signature | None) -> bool:
        """Whether a version of the file may lack something that was written down here."""
        return self.total > 0 and (self.folded != now or self.count < self.total)

    def unfolded(self) -> list[tuple[str, str]]:
        """What was written down since the last version of the file: the kind, and the key or name."""
        return [(kind, name) for kind, name, _ in islice(self.taken, self.count, None)]

    def is_wordy(self) -> bool:
        """Whether most of the records are outdated: earlier states, and the pieces of answers that have ended."""
        pieces = sum(len(texts) for answer in self.open_answers() for texts in answer.texts.values())
        current = len(self.said) + len(self.dropped) + sum(map(len, self.changes.values())) + pieces
        return self.lines > _FEW_LINES and self.lines > _WORDY * current

    def living(self) -> dict[str, Said]:
        """Our messages that we did not delete afterwards, in the order of their writing."""
        kept = (item for item in self.said.items() if self.dropped.get(item[0], 0.0) < item[1].at)
        return dict(sorted(kept, key=lambda item: item[1].at))

    def deleted(self) -> set[str]:
        """The keys of what we deleted and did not write again."""
        return {key for key, at in self.dropped.items() if key not in self.said or self.said[key].at <= at}

    def was_seen(self, key: str, sums: frozenset[str]) -> bool:
        """Whether the writer of a version with these summaries can have summed up a message."""
        said = self.said.get(key)
        return said is None or (said.seen and bool(sums - said.sums))

    def open_answers(self) -> list[Answer]:
        """The answers whose end was not written down."""
        ids = self.said.keys() | self.dropped.keys()
        return [answer for answer in self.answers.values() if answer.message["id"] not in ids]

    def take(self, data: bytes) -> None:
        """Apply the records in some bytes; what is no record is left out."""
        for record in records(data):
            try:
                _take(self, record)
            except _MALFORMED as error:
                _log.warning("a record of a journal was left out: %s", type(error).__name__)


def _take(journal: Journal, record: Any) -> None:
    """Apply one record."""
    journal.lines += 1
    if isinstance(record, list):
        n, offset, text, *place = record
        journal.answers[n].texts.setdefault(int(place[0]) if place else 0, {})[int(offset)] = str(text)
        return
    takers = {
        "m": _take_message,
        "drop": _take_drop,
        "info": _take_info,
        "folded": _take_folded,
        "foreign": _take_foreign,
        "begin": _take_begin,
        "part": _take_part,
    }
    kind = next(iter(record))
    if kind in takers:
        takers[kind](journal, record)
        journal.begun = journal.begun or float(record.get("at", 0.0))


def _take_message(journal: Journal, record: dict[str, Any]) -> None:
    """A message of ours; of several of one key the latest counts."""
    at, json = float(record["at"]), to_json(record["m"])
    key = str(record.get("key") or record["m"]["id"])
    before = journal.said.get(key)
    journal.taken[("m", key, at)] = None
    if before is None:
        marks = [mark_of(record["old"])] if "old" in record else []
        older = (*marks, *map(str, record.get("older", ())))
        sums = record.get("sums")
        said = Said(json, record["after"], at, older, sums is not None, frozenset(sums or ()))
        journal.said[key] = said
    elif at > before.at:
        journal.said[key] = Said(
            json,
            record["after"],
            at,
            (*before.older, mark_of_json(before.json))[-_MOST_OLDER:],
            before.seen,
            before.sums,
        )
    elif at < before.at:
        before.older = (*before.older, mark_of_json(json))[-_MOST_OLDER:]


def _take_drop(journal: Journal, record: dict[str, Any]) -> None:
    """A deletion of ours."""
    key, at = str(record["drop"]), float(record["at"])
    journal.taken[("drop", key, at)] = None
    journal.dropped[key] = max(at, journal.dropped.get(key, 0.0))


def _take_info(journal: Journal, record: dict[str, Any]) -> None:
    """A fact that we changed."""
    name, at = str(record["info"]), float(record["at"])
    journal.taken[("info", name, at)] = None
    change = Change(at, record["old"], record["new"])
    changes = {each.at: each for each in (*journal.changes.get(name, ()), change)}
    journal.changes[name] = tuple(changes[at] for at in sorted(changes))[-_MOST_OLDER:]


def _take_folded(journal: Journal, record: dict[str, Any]) -> None:
    """A version of the file was written."""
    journal.folded = Signature(*record["folded"])
    journal.count = int(record["count"])
    journal.prev = Signature(*record["prev"]) if record.get("prev") else None


def _take_foreign(journal: Journal, record: dict[str, Any]) -> None:
    """Another program's version was found."""
    journal.foreign = max(journal.foreign, float(record["foreign"]))
    sums = frozenset(record["sums"])
    for key in record["seen"]:
        if key in journal.said and not journal.said[key].seen:
            journal.said[key].seen, journal.said[key].sums = True, sums


def _take_begin(journal: Journal, record: dict[str, Any]) -> None:
    """An answer begins."""
    message, by = dict(record["begin"]), dict(record["by"])
    found = journal.answers.get(record["n"])
    if found is None or found.message["id"] != message["id"]:
        journal.answers[record["n"]] = Answer(message, str(record["asked"]), record["after"], by)


def _take_part(journal: Journal, record: dict[str, Any]) -> None:
    """A part came whole."""
    journal.answers[record["n"]].parts[record["p"]] = dict(record["part"])


def joined(pieces: dict[int, str]) -> str:
    """A text out of its pieces; where one is missing, a sign stands for it."""
    texts: list[str] = []
    end = 0
    for offset in sorted(pieces):
        if offset > end:
            texts.append(_GAP)
            end = offset
        piece = pieces[offset][end - offset :]
        texts.append(piece)
        end += len(piece)
    return "".join(texts)
