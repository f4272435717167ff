"""A journal written anew without what is outdated: earlier states, and the pieces of answers that have ended."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from oats_tui.core import files
from oats_tui.core.codec import parse
from oats_tui.session.store.begun import Answer
from oats_tui.session.store.journal import Journal, mark_together
from oats_tui.session.store.journals import forget_journal
from oats_tui.session.store.places import Places
from oats_tui.session.store.records import listed, record_of


def tidy(places: Places) -> bool:
    """Write a session's journal anew if most of it is outdated; the session's lock is held.

    Returns:
        Whether it was.

    Raises:
        OSError: It could not be written; it is as it was.
    """

    def tidied(data: bytes) -> bytes | None:
        """The journal without what is outdated; None if there is little."""
        journal = Journal()
        journal.take(data)
        return b"".join(map(record_of, _records(journal))) if journal.is_wordy() else None

    done = files.rewrite(places.journal, tidied)
    if done:
        forget_journal(places.journal)
    return done


def _records(journal: Journal) -> Iterator[Any]:
    """The records that say what the journal says."""
    inside = journal.inside()
    kept = [*_statements(journal)]
    # Those that are in the file come first, because their number tells which ones are.
    folded = [(taken, record) for taken, record in kept if taken in inside]
    yield from (record for _, record in folded)
    yield from (record for taken, record in kept if taken not in inside)
    for number, answer in journal.answers.items():
        if answer in journal.open_answers():
            yield from _pieces(number, answer)
    yield from ({"queue": message_id, "by": by} for message_id, by in journal.queued.items())
    by_sums: defaultdict[frozenset[str], list[str]] = defaultdict(list)
    for key, said in journal.said.items():
        if said.seen.is_held:
            by_sums[said.seen.sums].append(key)
    for sums, keys in by_sums.items():
        yield {"foreign": journal.foreign, "seen": keys, "sums": sorted(sums)}
    if journal.foreign and not by_sums:
        yield {"foreign": journal.foreign, "seen": [], "sums": []}
    if journal.folded is not None:
        yield {
            "folded": listed(journal.folded),
            "count": len(folded),
            "mark": mark_together(taken for taken, _ in folded),
            "prev": listed(journal.prev) if journal.prev else None,
        }


def _statements(journal: Journal) -> Iterator[tuple[tuple[str, str, float], dict[str, Any]]]:
    """The messages, deletions and changes of facts, each with what tells it apart."""
    for key, said in journal.said.items():
        record = {"m": parse(said.json), "key": key, "after": said.after, "at": said.at, "older": said.older}
        yield ("m", key, said.at), record
    for key, at in journal.dropped.items():
        yield ("drop", key, at), {"drop": key, "at": at}
    for name, changes in journal.changes.items():
        for change in changes:
            record = {"info": name, "old": change.old, "new": change.new, "at": change.at}
            yield ("info", name, change.at), record


def _pieces(number: int, answer: Answer) -> Iterator[Any]:
    """The records of an answer that has not ended."""
    begin = {"begin": answer.message, "n": number, "asked": answer.asked, "after": answer.after, "by": answer.by}
    yield {**begin, "at": answer.by.get("since", 0.0)}
    for p, texts in answer.texts.items():
        yield from ([number, offset, text, p] for offset, text in texts.items())
    yield from ({"part": part, "n": number, "p": p} for p, part in answer.parts.items())
