"""Several processes of ours, and several objects in one, write in a session: nothing acknowledged is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from oats_tui.session import Message, Session, SessionStorage
from tests.faults._house import (
    House,
    data_folder,
    loaded,
    said_by,
    saved_session,
    texts_in,
    texts_of,
    wait_until,
)

MODES = pytest.mark.parametrize("mode", ["fresh", "stale", "follow"])


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder."""
    with data_folder(tmp_path) as folder:
        yield folder


@pytest.fixture
def house(data: Path) -> Iterator[House]:
    """Authors who write in it."""
    with House(data.parent) as running:
        yield running


def write_together(house: House, data: Path, modes: list[str], count: int) -> None:
    """Have authors begin at the same moment, one for each mode; then all that they said must be there."""
    session_id = saved_session()
    names = [f"author{number}" for number in range(len(modes))]
    sent = []
    for number, (name, mode) in enumerate(zip(names, modes, strict=True)):
        sent.append(house.send(session_id, name, 1 + 2 * number, count, mode))
    wait_until(lambda: all(house.tally[2 + 2 * number] for number in range(len(names))), house.errors())
    house.tally[0] = 1
    assert [house.wait(pid) for pid in sent] == [0] * len(names), house.errors()
    assert [house.tally[1 + 2 * number] for number in range(len(names))] == [count] * len(names)
    texts = texts_in(data, session_id)
    assert {name: said_by(name, texts) for name in names} == {name: list(range(count)) for name in names}
    assert len(texts) == 1 + count * len(names)
    assert texts_of(loaded(session_id)) == texts
    assert house.errors() == ""


@MODES
def test_fault_07_two_processes_of_ours_lose_nothing(house: House, data: Path, mode: str) -> None:
    write_together(house, data, [mode] * 2, 40)


def test_fault_07_four_processes_of_ours_lose_nothing(house: House, data: Path) -> None:
    write_together(house, data, ["fresh", "stale", "follow", "stale"], 20)


@pytest.mark.full
@pytest.mark.parametrize("processes", [2, 4])
@MODES
def test_fault_07_processes_of_ours_lose_none_of_200_each(
    house: House, data: Path, mode: str, processes: int
) -> None:
    write_together(house, data, [mode] * processes, 200)


@pytest.mark.full
@MODES
def test_fault_07_920_of_920(house: House, data: Path, mode: str) -> None:
    write_together(house, data, [mode] * 2, 460)


class Windows:
    """Two objects of one session in this process, as two views of it hold them.

    Args:
        data: The data directory.
        storages: How many storages they are saved with.
    """

    def __init__(self, data: Path, storages: int) -> None:
        self.id = saved_session()
        self._data = data
        self._storages = [SessionStorage() for _ in range(storages)]
        self.one = self.open(0)
        self.two = self.open(1)

    def open(self, window: int = 0) -> Session:
        """One more object of the session."""
        session = asyncio.run(self._storages[window % len(self._storages)].get(self.id))
        assert session is not None
        return session

    def save(self, session: Session) -> Session:
        """Save an object with the storage of its window."""
        window = 1 if session is self.two else 0
        saved = asyncio.run(self._storages[window % len(self._storages)].update(session))
        assert texts_of(saved) == self.texts, "update did not return what is on disk"
        return saved

    def say(self, session: Session, text: str) -> Message:
        """Say something in a window, and save it."""
        message = session.create_user_message(text)
        self.save(session)
        return message

    @property
    def texts(self) -> list[str]:
        """What each message in the file says."""
        return texts_in(self._data, self.id)


@pytest.fixture(params=[1, 2], ids=["one storage", "two storages"])
def windows(data: Path, request: pytest.FixtureRequest) -> Windows:
    """Two windows on one session."""
    return Windows(data, request.param)


def without(session: Session, text: str) -> Message:
    """Take the message that says this out of an object; returns it."""
    (message,) = [each for each in session.messages if each.get_text_content() == text]
    session.messages.remove(message)
    session.info.message_count = len(session.messages)
    return message


def test_fault_23_two_objects_of_one_session_make_a_union(windows: Windows) -> None:
    windows.say(windows.one, "one 0")
    windows.say(windows.two, "two 0")
    windows.say(windows.one, "one 1")
    windows.say(windows.two, "two 1")
    assert windows.texts[0] == "base 0"
    assert sorted(windows.texts[1:]) == ["one 0", "one 1", "two 0", "two 1"]
    assert said_by("one", windows.texts) == said_by("two", windows.texts) == [0, 1]


