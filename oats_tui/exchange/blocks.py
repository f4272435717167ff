"""The blocks of which messages of Claude are made, in its exports and in the logs of Claude Code."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from oats_tui.exchange.conversation import note
from oats_tui.exchange.values import arguments_of, dict_of, list_of, text_of
from oats_tui.session.message import ImagePart, MessagePart, TextPart, ToolCallPart, ToolResultPart

_WITHOUT_CONTENT = frozenset({"token_budget", "flag", "redacted_thinking", "fallback"})


def thinking_of(blocks: list[Any]) -> str:
    """What the model thought, in all blocks that tell it."""
    thoughts = (
        text_of(dict_of(each).get("thinking")) for each in blocks if dict_of(each).get("type") == "thinking"
    )
    return "\n\n".join(thought for thought in thoughts if thought.strip())


def parts_of(content: Any) -> Iterator[MessagePart]:
    """The parts that stand for a message's content; what was thought is not among them.

    A result whose call is not named has an empty `tool_call_id`.

    Args:
        content: A text, or a list of blocks.
    """
    if isinstance(content, str):
        if content.strip():
            yield TextPart(content=text_of(content))
        return
    for block in map(dict_of, list_of(content)):
        if (part := part_of(block)) is not None:
            yield part


def part_of(block: dict[str, Any]) -> MessagePart | None:
    """The part that stands for a block; None for one that shows nothing."""
    kind = text_of(block.get("type"))
    if kind == "text":
        text = text_of(block.get("text"))
        return TextPart(content=text) if text.strip() else None
    if kind in ("tool_use", "server_tool_use", "mcp_tool_use"):
        call_id, name = text_of(block.get("id")), text_of(block.get("name")) or "tool"
        return ToolCallPart(tool_call_id=call_id, tool_name=name, arguments=arguments_of(block.get("input")))
    if kind.endswith("tool_result"):
        return _result(block)
    if kind == "image":
        return picture_of(dict_of(block.get("source")))
    if kind == "thinking" or kind in _WITHOUT_CONTENT or not kind:
        return None
    return note(f"{kind[:40]}, not imported")


def picture_of(source: dict[str, Any]) -> MessagePart:
    """The picture at a source: its bytes, or its address."""
    media_type, data = text_of(source.get("media_type")), text_of(source.get("data"))
    if media_type.startswith("image/") and is_base64(data):
        return ImagePart(media_type=media_type, data=data)
    url = text_of(source.get("url"))
    if url.startswith(("http://", "https://")):
        return ImagePart(media_type=media_type or "image/*", url=url)
    return note("picture, not imported")


def is_base64(data: str) -> bool:
    """Whether a text is the base64 of something."""
    try:
        return bool(data) and bool(base64.b64decode(data, validate=True))
    except (binascii.Error, ValueError):
        return False


def _result(block: dict[str, Any]) -> ToolResultPart:
    """What a tool answered."""
    output = "\n".join(_texts(block.get("content")))
    return ToolResultPart(
        tool_call_id=text_of(block.get("tool_use_id")),
        tool_name=text_of(block.get("name")),
        title="",
        output=output,
        error=(output or "It failed.") if block.get("is_error") is True else None,
    )


def _texts(content: Any) -> Iterator[str]:
    """The content of a result as texts."""
    if isinstance(content, str):
        yield text_of(content)
    for block in map(dict_of, list_of(content)):
        kind = text_of(block.get("type"))
        words = [text_of(block.get(name)) for name in ("title", "url", "text", "content", "stdout", "stderr")]
        if any(words):
            yield "\n".join(word for word in words if word)
        elif kind:
            yield f"[{kind[:40]}, not imported]"
