"""The conversations that ChatGPT exports: each a tree of messages, of which one path was shown last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from oats_tui.exchange.chatgpt_content import Content, content_of
from oats_tui.exchange.conversation import Conversation, Gathering
from oats_tui.exchange.unreadable import UnreadableError
from oats_tui.exchange.values import arguments_of, dict_of, moment_of, text_of
from oats_tui.session.message import Role, TextPart, ToolCallPart, ToolResultPart

_PROVIDER = "openai"
_EVERYBODY = ("", "all", "assistant")


def matches(value: dict[str, Any]) -> bool:
    """Whether a value is a conversation of ChatGPT."""
    return isinstance(value.get("mapping"), dict)


def read(value: dict[str, Any]) -> Conversation:
    """The conversation in a value, along the path that was shown last.

    Raises:
        UnreadableError: It has no id, or its messages refer to each other in a circle.
    """
    source_id = text_of(value.get("conversation_id")) or text_of(value.get("id"))
    mapping = dict_of(value.get("mapping"))
    if not source_id:
        # Early exports tell no id; the root of the tree has one of its own.
        source_id = next((name for name, node in mapping.items() if not dict_of(node).get("parent")), "")
    if not source_id:
        raise UnreadableError("it has no id")
    gathering = Gathering("chatgpt", source_id)
    gathering.told.title = text_of(value.get("title"))
    gathering.told.created = moment_of(value.get("create_time"))
    gathering.told.updated = moment_of(value.get("update_time"))
    gathering.told.provider = _PROVIDER
    default = text_of(value.get("default_model_slug"))
    walk = _Walk(gathering, "" if default == "auto" else default)
    for name in _path(mapping, value.get("current_node")):
        walk.take(name, dict_of(dict_of(mapping.get(name)).get("message")))
    gathering.notes += walk.unknown_notes()
    return gathering.finished()


def _path(mapping: dict[str, Any], current: Any) -> Sequence[str]:
    """The names of the nodes from the root to the one that was shown last.

    Raises:
        UnreadableError: They are in a circle.
    """
    name = current if isinstance(current, str) and current in mapping else _newest_leaf(mapping)
    path: dict[str, None] = {}
    while isinstance(name, str) and name in mapping:
        if name in path:
            raise UnreadableError("its messages refer to each other in a circle")
        path[name] = None
        name = dict_of(mapping[name]).get("parent")
    return list(reversed(path))


def _newest_leaf(mapping: dict[str, Any]) -> str | None:
    """The newest node that is nobody's parent; without any, the newest of all."""
    parents = {dict_of(node).get("parent") for node in mapping.values() if _is_name(dict_of(node).get("parent"))}
    leaves = [name for name in mapping if name not in parents] or list(mapping)

    def when(name: str) -> float:
        """When a node was made."""
        moment = moment_of(dict_of(dict_of(mapping[name]).get("message")).get("create_time"))
        return moment.timestamp() if moment else 0.0

    return max(leaves, key=when, default=None)


def _is_name(value: Any) -> bool:
    """Whether a value can be the name of a node."""
    return isinstance(value, str)


class _Walk:
    """Goes along a path and puts calls of tools together with what the tools said."""

    def __init__(self, gathering: Gathering, model: str) -> None:
        self._gathering = gathering
        self._model = model
        self._open: list[tuple[str, str]] = []
        self._unknown: dict[str, int] = {}

    def take(self, name: str, message: dict[str, Any]) -> None:
        """Take a node's message, if it is one that was shown."""
        metadata = dict_of(message.get("metadata"))
        if not message or metadata.get("is_visually_hidden_from_conversation"):
            return
        author, content = dict_of(message.get("author")), content_of(dict_of(message.get("content")))
        if content.unknown:
            self._unknown[content.unknown] = self._unknown.get(content.unknown, 0) + 1
        role = text_of(author.get("role"))
        if role == "assistant":
            self._answer(name, message, metadata, content)
        elif role == "tool":
            self._result(name, message, text_of(author.get("name")), content)
        elif role in ("user", "system"):
            self._said(name, message, "user" if role == "user" else "system", content)

    def unknown_notes(self) -> list[str]:
        """What was found that is not known."""
        return [
            f"{count} of its messages have content of the unknown kind {kind[:40]!r}"
            for kind, count in self._unknown.items()
        ]

    def _said(self, name: str, message: dict[str, Any], role: Role, content: Content) -> None:
        """What the user, or whoever instructs the model, said."""
        if content.parts:
            self._gathering.add(name, role, content.parts, moment_of(message.get("create_time")))

    def _answer(self, name: str, message: dict[str, Any], metadata: dict[str, Any], content: Content) -> None:
        """What the model said, thought, or asked a tool for."""
        self._gathering.think(content.thinking)
        recipient = text_of(message.get("recipient"))
        is_call = recipient not in _EVERYBODY or (content.is_code and bool(content.text))
        if not content.parts:
            return
        model = text_of(metadata.get("model_slug")) or self._model
        at = moment_of(message.get("create_time"))
        if not is_call:
            self._gathering.add(name, "assistant", content.parts, at, model=model, provider=_PROVIDER)
            return
        tool = recipient if recipient not in _EVERYBODY else "code"
        call = ToolCallPart(tool_call_id=name, tool_name=tool, arguments=arguments_of(content.text))
        self._gathering.add(name, "assistant", [call], at, model=model, provider=_PROVIDER)
        self._open.append((tool, name))

    def _result(self, name: str, message: dict[str, Any], tool: str, content: Content) -> None:
        """What a tool said."""
        self._gathering.think(content.thinking)
        if not content.text:
            return
        position = next((n for n, (called, _) in enumerate(self._open) if called == tool), None)
        if position is None and self._open:
            position = 0
        if position is not None:
            call_id = self._open.pop(position)[1]
            result = ToolResultPart(tool_call_id=call_id, tool_name=tool, title=tool, output=content.text)
            if self._gathering.answer_call(result):
                return
        at = moment_of(message.get("create_time"))
        told = TextPart(content=content.text)
        self._gathering.add(name, "assistant", [told], at, model=self._model, provider=_PROVIDER)
