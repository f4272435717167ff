from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from oats_tui.core import files
from oats_tui.core.bus import Event, bus
from oats_tui.core.storage_errors import StorageError
from oats_tui.session.answers import AnswerStorage
from oats_tui.session.message import Message
from oats_tui.session.models import Session, SessionInfo
from oats_tui.session.rescue import Rescue, is_damaged, repair, salvage
from oats_tui.session.session import SessionStorage
from oats_tui.session.store.places import Places


class Wreck:
    """A session of four messages that comes to harm; `prev/` has the first three, the journal the last ones."""

    def __init__(self, data_dir: Path) -> None:
        self.places = Places(data_dir, "s")
        self.session = Session(info=SessionInfo(id="s", title="Title", project_dir="/p", working_dir="/w"))
        for number in range(3):
            self._add(number)
        asyncio.run(SessionStorage().create(self.session))
        self._add(3)
        asyncio.run(SessionStorage().update(self.session))
        self.whole = self.places.file.read_bytes()

    def _add(self, number: int) -> None:
        """Add a message."""
        message = Message(id=f"m{number}", session_id="s", role="user")
        message.add_text(f"text {number}")
        self.session.add_message(message)

    def harm(self, data: bytes, *keeping: str) -> None:
        """Damage the file, and remove what is kept beside it but for some of it."""
        self.places.file.write_bytes(data)
        os.utime(self.places.file, (0, 0))
        for path in (self.places.prev, self.places.journal):
            if path.parent.name not in keeping:
                path.unlink()

    def ids(self) -> list[str]:
        """The ids of the messages in the file."""
        return [message["id"] for message in json.loads(self.places.file.read_bytes())["messages"]]


@pytest.fixture
def wreck(data_dir: Path) -> Wreck:
    return Wreck(data_dir)


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """The sessions of which was told that they changed."""
    log: list[str] = []

    async def take(event: Event) -> None:
        assert str(getattr(event.type, "value", event.type)) == "session.updated"
        log.append(event.data["session_id"])

    unsubscribe = bus.subscribe_all(take)
    yield log
    unsubscribe()


@pytest.mark.parametrize(
    ("keeping", "expected"),
    [
        ((), ["m0", "m1"]),
        (("prev",), ["m0", "m1", "m2"]),
        (("journal",), ["m0", "m1", "m2", "m3"]),
        (("prev", "journal"), ["m0", "m1", "m2", "m3"]),
    ],
)
def test_what_the_file_has_lost_comes_from_what_is_kept_beside_it(
    wreck: Wreck, keeping: tuple[str, ...], expected: list[str], heard: list[str]
) -> None:
    damaged = wreck.whole[: wreck.whole.index(b'"m2"') + 50]
    wreck.harm(damaged, *keeping)
    before = sorted(path for path in wreck.places.data_dir.rglob("*"))
    assert asyncio.run(Rescue().count("s")) == len(expected)
    assert sorted(path for path in wreck.places.data_dir.rglob("*")) == before
    assert wreck.places.file.read_bytes() == damaged
    assert asyncio.run(Rescue().repair("s")) == len(expected)
    assert wreck.ids() == expected
    [copy] = wreck.places.quarantine.iterdir()
    assert copy.read_bytes() == damaged
    got = asyncio.run(SessionStorage().get("s"))
    assert got is not None
    assert (got.title, got.info.message_count) == ("Title", len(expected))
    assert heard == ["s"]


def test_the_second_time_there_is_nothing_to_do(wreck: Wreck, heard: list[str]) -> None:
    wreck.harm(wreck.whole[:-30], "prev", "journal")
    assert asyncio.run(Rescue().repair("s")) == 4
    repaired = wreck.places.file.read_bytes()
    assert asyncio.run(Rescue().count("s")) is None
    assert asyncio.run(Rescue().repair("s")) == 0
    assert wreck.places.file.read_bytes() == repaired
    assert heard == ["s"]
    assert len(list(wreck.places.quarantine.iterdir())) == 1


def test_messages_that_are_whole_go_on_byte_for_byte(wreck: Wreck) -> None:
    wreck.harm(wreck.whole + b"\0" * 500, "prev", "journal")
    repair(wreck.places)
    assert wreck.places.file.read_bytes() == wreck.whole


@pytest.mark.parametrize("garbage", [b"", b"\0" * 4096, b"{", b"\xff\xfe", b'{"info": 1'])
def test_a_file_of_which_nothing_is_left_is_made_anew_from_the_rest(wreck: Wreck, garbage: bytes) -> None:
    wreck.harm(garbage, "prev", "journal")
    assert repair(wreck.places) == 4
    assert wreck.ids() == ["m0", "m1", "m2", "m3"]


