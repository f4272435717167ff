"""What a message is: who spoke, when, and the parts of what was said."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, PrivateAttr, field_validator

from oats_tui.core.codec import PlainDict, StoredModel
from oats_tui.core.id import generate_id
from oats_tui.date import as_utc, utc

Moment = Annotated[datetime, AfterValidator(as_utc)]
"""A moment; one from a file that names no zone is taken to be UTC."""

Role: TypeAlias = Literal["user", "assistant", "system"]

_MARK_LENGTH = 12
_KNOWN_TYPES = ("text", "image", "tool_call", "tool_result")


class TextPart(StoredModel):
    """Something said in words."""

    type: Literal["text"] = "text"
    id: str = Field(default_factory=generate_id)
    content: str


class ImagePart(StoredModel):
    """A picture: its bytes as base64 in `data`, or the address in `url`."""

    type: Literal["image"] = "image"
    id: str = Field(default_factory=generate_id)
    media_type: str
    data: str | None = None
    url: str | None = None
    detail: str = "auto"


class ToolCallPart(StoredModel):
    """A model asking for a tool."""

    type: Literal["tool_call"] = "tool_call"
    id: str = Field(default_factory=generate_id)
    tool_call_id: str
    tool_name: str
    arguments: PlainDict


class ToolResultPart(StoredModel):
    """What a tool answered, or the error with which it failed."""

    type: Literal["tool_result"] = "tool_result"
    id: str = Field(default_factory=generate_id)
    tool_call_id: str
    tool_name: str
    title: str
    output: str
    error: str | None = None
    metadata: PlainDict = Field(default_factory=dict)


class UnknownPart(StoredModel):
    """A part of a kind that this version does not know: kept as it came, in its place."""

    type: str

    @field_validator("type")
    @classmethod
    def _is_unknown(cls, value: str) -> str:
        """A known kind with wrong fields is an error, not an unknown kind."""
        if value in _KNOWN_TYPES:
            raise ValueError(f"a part of type {value} has other fields")
        return value


MessagePart: TypeAlias = TextPart | ImagePart | ToolCallPart | ToolResultPart
_Known = Annotated[MessagePart, Field(discriminator="type")]
_Part = Annotated[_Known | UnknownPart, Field(union_mode="left_to_right")]


def flatten_usage(value: Any) -> Any:
    """Counts as a flat dictionary of integers, the only form that every reader takes.

    Args:
        value: Counts by name; those in a dictionary of their own get its name and an underscore in front.

    Returns:
        A dictionary of ints, without what is not a number; anything that is not a dictionary, unchanged.
    """
    if not isinstance(value, dict):
        return value
    flat: dict[str, int] = {}
    for name, count in value.items():
        if isinstance(count, dict):
            flat.update({f"{name}_{inner}": each for inner, each in flatten_usage(count).items()})
        elif isinstance(count, (int, float)) and count - count == 0:
            flat[str(name)] = int(count)
    return flat


Usage = Annotated[dict[str, int] | None, BeforeValidator(flatten_usage), PlainSerializer(flatten_usage)]


class Message(StoredModel):
    """One message of a conversation."""

    id: str = Field(default_factory=generate_id)
    session_id: str
    role: Role
    parts: list[_Part] = Field(default_factory=list)
    created_at: Moment = Field(default_factory=utc)
    model: str | None = None
    provider: str | None = None
    usage: Usage = None

    def add_text(self, content: str) -> TextPart:
        """Append a text part and return it."""
        part = TextPart(content=content)
        self.parts.append(part)
        return part

    def add_image(
        self, media_type: str, *, data: str | None = None, url: str | None = None, detail: str = "auto"
    ) -> ImagePart:
        """Append an image part and return it.

        Args:
            media_type: Such as `image/png`.
            data: The picture as base64.
            url: Its address, used when there is no data.
            detail: How closely a model is to look.
        """
        part = ImagePart(media_type=media_type, data=data, url=url, detail=detail)
        self.parts.append(part)
        return part

    def add_tool_call(self, tool_call_id: str, tool_name: str, arguments: dict[str, Any]) -> ToolCallPart:
        """Append the call of a tool and return the part."""
        part = ToolCallPart(tool_call_id=tool_call_id, tool_name=tool_name, arguments=arguments)
        self.parts.append(part)
        return part

    def add_tool_result(
        self,
        tool_call_id: str,
        tool_name: str,
        title: str,
        output: str,
        error: str | None = None,
        metadata: dict[str, Any] | None = None,
    ) -> ToolResultPart:
        """Append the answer of a tool and return the part."""
        part = ToolResultPart(
            tool_call_id=tool_call_id,
            tool_name=tool_name,
            title=title,
            output=output,
            error=error,
            metadata=metadata or {},
        )
        self.parts.append(part)
        return part

    def get_text_content(self) -> str:
        """All text parts, joined by newlines."""
        return "\n".join(part.content for part in self.parts if isinstance(part, TextPart))

    def get_images(self) -> list[ImagePart]:
        """The image parts, in order."""
        return [part for part in self.parts if isinstance(part, ImagePart)]

    def has_images(self) -> bool:
        """Whether there is an image part."""
        return any(isinstance(part, ImagePart) for part in self.parts)

    def get_tool_calls(self) -> list[ToolCallPart]:
        """The calls of tools, in order."""
        return [part for part in self.parts if isinstance(part, ToolCallPart)]

    def get_tool_results(self) -> list[ToolResultPart]:
        """The answers of tools, in order."""
        return [part for part in self.parts if isinstance(part, ToolResultPart)]

    def to_llm_format(self) -> dict[str, Any]:
        """The message in the OpenAI chat format.

        The answers of tools are messages of their own there; `Session.get_messages_for_llm` has them too.
        """
        from oats_tui.session.llm import message_to_llm  # llm needs Message, so it cannot be imported above

        return message_to_llm(self)[0]


class OpaqueMessage(Message):
    """A message in a file that cannot be understood: shown as such, never sent to a model, kept byte for byte.

    Changing it changes nothing on disk.
    """

    _raw: bytes = PrivateAttr(b"")
    _problem: str = PrivateAttr("")

    @classmethod
    def of(cls, raw: bytes, value: dict[str, Any], problem: str) -> OpaqueMessage:
        """The message that stands for some bytes.

        Args:
            raw: Its JSON as in the file.
            value: What could be parsed of it.
            problem: What is wrong with it, in words that quote nothing of it.
        """
        id_, role = value.get("id"), value.get("role")
        mark = hashlib.sha256(raw).hexdigest()[:_MARK_LENGTH]
        message = cls(
            id=id_ if isinstance(id_, str) else f"opaque-{mark}",
            session_id="",
            role=role if role in ("user", "assistant", "system") else "system",
        )
        message._raw = raw
        message._problem = problem
        return message

    @property
    def raw(self) -> bytes:
        """Its JSON as in the file."""
        return self._raw

    @property
    def problem(self) -> str:
        """What is wrong with it."""
        return self._problem
