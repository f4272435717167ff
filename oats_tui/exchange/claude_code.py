"""The logs of Claude Code: one file for each session, one line for each piece of a message.

What agents did for a session stands in lines marked as a side chain, in the same file or in one of its own; it
becomes a session below that one.
"""

from __future__ import annotations

from typing import Any

from oats_tui.exchange.blocks import parts_of, thinking_of
from oats_tui.exchange.conversation import Conversation, Gathering
from oats_tui.exchange.values import dict_of, list_of, moment_of, text_of, usage_of
from oats_tui.session.message import Message, MessagePart, TextPart, ToolResultPart

_SOURCE = "claude-code"
_PROVIDER = "anthropic"
_SPOKEN = ("user", "assistant")
# Lines that say nothing in the conversation.
_SILENT = frozenset(
    {
        "agent-color",
        "agent-name",
        "agent-setting",
        "attachment",
        "bridge-session",
        "content-replacement",
        "file-history-delta",
        "file-history-snapshot",
        "last-prompt",
        "mode",
        "permission-mode",
        "pr-link",
        "progress",
        "queue-operation",
        "saved_hook_context",
        "speculation-accept",
        "started",
        "result",
        "system",
        "tag",
        "task-summary",
        "worktree-state",
    }
)
_MOST_KINDS = 20
_NOT_A_MODEL = "<synthetic>"


def matches(value: dict[str, Any]) -> bool:
    """Whether a value can only be a line of such a log."""
    is_spoken = text_of(value.get("type")) in _SPOKEN and isinstance(value.get("message"), dict)
    return is_spoken and isinstance(value.get("sessionId"), str) and isinstance(value.get("uuid"), str)


class _Chain:
    """One conversation of a file.

    Args:
        gathering: Where it is put together.
    """

    def __init__(self, gathering: Gathering) -> None:
        self.gathering = gathering
        self._answer_id = ""
        self._answer: Message | None = None

    def take(self, value: dict[str, Any]) -> None:
        """Take a line."""
        told = self.gathering.told
        told.folder = told.folder or text_of(value.get("cwd"))
        message = dict_of(value.get("message"))
        if value["type"] == "assistant":
            self._answered(value, message)
        else:
            self._said(value, message)

    def _answered(self, value: dict[str, Any], message: dict[str, Any]) -> None:
        """Take a piece of an answer; pieces with one id are one message."""
        content = message.get("content")
        thinking, parts = thinking_of(list_of(content)), list(parts_of(content))
        answer_id = text_of(message.get("id"))
        is_same = self._answer is not None and bool(answer_id) and answer_id == self._answer_id
        if is_same and self._answer is not None:
            self.gathering.extend(self._answer, parts)
            self.gathering.think(thinking, self._answer)
            self._answer.usage = usage_of(message.get("usage")) or self._answer.usage
            return
        self.gathering.think(thinking)
        if not parts and not thinking:
            return
        model = text_of(message.get("model"))
        self._answer_id = answer_id
        self._answer = self.gathering.add(
            text_of(value.get("uuid")),
            "assistant",
            parts,
            moment_of(value.get("timestamp")),
            model="" if model == _NOT_A_MODEL else model,
            provider=_PROVIDER,
            usage=usage_of(message.get("usage")),
        )

    def _said(self, value: dict[str, Any], message: dict[str, Any]) -> None:
        """Take what the user said, or what tools answered in the user's name."""
        said: list[MessagePart] = []
        for part in parts_of(message.get("content")):
            if not isinstance(part, ToolResultPart):
                said.append(part)
            elif not self.gathering.answer_call(part):
                said.append(TextPart(content=part.output or "[a tool's empty answer]"))
        if said:
            self._answer = None
            self.gathering.add(text_of(value.get("uuid")), "user", said, moment_of(value.get("timestamp")))


class ClaudeCodeReader:
    """Takes the lines of one file."""

    def __init__(self) -> None:
        self._session_id = ""
        self._main: list[dict[str, Any]] = []
        self._sides: dict[str, list[dict[str, Any]]] = {}
        self._side_of: dict[str, str] = {}
        self._uuids: set[str] = set()
        self._titles: dict[str, str] = {}
        self._unknown: dict[str, int] = {}

    def take(self, value: dict[str, Any], number: int) -> bool:
        """Take the value of a line; returns whether it is kept in memory."""
        kind = text_of(value.get("type"))
        if kind in _SPOKEN:
            return self._spoken(value, number)
        if kind in ("summary", "ai-title", "custom-title"):
            self._title(kind, value)
        elif kind not in _SILENT:
            name = kind if kind in self._unknown or len(self._unknown) < _MOST_KINDS else "others"
            self._unknown[name] = self._unknown.get(name, 0) + 1
        return False

    def finished(self) -> list[Conversation]:
        """The session, and those of its agents."""
        made = []
        if self._main:
            chain = self._chain(self._session_id, self._main)
            names = ("custom-title", "ai-title", "summary")
            chain.told.title = next((self._titles[name] for name in names if name in self._titles), "")
            chain.notes += [
                f"{count} lines are of the unknown kind {kind[:40]!r}" for kind, count in self._unknown.items()
            ]
            made.append(chain.finished())
        for name, values in self._sides.items():
            side = self._chain(f"{self._session_id}/{name}", values)
            side.told.parent = self._session_id
            made.append(side.finished())
        return [each for each in made if each.session.messages]

    def _spoken(self, value: dict[str, Any], number: int) -> bool:
        """Take a line in which somebody speaks; what is repeated, or not meant for readers, is left out."""
        name = text_of(value.get("uuid")) or f"line {number}"
        if name in self._uuids or value.get("isMeta") is True:
            return False
        self._uuids.add(name)
        value["uuid"] = name
        if value.get("isSidechain") is True:
            self._session_id = self._session_id or text_of(value.get("sessionId"))
            self._sides.setdefault(self._side(name, value), []).append(value)
        else:
            # A continued session begins with the lines of the one before, under that one's id.
            self._session_id = text_of(value.get("sessionId")) or self._session_id
            self._main.append(value)
        return True

    def _side(self, name: str, value: dict[str, Any]) -> str:
        """Which side chain a line belongs to: its agent's, or that of the line before it."""
        parent = text_of(value.get("parentUuid"))
        side = text_of(value.get("agentId")) or self._side_of.get(parent) or name
        self._side_of[name] = side
        return side

    def _title(self, kind: str, value: dict[str, Any]) -> None:
        """Take a title; a summary may be of another session, which its leaf tells."""
        key = {"summary": "summary", "ai-title": "aiTitle", "custom-title": "customTitle"}[kind]
        title, leaf = text_of(value.get(key)), text_of(value.get("leafUuid"))
        if title and (kind != "summary" or not leaf or leaf in self._uuids):
            self._titles[kind] = title

    def _chain(self, source_id: str, values: list[dict[str, Any]]) -> Gathering:
        """A conversation put together."""
        gathering = Gathering(_SOURCE, source_id)
        gathering.told.provider = _PROVIDER
        chain = _Chain(gathering)
        for value in values:
            chain.take(value)
        return gathering
