"""Conversations put into the storage: made, or brought up to date without touching what was added here."""

from __future__ import annotations

import asyncio
from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime

from oats_tui.core.config import get_data_dir
from oats_tui.exchange.conversation import Conversation
from oats_tui.session.about import About
from oats_tui.session.message import Message, OpaqueMessage
from oats_tui.session.meta import MetaStorage, SessionMeta
from oats_tui.session.models import Session
from oats_tui.session.session import SessionStorage
from oats_tui.session.store.codec import encode_message
from oats_tui.session.store.journals import read_journal
from oats_tui.session.store.order import is_summary, keys_of_ids, weave
from oats_tui.session.store.places import Places


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of a conversation.

    Attributes:
        session: The session as it is now.
        added: How many messages came in.
        is_changed: Whether anything did.
    """

    session: Session
    added: int
    is_changed: bool


class Placing:
    """Puts conversations into a storage.

    Args:
        storage: The storage.
    """

    def __init__(self, storage: SessionStorage) -> None:
        self._storage = storage
        self._meta = MetaStorage()

    async def put(self, conversation: Conversation) -> Placed:
        """Make a session, or add to the one that is there what it does not have.

        Raises:
            StorageError: It could not be saved, or what lies under its id cannot be read.
        """
        session = conversation.session
        here = await self._storage.get(session.id)
        if here is None:
            made = await self._storage.create(session)
            await self._think(conversation, SessionMeta())
            return Placed(made, len(session.messages), True)
        meta = await self._meta.get(session.id)
        gone = await asyncio.to_thread(_deleted, session.id) | {message.id for message in meta.replaced}
        count = len(here.messages)
        is_changed = _merge(here, session, gone)
        if is_changed:
            here = await self._storage.update(here)
        await self._think(conversation, meta)
        return Placed(here, max(0, len(here.messages) - count), is_changed)

    async def _think(self, conversation: Conversation, meta: SessionMeta) -> None:
        """Keep what the models thought beside the session, where it is not there yet."""
        for message_id, thinking in conversation.thinking.items():
            if message_id not in meta.about:
                await self._meta.keep_about(conversation.session.id, message_id, About(thinking=thinking))


def _deleted(session_id: str) -> set[str]:
    """The keys of the messages that were deleted here."""
    return read_journal(Places(get_data_dir(), session_id).journal).deleted()


def _merge(here: Session, there: Session, gone: set[str]) -> bool:
    """Add to a session what another state of it has beyond it; returns whether that is anything.

    Args:
        here: The session as it is.
        there: The same as the source tells it.
        gone: What was deleted here and is not to come back.
    """
    ours = dict(zip(keys_of_ids(each.id for each in here.messages), here.messages, strict=True))
    theirs = dict(zip(keys_of_ids(each.id for each in there.messages), there.messages, strict=True))
    has_grown = [_grow(ours[key], message) for key, message in theirs.items() if key in ours]
    summed_up = _summed_up_until(here.messages, theirs)
    missing = {
        key: message
        for key, message in theirs.items()
        if key not in ours and key not in gone and (summed_up is None or message.created_at > summed_up)
    }
    if missing:
        everything = ours | missing
        raws = {key: encode_message(message) for key, message in everything.items()}
        source = [key for key in theirs if key in everything]
        here.messages = [everything[key] for key in weave(list(ours), source, raws)]
        here.info.message_count = len(here.messages)
        here.info.total_tokens += sum((each.usage or {}).get("total_tokens", 0) for each in missing.values())
    if missing or any(has_grown):
        here.info.time.updated = max(here.info.time.updated, there.info.time.updated)
        return True
    return False


def _summed_up_until(messages: Sequence[Message], known: Container[str]) -> datetime | None:
    """When oats last put a summary in the place of older messages; None if it never did.

    Args:
        messages: The messages as they are.
        known: The ids of those that the source has.
    """
    made = (each for each in messages if each.id not in known and is_summary(encode_message(each)))
    return max((each.created_at for each in made), default=None)


def _grow(ours: Message, theirs: Message) -> bool:
    """Add to a message the parts that the source has behind the same ones; returns whether there are any."""
    if isinstance(ours, OpaqueMessage) or isinstance(theirs, OpaqueMessage):
        return False
    known = len(ours.parts)
    more = theirs.parts[known:]
    if not more or [_id(part) for part in ours.parts] != [_id(part) for part in theirs.parts[:known]]:
        return False
    ours.parts.extend(more)
    return True


def _id(part: object) -> object:
    """The id of a part; one of an unknown kind is known by itself."""
    return getattr(part, "id", part)
