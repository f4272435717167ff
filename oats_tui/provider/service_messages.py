"""Messages in the OpenAI chat format, turned into those of the library that sends them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic_ai.messages import ModelMessage, ModelResponse, UserContent


def to_library(messages: list[dict[str, Any]]) -> list[ModelMessage]:
    """Return the messages as the library wants them; those with an unknown role are left out.

    A tool's answer needs the tool's name there, which the OpenAI format only has in the call before it.
    """
    from pydantic_ai.messages import ModelRequest, SystemPromptPart, ToolReturnPart, UserPromptPart

    converted: list[ModelMessage] = []
    tool_names: dict[str, str] = {}
    for message in messages:
        role, content = message.get("role"), message.get("content")
        if role == "assistant":
            response = _assistant(message, tool_names)
            if response.parts:
                converted.append(response)
        elif role in {"system", "developer"}:
            converted.append(ModelRequest([SystemPromptPart(_joined(content))]))
        elif role == "user":
            converted.append(ModelRequest([UserPromptPart(_user_content(content))]))
        elif role == "tool":
            call_id = str(message.get("tool_call_id") or "")
            name = tool_names.get(call_id) or str(message.get("name") or "tool")
            converted.append(ModelRequest([ToolReturnPart(name, _joined(content), call_id)]))
    return converted


def _assistant(message: dict[str, Any], tool_names: dict[str, str]) -> ModelResponse:
    """Return an answer given earlier; notes the names of the tools it calls."""
    from pydantic_ai.messages import ModelResponse, TextPart, ToolCallPart

    response = ModelResponse(parts=[])
    text = _joined(message.get("content"))
    parts: list[Any] = [TextPart(text)] if text else []
    for call in message.get("tool_calls") or ():
        function = call.get("function") or {}
        call_id, name = str(call.get("id") or ""), str(function.get("name") or "tool")
        arguments = function.get("arguments") or "{}"
        tool_names[call_id] = name
        parts.append(ToolCallPart(name, arguments, call_id))
    response.parts = parts
    return response


def _user_content(content: Any) -> str | list[UserContent]:
    """Return a person's message: its text, or a list of texts and images."""
    from pydantic_ai.messages import ImageUrl

    if not isinstance(content, list):
        return _joined(content)
    parts: list[UserContent] = []
    for block in content:
        image = _image_of(block)
        if image is None:
            parts.append(_text_of(block))
            continue
        detail = image.get("detail")
        # An address with the data in it goes to the server as it is: nothing is fetched or decoded here.
        parts.append(ImageUrl(url=str(image["url"]), vendor_metadata={"detail": detail} if detail else None))
    return parts


def _image_of(block: Any) -> dict[str, Any] | None:
    """Return what an image block says about its image, or None for any other block."""
    image = block.get("image_url") if isinstance(block, dict) and block.get("type") == "image_url" else None
    if isinstance(image, str):
        return {"url": image}
    return image if isinstance(image, dict) and image.get("url") else None


def _text_of(block: Any) -> str:
    """Return a block's text; a kind of block that cannot be sent leaves a note in its place."""
    if isinstance(block, str):
        return block
    if isinstance(block, dict) and isinstance(block.get("text"), str):
        return str(block["text"])
    kind = block.get("type") if isinstance(block, dict) else type(block).__name__
    return f"[a part of the kind {kind}, which cannot be sent]"


def _joined(content: Any) -> str:
    """Return the text of a message's content, whichever form it has."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n\n".join(_text_of(block) for block in content)
    return json.dumps(content, ensure_ascii=False)
