"""What a conversation is and how it is kept."""

from __future__ import annotations

from oats_tui.session.message import (
    ImagePart,
    Message,
    MessagePart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)
from oats_tui.session.session import (
    Entry,
    Session,
    SessionInfo,
    SessionStorage,
    SessionTime,
    create_session,
    get_session,
    get_session_storage,
    list_sessions,
)

__all__ = [
    "Entry",
    "ImagePart",
    "Message",
    "MessagePart",
    "Session",
    "SessionInfo",
    "SessionStorage",
    "SessionTime",
    "TextPart",
    "ToolCallPart",
    "ToolResultPart",
    "create_session",
    "get_session",
    "get_session_storage",
    "list_sessions",
]
