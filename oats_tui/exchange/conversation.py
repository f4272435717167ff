"""A conversation of another program, gathered message by message into the form of our sessions."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from oats_tui.date import utc
from oats_tui.exchange.values import title_from
from oats_tui.session.message import Message, MessagePart, Role, TextPart, ToolCallPart, ToolResultPart
from oats_tui.session.models import Session, SessionInfo, SessionTime
from oats_tui.session.store.order import keys_of_ids

# The ids of sessions and messages that are made of foreign ones; another value would import everything anew.
_NAMESPACE = uuid.UUID("6f1c7d0a-52b6-4c0e-9d1e-3a8f0be1d2c4")

UNTITLED = "Imported conversation"


def derived_id(*names: str) -> str:
    """The id that stands for some foreign names: always the same one, in the form of our own."""
    # The lengths keep ("a", "bc") and ("ab", "c") apart.
    text = "".join(f"{len(name)}:{name}" for name in names)
    return str(uuid.uuid5(_NAMESPACE, text))


@dataclass(slots=True)
class Conversation:
    """A session that is to be imported.

    Attributes:
        session: It, complete.
        thinking: By message id, what the model thought.
        notes: What of it is not imported, as clauses.
    """

    session: Session
    thinking: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Told:
    """What a source tells of a conversation as a whole.

    Attributes:
        title: Its title; empty for the first line of what was said.
        created: When it began; None for the time of its first message.
        updated: When it last changed; None for the time of its last message.
        folder: The working directory; empty for the home directory.
        model: The model that answered last.
        provider: Who runs it.
        parent: The foreign id of the conversation that it was made from.
    """

    title: str = ""
    created: datetime | None = None
    updated: datetime | None = None
    folder: str = ""
    model: str = ""
    provider: str = ""
    parent: str = ""


class Gathering:
    """Puts a conversation together, in the order in which it is told.

    Args:
        source: The format, as a short name that will never change: ids are made of it.
        source_id: The conversation's id there.
    """

    def __init__(self, source: str, source_id: str) -> None:
        self.told = Told()
        self.notes: list[str] = []
        self._names = (source, source_id)
        self._session_id = derived_id(source, source_id)
        self._messages: list[Message] = []
        self._timeless: list[Message] = []
        self._thinking: dict[str, str] = {}
        self._pending: list[str] = []
        self._calls: dict[str, Message] = {}

    @property
    def is_empty(self) -> bool:
        """Whether there is no message yet."""
        return not self._messages

    @property
    def last(self) -> Message | None:
        """The newest message."""
        return self._messages[-1] if self._messages else None

    def add(
        self,
        name: str,
        role: Role,
        parts: Sequence[MessagePart],
        at: datetime | None = None,
        *,
        model: str = "",
        provider: str = "",
        usage: dict[str, int] | None = None,
    ) -> Message:
        """Append a message; what was thought before belongs to it if it is an answer.

        Args:
            name: Its id in the source.
            role: Who speaks.
            parts: What is said.
            at: When; None for as late as the message before.
            model: The model that answered.
            provider: Who runs it.
            usage: Its tokens.
        """
        message = Message(
            id=derived_id(*self._names, name),
            session_id=self._session_id,
            role=role,
            created_at=at or utc(),
            model=model or None,
            provider=provider or None,
            usage=usage,
        )
        if at is None:
            self._timeless.append(message)
        self._messages.append(message)
        self.extend(message, parts)
        if role == "assistant" and self._pending:
            self._thinking[message.id] = "\n\n".join(self._pending)
            self._pending.clear()
        return message

    def extend(self, message: Message, parts: Sequence[MessagePart]) -> None:
        """Append parts to a message; their ids tell their places."""
        for part in parts:
            part.id = derived_id(message.id, str(len(message.parts)))
            message.parts.append(part)
            if isinstance(part, ToolCallPart):
                self._calls[part.tool_call_id] = message

    def answer_call(self, result: ToolResultPart) -> bool:
        """Put a tool's answer behind its call; returns whether there is one."""
        message = self._calls.get(result.tool_call_id)
        if message is None:
            return False
        calls = (part for part in message.parts if isinstance(part, ToolCallPart))
        name = next(call.tool_name for call in calls if call.tool_call_id == result.tool_call_id)
        result.tool_name = result.tool_name or name
        result.title = result.title or name
        self.extend(message, [result])
        return True

    def think(self, text: str, message: Message | None = None) -> None:
        """Keep what a model thought, with a message or with the answer that comes next."""
        if not text.strip():
            return
        if message is None:
            self._pending.append(text)
        else:
            before = self._thinking.get(message.id)
            self._thinking[message.id] = f"{before}\n\n{text}" if before else text

    def finished(self) -> Conversation:
        """The conversation as it was gathered."""
        self._give_times()
        self._give_ids()
        answers = [message for message in self._messages if message.role == "assistant"]
        if self._pending and answers:
            self.think("\n\n".join(self._pending), answers[-1])
        told, times = self.told, [message.created_at for message in self._messages]
        created = told.created or (times[0] if times else utc())
        folder = told.folder or str(Path.home())
        parent = derived_id(self._names[0], told.parent) if told.parent else None
        model = told.model or next((each.model for each in reversed(answers) if each.model), None)
        info = SessionInfo(
            id=self._session_id,
            title=told.title.strip() or self._first_words() or UNTITLED,
            project_dir=folder,
            working_dir=folder,
            time=SessionTime(created=created, updated=max([told.updated or created, *times])),
            model_id=model,
            provider_id=(told.provider or None) if model else None,
            root_session_id=parent,
            parent_session_id=parent,
            message_count=len(self._messages),
            total_tokens=sum((message.usage or {}).get("total_tokens", 0) for message in self._messages),
        )
        session = Session(info=info, messages=self._messages)
        return Conversation(session, dict(self._thinking), list(self.notes))

    def _give_times(self) -> None:
        """Give messages without a time that of the message before, or of the conversation."""
        timeless = {id(message) for message in self._timeless}
        known = (message.created_at for message in self._messages if id(message) not in timeless)
        at = self.told.created or next(known, None) or self.told.updated or utc()
        for message in self._messages:
            if id(message) in timeless:
                message.created_at = at
            at = message.created_at

    def _give_ids(self) -> None:
        """Tell messages apart to which the source gives one id."""
        ids = [message.id for message in self._messages]
        keys = keys_of_ids(ids)
        if keys == ids:
            return
        repeated = 0
        for message, key in zip(self._messages, keys, strict=True):
            if key != message.id:
                repeated += 1
                if message.id in self._thinking:
                    self._thinking.setdefault(key, self._thinking[message.id])
                message.id = derived_id(key)
        self.notes.append(f"{repeated} of its messages have the id of another; they were given their own")

    def _first_words(self) -> str:
        """A title out of what the user said first."""
        texts = (
            part.content
            for message in self._messages
            if message.role == "user"
            for part in message.parts
            if isinstance(part, TextPart) and not _NOTE.fullmatch(part.content)
        )
        return next(filter(None, map(title_from, texts)), "")


_NOTE = re.compile(r"\[[^\]\n]*, not imported[^\]\n]*\]")


def note(text: str) -> TextPart:
    """A part that says what stood in its place."""
    return TextPart(content=f"[{text}]")
