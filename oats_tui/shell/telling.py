"""A conversation as lines of plain text, safe for a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from oats_tui.core.codec import to_plain
from oats_tui.core.sanitize import sanitize
from oats_tui.session.message import (
    ImagePart,
    Message,
    OpaqueMessage,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from oats_tui.session.meta import Outcome
from oats_tui.session.models import SessionInfo
from oats_tui.shell.cells import line
from oats_tui.shell.facts import local
from oats_tui.shell.output import Output

_INDENT = "    "


def head(info: SessionInfo, out: Output) -> list[str]:
    """Return the lines that tell which session it is."""
    times = info.time
    dates = f"{local(times.created.timestamp())} – {local(times.updated.timestamp())}"
    told = [
        ("id", info.id),
        ("project", info.project_dir),
        ("model", "/".join(each for each in (info.provider_id, info.model_id) if each)),
        ("time", dates),
        ("archived", local(times.archived.timestamp()) if times.archived else ""),
        ("made from", info.parent_session_id or ""),
    ]
    rows = [f"{name:<10} {line(value)}" for name, value in told if value]
    return [out.styled(line(info.title) or "(no title)", "head"), *(out.styled(row, "dim") for row in rows)]


def message_lines(message: Message, out: Output, outcome: Outcome | None = None, note: str = "") -> list[str]:
    """Return a message as lines, with an empty one before it.

    Args:
        message: The message.
        out: Tells whether there are colours.
        outcome: How it ended, where it did not end well.
        note: What else there is to say of it.
    """
    about = [message.role, local(message.created_at.timestamp()), message.model or "", note]
    lines = ["", out.styled(f"── {' · '.join(line(each) for each in about if each)}", "head")]
    if isinstance(message, OpaqueMessage):
        return [*lines, line(f"(this message cannot be understood: {message.problem})")]
    for part in message.parts:
        lines += _part(part)
    if outcome is not None:
        told = (outcome.title, outcome.detail, outcome.hint)
        lines.append(line(f"({outcome.state}: {' '.join(each for each in told if each)})"))
    return lines


def _part(part: Any) -> Iterator[str]:
    """Give the lines of one part."""
    match part:
        case TextPart():
            yield from _text(part.content)
        case ToolCallPart():
            yield f"→ {line(part.tool_name)} {line(_arguments(part.arguments))}"
        case ToolResultPart():
            yield f"← {line(part.tool_name)}: {line(part.title)}"
            yield from (f"{_INDENT}{each}" for each in _text(part.output))
            if part.error:
                yield from (f"{_INDENT}! {each}" for each in _text(part.error))
        case ImagePart():
            size = f", {len(part.data) * 3 // 4:,} bytes" if part.data else ""
            yield f"[picture {line(part.media_type)}{size}{' ' + line(part.url) if part.url else ''}]"
        case _:
            yield f"[a part of the kind {line(str(part.type)) or '?'}]"


def _text(text: str) -> list[str]:
    """Return the lines of a foreign text."""
    return sanitize(text).removesuffix("\n").split("\n") if text else []


def _arguments(arguments: dict[str, Any]) -> str:
    """Return what a tool is called with, on one line."""
    return json.dumps(to_plain(arguments), ensure_ascii=False)
