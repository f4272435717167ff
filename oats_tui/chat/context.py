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
    kept = _newest(turns, None if budget is None else budget - estimate(system))
    left_out = sum(count for count, _ in turns[: len(turns) - len(kept)])
    sent = [item for _, turn in kept for item in turn]
    return Request(system + _paired(sent), left_out, len(messages))


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
    """Return the messages with a result for every call, and no result without its call.

    Services refuse a request in which one stands without the other. A result that lost its call goes as text.
    Messages with nothing in them are dropped.
    """
    paired: list[LlmMessage] = []
    waiting: dict[str, None] = {}
    for message in messages:
        if message["role"] == "tool":
            if message["tool_call_id"] in waiting:
                del waiting[message["tool_call_id"]]
                paired.append(message)
            else:
                paired.append({"role": "user", "content": f"[Result of a tool call]\n{message['content']}"})
            continue
        paired += _missing_results(waiting)
        waiting = {call["id"]: None for call in message.get("tool_calls") or ()}
        if message.get("content") or waiting:
            paired.append(message)
    return paired + _missing_results(waiting)


def _missing_results(calls: dict[str, None]) -> list[LlmMessage]:
    """Return a synthetic result for each of these calls."""
    return [{"role": "tool", "tool_call_id": call, "content": NO_RESULT} for call in calls]
