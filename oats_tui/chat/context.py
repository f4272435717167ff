"""What of a conversation goes into a request, when not all of it can.

Only the request is shortened; the session keeps everything.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from oats_tui.session.llm import message_to_llm
from oats_tui.session.message import Message

LlmMessage = dict[str, Any]

BYTES_PER_TOKEN = 3
"""English runs at about four bytes a token and code at three; the smaller figure errs on the safe side."""

TOKENS_PER_MESSAGE = 8
"""What the chat template adds around each message."""

TOKENS_PER_IMAGE = 1000

NO_RESULT = "No result of this call was recorded."


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent.

    Attributes:
        messages: In the OpenAI chat format.
        left_out: How many of the session's messages were left out, oldest first.
        total: How many there were.
    """

    messages: list[LlmMessage]
    left_out: int
    total: int

    def note(self) -> str:
        """Return one line about what was left out; empty where nothing was."""
        if not self.left_out:
            return ""
        noun = "message" if self.left_out == 1 else "messages"
        return (
            f"The conversation is longer than the model's context: "
            f"the oldest {self.left_out} of {self.total} {noun} were left out of this request."
        )


def build_request(messages: Sequence[Message], budget: int | None, *, reads_images: bool) -> Request:
    """Return the request for a conversation, the oldest turns left out as far as the budget asks.

    A turn is a user's message with all that follows it up to the next one, so a tool call never loses its
    result. System messages stay, and so does the newest turn, whatever its size.

    Args:
        messages: The conversation so far.
        budget: The most tokens that the request may have, estimated, or None for no limit.
        reads_images: False puts a note in the place of each image.
    """
    system: list[LlmMessage] = []
    turns: list[tuple[int, list[LlmMessage]]] = []
    for message in messages:
        converted = [_without_images(item) if not reads_images else item for item in message_to_llm(message)]
        if message.role == "system":
            system += converted
        elif message.role == "user" or not turns:
            turns.append((1, converted))
        else:
            count, gathered = turns[-1]
            turns[-1] = (count + 1, gathered + converted)
    system = _paired(system)
    turns = [(count, _paired(turn)) for count, turn in turns]
    kept = _newest(turns, None if budget is None else budget - estimate(system))
    left_out = sum(count for count, _ in turns[: len(turns) - len(kept)])
    return Request(system + [item for _, turn in kept for item in turn], left_out, len(messages))


def estimate(messages: Sequence[LlmMessage]) -> int:
    """Return about how many tokens these messages have, rather too many than too few."""
    return sum(TOKENS_PER_MESSAGE + _content_tokens(message) for message in messages)


def _content_tokens(message: LlmMessage) -> int:
    """Estimate one message's tokens without its frame."""
    content = message.get("content") or ""
    images = 0
    if isinstance(content, list):
        images = sum(block.get("type") == "image_url" for block in content)
        content = "\n".join(block.get("text", "") for block in content)
    calls = json.dumps(message["tool_calls"]) if message.get("tool_calls") else ""
    return len((content + calls).encode()) // BYTES_PER_TOKEN + images * TOKENS_PER_IMAGE


def _newest(turns: list[tuple[int, list[LlmMessage]]], budget: int | None) -> list[tuple[int, list[LlmMessage]]]:
    """Return the longest run of newest turns within the budget; at least one."""
    if budget is None:
        return turns
    kept = 0
    for _, turn in reversed(turns):
        budget -= estimate(turn)
        if budget < 0 and kept:
            break
        kept += 1
    return turns[len(turns) - kept :]


def _without_images(message: LlmMessage) -> LlmMessage:
    """Return the message with a text note in the place of each image."""
    content = message.get("content")
    if not isinstance(content, list):
        return message
    lines = [
        block.get("text", "")
        if block.get("type") == "text"
        else "[An image stands here; this model reads text only.]"
        for block in content
    ]
    return {**message, "content": "\n".join(lines)}


def _paired(messages: list[LlmMessage]) -> list[LlmMessage]:
    """Return the messages with a result right behind every call, and no result without its call.

    Services refuse a request in which one stands without the other. A result that lost its call goes as text.
    Messages with nothing in them are dropped.
    """
    paired: list[LlmMessage] = []
    position = 0
    while position < len(messages):
        message = messages[position]
        if message["role"] == "tool":
            paired.append(_as_text(message))
            position += 1
            continue
        end = position + 1
        while end < len(messages) and messages[end]["role"] == "tool":
            end += 1
        if message.get("content") or message.get("tool_calls"):
            paired += _with_results(message, messages[position + 1 : end])
        else:
            paired += [_as_text(result) for result in messages[position + 1 : end]]
        position = end
    return paired


def _with_results(message: LlmMessage, results: list[LlmMessage]) -> list[LlmMessage]:
    """Return a message, the results of its calls in their order, and behind them the results of other calls."""
    calls = list(dict.fromkeys(call["id"] for call in message.get("tool_calls") or ()))
    found = {result["tool_call_id"]: result for result in results if result["tool_call_id"] in calls}
    missing = {"role": "tool", "content": NO_RESULT}
    own = [found.get(call, {**missing, "tool_call_id": call}) for call in calls]
    others = [_as_text(result) for result in results if found.get(result["tool_call_id"]) is not result]
    return [message, *own, *others]


def _as_text(result: LlmMessage) -> LlmMessage:
    """Return a result that lost its call as a message."""
    return {"role": "user", "content": f"[Result of a tool call]\n{result['content']}"}
