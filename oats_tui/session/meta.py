"""What this program alone knows about a session; it never goes into the session's own file."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from pydantic import Field

from oats_tui.core import files
from oats_tui.core.codec import StoredModel, decode, encode, fault
from oats_tui.core.storage import Storage, StorageError, storage_error
from oats_tui.core.storage_errors import locked_error
from oats_tui.date import utc
from oats_tui.session.about import About, keep_about, keep_all_about, read_about
from oats_tui.session.index import OutcomeState, newest_outcomes
from oats_tui.session.message import Message, Moment, OpaqueMessage
from oats_tui.session.store.codec import decode_message
from oats_tui.session.store.places import places_of

__all__ = ["About", "MetaStorage", "Outcome", "OutcomeState", "SessionMeta", "keep_displaced", "note_outcome"]

_log = logging.getLogger(__name__)

_NAMESPACE = "oats_tui/meta"
_MARK_LENGTH = 8


class Outcome(StoredModel):
    """How an answer ended that did not end well.

    Attributes:
        state: `failed`: an error; `stopped`: by the user; `interrupted`: the program ended first.
        title: One short sentence about it.
        detail: What is known about the cause.
        hint: What to do next.
        at: When.
    """

    state: OutcomeState
    title: str
    detail: str = ""
    hint: str = ""
    at: Moment = Field(default_factory=utc)


class SessionMeta(StoredModel):
    """Our own facts about one session.

    Attributes:
        outcomes: By message id, how an answer ended that did not end well.
        notes: By message id, what there is to know about it beside its text.
        replaced: Answers that a new try took out of the conversation.
        newest: How the newest answer ended, if it did not end well.
        about: By message id, what there is to tell of an answer beside its text; of one of which nothing came,
            under the message that it was to answer. It is kept in a file of its own.
    """

    outcomes: dict[str, Outcome] = Field(default_factory=dict)
    notes: dict[str, str] = Field(default_factory=dict)
    replaced: list[Message] = Field(default_factory=list)
    newest: OutcomeState | None = None
    about: dict[str, About] = Field(default_factory=dict, exclude=True)


class MetaStorage:
    """Keeps our own facts about each session in `<data directory>/oats_tui/meta`.

    Changes are made one after the other in the writer thread; cancelling the caller cancels none.
    """

    def __init__(self) -> None:
        self._storage = Storage(_NAMESPACE, SessionMeta)

    async def get(self, session_id: str) -> SessionMeta:
        """Our facts about a session; without any, and if they cannot be read (it is logged), empty ones.

        A damaged file is kept under a name that ends in `.damaged`.

        Raises:
            StorageError: The id is none.
        """
        path, about, meta = self._storage.path_of(session_id), places_of(session_id).about, SessionMeta()
        try:
            return await asyncio.to_thread(_read_with_about, path, about)
        except OSError as error:
            _log.warning("%s could not be read: %s", path, error)
        except ValueError:
            # Another change may have come first, so the file is judged again in the writer thread.
            try:
                meta = await files.finished(files.submit(lambda: _read_or_put_aside(path)))
            except StorageError as error:
                _log.warning("%s", error)
        meta.about = await asyncio.to_thread(read_about, about)
        return meta

    async def set_outcome(self, session_id: str, message_id: str, outcome: Outcome | None) -> None:
        """Note how the newest answer ended; None for well, which takes an earlier note of it back.

        Raises:
            StorageError: It could not be saved.
        """
        path = self._storage.path_of(session_id)
        await files.finished(files.submit(lambda: note_outcome(path, message_id, outcome)))

    async def mark(self, session_id: str, message_id: str, outcome: Outcome | None, note: str) -> None:
        """Note how the newest answer ended, and what there is to know about it, in one go; an empty note is none.

        Raises:
            StorageError: It could not be saved.
        """

        def change(meta: SessionMeta) -> bool:
            """Set both."""
            has_changed = _set_outcome(meta, message_id, outcome)
            return (bool(note) and _set_note(meta, message_id, note)) or has_changed

        await self._change(session_id, change)

    async def set_note(self, session_id: str, message_id: str, note: str) -> None:
        """Note what there is to know about a message.

        Raises:
            StorageError: It could not be saved.
        """
        await self._change(session_id, lambda meta: _set_note(meta, message_id, note))

    async def keep_about(self, session_id: str, message_id: str, about: About) -> None:
        """Keep what there is to tell of an answer; a power cut may take it.

        Raises:
            StorageError: It could not be saved.
        """
        path = places_of(session_id).about
        await files.finished(files.submit(lambda: keep_about(path, message_id, about), "journal"))

    async def take_over(self, session_id: str, known: SessionMeta) -> None:
        """Keep what is known of the messages of a session that was made as a copy.

        Raises:
            StorageError: It could not be saved.
        """
        path = places_of(session_id).about
        if known.about:
            await files.finished(files.submit(lambda: keep_all_about(path, known.about), "journal"))
        await self._change(session_id, lambda meta: _join(meta, known))

    async def keep_replaced(self, session_id: str, message: Message) -> None:
        """Keep an answer that a new try takes out of the conversation, as it is now.

        Raises:
            StorageError: It could not be saved.
        """
        kept = message.model_copy(deep=True)

        def change(meta: SessionMeta) -> bool:
            """Append the message; one of the same id gives way."""
            meta.replaced = [each for each in meta.replaced if each.id != kept.id] + [kept]
            return True

        await self._change(session_id, change)

    async def delete(self, session_id: str) -> bool:
        """Remove our facts about a session; returns whether there were any.

        Raises:
            StorageError: The id is none, or they could not be removed.
        """
        return await self._storage.delete(session_id)

    async def failed(self) -> dict[str, OutcomeState]:
        """By session id, how the newest answer ended; sessions where it ended well are left out.

        Raises:
            StorageError: The folder cannot be listed.
        """
        return await asyncio.to_thread(newest_outcomes, self._storage.storage_dir)

    async def newest(self, session_ids: Iterable[str]) -> dict[str, OutcomeState | None]:
        """The same for some sessions, None for those where it ended well.

        Raises:
            StorageError: An id is none.
        """
        paths = {session_id: self._storage.path_of(session_id) for session_id in session_ids}

        def read() -> dict[str, OutcomeState | None]:
            """Read each; what cannot be read is told when the session is opened."""
            found: dict[str, OutcomeState | None] = {}
            for session_id, path in paths.items():
                with contextlib.suppress(OSError, ValueError):
                    found[session_id] = _read(path).newest
            return found

        return await asyncio.to_thread(read)

    async def _change(self, session_id: str, change: Callable[[SessionMeta], bool]) -> None:
        """Read, change and save in one go; nothing is saved if the change tells that there was none."""
        path = self._storage.path_of(session_id)
        await files.finished(files.submit(lambda: _change_file(path, change)))


def note_outcome(path: Path, message_id: str, outcome: Outcome | None) -> None:
    """What `MetaStorage.set_outcome` does, for work that already runs in the writer thread.

    Raises:
        StorageError: It could not be saved.
    """
    _change_file(path, lambda meta: _set_outcome(meta, message_id, outcome))


def keep_displaced(path: Path, raws: Sequence[bytes]) -> None:
    """Keep messages that gave way to other versions of themselves; runs in the writer thread.

    Raises:
        StorageError: They could not be saved.
    """
    kept = [message for message in map(decode_message, raws) if not isinstance(message, OpaqueMessage)]

    def change(meta: SessionMeta) -> bool:
        """Append those that are not there yet."""
        new = [message for message in kept if message not in meta.replaced]
        meta.replaced += new
        return bool(new)

    _change_file(path, change)


def _set_outcome(meta: SessionMeta, message_id: str, outcome: Outcome | None) -> bool:
    """Set or drop one outcome; returns whether that changes anything."""
    before, meta.newest = meta.newest, outcome.state if outcome else None
    if outcome is None:
        return (meta.outcomes.pop(message_id, None), before) != (None, None)
    meta.outcomes[message_id] = outcome
    return True


def _join(meta: SessionMeta, known: SessionMeta) -> bool:
    """Add what is known of other messages; returns whether that changes anything."""
    meta.outcomes |= known.outcomes
    meta.notes, meta.newest = meta.notes | known.notes, known.newest
    return bool(known.outcomes or known.notes)


def _set_note(meta: SessionMeta, message_id: str, note: str) -> bool:
    """Set one note; returns whether that changes anything."""
    changed = meta.notes.get(message_id) != note
    meta.notes[message_id] = note
    return changed


def _read(path: Path) -> SessionMeta:
    """What a file holds; a missing one holds nothing."""
    try:
        return decode(files.read_regular(path), SessionMeta)
    except FileNotFoundError:
        return SessionMeta()


def _read_with_about(path: Path, about: Path) -> SessionMeta:
    """What a file holds, and what is told of the answers beside it."""
    meta = _read(path)
    meta.about = read_about(about)
    return meta


def _read_or_put_aside(path: Path) -> SessionMeta:
    """What a file holds; a damaged one is put aside. Runs in the writer thread."""
    try:
        return _read(path)
    except OSError as error:
        raise storage_error("The file could not be read.", path, error) from error
    except ValueError as error:
        _log.warning("%s is damaged and was put aside: %s", path, fault(error))
    try:
        # The mark is the content's, so that an earlier damaged file is not replaced by a later one.
        mark = hashlib.sha256(files.read_regular(path)).hexdigest()[:_MARK_LENGTH]
        files.move_aside(path, path.with_name(f"{path.stem}.{mark}.damaged"))
    except OSError as error:
        raise storage_error("A damaged file could not be put aside.", path, error) from error
    return SessionMeta()


def _change_file(path: Path, change: Callable[[SessionMeta], bool]) -> None:
    """Read, change and save, with no other program in between; runs in the writer thread."""
    lock = path.parent.parent / "locks" / f"{path.stem}.meta"
    try:
        with files.locked(lock):
            meta = _read_or_put_aside(path)
            if change(meta):
                files.ensure_folder(path.parent)
                files.replace_file(path, encode(meta))
    except files.LockedError as error:
        raise locked_error(path, lock) from error
    except OSError as error:
        raise storage_error("The file could not be saved.", path, error) from error
