from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from oats_tui.core import files
from oats_tui.core.bus import Event, EventType, bus
from oats_tui.core.storage import StorageError
from oats_tui.session.session import (
    Session,
    SessionInfo,
    SessionStorage,
    create_session,
    get_session,
    get_session_storage,
    list_sessions,
)

Heard = list[tuple[str, dict[str, Any], str | None, bool]]


@pytest.fixture
def heard(data_dir: Path) -> Iterator[Heard]:
    """Every event, and whether the session's file was there when it came."""
    log: Heard = []

    async def handler(event: Event) -> None:
        assert isinstance(event.type, EventType)
        there = (data_dir / "sessions" / f"{event.data['session_id']}.json").exists()
        log.append((event.type.value, event.data, event.source, there))

    unsubscribe = bus.subscribe_all(handler)
    yield log
    unsubscribe()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition, with a generous deadline."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - what is waited for sets no event
            await asyncio.sleep(0.005)


def session() -> Session:
    return Session(info=SessionInfo(project_dir="/p", working_dir="/p"))


def test_changes_are_published_after_they_are_on_disk(heard: Heard) -> None:
    storage = SessionStorage()
    made = session()
    made.info.title = "T"
    assert asyncio.run(storage.create(made)) is made
    assert asyncio.run(storage.update(made)) is made
    assert asyncio.run(storage.delete(made.id)) is True
    assert asyncio.run(storage.delete(made.id)) is False
    assert heard == [
        ("session.created", {"session_id": made.id, "title": "T"}, None, True),
        ("session.updated", {"session_id": made.id}, None, True),
        ("session.deleted", {"session_id": made.id}, None, False),
    ]


def test_a_change_that_fails_is_not_published(heard: Heard) -> None:
    storage = SessionStorage()
    made = session()
    asyncio.run(storage.create(made))
    heard.clear()
    with pytest.raises(StorageError):
        asyncio.run(storage.create(made))
    assert heard == []


def test_update_saves_also_what_was_not_there_and_does_not_change_its_time(data_dir: Path) -> None:
    made = session()
    before = made.info.time.updated
    asyncio.run(SessionStorage().update(made))
    got = asyncio.run(get_session(made.id))
    assert got == made
    assert made.info.time.updated == before


def test_what_is_read_equals_what_was_saved(data_dir: Path) -> None:
    made = session()
    made.create_user_message("hé", images=[{"media_type": "image/png", "data": "AA=="}])
    answer = made.create_assistant_message()
    answer.add_tool_call("c", "n", {"x": [1, None]})
    answer.add_tool_result("c", "n", "t", "o", metadata={"k": 2**70})
    answer.usage = {"total_tokens": 3}
    asyncio.run(get_session_storage().create(made))
    assert asyncio.run(get_session(made.id)) == made
    assert asyncio.run(get_session_storage().list()) == [made]
    assert asyncio.run(list_sessions()) == [made.info]


def test_a_missing_session_is_none_and_a_missing_folder_is_an_empty_list(data_dir: Path) -> None:
    assert asyncio.run(get_session("missing")) is None
    assert asyncio.run(list_sessions()) == []
    assert asyncio.run(get_session_storage().list()) == []
    assert not data_dir.exists()


def test_there_is_one_storage_per_process() -> None:
    assert get_session_storage() is get_session_storage()


def test_a_session_is_created_with_all_it_is_told(data_dir: Path) -> None:
    made = asyncio.run(create_session(Path("/p"), Path("/w"), "T", "m", "pr", "root", "parent"))
    info = made.info
    told = (info.project_dir, info.working_dir, info.title, info.model_id, info.provider_id)
    assert told == ("/p", "/w", "T", "m", "pr")
    assert (info.root_session_id, info.parent_session_id) == ("root", "parent")
    assert asyncio.run(get_session(made.id)) == made


def test_the_working_folder_is_the_project_s_unless_told(data_dir: Path) -> None:
    info = asyncio.run(create_session(Path("/p"))).info
    assert (info.project_dir, info.working_dir, info.title) == ("/p", "/p", "New Session")


def test_fields_that_others_added_survive_a_rewrite(data_dir: Path) -> None:
    made = asyncio.run(create_session(Path("/p")))
    path = get_session_storage().path_of(made.id)
    text = path.read_text().replace('"info": {', '"later": [1],\n  "info": {\n    "mood": "fine",', 1)
    path.write_text(text)

    async def rewrite() -> None:
        got = await get_session(made.id)
        assert got is not None
        got.update_title("Other")
        await get_session_storage().update(got)

    asyncio.run(rewrite())
    text = path.read_text()
    for kept in ('"mood": "fine"', '"later": [', '"title": "Other"'):
        assert kept in text


@pytest.mark.parametrize("steps", range(1, 8))
def test_cancelling_the_caller_at_any_step_stops_neither_the_save_nor_its_event(heard: Heard, steps: int) -> None:
    made = session()
    gate = threading.Event()

    async def main() -> None:
        files.submit(lambda: gate.wait(10))
        saving = asyncio.create_task(get_session_storage().update(made))
        for _ in range(steps):
            await asyncio.sleep(0)
        saving.cancel()
        gate.set()
        with pytest.raises(asyncio.CancelledError):
            await saving
        await until(lambda: bool(heard))

    asyncio.run(main())
    assert heard == [("session.updated", {"session_id": made.id}, None, True)]


def test_a_save_that_fails_after_its_caller_has_gone_is_logged(
    data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    data_dir.write_text("a file in the way")
    gate = threading.Event()

    async def main() -> None:
        files.submit(lambda: gate.wait(10))
        saving = asyncio.create_task(get_session_storage().update(session()))
        await asyncio.sleep(0)
        saving.cancel()
        gate.set()
        with pytest.raises(asyncio.CancelledError):
            await saving
        await until(lambda: "caller had gone" in caplog.text)

    asyncio.run(main())
    assert data_dir.read_text() == "a file in the way"