def test_fault_23_saves_under_way_at_the_same_time_make_a_union(windows: Windows) -> None:
    async def both() -> None:
        storage = SessionStorage()
        for number in range(10):
            windows.one.create_user_message(f"one {number}")
            windows.two.create_user_message(f"two {number}")
            await asyncio.gather(storage.update(windows.one), storage.update(windows.two))

    asyncio.run(both())
    assert said_by("one", windows.texts) == said_by("two", windows.texts) == list(range(10))


def test_fault_23_saves_of_one_object_that_nobody_waits_for_keep_their_order(windows: Windows) -> None:
    async def many() -> None:
        storage = SessionStorage()
        saves = []
        for number in range(20):
            windows.one.create_user_message(f"one {number}")
            saves.append(asyncio.create_task(storage.update(windows.one)))
            await asyncio.sleep(0)
        await asyncio.gather(*saves)

    asyncio.run(many())
    assert windows.texts == ["base 0", *(f"one {number}" for number in range(20))]


def test_fault_23_a_deleted_message_stays_away_although_a_stale_object_holds_it(windows: Windows) -> None:
    windows.say(windows.one, "doomed")
    windows.two = windows.open(1)
    without(windows.one, "doomed")
    windows.save(windows.one)
    assert windows.texts == ["base 0"]
    for number in range(2):
        windows.say(windows.two, f"two {number}")
        assert windows.texts == ["base 0", *(f"two {n}" for n in range(number + 1))]
    assert texts_of(loaded(windows.id)) == windows.texts
    windows.say(windows.one, "one 0")
    assert "doomed" not in windows.texts


def test_fault_23_a_message_that_an_object_has_never_held_is_not_deleted_by_it(windows: Windows) -> None:
    windows.say(windows.one, "unseen")
    for _ in range(3):
        windows.save(windows.two)
        assert windows.texts == ["base 0", "unseen"]
    without(windows.two, "base 0")
    windows.save(windows.two)
    assert windows.texts == ["unseen"]


def test_fault_23_a_deleted_message_that_is_added_again_comes_back(windows: Windows) -> None:
    windows.say(windows.one, "doomed")
    windows.two = windows.open(1)
    message = without(windows.one, "doomed")
    windows.save(windows.one)
    windows.one.add_message(message)
    windows.save(windows.one)
    assert windows.texts == ["base 0", "doomed"]
    windows.say(windows.two, "two 0")
    assert windows.texts == ["base 0", "doomed", "two 0"]


def test_fault_23_a_deleted_message_comes_back_if_a_later_object_adds_it(windows: Windows) -> None:
    windows.say(windows.one, "doomed")
    message = without(windows.one, "doomed")
    windows.save(windows.one)
    later = windows.open()
    later.add_message(message)
    windows.save(later)
    assert windows.texts == ["base 0", "doomed"]
    assert texts_of(windows.open()) == windows.texts


def test_fault_23_a_message_deleted_in_both_windows_stays_away(windows: Windows) -> None:
    for session in (windows.one, windows.two):
        without(session, "base 0")
        windows.save(session)
        assert windows.texts == []
    assert texts_of(loaded(windows.id)) == []


def test_fault_23_the_longer_form_of_a_growing_answer_is_kept(windows: Windows) -> None:
    answer = windows.one.create_assistant_message()
    part = answer.add_text("Once")
    windows.save(windows.one)
    windows.two = windows.open(1)
    part.content = "Once upon a time"
    windows.save(windows.one)
    windows.say(windows.two, "two 0")
    assert windows.texts == ["base 0", "Once upon a time", "two 0"]
    part.content = "Once upon a time there was"
    windows.save(windows.one)
    assert windows.texts == ["base 0", "Once upon a time there was", "two 0"]


def test_fault_23_facts_changed_in_different_windows_are_both_kept(windows: Windows) -> None:
    windows.one.update_title("By one")
    windows.save(windows.one)
    windows.two.info.model_id = "by-two"
    windows.say(windows.two, "two 0")
    info = windows.open().info
    assert (info.title, info.model_id) == ("By one", "by-two")
