"""The parts of a message as they are shown, and as they are copied."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from oats_tui.session.message import ImagePart, Message, TextPart, ToolCallPart, ToolResultPart
from oats_tui.ui.widgets.transcript.headers import duration
from oats_tui.ui.widgets.transcript.items import Entry, FoldItem, ImageItem, Item, OtherItem, TextItem, ToolItem

_THINKING = re.compile(r"\s*<(think|thinking)>(.*?)(?:</\1>|\Z)", re.DOTALL)
_THOUGHT = re.compile(r"(?:(?!<think).){0,200000}?</(?:think|thinking)>", re.DOTALL)
_SUMMARY = re.compile(r"\[(?:Conversation Summary|Context Capsule) — (\d{1,9}) messages compacted\]\s*")
_THINKING_KINDS = ("thinking", "reasoning")
_THINKING_FIELDS = ("thinking", "reasoning", "text", "content")
_SESSION_FIELDS = ("child_session_id", "sub_session_id", "session_id")
_LONGEST_ID = 100


def items_of(
    message: Message, results: Mapping[int, ToolResultPart], shown: Collection[int], *, growing: bool = False
) -> tuple[Item, ...]:
    """Return the parts of a message, each call with its result.

    Args:
        message: The message.
        results: The result of each call, by the call's identity.
        shown: The identities of results that are shown with their calls.
        growing: Whether more of the message is coming.
    """
    return tuple(_items(message, results, shown, growing=growing))


def thinking_item(text: str, seconds: float | None) -> FoldItem:
    """Return what a model thought before it answered."""
    return FoldItem("thinking", "thinking" if seconds is None else f"thought for {duration(seconds)}", text)


def summary_of(items: Iterable[Item]) -> bool:
    """Return whether a message is the summary of earlier ones."""
    return any(isinstance(item, FoldItem) and item.kind == "summary" for item in items)


def markdown_of(entry: Entry) -> str:
    """Return a message as Markdown, to be copied; without what was thought before it."""
    return "\n\n".join(filter(None, map(_markdown, entry.items)))


def _items(
    message: Message, results: Mapping[int, ToolResultPart], shown: Collection[int], *, growing: bool
) -> Iterator[Item]:
    """Return the parts of a message."""
    for number, part in enumerate(message.parts):
        last = growing and number == len(message.parts) - 1
        match part:
            case TextPart():
                yield from _texts(message, part.content, growing=last, first=not number)
            case ImagePart():
                yield ImageItem(part.media_type, part.data, part.url)
            case ToolCallPart():
                yield _tool(message, part, results.get(id(part)))
            case ToolResultPart():
                if id(part) not in shown:
                    yield ToolItem(
                        part.tool_call_id,
                        part.tool_name,
                        None,
                        part.title,
                        part.output,
                        part.error,
                        _session(message, part),
                    )
            case _:
                yield _other(part)


def _texts(message: Message, text: str, *, growing: bool, first: bool) -> Iterator[Item]:
    """Return a text, with what stands in it that is none folded."""
    summary = _SUMMARY.match(text)
    if summary is not None and message.role != "assistant":
        yield FoldItem("summary", f"Summary of {int(summary[1]):,} earlier messages", text[summary.end() :])
    elif message.role == "system":
        yield FoldItem("system", "System prompt", text)
    elif message.role == "user":
        yield TextItem(text, plain=True)
    else:
        thought, rest, is_open = _thought(text) if first else ("", text, False)
        if thought:
            yield FoldItem("thinking", "thinking", thought, growing and is_open)
        if rest.strip() or not thought:
            yield TextItem(rest)


def _thought(text: str) -> tuple[str, str, bool]:
    """Return what a text says was thought, the rest, and whether the end of the thinking has not come."""
    match = _THINKING.match(text)
    if match is not None:
        return (
            match[2].strip(),
            text[match.end() :].lstrip("\n"),
            not match[0].endswith(">") or match.end(2) == len(text),
        )
    if "</think" in text:
        # Some templates put the opening mark into the prompt.
        match = _THOUGHT.match(text)
        if match is not None:
            return match[0].rpartition("</")[0].strip(), text[match.end() :].lstrip("\n"), False
    return "", text, False


def _tool(message: Message, call: ToolCallPart, result: ToolResultPart | None) -> ToolItem:
    """Return a call joined with its result."""
    arguments = json.dumps(call.arguments, ensure_ascii=False, indent=2, default=repr)
    if result is None:
        return ToolItem(call.tool_call_id, call.tool_name, arguments)
    return ToolItem(
        call.tool_call_id,
        call.tool_name,
        arguments,
        result.title,
        result.output,
        result.error,
        _session(message, result),
    )


def _session(message: Message, result: ToolResultPart) -> str:
    """Return the session that a tool worked in; empty where none is told."""
    for name in _SESSION_FIELDS:
        told = result.metadata.get(name)
        if (
            isinstance(told, str)
            and 0 < len(told) <= _LONGEST_ID
            and "/" not in told
            and told != message.session_id
        ):
            return told
    return ""


def _other(part: Any) -> Item:
    """Return a part of a kind that is not known; thinking is known by its name."""
    kind = str(getattr(part, "type", "unknown"))
    if kind in _THINKING_KINDS:
        extra = getattr(part, "model_extra", None) or {}
        text = next((extra[name] for name in _THINKING_FIELDS if isinstance(extra.get(name), str)), "")
        return FoldItem("thinking", "thinking", text)
    return OtherItem(kind)


def _markdown(item: Item) -> str:
    """Return one part as Markdown."""
    match item:
        case TextItem(text=text) | FoldItem(kind="summary" | "system", text=text):
            return text.strip("\n")
        case ToolItem() as tool:
            call = _fenced("json", tool.arguments) if tool.arguments is not None else ""
            result = _fenced("", tool.error if tool.error is not None else tool.output or "")
            return "\n\n".join(filter(None, (f"**{tool.name}** {tool.title}".strip(), call, result)))
        case ImageItem(media_type=media_type, url=url):
            return f"![image]({url or media_type})"
        case _:
            return ""


def _fenced(language: str, text: str) -> str:
    """Return a text as a code block; empty for an empty one."""
    if not text:
        return ""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
