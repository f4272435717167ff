"""The steps of plans, see `disk.py`."""

from __future__ import annotations

import json
import mmap
import os
import struct
from pathlib import Path
from typing import Any

from oats_tui.core.files import finished, submit
from oats_tui.session.answers import AnswerStorage
from oats_tui.session.message import Message
from oats_tui.session.session import Session, SessionInfo, SessionStorage
from oats_tui.session.trash import Trash
from tests.support.syscalls import Recorder

_NOTES_A_SAVE = 10


class Saving:
    """Saves one session, and lets things happen to it.

    Args:
        plan: See `disk.Plan`.
        recorder: Sees what is done, but not what another program does.
    """

    def __init__(self, plan: dict[str, Any], recorder: Recorder) -> None:
        self._plan = plan
        self._recorder = recorder
        self._folder = Path(plan["data_dir"])
        self._storage = SessionStorage()
        self._session = Session(info=SessionInfo(id=plan["id"], project_dir="/p", working_dir="/p"))

    async def do_create(self, *ids: str) -> None:
        """Save it as a new session, with messages of these ids."""
        self._add(*ids)
        self._session = await self._storage.create(self._session)

    async def do_update(self, *ids: str) -> None:
        """Add messages of these ids, and save it."""
        self._add(*ids)
        # What comes back is what lies on the disk now.
        self._session = await self._storage.update(self._session)

    async def do_get(self) -> list[str] | None:
        """Read it from the disk, and go on with that."""
        found = await self._storage.get(self._plan["id"])
        if found is None:
            return None
        self._session = found
        return [message.id for message in found.messages]

    async def do_texts(self) -> dict[str, str]:
        """By id, the texts of its messages on the disk."""
        found = await self._storage.get(self._plan["id"])
        return {} if found is None else {each.id: each.get_text_content() for each in found.messages}

    async def do_list(self) -> list[str]:
        """The ids in the list."""
        return sorted(info.id for info in await self._storage.list_infos())

    async def do_delete(self) -> bool:
        """Delete it."""
        return await self._storage.delete(self._plan["id"])

    async def do_foreign(self, *ids: str) -> None:
        """Another program adds messages of these ids to the file, in place."""
        path = self._folder / "sessions" / f"{self._plan['id']}.json"
        with self._recorder.unseen():
            value = json.loads(path.read_bytes())
            value["messages"] += [json.loads(_message(self._plan, id_).model_dump_json()) for id_ in ids]
            path.write_text(json.dumps(value, indent=2), "utf-8")

    async def do_append(self, prefix: str, count: int) -> None:
        """Save a new session and so many messages, counting in shared memory those that are safe."""
        with _shared(self._plan["counter"]) as counter:
            for number in range(count):
                await (self.do_update if number else self.do_create)(f"{prefix}{number}")
                counter[:] = struct.pack("q", number + 1)

    async def do_calm(self) -> None:
        """Let nothing fail any more."""
        self._recorder.fault = None

    async def do_give_room(self, path: str) -> None:
        """Remove a file that takes up room."""
        os.unlink(path)

    def _add(self, *ids: str) -> None:
        """Add messages of these ids, whether they have been safe before or not."""
        for id_ in ids:
            self._session.add_message(_message(self._plan, id_))


class Asking(Saving):
    """Asks and answers in a session as well, and brings back what was cut off or deleted."""

    async def do_note(self, prefix: str, count: int) -> None:
        """Save a new session and write down so many messages, now and then save; count those that are safe."""
        with _shared(self._plan["counter"]) as counter:
            await self.do_create(f"{prefix}0")
            for number in range(1, count):
                counter[:] = struct.pack("q", number)
                await self.do_write_down(f"{prefix}{number}")
                if number % _NOTES_A_SAVE == 0:
                    await self.do_update()

    async def do_write_down(self, id_: str) -> None:
        """Add a message and write it down, without saving the session."""
        if self._session.messages[-1].id != id_:
            self._add(id_)
        await AnswerStorage().write_down(self._session, self._session.messages[-1])

    async def do_answer(self, id_: str, asked: str, *pieces: str) -> None:
        """Add an answer that comes in pieces, without saving the session; what comes is written down meanwhile."""
        message = Message(id=id_, session_id=self._plan["id"], role="assistant")
        part = message.add_text("")
        log = AnswerStorage().begin(message, asked)
        for piece in pieces:
            part.content += piece
            log.write()
        await finished(submit(lambda: None, "journal"))
        self._session.add_message(message)

    async def do_recover(self) -> list[Any]:
        """Bring the file up to date with the journal; how many messages were put back, and cut off answers."""
        recovered = await AnswerStorage().recover(self._plan["id"])
        return [recovered.restored, list(recovered.interrupted)]

    async def do_restore(self) -> list[str]:
        """Bring back what was deleted last."""
        return [each.id for each in await Trash().restore_last()]


def _shared(path: str) -> mmap.mmap:
    """The memory that is shared by all who map a file."""
    with open(path, "r+b") as file:
        return mmap.mmap(file.fileno(), 8)


def _message(plan: dict[str, Any], id_: str) -> Message:
    """A message of which the text is as long as the plan says."""
    message = Message(id=id_, session_id=plan["id"], role="user")
    message.add_text(f"{id_} ".ljust(plan["size"], "x"))
    return message
