"""What we add to a session, written down at once; the forms of the records are told in `records.py`.

Applying records a second time, or in another order, changes nothing: they say what is, not what to do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from pydantic_core import to_json

from oats_tui.core.files import Signature
from oats_tui.session.store import records
from oats_tui.session.store.begun import Answer
from oats_tui.session.store.records import mark_of, mark_of_json
from oats_tui.session.store.seen import NOT_SEEN, Seen

# Older states than the last so many are no longer told from what others wrote.
_MOST_OLDER = 64
# When a journal is written anew, without what is outdated.
_FEW_LINES = 1000
_WORDY = 3


@dataclass(frozen=True, slots=True)
class Said:
    """A message of ours, or another's that we saw.

    Attributes:
        json: The message, as compact JSON.
        after: The key of the message before it, None for the first.
        at: When it was written down, in seconds since 1970.
        older: Marks of what it was before we changed it.
        seen: Whether the other programs have it.
    """

    json: bytes
    after: str | None
    at: float
    older: tuple[str, ...] = ()
    seen: Seen = NOT_SEEN


@dataclass(frozen=True, slots=True)
class Change:
    """A fact that we changed: when (seconds since 1970), and its value before and after."""

    at: float
    old: Any
    new: Any


@dataclass(slots=True)
class Journal:
    """What the records of one session say.

    Attributes:
        said: By key, our messages.
        dropped: By key, when we deleted a message.
        changes: By name, how we changed facts, in order.
        answers: By number, the answers that were begun.
        queued: By message, who will ask it when nobody answers any more.
        folded: The version of the file that was written last.
        count: How many messages, deletions and changes that version holds.
        held: The mark that those have together; None if it is not told.
        prev: The file that was there before it.
        begun: When the first record was written, in seconds since 1970.
        latest: When the last one was.
        foreign: When another program's version was found last; 0 for never.
        taken: What was written down, in order: the kind, the key or name, and when.
        mark: The mark that all of it has together.
        lines: How many records there are in all.
        size: How many bytes of the log were read.
    """

    said: dict[str, Said] = field(default_factory=dict)
    dropped: dict[str, float] = field(default_factory=dict)
    changes: dict[str, tuple[Change, ...]] = field(default_factory=dict)
    answers: dict[int, Answer] = field(default_factory=dict)
    queued: dict[str, dict[str, Any]] = field(default_factory=dict)
    folded: Signature | None = None
    count: int = 0
    held: int | None = None
    prev: Signature | None = None
    begun: float = 0.0
    latest: float = 0.0
    foreign: float = 0.0
    taken: dict[tuple[str, str, float], None] = field(default_factory=dict)
    mark: int = 0
    lines: int = 0
    size: int = 0

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
            answers={number: answer.copy() for number, answer in self.answers.items()},
            queued=dict(self.queued),
            taken=dict(self.taken),
        )

    def without(self, others: AbstractSet[tuple[str, str, float]]) -> Journal:
        """The journal as if some of it were not counted yet."""
        if not others:
            return self
        taken = {each: None for each in self.taken if each not in others}
        return replace(self, taken=taken, mark=mark_together(taken), size=-1)

    def moment(self, now: float) -> float:
        """A time for the next record: now, or later where the clock was set back."""
        return max(now, self.latest + 1e-3)

    def is_behind(self, now: Signature | None) -> bool:
        """Whether a version of the file may lack something that was written down here."""
        return self.total > 0 and (
            self.folded != now or self.count != self.total or self.held not in (None, self.mark)
        )

    def unfolded(self) -> list[tuple[str, str]]:
        """What may have been written down since the last version of the file: the kind, and the key or name."""
        inside = self.inside()
        return [(taken[0], taken[1]) for taken in self.taken if taken not in inside]

    def inside(self) -> set[tuple[str, str, float]]:
        """What is in the last version of the file; nothing where that cannot be told: a record was spoilt."""
        inside = list(islice(self.taken, self.count))
        return set(inside) if self.held in (None, mark_together(inside)) else set()

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
        return said is None or (said.seen.is_held and bool(sums - said.seen.sums))

    def open_answers(self) -> list[Answer]:
        """The answers whose end was not written down."""
        ids = self.said.keys() | self.dropped.keys()
        return [answer for answer in self.answers.values() if answer.message["id"] not in ids]

    def take(self, data: bytes) -> None:
        """Apply the records in some bytes; what is no record is left out."""
        for record in records.records(data):
            self.lines += 1
            _take(self, record)


def _take(journal: Journal, record: records.AnyRecord) -> None:
    """Apply one record."""
    match record:
        case records.TextRecord(n=n) if n in journal.answers:
            journal.answers[n].texts.setdefault(record.p, {})[record.offset] = record.text
        case records.PartRecord(n=n) if n in journal.answers:
            journal.answers[n].parts[record.p] = record.part
        case records.BeginRecord():
            _take_begin(journal, record)
        case records.QueueRecord():
            _take_queue(journal, record)
        case records.ForeignRecord():
            _take_foreign(journal, record)
        case records.FoldedRecord():
            journal.folded = Signature(*record.folded)
            # What was spoilt cannot be counted: of the rest only what stands above is in the file.
            journal.count, journal.held = min(record.count, journal.total), record.mark
            journal.prev = Signature(*record.prev) if record.prev else None
            _take_time(journal, record.at)
        case records.MessageRecord():
            _take_message(journal, record)
        case records.DropRecord():
            _take_drop(journal, record)
        case records.FactRecord():
            _take_fact(journal, record)


def _take_drop(journal: Journal, record: records.DropRecord) -> None:
    """A deletion."""
    _note(journal, "drop", record.drop, record.at)
    journal.dropped[record.drop] = max(record.at, journal.dropped.get(record.drop, 0.0))


def _take_fact(journal: Journal, record: records.FactRecord) -> None:
    """A fact was changed."""
    _note(journal, "info", record.info, record.at)
    known = {each.at: each for each in journal.changes.get(record.info, ())}
    known[record.at] = Change(record.at, record.old, record.new)
    journal.changes[record.info] = tuple(known[at] for at in sorted(known))[-_MOST_OLDER:]


def _take_queue(journal: Journal, record: records.QueueRecord) -> None:
    """A message waits for its turn, or does so no more."""
    # A journal of nothing else is not an old one, which is thrown away.
    journal.begun = journal.begun or record.at
    journal.queued.pop(record.queue, None)
    if record.by is not None:
        journal.queued[record.queue] = record.by


def _take_message(journal: Journal, record: records.MessageRecord) -> None:
    """A message; of several of one key the latest counts."""
    json, key = to_json(record.m), record.key
    _note(journal, "m", key, record.at)
    older = (*([mark_of(record.old)] if record.old is not None else []), *record.older)
    seen = NOT_SEEN if record.sums is None else Seen(((record.at, frozenset(record.sums)),))
    said = Said(json, record.after, record.at, older, seen)
    before = journal.said.get(key)
    if before is None:
        journal.said[key] = said
        return
    late, early = (said, before) if said.at >= before.at else (before, said)
    marks = dict.fromkeys((*early.older, mark_of_json(early.json), *late.older))
    marks.pop(mark_of_json(late.json), None)
    journal.said[key] = replace(late, older=tuple(marks)[-_MOST_OLDER:], seen=early.seen.joined(late.seen))


def _take_foreign(journal: Journal, record: records.ForeignRecord) -> None:
    """Another program's version was found."""
    journal.foreign = max(journal.foreign, record.foreign)
    had, lacked = Seen(((record.foreign, frozenset(record.sums)),)), Seen(missed=record.foreign)
    for key, told in [*((key, had) for key in record.seen), *((key, lacked) for key in record.missed)]:
        if (said := journal.said.get(key)) is not None:
            journal.said[key] = replace(said, seen=said.seen.joined(told))


