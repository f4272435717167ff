"""The parts of a message as they are shown, and as they are copied."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from oats_tui.session.message import ImagePart, Message, TextPart, ToolCallPart, ToolResultPart
from oats_tui.ui.widgets.transcript.headers import duration
from oats_tui.ui.widgets.transcript.items import Entry, FoldItem, ImageItem, Item, OtherItem, TextItem, ToolItem

_OPENING = re.compile(r"\s*<(think|thinking)>")
_CLOSING = re.compile(r"(?<![`'\"“])</(?:think|thinking)>(?![`'\"”])")
_FENCE = re.compile(r"^ {0,3}(?:```|~~~)", re.MULTILINE)
_SUMMARY = re.compile(r"\[(?:Conversation Summary|Context Capsule) — (\d{1,9}) messages compacted\]\s*")
_THINKING_KINDS = ("thinking", "reasoning")
_THINKING_FIELDS = ("thinking", "reasoning", "text", "content")
_SESSION_FIELDS = ("child_session_id", "sub_session_id", "session_id")
_LONGEST_ID = 100
_TOO_DEEP = "(nested too deeply to be shown)"


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
        count = int(summary[1])
        title = "Summary of one earlier message" if count == 1 else f"Summary of {count:,} earlier messages"
        yield FoldItem("summary", title, text[summary.end() :])
    elif message.role == "system":
        yield FoldItem("system", "System prompt", text)
    elif message.role == "user":
        yield TextItem(text, plain=True)
    else:
        thought, rest, is_open = _thought(text, first=first)
        has_thought = bool(thought) or (growing and is_open)
        if has_thought:
            yield FoldItem("thinking", "thinking", thought, growing and is_open)
        if rest.strip() or not has_thought:
            yield TextItem(rest)


def _thought(text: str, *, first: bool) -> tuple[str, str, bool]:
    """Return what a text says was thought, the rest, and whether the end of the thinking has not come."""
    opening = _OPENING.match(text)
    if opening is not None:
        closing = f"</{opening[1]}>"
        end = text.find(closing, opening.end())
        if end < 0:
            return text[opening.end() :].strip(), "", True
        return text[opening.end() : end].strip(), text[end + len(closing) :].lstrip("\n"), False
    mark = _CLOSING.search(text) if first else None
    # Some templates put the opening mark into the prompt. One that is written about stands in quotes or in code.
    if mark is None or "<think" in text[: mark.start()] or len(_FENCE.findall(text[: mark.start()])) % 2:
        return "", text, False
    return text[: mark.start()].strip(), text[mark.end() :].lstrip("\n"), False


def _tool(message: Message, call: ToolCallPart, result: ToolResultPart | None) -> ToolItem:
    """Return a call joined with its result."""
    arguments = _arguments(call.arguments)
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


def _arguments(arguments: dict[str, Any]) -> str:
    """Return a call's arguments as JSON; odd values as Python writes them."""
    with contextlib.suppress(TypeError, ValueError, RecursionError):
        return json.dumps(arguments, ensure_ascii=False, indent=2, default=repr)
    try:
        return repr(arguments)
    except RecursionError:
        return _TOO_DEEP


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
        told = (extra.get(name) for name in _THINKING_FIELDS)
        text = next((each for each in told if isinstance(each, str) and each), "")
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
