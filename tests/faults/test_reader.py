"""Reading and saving while others write in place, hold descriptors from before, or lock what they like."""

from __future__ import annotations

import asyncio
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from oats_tui.session import SessionStorage
from oats_tui.session.answers import AnswerStorage
from tests.faults._house import (
    data_folder,
    file_of,
    loaded,
    said_by,
    saved_session,
    texts_in,
    texts_of,
)
from tests.faults._late import LateWriter, Steps
from tests.support.duel import Duellist

#: Far below the 3 seconds for which the lock is held, far above what a save takes.
PROMPTLY = 1.5


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """A data folder."""
    with data_folder(tmp_path) as folder:
        yield folder


def read_against_oats(data: Path, seconds: float, size: int) -> int:
    """Read a session while oats rewrites it, for so many seconds; returns how often."""
    identifier = saved_session(size)
    expected = texts_in(data, identifier)
    storage = SessionStorage()
    versions: list[int] = []

    async def read() -> None:
        session = await storage.get(identifier)
        assert session is not None, f"read {len(versions)} failed"
        assert texts_of(session) == expected
        versions.append(int(session.title))

    with Duellist(data, data.parent) as oats:
        oats.do("hold", session_id=identifier)
        oats.do("save", session_id=identifier, title="0")
        saves = asyncio.run(oats.against(read, "rewrite", session_id=identifier, seconds=seconds))
    assert saves > 20
    assert versions == sorted(versions), "an older version was read after a newer one"
    assert len(set(versions)) > 5, "oats did not write while we were reading, so nothing was tested"
    return len(versions)


@pytest.mark.parametrize("size", [66_000, 1_100_000], ids=["66KB", "1.1MB"])
def test_fault_09_reading_never_fails_while_oats_writes_in_place(data: Path, size: int) -> None:
    assert read_against_oats(data, 2, size) > 10


@pytest.mark.full
def test_fault_09_reading_never_fails_while_oats_writes_in_place_for_30_seconds(data: Path) -> None:
    assert read_against_oats(data, 30, 1_100_000) > 100


#: When the other program opens the file, and when it has written it: steps of our save, or seconds after one.
MEETINGS = [
    ("before", "during"),
    ("before", "before rename"),
    ("before", "after rename"),
    ("before", "afterwards"),
    ("before link", "before rename"),
    ("before link", "after rename"),
    ("before link", "in 0.2 s"),
    ("before link", "afterwards"),
    ("before rename", "before rename"),
    ("before rename", "after rename"),
    ("before rename", "after look"),
    ("before rename", "in 0.2 s"),
    ("before rename", "afterwards"),
]


def arrange(late: LateWriter, steps: Steps, opened: str, finished: str) -> None:
    """Have the other program open and write the file at these steps of the save that follows."""
    if opened == "before":
        late.open()
    else:
        steps.at(opened, late.open)
    if finished == "during":
        late.finish_in(0.2)
    elif finished == "in 0.2 s":
        steps.at("after rename", lambda: late.finish_in(0.2))
    elif finished != "afterwards":
        steps.at(finished, late.finish)


@pytest.mark.parametrize(("opened", "finished"), MEETINGS, ids=[" - ".join(each) for each in MEETINGS])
@pytest.mark.parametrize("truncates", [True, False], ids=["truncating", "r+"])
def test_fault_10_what_a_late_writer_wrote_is_merged(
    data: Path, monkeypatch: pytest.MonkeyPatch, opened: str, finished: str, truncates: bool
) -> None:
    identifier = saved_session(6_600)
    path = file_of(data, identifier)
    base = texts_in(data, identifier)
    session = loaded(identifier)
    late = LateWriter(path, truncates)
    steps = Steps(monkeypatch, path)
    arrange(late, steps, opened, finished)
    session.create_user_message("ours 0")
    asyncio.run(SessionStorage().update(session))
    assert "after rename" in steps.reached, "the save was not followed, so nothing was tested"
    late.join()
    if late.is_open:
        late.finish()
    again = loaded(identifier)
    assert sorted(texts_of(again)) == sorted([*base, "late 0", "ours 0"]), "not seen before the next save"
    again.create_user_message("ours 1")
    asyncio.run(SessionStorage().update(again))
    texts = texts_in(data, identifier)
    assert sorted(texts) == sorted([*base, "late 0", "ours 0", "ours 1"])
    assert [text for text in texts if text.startswith("ours")] == ["ours 0", "ours 1"]
    assert texts_of(loaded(identifier)) == texts


def save_with(identifier: str, text: str) -> None:
    """Load the session, say something in it, and save it."""
    session = loaded(identifier)
    session.create_user_message(text)
    asyncio.run(SessionStorage().update(session))


@pytest.mark.parametrize("everywhere", [False, True], ids=["when opened", "at start"])
def test_fault_10_what_was_written_after_the_last_save_comes_into_the_file(
    data: Path, monkeypatch: pytest.MonkeyPatch, everywhere: bool
) -> None:
    identifier = saved_session(6_600)
    path = file_of(data, identifier)
    base = texts_in(data, identifier)
    late = LateWriter(path, truncates=False)
    Steps(monkeypatch, path).at("before rename", late.open)
    save_with(identifier, "ours 0")
    late.finish()
    answers = AnswerStorage()
    if everywhere:
        assert asyncio.run(answers.recover_all()).keys() == {identifier}
    else:
        assert asyncio.run(answers.recover(identifier)).restored == 1
    assert sorted(texts_in(data, identifier)) == sorted([*base, "late 0", "ours 0"])
    assert not asyncio.run(answers.recover(identifier))
    assert asyncio.run(answers.recover_all()) == {}