def _take_begin(journal: Journal, record: records.BeginRecord) -> None:
    """An answer begins."""
    found = journal.answers.get(record.n)
    if found is None or found.message["id"] != record.begin["id"]:
        answer = Answer(record.n, record.begin, record.asked, record.after, record.by)
        journal.answers[record.n] = answer
    journal.queued.pop(record.asked, None)
    _take_time(journal, record.at)


def _note(journal: Journal, kind: str, name: str, at: float) -> None:
    """Count what was written down, once."""
    taken = (kind, name, at)
    if taken not in journal.taken:
        journal.taken[taken] = None
        journal.mark ^= _mark(taken)
    _take_time(journal, at)


def _take_time(journal: Journal, at: float) -> None:
    """Keep when the first and the last record were written."""
    journal.begun = journal.begun or at
    journal.latest = max(journal.latest, at)


def mark_together(taken: Iterable[tuple[str, str, float]]) -> int:
    """The mark that some records have together."""
    mark = 0
    for each in taken:
        mark ^= _mark(each)
    return mark


def _mark(taken: tuple[str, str, float]) -> int:
    """A number by which a record is told from others; together they have that of all, whatever their order."""
    return int.from_bytes(hashlib.sha256(repr(taken).encode("utf-8", "replace")).digest()[:6])
