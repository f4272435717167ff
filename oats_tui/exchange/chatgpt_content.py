"""What a message of ChatGPT holds, in each of the forms that it has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from oats_tui.exchange.conversation import note
from oats_tui.exchange.values import dict_of, list_of, text_of
from oats_tui.session.message import MessagePart, TextPart


@dataclass(slots=True)
class Content:
    """What a message holds.

    Attributes:
        parts: What is shown, as our parts.
        thinking: What the model thought.
        is_code: Whether it is meant for a tool.
        unknown: The kind, if it is not known.
    """

    parts: list[MessagePart] = field(default_factory=list)
    thinking: str = ""
    is_code: bool = False
    unknown: str = ""

    @property
    def text(self) -> str:
        """The parts as one text."""
        return "\n".join(part.content for part in self.parts if isinstance(part, TextPart))


def content_of(value: dict[str, Any]) -> Content:
    """What the content of a message holds; of an unknown kind, whatever in it is text."""
    kind = text_of(value.get("content_type"))
    if kind in ("user_editable_context", "model_editable_context", "reasoning_recap"):
        return Content()
    if kind == "thoughts":
        return Content(thinking=_thoughts(value))
    if kind in ("text", "multimodal_text"):
        return Content(list(_pieces(list_of(value.get("parts")))))
    if kind in _READERS:
        return Content(_as_parts(_READERS[kind](value)), is_code=kind == "code")
    parts = _as_parts(text_of(value.get("text"))) or list(_pieces(list_of(value.get("parts"))))
    return Content(parts, unknown=kind or "none")


def _as_parts(text: str) -> list[MessagePart]:
    """A text as parts: one, or none."""
    return [TextPart(content=text)] if text.strip() else []


def _pieces(values: list[Any]) -> Iterator[MessagePart]:
    """The pieces of a message of text and other things."""
    for value in values:
        if isinstance(value, str):
            if value.strip():
                yield TextPart(content=text_of(value))
        elif isinstance(value, dict) and (part := _piece(value)):
            yield part


def _piece(value: dict[str, Any]) -> MessagePart | None:
    """A piece that is not text; its file is not part of the conversation."""
    kind = text_of(value.get("content_type"))
    if kind == "audio_transcription":
        text = text_of(value.get("text"))
        return TextPart(content=text) if text.strip() else None
    pointer = text_of(value.get("asset_pointer")) or text_of(
        dict_of(value.get("audio_asset_pointer")).get("asset_pointer")
    )
    name = pointer.rpartition("://")[2] or "unnamed"
    if kind == "image_asset_pointer":
        return note(f"picture, not imported: {name}")
    if "audio" in kind or "video" in kind:
        return note(f"sound or video, not imported: {name}")
    return note(f"{kind or 'something'}, not imported")


def _thoughts(value: dict[str, Any]) -> str:
    """What the model thought, each thought with its heading."""
    found = []
    for each in map(dict_of, list_of(value.get("thoughts"))):
        summary, text = text_of(each.get("summary")), text_of(each.get("content"))
        found.append(f"**{summary}**\n\n{text}" if summary and text else text or summary)
    return "\n\n".join(part for part in found if part.strip())


def _titled(*names: str) -> Callable[[dict[str, Any]], str]:
    """A reader of content that has several texts under these names."""
    return lambda value: "\n".join(text for name in names if (text := text_of(value.get(name))))


_READERS: dict[str, Callable[[dict[str, Any]], str]] = {
    "code": _titled("text"),
    "execution_output": _titled("text"),
    "citable_code_output": _titled("output_str"),
    "computer_output": lambda value: "[a picture of a screen, not imported]",
    "super_widget": lambda value: "",
    "system_error": _titled("name", "text"),
    "tether_quote": _titled("title", "url", "text"),
    "tether_browsing_code": _titled("text"),
    "tether_browsing_display": _titled("summary", "result"),
    "sonic_webpage": _titled("title", "url", "text"),
}
