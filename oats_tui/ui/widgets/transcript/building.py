"""Messages as the entries of the message pane."""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from oats_tui.date import utc
from oats_tui.session.about import About
from oats_tui.session.message import Message, OpaqueMessage
from oats_tui.session.meta import Outcome, SessionMeta
from oats_tui.ui.moments import local
from oats_tui.ui.widgets.transcript.headers import about_line, gap_words
from oats_tui.ui.widgets.transcript.itemizing import items_of, summary_of, thinking_item
from oats_tui.ui.widgets.transcript.items import Entry, FoldItem, Item
from oats_tui.ui.widgets.transcript.pairing import UNPAIRED, Pairing, ToolPart, paired, tools_of

UNANSWERED = "Not answered yet. Ask again with ctrl+x R."

WAITING = "It waits in another window until the answer before it is complete."

OPAQUE = "This message cannot be read. It is kept in the file as it is, and is not sent to the model."

ROLE_NAMES = {"user": "You", "assistant": "Assistant", "system": "System"}


@dataclass(frozen=True, slots=True)
class Answering:
    """An answer that is coming.

    Attributes:
        message: The answer as far as it has come.
        thinking: What the model has thought so far.
    """

    message: Message
    thinking: str = ""


class _Beside(NamedTuple):
    """What stands beside the messages of a session."""

    outcomes: dict[str, Outcome]
    notes: dict[str, str]
    about: dict[str, About]
    waiting: frozenset[str]
    today: date


class _Kept(NamedTuple):
    """A message with what was built of it, and of what.

    Attributes:
        message: The message.
        moment: When it was sent, where that is known.
        tools: Its calls and results.
        before: When the message before it was sent.
        pairing: What its calls and results are joined with; None until its entry was built.
        entry: What is shown of it; None for nothing.
    """

    message: Message
    moment: datetime | None
    tools: tuple[ToolPart, ...]
    before: datetime | None = None
    pairing: Pairing | None = None
    entry: Entry | None = None


class EntryBuilder:
    """Builds the entries of one session; a message that is the same as last time gives the same entry.

    Args:
        now: The present moment.
    """

    def __init__(self, now: Callable[[], datetime] = utc) -> None:
        self._now = now
        self._kept: dict[int, _Kept] = {}
        self._last: tuple[list[Message], _Beside, list[Entry | None]] | None = None
        self._changed: dict[str, tuple[Entry, Entry]] = {}

    def build(
        self,
        messages: Sequence[Message],
        meta: SessionMeta,
        answering: Answering | None,
        asked_id: str = "",
        waiting: Collection[str] = (),
        *,
        is_busy: bool = False,
    ) -> list[Entry]:
        """Return the entries of a conversation.

        Args:
            messages: What the session's file holds; none of them is changed afterwards.
            meta: What is known beside the file.
            answering: The answer in progress, or None; it stands behind the message ``asked_id``.
            asked_id: The id of the message that is being answered.
            waiting: The ids of messages that wait in other windows.
            is_busy: Whether somebody is about to answer.
        """
        entries: list[Entry] = []
        placed = answering is None or any(message.id == answering.message.id for message in messages)
        for message, entry in zip(messages, self._all(messages, meta, waiting), strict=True):
            if entry is not None:
                entries.append(entry)
            if not placed and answering is not None and message.id == asked_id:
                entries.append(growing_entry(answering))
                placed = True
        if not placed and answering is not None:
            entries.append(growing_entry(answering))
        if answering is None and not is_busy and entries and _is_unanswered(entries[-1]):
            entries[-1] = self._variant(entries[-1], UNANSWERED, note=UNANSWERED)
        return self._distinct(entries)

    def _all(self, messages: Sequence[Message], meta: SessionMeta, waiting: Collection[str]) -> list[Entry | None]:
        """Return the entry of each message; the same list where nothing has changed at all."""
        # Copies, so that a change to what was given is seen the next time.
        told = (dict(meta.outcomes), dict(meta.notes), dict(meta.about))
        beside = _Beside(*told, frozenset(waiting), local(self._now()).date())
        last = self._last
        is_alike = last is not None and len(last[0]) == len(messages) and last[1] == beside
        if last is not None and is_alike and all(map(operator.is_, last[0], messages)):
            return last[2]
        entries = self._built(messages, beside, _differing(last[1] if last else None, beside))
        self._last = (list(messages), beside, entries)
        return entries

    def _built(
        self, messages: Sequence[Message], beside: _Beside, differing: Collection[str] | None
    ) -> list[Entry | None]:
        """Return the entry of each message; None for one whose results are all shown with their calls.

        Args:
            messages: The session's messages.
            beside: What stands beside them.
            differing: The ids of those beside which something else stands than last time; None for any.
        """
        # What is kept holds its message, so no other can have the same identity.
        kept = [self._kept.get(id(message)) or _new(message) for message in messages]
        pairings = paired([(known.message, known.tools) for known in kept if known.tools])
        before: datetime | None = None
        for index, known in enumerate(kept):
            message, moment, tools, last_before, last_pairing, entry = known
            pairing = pairings.get(id(message), UNPAIRED) if tools else UNPAIRED
            is_alike = last_before is before or last_before == before
            is_alike = is_alike and (last_pairing is pairing or last_pairing == pairing)
            if not is_alike or differing is None or (differing and message.id in differing):
                built = _entry(message, beside, before, pairing)
                # What comes out the same is not drawn again.
                entry = entry if built == entry else built
                kept[index] = _Kept(message, moment, tools, before, pairing, entry)
            if entry is not None:
                before = moment or before
        self._kept = {id(known.message): known for known in kept}
        return [known.entry for known in kept]

    def _distinct(self, entries: list[Entry]) -> list[Entry]:
        """Return the entries, those whose id stands in the file twice told apart by a number."""
        ids = {entry.id for entry in entries}
        if len(ids) == len(entries):
            return entries
        seen: Counter[str] = Counter()
        told_apart = []
        for entry in entries:
            seen[entry.id] += 1
            if seen[entry.id] > 1:
                while (new := f"{entry.id} #{seen[entry.id]}") in ids:
                    seen[entry.id] += 1
                entry = self._variant(entry, new, id=new)
            told_apart.append(entry)
        return told_apart

    def _variant(self, entry: Entry, mark: str, **changes: str) -> Entry:
        """Return an entry with changes; the same one as last time where the entry is the same.

        Args:
            entry: The entry.
            mark: What the changed one is kept under; of each there is one at a time.
            changes: The fields that are other ones.
        """
        known = self._changed.get(mark)
        if known is None or known[0] is not entry:
            known = self._changed[mark] = (entry, replace(entry, **changes))  # type: ignore[arg-type]
        return known[1]


