"""A conversation as the message pane shows it: plain values, compared to see what changed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from oats_tui.session.message import (
    ImagePart,
    Message,
    OpaqueMessage,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from oats_tui.session.meta import Outcome, SessionMeta
from oats_tui.ui.moments import local

UNANSWERED = "Not answered yet. Ask again with ctrl+x R."

WAITING = "It waits in another window until the answer before it is complete."

OPAQUE = "This message cannot be read. It is kept in the file as it is, and is not sent to the model."

ROLE_NAMES = {"user": "You", "assistant": "Assistant", "system": "System"}


@dataclass(frozen=True, slots=True)
class TextItem:
    """Markdown, or plain text in a user's message."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolItem:
    """A tool call with its result, as far as there is one.

    Attributes:
        name: The tool's name.
        arguments: The call's arguments as JSON; None where only a result is there.
        title: What the result says of itself.
        output: The result's text; None while there is no result.
        error: What went wrong, or None.
    """

    name: str
    arguments: str | None
    title: str = ""
    output: str | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class ImageItem:
    """An image: its type and its size in bytes, or its address."""

    media_type: str
    size: int | None
    url: str | None


@dataclass(frozen=True, slots=True)
class OtherItem:
    """A part of a kind that this program does not know."""

    kind: str


Item = TextItem | ToolItem | ImageItem | OtherItem


@dataclass(frozen=True, slots=True)
class Entry:
    """One message as it is shown.

    Attributes:
        id: The message's id.
        role: user, assistant or system.
        name: Who speaks, such as "You" or a model's name.
        about: What else the head line says: time and tokens.
        items: The message's parts, in order.
        outcome: How it ended, where it did not end well.
        note: Something to know about it; may be empty.
        growing: Whether it is an answer in progress.
    """

    id: str
    role: str
    name: str
    about: str
    items: tuple[Item, ...]
    outcome: Outcome | None = None
    note: str = ""
    growing: bool = False


def build_entries(
    messages: Sequence[Message],
    meta: SessionMeta,
    answering: Message | None,
    asked_id: str = "",
    waiting: Collection[str] = (),
    *,
    is_busy: bool = False,
) -> list[Entry]:
    """Return the entries of a conversation.

    Args:
        messages: What the session's file holds.
        meta: What is known beside the file.
        answering: The answer in progress, or None; it stands behind the message ``asked_id``.
        asked_id: The id of the message that is being answered.
        waiting: The ids of messages that wait in other windows.
        is_busy: Whether somebody is about to answer.
    """
    entries: list[Entry] = []
    placed = answering is None or any(message.id == answering.id for message in messages)
    for message in messages:
        entries.append(entry_of(message, meta.outcomes, meta.notes))
        if not placed and answering is not None and message.id == asked_id:
            entries.append(growing_entry(answering))
            placed = True
    if not placed and answering is not None:
        entries.append(growing_entry(answering))
    entries = [replace(entry, note=WAITING) if entry.id in waiting else entry for entry in entries]
    if answering is None and not is_busy and entries and _is_unanswered(entries[-1]):
        entries[-1] = replace(entries[-1], note=UNANSWERED)
    return distinct(entries)


def _is_unanswered(last: Entry) -> bool:
    """Return whether the last message is a question of which nothing has become yet."""
    return last.role == "user" and last.outcome is None and last.note != WAITING


def distinct(entries: list[Entry]) -> list[Entry]:
    """Return the entries, those whose id stands in the file twice told apart by a number."""
    seen: Counter[str] = Counter()
    told_apart = []
    for entry in entries:
        seen[entry.id] += 1
        count = seen[entry.id]
        told_apart.append(entry if count == 1 else replace(entry, id=f"{entry.id} #{count}"))
    return told_apart


def growing_entry(answering: Message) -> Entry:
    """Return the entry of an answer in progress."""
    return Entry(answering.id, "assistant", _name(answering), "", tuple(_items(answering.parts)), growing=True)


def entry_of(message: Message, outcomes: Mapping[str, Outcome], notes: Mapping[str, str]) -> Entry:
    """Return the entry of one message of the session."""
    return Entry(
        message.id,
        message.role,
        _name(message),
        _about(message),
        tuple(_items(message.parts)),
        outcomes.get(message.id),
        OPAQUE if isinstance(message, OpaqueMessage) else notes.get(message.id, ""),
    )


def _name(message: Message) -> str:
    """Return who speaks."""
    if message.role == "assistant" and message.model:
        return message.model
    return ROLE_NAMES.get(message.role, message.role)


def _about(message: Message) -> str:
    """Return the time, and how many tokens long the answer is."""
    time = local(message.created_at).strftime("%H:%M")
    usage = message.usage or {}
    tokens = usage.get("completion_tokens", usage.get("total_tokens"))
    return f"{time} · {tokens:,} tokens" if tokens else time


def _items(parts: Iterable[object]) -> Iterable[Item]:
    """Return the parts as they are shown, each call with its result."""
    listed = list(parts)
    results = {part.tool_call_id: part for part in listed if isinstance(part, ToolResultPart)}
    calls = {part.tool_call_id for part in listed if isinstance(part, ToolCallPart)}
    for part in listed:
        match part:
            case TextPart():
                yield TextItem(part.content)
            case ImagePart():
                size = len(part.data) * 3 // 4 if part.data else None
                yield ImageItem(part.media_type, size, part.url)
            case ToolCallPart():
                yield _tool(part, results.get(part.tool_call_id))
            case ToolResultPart():
                if part.tool_call_id not in calls:
                    yield ToolItem(part.tool_name, None, part.title, part.output, part.error)
            case _:
                yield OtherItem(str(getattr(part, "type", "unknown")))


def _tool(call: ToolCallPart, result: ToolResultPart | None) -> ToolItem:
    """Return a call joined with its result."""
    arguments = json.dumps(call.arguments, ensure_ascii=False, default=repr)
    if result is None:
        return ToolItem(call.tool_name, arguments)
    return ToolItem(call.tool_name, arguments, result.title, result.output, result.error)
