"""Messages as the entries of the message pane."""

from __future__ import annotations

import operator
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from oats_tui.date import utc
from oats_tui.session.about import About
from oats_tui.session.message import Message, OpaqueMessage, ToolCallPart, ToolResultPart
from oats_tui.session.meta import Outcome, SessionMeta
from oats_tui.ui.moments import local
from oats_tui.ui.widgets.transcript.headers import about_line, gap_words
from oats_tui.ui.widgets.transcript.itemizing import items_of, summary_of, thinking_item
from oats_tui.ui.widgets.transcript.items import Entry, FoldItem, Item

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


@dataclass(frozen=True, slots=True)
class _Tools:
    """The tool calls and results of a message."""

    calls: tuple[ToolCallPart, ...] = ()
    results: tuple[ToolResultPart, ...] = ()


class _Beside(NamedTuple):
    """What stands beside the messages of a session."""

    outcomes: dict[str, Outcome]
    notes: dict[str, str]
    about: dict[str, About]
    waiting: frozenset[str]
    today: date


class _Facts(NamedTuple):
    """What stands beside a message and shows in its entry."""

    outcome: Outcome | None
    note: str
    about: About | None
    is_waiting: bool
    before: datetime | None
    today: date
    results: tuple[tuple[int, ToolResultPart], ...]
    shown: frozenset[int]


class EntryBuilder:
    """Builds the entries of one session; a message that is the same as last time gives the same entry.

    Args:
        now: The present moment.
    """

    def __init__(self, now: Callable[[], datetime] = utc) -> None:
        self._now = now
        self._kept: dict[int, tuple[Message, _Facts, Entry | None]] = {}
        self._tools: dict[int, tuple[Message, _Tools]] = {}
        self._last: tuple[list[Message], _Beside, list[Entry | None]] | None = None

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
            entries[-1] = replace(entries[-1], note=UNANSWERED)
        return distinct(entries)

    def _all(self, messages: Sequence[Message], meta: SessionMeta, waiting: Collection[str]) -> list[Entry | None]:
        """Return the entry of each message; the same list where nothing has changed at all."""
        beside = _Beside(meta.outcomes, meta.notes, meta.about, frozenset(waiting), local(self._now()).date())
        last = self._last
        is_alike = last is not None and len(last[0]) == len(messages) and last[1] == beside
        if last is not None and is_alike and all(map(operator.is_, last[0], messages)):
            return last[2]
        entries = list(self._entries(messages, beside))
        self._last = (list(messages), beside, entries)
        return entries

    def _entries(self, messages: Sequence[Message], beside: _Beside) -> Iterator[Entry | None]:
        """Return the entry of each message; None for one whose results are all shown with their calls."""
        results, shown = self._paired(messages)
        before: datetime | None = None
        kept, self._kept = self._kept, {}
        for message in messages:
            facts = _Facts(
                beside.outcomes.get(message.id),
                OPAQUE if isinstance(message, OpaqueMessage) else beside.notes.get(message.id, ""),
                beside.about.get(message.id),
                message.id in beside.waiting,
                before,
                beside.today,
                results.get(id(message), ()),
                shown.get(id(message), frozenset()),
            )
            before = message.created_at
            known = kept.get(id(message))
            if known is None or known[0] is not message or known[1] != facts:
                known = (message, facts, _entry(message, facts))
            self._kept[id(message)] = known
            yield known[2]

    def _paired(
        self, messages: Sequence[Message]
    ) -> tuple[dict[int, tuple[tuple[int, ToolResultPart], ...]], dict[int, frozenset[int]]]:
        """Return for each message the results of its calls, by the call, and those of its own that calls have."""
        kept, self._tools = self._tools, {}
        waiting: defaultdict[str, deque[tuple[Message, ToolResultPart]]] = defaultdict(deque)
        having: list[tuple[Message, _Tools]] = []
        for message in messages:
            known = kept.get(id(message))
            if known is None or known[0] is not message:
                known = (message, _tools_of(message))
            self._tools[id(message)] = known
            if known[1].calls or known[1].results:
                having.append(known)
        for message, tools in having:
            for result in tools.results:
                waiting[result.tool_call_id].append((message, result))
        results: dict[int, tuple[tuple[int, ToolResultPart], ...]] = {}
        shown: defaultdict[int, set[int]] = defaultdict(set)
        for message, tools in having:
            found = []
            for call in tools.calls:
                if waiting[call.tool_call_id]:
                    holder, result = waiting[call.tool_call_id].popleft()
                    found.append((id(call), result))
                    shown[id(holder)].add(id(result))
            results[id(message)] = tuple(found)
        return results, {holder: frozenset(parts) for holder, parts in shown.items()}


def growing_entry(answering: Answering) -> Entry:
    """Return the entry of an answer in progress."""
    message = answering.message
    tools = _tools_of(message)
    results = {result.tool_call_id: result for result in tools.results}
    paired = {id(call): results[call.tool_call_id] for call in tools.calls if call.tool_call_id in results}
    items = items_of(message, paired, frozenset(map(id, paired.values())), growing=True)
    if answering.thinking:
        growing = not message.parts
        items = (FoldItem("thinking", "thinking", answering.thinking, growing), *items)
    return Entry(message.id, "assistant", _name(message, items), "", items, growing=True)


def distinct(entries: list[Entry]) -> list[Entry]:
    """Return the entries, those whose id stands in the file twice told apart by a number."""
    if len({entry.id for entry in entries}) == len(entries):
        return entries
    seen: Counter[str] = Counter()
    told_apart = []
    for entry in entries:
        seen[entry.id] += 1
        count = seen[entry.id]
        told_apart.append(entry if count == 1 else replace(entry, id=f"{entry.id} #{count}"))
    return told_apart


def _entry(message: Message, facts: _Facts) -> Entry | None:
    """Return the entry of one message."""
    items = items_of(message, dict(facts.results), facts.shown)
    if message.parts and not items:
        return None
    about = facts.about
    if about is not None and about.thinking:
        items = (thinking_item(about.thinking, about.thought), *items)
    return Entry(
        message.id,
        message.role,
        _name(message, items),
        about_line(message, about),
        items,
        facts.outcome,
        WAITING if facts.is_waiting else facts.note,
        gap=gap_words(facts.before, message.created_at, facts.today),
    )


def _tools_of(message: Message) -> _Tools:
    """Return the tool calls and results of a message."""
    return _Tools(
        tuple(part for part in message.parts if isinstance(part, ToolCallPart)),
        tuple(part for part in message.parts if isinstance(part, ToolResultPart)),
    )


def _is_unanswered(last: Entry) -> bool:
    """Return whether the last message is a question of which nothing has become yet."""
    return last.role == "user" and last.outcome is None and last.note != WAITING


def _name(message: Message, items: Iterable[Item]) -> str:
    """Return who speaks."""
    if summary_of(items):
        return "Summary"
    if message.role == "assistant" and message.model:
        return message.model
    return ROLE_NAMES.get(message.role, message.role)
