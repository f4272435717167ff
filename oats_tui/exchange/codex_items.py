"""The items in the logs of Codex."""

from __future__ import annotations

import json
import re
from typing import Any

from oats_tui.core.codec import to_plain
from oats_tui.exchange.blocks import is_base64
from oats_tui.exchange.conversation import note
from oats_tui.exchange.values import arguments_of, dict_of, list_of, text_of
from oats_tui.session.message import ImagePart, MessagePart, TextPart, ToolCallPart

_BY_PROGRAM = (
    "<environment_context>",
    "<user_instructions>",
    "<permissions",
    "<INSTRUCTIONS>",
    "# AGENTS.md instructions",
)
_DATA = re.compile(r"data:(image/[\w.+-]+);base64,(.*)", re.DOTALL)


def said_in(payload: dict[str, Any]) -> list[MessagePart]:
    """The parts of a message."""
    parts: list[MessagePart] = []
    content = payload.get("content")
    if isinstance(content, str):
        content = [{"type": "text", "text": content}]
    for block in map(dict_of, list_of(content)):
        kind = text_of(block.get("type"))
        if kind in ("input_text", "output_text", "text"):
            if (text := text_of(block.get("text"))).strip():
                parts.append(TextPart(content=text))
        elif kind == "input_image":
            parts.append(_picture(block.get("image_url")))
        elif kind:
            parts.append(note(f"{kind[:40]}, not imported"))
    return parts


def is_written_by_program(parts: list[MessagePart]) -> bool:
    """Whether a message in the user's name is one with which the program tells the model about itself."""
    first = parts[0]
    return isinstance(first, TextPart) and first.content.lstrip().startswith(_BY_PROGRAM)


def thoughts_in(payload: dict[str, Any]) -> str:
    """What the model thought: as a whole if that is told, else in short."""
    for name in ("content", "summary"):
        texts = (text_of(dict_of(each).get("text")) for each in list_of(payload.get(name)))
        if found := "\n\n".join(text for text in texts if text.strip()):
            return found
    return ""


def call_of(kind: str, payload: dict[str, Any], name: str) -> ToolCallPart:
    """The call of a tool.

    Args:
        kind: The kind of the item.
        payload: The item.
        name: What stands for its id if it has none.
    """
    call_id = text_of(payload.get("call_id")) or text_of(payload.get("id")) or name
    tool = text_of(payload.get("name")) or kind.removesuffix("_call")
    told = next((payload[key] for key in ("arguments", "input", "action") if key in payload), None)
    return ToolCallPart(tool_call_id=call_id, tool_name=tool, arguments=arguments_of(told))


def output_of(payload: dict[str, Any]) -> str:
    """What a tool answered, as a text."""
    output = payload.get("output")
    if isinstance(output, str):
        return _unwrapped(text_of(output))
    if isinstance(output, dict):
        return text_of(output.get("content")) or _json(output)
    texts = (text_of(dict_of(each).get("text")) or _json(each) for each in list_of(output))
    return "\n".join(texts)


def _unwrapped(output: str) -> str:
    """The output in a text that may be JSON with the output and facts about it."""
    if not output.startswith('{"output":'):
        return output
    inside = arguments_of(output).get("output")
    return text_of(inside) or output


def _picture(url: Any) -> MessagePart:
    """The picture at an address that may hold it."""
    address = text_of(url)
    if (found := _DATA.fullmatch(address)) and is_base64(found[2]):
        return ImagePart(media_type=found[1], data=found[2])
    if address.startswith(("http://", "https://")):
        return ImagePart(media_type="image/*", url=address)
    return note("picture, not imported")


def _json(value: Any) -> str:
    """A value as JSON."""
    return json.dumps(to_plain(value), ensure_ascii=False)
