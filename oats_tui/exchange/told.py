"""What all exports for readers say of a session in the same words."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from oats_tui.core.codec import to_plain
from oats_tui.session.message import ImagePart, Message, OpaqueMessage
from oats_tui.session.meta import SessionMeta
from oats_tui.session.models import Session

_BASE64_CHARACTERS, _BASE64_BYTES = 4, 3
_KIB = 1024


def moment(at: datetime) -> str:
    """A moment for a reader, to the second."""
    try:
        return at.astimezone(UTC).isoformat(" ", "seconds").replace("+00:00", " UTC")
    except OverflowError:  # it is out of the calendar in UTC, as in the first hours of the year 1 elsewhere
        return at.isoformat(" ", "seconds")


def one_line(text: str) -> str:
    """A text on one line, without control characters."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def title_of(session: Session) -> str:
    """The title of a session on one line; without one, its id."""
    return one_line(session.title) or session.id


def facts(session: Session) -> Iterator[tuple[str, str]]:
    """What there is to tell of a session, by name."""
    info = session.info
    yield "Session", info.id
    yield "Project", info.project_dir
    if info.working_dir != info.project_dir:
        yield "Working directory", info.working_dir
    models = dict.fromkeys(each.model for each in session.messages if each.model)
    if models or info.model_id:
        yield "Models" if len(models) > 1 else "Model", ", ".join(models) or info.model_id or ""
    yield "Begun", moment(info.time.created)
    yield "Last changed", moment(info.time.updated)
    yield "Messages", f"{len(session.messages):,}"
    if info.total_tokens:
        yield "Tokens", f"{info.total_tokens:,}"


def speaker(message: Message) -> str:
    """Who speaks."""
    if message.role == "assistant":
        return one_line(message.model or "") or "Assistant"
    return "You" if message.role == "user" else "System"


def remarks(message: Message, meta: SessionMeta) -> Iterator[str]:
    """What there is to know of a message beside what it says, a sentence or two each."""
    if isinstance(message, OpaqueMessage):
        yield f"This message cannot be understood ({message.problem}); the JSON export has it as it is."
    if outcome := meta.outcomes.get(message.id):
        told = " ".join(one_line(part) for part in (outcome.title, outcome.detail) if part.strip())
        yield f"This answer {'failed' if outcome.state == 'failed' else f'was {outcome.state}'}: {told}"
    if remark := meta.notes.get(message.id):
        yield one_line(remark)


def thinking_of(message: Message, meta: SessionMeta) -> str:
    """What the model thought before it said this."""
    about = meta.about.get(message.id)
    return about.thinking if about else ""


def arguments(value: dict[str, Any]) -> str:
    """The arguments of a tool as JSON."""
    return json.dumps(to_plain(value), indent=2, ensure_ascii=False)


def picture(part: ImagePart) -> str:
    """What is said in the place of a picture that is not shown."""
    kind = one_line(part.media_type) or "unknown kind"
    if part.data:
        size = len(part.data) * _BASE64_BYTES // _BASE64_CHARACTERS
        return f"Picture ({kind}, {max(1, size // _KIB):,} KB), not in this file"
    address = one_line(part.url or "")
    if not address or address.lower().startswith("data:"):
        return f"Picture ({kind}), not in this file"
    return f"Picture ({kind}) at {address}"