def growing_entry(answering: Answering) -> Entry:
    """Return the entry of an answer in progress."""
    message = answering.message
    pairing = paired([(message, tools_of(message))]).get(id(message), UNPAIRED)
    items = items_of(message, dict(pairing.results), pairing.shown, growing=True)
    if answering.thinking:
        growing = not message.parts
        items = (FoldItem("thinking", "thinking", answering.thinking, growing), *items)
    return Entry(message.id, "assistant", _name(message, items), "", items, growing=True)


def _new(message: Message) -> _Kept:
    """Return a message of which nothing is built yet."""
    # The time of a message that cannot be read is that of the reading.
    moment = None if isinstance(message, OpaqueMessage) else message.created_at
    return _Kept(message, moment, tools_of(message))


def _entry(message: Message, beside: _Beside, before: datetime | None, pairing: Pairing) -> Entry | None:
    """Return the entry of one message."""
    about, outcome = beside.about.get(message.id), beside.outcomes.get(message.id)
    note = WAITING if message.id in beside.waiting else beside.notes.get(message.id, "")
    if isinstance(message, OpaqueMessage):
        name = ROLE_NAMES.get(message.role, message.role)
        return Entry(message.id, message.role, name, "", (), outcome, OPAQUE)
    items = items_of(message, dict(pairing.results), pairing.shown)
    if message.parts and not items and outcome is None and not note:
        return None
    if about is not None and about.thinking:
        thought = thinking_item(about.thinking, about.thought)
        # An answer of which nothing else came is told of under its question.
        items = (*items, thought) if message.role == "user" else (thought, *items)
    gap = gap_words(before, message.created_at, beside.today)
    return Entry(
        message.id,
        message.role,
        _name(message, items),
        about_line(message, about),
        items,
        outcome,
        note,
        gap=gap,
    )


def _differing(last: _Beside | None, beside: _Beside) -> Collection[str] | None:
    """Return the ids of the messages beside which something else stands; None for any."""
    if last is None or last.today != beside.today:
        return None
    differing = set(last.waiting ^ beside.waiting)
    tables: tuple[tuple[Mapping[str, object], Mapping[str, object]], ...] = (
        (last.outcomes, beside.outcomes),
        (last.notes, beside.notes),
        (last.about, beside.about),
    )
    for old, new in tables:
        if old != new:
            differing.update(each for each in {*old, *new} if old.get(each) != new.get(each))
    return differing


def _is_unanswered(last: Entry) -> bool:
    """Return whether the last message is a question of which nothing has become yet."""
    return last.role == "user" and last.outcome is None and last.note not in (WAITING, OPAQUE)


def _name(message: Message, items: Iterable[Item]) -> str:
    """Return who speaks."""
    if summary_of(items):
        return "Summary"
    if message.role == "assistant" and message.model:
        return message.model
    return ROLE_NAMES.get(message.role, message.role)
