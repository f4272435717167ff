"""Sessions as oats writes them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_json

from oats_tui.core.codec import NotJsonError, fault, to_plain
from oats_tui.core.items import is_id
from oats_tui.exchange.conversation import Conversation, derived_id
from oats_tui.exchange.unreadable import UnreadableError
from oats_tui.session.models import Session, SessionInfo
from oats_tui.session.store.codec import NotASessionError, decode_message, split_checked
from oats_tui.session.store.draft import restored
from oats_tui.session.store.pieces import indented


def matches(value: dict[str, Any]) -> bool:
    """Whether a value is a session of oats."""
    return isinstance(value.get("info"), dict) and isinstance(value.get("messages"), list)


def read(value: dict[str, Any]) -> Conversation:
    """The session in a value; a message that cannot be understood is kept as it is.

    Raises:
        UnreadableError: Its facts are not those of a session.
    """
    facts = dict(value["info"])
    if not isinstance(facts.get("id"), str) or not is_id(facts["id"]):
        facts["id"] = derived_id("oats", hashlib.sha256(to_json(to_plain(value))).hexdigest())
    facts.setdefault("project_dir", str(Path.home()))
    facts.setdefault("working_dir", facts["project_dir"])
    try:
        info = SessionInfo.model_validate(facts)
        messages = [
            decode_message(_piece(_named(each, facts["id"], number)))
            for number, each in enumerate(value["messages"])
        ]
    except ValidationError as error:
        raise UnreadableError(f"it is not a session as oats writes it ({fault(error)})") from None
    info.message_count = len(messages)
    extra = {name: each for name, each in value.items() if name not in ("info", "messages")}
    return Conversation(Session(info=info, messages=messages, **extra))


def _piece(message: Any) -> bytes:
    """The JSON of a message just as it will stand in the file: one that cannot be understood is known by it."""
    return indented(to_json(to_plain(message), indent=2), 4)


def _named(message: Any, session_id: str, number: int) -> Any:
    """A message with an id: one that has none would get another one each time."""
    if not isinstance(message, dict) or "id" in message:
        return message
    return {"id": derived_id("oats", session_id, str(number)), **message}


def read_bytes(data: bytes) -> Conversation | None:
    """The session in bytes that cannot be parsed as a whole, because one of its messages is nested too deeply.

    Returns:
        The session, with that message as it is; None if it is none, or not in the form that oats writes.
    """
    try:
        session = restored(split_checked(data), None)
    except (NotJsonError, NotASessionError, ValidationError):
        return None
    if not is_id(session.id):
        return None
    # A session of its own: the one that was read takes itself to be what is on disk already.
    extra = session.__pydantic_extra__ or {}
    return Conversation(Session(info=session.info, messages=session.messages, **extra))
