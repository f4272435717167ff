"""What a session is: facts about it, and its messages."""

from __future__ import annotations

from typing import Any

from pydantic import Field, PrivateAttr

from oats_tui.core.codec import StoredModel
from oats_tui.core.id import generate_id
from oats_tui.date import utc
from oats_tui.session.llm import message_to_llm
from oats_tui.session.message import Message, Moment
from oats_tui.session.store.held import Held


class SessionTime(StoredModel):
    """When a session was made, last changed, and put away; all in UTC."""

    created: Moment = Field(default_factory=utc)
    updated: Moment = Field(default_factory=utc)
    archived: Moment | None = None


class SessionInfo(StoredModel):
    """The facts about a session that a list shows."""

    id: str = Field(default_factory=generate_id)
    title: str = "New Session"
    project_dir: str
    working_dir: str
    time: SessionTime = Field(default_factory=SessionTime)
    model_id: str | None = None
    provider_id: str | None = None
    root_session_id: str | None = None
    message_count: int = 0
    total_tokens: int = 0
    parent_session_id: str | None = None


class Session(StoredModel):
    """A conversation."""

    info: SessionInfo
    messages: list[Message] = Field(default_factory=list)
    _held: Held = PrivateAttr(default_factory=Held)

    @property
    def id(self) -> str:
        """The id of the session, which is also the name of its file."""
        return self.info.id

    @property
    def title(self) -> str:
        """The title of the session."""
        return self.info.title

    def add_message(self, message: Message) -> Message:
        """Append a message, bring count and time up to date, and return it."""
        self.messages.append(message)
        self.info.message_count = len(self.messages)
        self.info.time.updated = utc()
        return message

    def create_user_message(self, content: str, images: list[dict[str, str]] | None = None) -> Message:
        """Append what the user says, and return it.

        Args:
            content: The text.
            images: For each picture `media_type`, and `data` (base64) or `url`.
        """
        message = Message(session_id=self.id, role="user")
        message.add_text(content)
        for image in images or []:
            message.add_image(
                image["media_type"],
                data=image.get("data"),
                url=image.get("url"),
                detail=image.get("detail", "auto"),
            )
        return self.add_message(message)

    def create_assistant_message(self) -> Message:
        """Append an empty answer of the session's model, and return it."""
        return self.add_message(
            Message(
                session_id=self.id,
                role="assistant",
                model=self.info.model_id,
                provider=self.info.provider_id,
            )
        )

    def create_system_message(self, content: str) -> Message:
        """Append an instruction to the model, and return it."""
        message = Message(session_id=self.id, role="system")
        message.add_text(content)
        return self.add_message(message)

    def get_messages_for_llm(self) -> list[dict[str, Any]]:
        """The conversation in the OpenAI chat format, each answer of a tool as a message of its own."""
        return [entry for message in self.messages for entry in message_to_llm(message)]

    def update_title(self, title: str) -> None:
        """Give the session another title."""
        self.info.title = title
        self.info.time.updated = utc()

    def add_usage(self, usage: dict[str, int]) -> None:
        """Add `usage["total_tokens"]`, if it is there, to the session's total."""
        self.info.total_tokens += usage.get("total_tokens", 0)
