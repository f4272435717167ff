"""The logs of Codex: one file for each session, one line for each item that went to or came from the model.

Two forms are known: each item in an envelope of time, type and payload; and, in early ones, the items as they are
behind a first line about the session.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from oats_tui.exchange.codex_items import call_of, is_written_by_program, output_of, said_in, thoughts_in
from oats_tui.exchange.conversation import Conversation, Gathering
from oats_tui.exchange.values import dict_of, moment_of, text_of
from oats_tui.session.message import Message, MessagePart, TextPart, ToolCallPart, ToolResultPart

_SOURCE = "codex"
_ENVELOPES = frozenset({"session_meta", "response_item", "event_msg", "turn_context", "compacted"})
_BARE = frozenset(
    {"message", "reasoning", "function_call", "function_call_output", "local_shell_call", "custom_tool_call"}
)


def matches(value: dict[str, Any]) -> bool:
    """Whether a value can only be a line of such a log."""
    if text_of(value.get("type")) in _ENVELOPES:
        return isinstance(value.get("payload"), dict)
    if "record_type" in value:
        return True
    is_head = isinstance(value.get("id"), str) and isinstance(value.get("timestamp"), str)
    return is_head and "type" not in value and ("instructions" in value or "git" in value)


class CodexReader:
    """Takes the lines of one file."""

    def __init__(self) -> None:
        self._meta: dict[str, Any] = {}
        self._items: list[tuple[int, datetime | None, str, dict[str, Any]]] = []
        self._events: list[tuple[int, datetime | None, str, dict[str, Any]]] = []
        self._answer: Message | None = None
        self._has_result = False
        self._model = ""

    def take(self, value: dict[str, Any], number: int) -> bool:
        """Take the value of a line; returns whether it is kept in memory."""
        before = len(self._items) + len(self._events)
        kind, payload, at = (
            text_of(value.get("type")),
            dict_of(value.get("payload")),
            moment_of(value.get("timestamp")),
        )
        if kind == "session_meta" or (not kind and not self._meta and isinstance(value.get("id"), str)):
            # A session that was made from another one repeats that one's head behind its own.
            self._meta = self._meta or payload or value
        elif kind == "turn_context":
            self._items.append((number, at, "turn_context", payload))
        elif kind == "event_msg":
            self._event(number, at, payload)
        elif kind == "response_item":
            self._items.append((number, at, text_of(payload.get("type")), payload))
        elif kind in _BARE:
            self._items.append((number, at, kind, value))
        return len(self._items) + len(self._events) > before

    def finished(self) -> list[Conversation]:
        """The session."""
        name = text_of(self._meta.get("id"))
        if not name and not (self._items or self._events):
            return []
        gathering = Gathering(_SOURCE, name or f"from {self._first_moment()}")
        told = gathering.told
        told.folder, told.created = text_of(self._meta.get("cwd")), moment_of(self._meta.get("timestamp"))
        told.parent = _parent_in(self._meta)
        told.provider = text_of(self._meta.get("model_provider")) or "openai"
        if not name:
            gathering.notes.append("it has no head that tells its id; it was named after its first time")
        items = self._items
        if not any(kind == "message" for _, _, kind, _ in items):
            items = sorted([*items, *self._events], key=lambda item: item[0])
        for number, at, kind, payload in items:
            self._item(gathering, f"line {number}", at, kind, payload)
        made = gathering.finished()
        return [made] if made.session.messages else []

    def _first_moment(self) -> str:
        """When the first item was written, as a name."""
        return next((at.isoformat() for _, at, _, _ in [*self._items, *self._events] if at), "no time")

    def _event(self, number: int, at: datetime | None, payload: dict[str, Any]) -> None:
        """Keep what was said as events tell it; it counts only where no items do."""
        kind = text_of(payload.get("type"))
        if kind in ("user_message", "agent_message") and text_of(payload.get("message")).strip():
            self._events.append((number, at, kind, payload))

    def _item(
        self, gathering: Gathering, name: str, at: datetime | None, kind: str, payload: dict[str, Any]
    ) -> None:
        """Add an item to the conversation."""
        if kind == "turn_context":
            self._model = text_of(payload.get("model")) or self._model
            gathering.told.folder = gathering.told.folder or text_of(payload.get("cwd"))
        elif kind == "reasoning":
            gathering.think(thoughts_in(payload))
        elif kind == "user_message":
            self._said(gathering, name, at, [TextPart(content=text_of(payload.get("message")))])
        elif kind == "agent_message":
            self._answered(gathering, name, at, [TextPart(content=text_of(payload.get("message")))])
        elif kind == "message":
            self._message(gathering, name, at, payload)
        else:
            self._tool(gathering, name, at, kind, payload)

    def _message(self, gathering: Gathering, name: str, at: datetime | None, payload: dict[str, Any]) -> None:
        """Add what somebody said; what the program itself says in the user's name is left out."""
        role, parts = text_of(payload.get("role")), said_in(payload)
        if not parts:
            return
        if role == "assistant":
            self._answered(gathering, name, at, parts)
        elif role == "user" and not is_written_by_program(parts):
            self._said(gathering, name, at, parts)

    def _tool(
        self, gathering: Gathering, name: str, at: datetime | None, kind: str, payload: dict[str, Any]
    ) -> None:
        """Add the call of a tool, or its answer."""
        if kind.endswith("_output"):
            call_id, output = text_of(payload.get("call_id")) or name, output_of(payload)
            result = ToolResultPart(tool_call_id=call_id, tool_name="", title="", output=output)
            if gathering.answer_call(result):
                self._has_result = True
            elif output.strip():
                self._answered(gathering, name, at, [TextPart(content=output)])
        elif kind.endswith("_call"):
            self._answered(gathering, name, at, [call_of(kind, payload, name)])

    def _said(self, gathering: Gathering, name: str, at: datetime | None, parts: list[MessagePart]) -> None:
        """Add what the user said."""
        self._answer = None
        gathering.add(name, "user", parts, at)

    def _answered(self, gathering: Gathering, name: str, at: datetime | None, parts: list[MessagePart]) -> None:
        """Add to the answer; it is over once a tool has answered, or once words follow a call."""
        speaks = not isinstance(parts[0], ToolCallPart)
        has_called = self._answer is not None and bool(self._answer.get_tool_calls())
        if self._answer is not None and not self._has_result and not (speaks and has_called):
            gathering.extend(self._answer, parts)
            return
        self._has_result = False
        provider = gathering.told.provider
        self._answer = gathering.add(name, "assistant", parts, at, model=self._model, provider=provider)


def _parent_in(meta: dict[str, Any]) -> str:
    """The id of the session from which one was made: as a copy that went its own way, or for an agent."""
    spawned = dict_of(dict_of(dict_of(meta.get("source")).get("subagent")).get("thread_spawn"))
    return text_of(meta.get("forked_from_id")) or text_of(spawned.get("parent_thread_id"))
