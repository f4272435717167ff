"""Messages in the OpenAI chat format."""

from __future__ import annotations

import json
from typing import Any

from oats_tui.core.codec import to_plain
from oats_tui.session.message import ImagePart, Message, ToolCallPart, ToolResultPart


def message_to_llm(message: Message) -> list[dict[str, Any]]:
    """One message as the chat format has it.

    Returns:
        At least one dictionary: the message itself, then one of role `tool` for each answer of a tool. A
        message that holds nothing but such answers has no dictionary of its own.
    """
    results = [_result_to_llm(part) for part in message.get_tool_results()]
    text = message.get_text_content()
    images = message.get_images() if message.role == "user" else []
    calls = message.get_tool_calls() if message.role == "assistant" else []
    if results and not (text or images or calls):
        return results
    own: dict[str, Any] = {"role": message.role, "content": text}
    if images:
        own["content"] = _blocks(text, images)
    if calls:
        own["content"] = text or None
        own["tool_calls"] = [_call_to_llm(part) for part in calls]
    return [own, *results]


def _blocks(text: str, images: list[ImagePart]) -> list[dict[str, Any]]:
    """Text and pictures as a list of blocks."""
    blocks: list[dict[str, Any]] = [{"type": "text", "text": text}] if text else []
    for image in images:
        url = f"data:{image.media_type};base64,{image.data}" if image.data else image.url
        if url:
            blocks.append({"type": "image_url", "image_url": {"url": url, "detail": image.detail}})
    return blocks


def _call_to_llm(part: ToolCallPart) -> dict[str, Any]:
    """The call of a tool."""
    arguments = json.dumps(to_plain(part.arguments), ensure_ascii=False)
    return {
        "id": part.tool_call_id,
        "type": "function",
        "function": {"name": part.tool_name, "arguments": arguments},
    }


def _result_to_llm(part: ToolResultPart) -> dict[str, Any]:
    """The answer of a tool; an error takes the place of the output."""
    content = part.output if part.error is None else part.error
    return {"role": "tool", "tool_call_id": part.tool_call_id, "content": content}
