"""What the message pane shows, as plain values; comparing two of them tells whether anything changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from oats_tui.session.meta import Outcome

FoldKind = Literal["thinking", "summary", "system"]


@dataclass(frozen=True, slots=True)
class TextItem:
    """Something said.

    Attributes:
        text: Markdown, or plain text where ``plain`` says so.
        plain: Whether it is shown as it is, as what a person typed.
    """

    text: str
    plain: bool = False


@dataclass(frozen=True, slots=True)
class FoldItem:
    """Something that is there to be looked up: one line until it is unfolded.

    Attributes:
        kind: What it is.
        title: The line that stands for it, without a sign.
        text: Markdown.
        growing: Whether more of it is coming.
    """

    kind: FoldKind
    title: str
    text: str
    growing: bool = False


@dataclass(frozen=True, slots=True)
class ToolItem:
    """A tool call with its result, as far as there is one.

    Attributes:
        call_id: What joins a call and its result.
        name: The tool's name.
        arguments: The call's arguments as indented JSON; None where only a result is there (an orphan).
        title: What the result says of itself.
        output: The result's text; None while there is no result.
        error: What went wrong, or None.
        session_id: The session that the tool worked in, where it made one; empty otherwise.
    """

    call_id: str
    name: str
    arguments: str | None
    title: str = ""
    output: str | None = None
    error: str | None = None
    session_id: str = ""


@dataclass(frozen=True, slots=True)
class ImageItem:
    """An image.

    Attributes:
        media_type: Such as ``image/png``, as it was told.
        data: The picture as base64, or None.
        url: Its address, where there is no data.
    """

    media_type: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class OtherItem:
    """A part of a kind that this program does not know."""

    kind: str


Item = TextItem | FoldItem | ToolItem | ImageItem | OtherItem


@dataclass(frozen=True, slots=True)
class Entry:
    """One message as it is shown.

    Attributes:
        id: The message's id.
        role: user, assistant or system.
        name: Who speaks, such as "You" or a model's name.
        about: What else the head line says: time, duration, tokens.
        items: The message's parts, in order.
        outcome: How it ended, where it did not end well.
        note: Something to know about it; may be empty.
        growing: Whether it is an answer in progress.
        gap: What stands above it where hours lie between it and the message before, such as "3 hours later";
            empty otherwise.
    """

    id: str
    role: str
    name: str
    about: str
    items: tuple[Item, ...]
    outcome: Outcome | None = None
    note: str = ""
    growing: bool = False
    gap: str = ""