def test_fault_10_a_late_writer_that_breaks_off_takes_nothing_away(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    identifier = saved_session(6_600)
    path = file_of(data, identifier)
    base = texts_in(data, identifier)
    late = LateWriter(path, truncates=True)
    Steps(monkeypatch, path).at("before rename", late.open)
    save_with(identifier, "ours 0")
    del late  # nothing is in the old file now
    assert texts_of(loaded(identifier)) == [*base, "ours 0"]
    assert asyncio.run(AnswerStorage().recover(identifier)).restored == 0
    assert texts_in(data, identifier) == [*base, "ours 0"]


def test_fault_10_a_late_writer_is_merged_although_our_save_changed_nothing(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    identifier = saved_session(6_600)
    path = file_of(data, identifier)
    base = texts_in(data, identifier)
    late = LateWriter(path, truncates=False)
    steps = Steps(monkeypatch, path)
    late.open()
    asyncio.run(SessionStorage().update(loaded(identifier)))
    late.finish()
    save_with(identifier, "ours 0")
    assert sorted(texts_in(data, identifier)) == sorted([*base, "late 0", "ours 0"]), steps.reached


def test_fault_10_a_late_writer_that_has_not_read_what_it_wrote_itself_loses_nothing(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    identifier = saved_session(6_600)
    path = file_of(data, identifier)
    base = texts_in(data, identifier)
    steps = Steps(monkeypatch, path)
    first, second = LateWriter(path), list[LateWriter]()
    steps.at("before rename", first.open)
    # It loads our file before what it wrote into the old one is in it, and writes that back afterwards.
    steps.at("after rename", lambda: second.append(LateWriter(path, number=1)))
    steps.at("after rename", first.finish)
    save_with(identifier, "ours 0")
    assert sorted(texts_in(data, identifier)) == sorted([*base, "late 0", "ours 0"])
    second[0].open()
    second[0].finish()
    save_with(identifier, "ours 1")
    assert sorted(texts_in(data, identifier)) == sorted([*base, "late 0", "late 1", "ours 0", "ours 1"])


def test_fault_10_what_we_have_deleted_stays_deleted_although_a_late_writer_has_it(data: Path) -> None:
    identifier = saved_session(6_600)
    path = file_of(data, identifier)
    base = texts_in(data, identifier)
    late = LateWriter(path)
    late.open()
    late.finish()
    session = loaded(identifier)
    assert session.messages.pop().get_text_content() == "late 0"
    second = LateWriter(path, truncates=False, number=1)
    second.open()
    asyncio.run(SessionStorage().update(session))
    second.finish()
    save_with(identifier, "ours 0")
    assert sorted(texts_in(data, identifier)) == sorted([*base, "late 1", "ours 0"])


@pytest.mark.parametrize("count", [2, 12])
def test_fault_10_late_writers_one_after_the_other_are_all_merged(
    data: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    identifier = saved_session(6_600)
    path = file_of(data, identifier)
    base = texts_in(data, identifier)
    steps = Steps(monkeypatch, path)
    wrote = list[int]()

    def meet() -> None:
        """Open the file before a rename, and write to it behind."""
        late = LateWriter(path, truncates=True, number=len(wrote))
        wrote.append(len(wrote))
        late.open()
        steps.at("after rename", late.finish)
        if len(wrote) < count:
            steps.at("before rename", meet)

    steps.at("before rename", meet)
    saves = 0
    while len(wrote) < count:
        save_with(identifier, f"ours {saves}")
        saves += 1
    save_with(identifier, f"ours {saves}")
    texts = texts_in(data, identifier)
    assert sorted(said_by("late", texts)) == wrote
    assert said_by("ours", texts) == list(range(saves + 1))
    assert texts[: len(base)] == base


@pytest.mark.parametrize("kind", [fcntl.LOCK_EX, fcntl.LOCK_SH], ids=["exclusive", "shared"])
def test_fault_20_a_lock_on_the_session_file_makes_nobody_wait(data: Path, kind: int) -> None:
    identifier = saved_session(66_000)
    path = file_of(data, identifier)

    async def work(number: int) -> None:
        storage = SessionStorage()
        session = await storage.get(identifier)
        assert session is not None
        session.create_user_message(f"ours {number}")
        await storage.update(session)
        assert [info.id for info in await storage.list_infos()] == [identifier]
        assert (await storage.inspect(identifier)).info is not None

    for number in range(3):
        # Each save puts a new file there, on which nobody has a lock yet.
        handle = os.open(path, os.O_RDWR)
        try:
            fcntl.flock(handle, kind)
            begun = time.monotonic()
            asyncio.run(asyncio.wait_for(work(number), 30))
            assert time.monotonic() - begun < PROMPTLY
        finally:
            os.close(handle)
    assert texts_in(data, identifier)[-3:] == ["ours 0", "ours 1", "ours 2"]