def test_facts_that_are_lost_are_made_of_what_is_left(wreck: Wreck) -> None:
    start = wreck.whole.index(b'"time"')
    wreck.harm(wreck.whole[:start] + b"\0\0\0" + wreck.whole[start + 3 :])
    session = salvage(wreck.places)
    assert session is not None
    info = session.info
    assert (info.id, info.title, info.project_dir, info.working_dir) == ("s", "Title", "/p", "/w")
    assert info.time.created == wreck.session.messages[0].created_at
    wreck.places.file.write_bytes(wreck.whole[wreck.whole.index(b'"messages"') :])
    os.utime(wreck.places.file, (0, 0))
    session = salvage(wreck.places)
    assert session is not None
    assert (session.title, len(session.messages)) == ("text 0", 4)


def test_what_was_deleted_does_not_come_back(wreck: Wreck) -> None:
    del wreck.session.messages[1]
    asyncio.run(SessionStorage().update(wreck.session))
    wreck.harm(wreck.places.file.read_bytes()[:-30], "prev", "journal")
    assert repair(wreck.places) == 3
    assert wreck.ids() == ["m0", "m2", "m3"]


def test_an_answer_that_was_cut_off_as_well_is_saved(wreck: Wreck) -> None:
    answer = Message(id="a", session_id="s", role="assistant")
    log = AnswerStorage().begin(answer, "m3")
    answer.add_text("half")
    log.write()
    files.submit(lambda: None, "journal").result()
    wreck.harm(wreck.whole[:-30], "prev", "journal")
    assert repair(wreck.places) == 5
    assert wreck.ids()[-1] == "a"


@pytest.mark.parametrize("place", ["whole", "missing", "a copy of another", "a pipe", "a folder", "a link"])
def test_what_is_not_damaged_is_left_alone(wreck: Wreck, place: str) -> None:
    file = wreck.places.file
    if place == "a copy of another":
        file.write_bytes(wreck.whole.replace(b'"id": "s"', b'"id": "other"', 1))
    elif place != "whole":
        file.unlink()
    if place == "a pipe":
        os.mkfifo(file)
    elif place == "a folder":
        file.mkdir()
    elif place == "a link":
        file.symlink_to(wreck.places.journal)
    before = os.lstat(file) if os.path.lexists(file) else None
    assert not is_damaged(wreck.places)
    assert asyncio.run(Rescue().count("s")) is None
    assert asyncio.run(Rescue().repair("s")) == 0
    assert (os.lstat(file) if os.path.lexists(file) else None) == before
    assert not wreck.places.quarantine.exists()


@pytest.mark.parametrize("content", [b"", b"[]", b'{"info": {}, "messages": []}'])
def test_where_nothing_can_be_saved_the_file_stays(wreck: Wreck, content: bytes, heard: list[str]) -> None:
    wreck.harm(content)
    assert asyncio.run(Rescue().count("s")) is None
    with pytest.raises(StorageError, match="Nothing of this session can be saved") as raised:
        asyncio.run(Rescue().repair("s"))
    assert raised.value.hint
    assert wreck.places.file.read_bytes() == content
    assert heard == []


def test_a_damaged_copy_of_another_session_is_not_mixed_in(wreck: Wreck) -> None:
    other = wreck.whole.replace(b'"id": "s"', b'"id": "other"', 1).replace(b'"m', b'"x')
    wreck.harm(other[:-30], "prev", "journal")
    assert repair(wreck.places) == 4
    assert wreck.ids() == ["m0", "m1", "m2", "m3"]


def test_while_another_program_saves_it_is_left_to_it(wreck: Wreck, monkeypatch: pytest.MonkeyPatch) -> None:
    wreck.harm(wreck.whole[:-30], "prev", "journal")
    monkeypatch.setattr(files, "locked", partial(files.locked, patience=0.02))
    lock = files.try_lock(wreck.places.lock)
    assert lock is not None
    with pytest.raises(StorageError, match=str(os.getpid())):
        repair(wreck.places)
    assert wreck.places.file.read_bytes() == wreck.whole[:-30]
    lock.release()
    assert repair(wreck.places) == 4


def test_ids_are_checked(data_dir: Path) -> None:
    for id_ in ("../x", "", "a/b"):
        with pytest.raises(StorageError):
            asyncio.run(Rescue().count(id_))
        with pytest.raises(StorageError):
            asyncio.run(Rescue().repair(id_))
