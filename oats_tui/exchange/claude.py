"""The conversations that Claude exports: each a list of messages, with what was attached to them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from oats_tui.exchange.blocks import parts_of, thinking_of
from oats_tui.exchange.conversation import Conversation, Gathering, note
from oats_tui.exchange.unreadable import UnreadableError
from oats_tui.exchange.values import dict_of, list_of, moment_of, text_of
from oats_tui.session.message import MessagePart, TextPart, ToolCallPart, ToolResultPart

_PROVIDER = "anthropic"


def matches(value: dict[str, Any]) -> bool:
    """Whether a value is a conversation of Claude."""
    return isinstance(value.get("chat_messages"), list)


def read(value: dict[str, Any]) -> Conversation:
    """The conversation in a value, along the path that was shown last if it tells one.

    Raises:
        UnreadableError: It has no id, or its messages refer to each other in a circle.
    """
    source_id = text_of(value.get("uuid"))
    if not source_id:
        raise UnreadableError("it has no id")
    gathering = Gathering("claude", source_id)
    told = gathering.told
    told.title = text_of(value.get("name"))
    told.created, told.updated = moment_of(value.get("created_at")), moment_of(value.get("updated_at"))
    told.model, told.provider = text_of(value.get("model")), _PROVIDER
    shown = _shown(list_of(value.get("chat_messages")), value.get("current_leaf_message_uuid"))
    calls = _Calls()
    for number, message in enumerate(shown):
        _take(gathering, message, number, calls)
    return gathering.finished()


def _shown(values: list[Any], leaf: Any) -> Sequence[dict[str, Any]]:
    """The messages that were shown last: those on the way to the leaf if it is told, else all.

    Raises:
        UnreadableError: They are in a circle.
    """
    messages = [each for each in values if isinstance(each, dict)]
    by_id = {text_of(each.get("uuid")): each for each in messages}
    name = leaf if isinstance(leaf, str) else ""
    if name not in by_id:
        return messages
    path: dict[str, dict[str, Any]] = {}
    while name in by_id:
        if name in path:
            raise UnreadableError("its messages refer to each other in a circle")
        path[name] = by_id[name]
        name = text_of(by_id[name].get("parent_message_uuid"))
    return list(reversed(path.values()))


def _take(gathering: Gathering, message: dict[str, Any], number: int, calls: _Calls) -> None:
    """Add a message."""
    blocks = list_of(message.get("content"))
    role = "assistant" if message.get("sender") == "assistant" else "user"
    parts = list(parts_of(blocks)) or list(parts_of(message.get("text")))
    parts += _attached(message)
    calls.name(parts, text_of(message.get("uuid")) or str(number))
    if role == "assistant":
        gathering.think(thinking_of(blocks))
    if parts:
        name = text_of(message.get("uuid")) or f"message {number}"
        at = moment_of(message.get("created_at"))
        if role == "assistant":
            gathering.add(name, "assistant", parts, at, model=gathering.told.model, provider=_PROVIDER)
        else:
            gathering.add(name, "user", parts, at)


def _attached(message: dict[str, Any]) -> list[MessagePart]:
    """What was attached to a message: the text of a file where it is told, its name otherwise."""
    parts: list[MessagePart] = []
    names: set[str] = set()
    for each in map(dict_of, list_of(message.get("attachments"))):
        name, text = text_of(each.get("file_name")) or "unnamed", text_of(each.get("extracted_content"))
        names.add(name)
        parts.append(TextPart(content=f"[attached: {name}]\n\n{text}") if text.strip() else _absent(name))
    files = map(dict_of, [*list_of(message.get("files")), *list_of(message.get("files_v2"))])
    told = dict.fromkeys(text_of(each.get("file_name")) or "unnamed" for each in files)
    return parts + [_absent(name) for name in told if name not in names]


def _absent(name: str) -> TextPart:
    """The note on a file that the export does not hold."""
    return note(f"file, not imported: {name}")


class _Calls:
    """Names the calls of tools, to which most exports give no id, and finds the call of each result."""

    def __init__(self) -> None:
        self._open: list[ToolCallPart] = []

    def name(self, parts: Sequence[MessagePart], message: str) -> None:
        """Give ids to the calls and results of a message.

        Args:
            parts: Its parts.
            message: Its id.
        """
        for number, part in enumerate(parts):
            if isinstance(part, ToolCallPart):
                part.tool_call_id = part.tool_call_id or f"{message}/{number}"
                self._open.append(part)
            elif isinstance(part, ToolResultPart):
                self._answer(part, f"{message}/{number}")

    def _answer(self, result: ToolResultPart, otherwise: str) -> None:
        """Give a result the id of its call: the oldest open one of its id, or else of its name."""
        fits = (each for each in self._open if each.tool_call_id == result.tool_call_id)
        named = (each for each in self._open if not result.tool_call_id and each.tool_name == result.tool_name)
        call = next(fits, None) or next(named, None)
        if call is None:
            result.tool_call_id = result.tool_call_id or otherwise
        else:
            self._open.remove(call)
            result.tool_call_id, result.tool_name = call.tool_call_id, result.tool_name or call.tool_name
        result.tool_name = result.tool_name or "tool"
        result.title = result.title or result.tool_name
