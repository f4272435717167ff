from __future__ import annotations

import asyncio
import copy
import itertools
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from oats_tui.core.bus import Event, bus
from oats_tui.core.storage import StorageError
from oats_tui.exchange.export import exported
from oats_tui.exchange.importing import import_file
from oats_tui.session.message import Message, OpaqueMessage
from oats_tui.session.meta import MetaStorage, SessionMeta
from oats_tui.session.models import Session, SessionInfo
from oats_tui.session.session import SessionStorage
from tests.support.sessions import session as session_of
from tests.support.sessions import sessions
from tests.unit.exchange.conftest import Take, kept, only
from tests.unit.exchange.samples import chatgpt, claude, claude_code, codex, lined, listed, node


def _written() -> dict[str, bytes]:
    """What lies in the folder of the sessions."""
    return {path.name: path.read_bytes() for path in SessionStorage().storage_dir.iterdir()}


@pytest.mark.parametrize(
    ("sample", "known"),
    [(listed(chatgpt(), claude()), 2), (lined(claude_code()), 2), (lined(codex()), 1)],
)
def test_what_is_imported_again_is_known_and_changes_nothing(take: Take, sample: bytes, known: int) -> None:
    take(sample)
    before = _written()
    report = take(sample, "another name")
    assert (report.made, report.known, report.skipped) == ([], known, [])
    assert _written() == before


def _grown() -> dict[str, Any]:
    """The conversation of ChatGPT, gone on."""
    value = copy.deepcopy(chatgpt())
    value["mapping"]["a2"] = node("a2", "q2", "assistant", "You are welcome.", 9)
    value["current_node"] = "a2"
    return value


def test_what_the_source_has_by_now_is_added_and_what_a_person_added_stays(take: Take) -> None:
    take(listed(chatgpt()))
    session = only()
    session.update_title("My own title")
    session.create_user_message("said here")
    asyncio.run(SessionStorage().update(session))
    report = take(listed(_grown()))
    assert [(each.title, each.messages) for each in report.made] == [("My own title", 1)]
    texts = [message.get_text_content() for message in only().messages]
    assert texts[-3:] == ["Thanks", "You are welcome.", "said here"]
    assert only().title == "My own title"
    assert only().info.message_count == len(texts) == 6
    assert take(listed(_grown())).known == 1


def test_a_message_that_was_deleted_here_does_not_come_back(take: Take) -> None:
    take(listed(chatgpt()))
    session = only()
    del session.messages[0]
    asyncio.run(SessionStorage().update(session))
    assert take(listed(chatgpt())).known == 1
    assert len(only().messages) == 3


def test_what_oats_has_summed_up_does_not_come_back(take: Take) -> None:
    take(listed(chatgpt()))
    session = only()
    last = session.messages[-1]
    summary = Message(session_id=session.id, role="user", created_at=last.created_at)
    summary.add_text("[Conversation Summary — 3 messages compacted]\n\nAbout a picture.")
    session.messages = [summary, last]
    path = SessionStorage().path_of(session.id)
    path.write_text(session.model_dump_json(indent=2))
    assert take(listed(chatgpt())).known == 1
    report = take(listed(_grown()))
    assert [each.messages for each in report.made] == [1]
    texts = [message.get_text_content() for message in only().messages]
    assert texts[1:] == ["Thanks", "You are welcome."]


def test_an_answer_that_was_tried_again_here_does_not_come_back(take: Take) -> None:
    take(listed(chatgpt()))
    session = only()
    replaced = session.messages.pop(2)
    asyncio.run(MetaStorage().keep_replaced(session.id, replaced))
    asyncio.run(SessionStorage().update(session))
    assert take(listed(chatgpt())).known == 1


def test_an_import_that_is_stopped_leaves_whole_sessions_and_goes_on_the_next_time(
    take: Take, tmp_path: Path
) -> None:
    values = [chatgpt() | {"conversation_id": f"c{n}"} for n in range(20)]
    path = tmp_path / "many"
    path.write_bytes(listed(*values))

    async def stop_early() -> None:
        begun = asyncio.Event()

        async def note(_: Event) -> None:
            begun.set()

        unsubscribe = bus.subscribe_all(note)
        running = asyncio.create_task(import_file(path, SessionStorage()))
        await begun.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        unsubscribe()

    asyncio.run(stop_early())
    count = len(kept())
    assert all(len(session.messages) == 4 for session in kept())
    report = take(path)
    assert (len(report.made) + report.known, len(kept())) == (20, 20)
    assert report.known >= count > 0


def test_what_cannot_be_saved_is_told_and_the_rest_goes_on(take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    create = SessionStorage.create
    calls = itertools.count()

    async def full(self: SessionStorage, session: Session) -> Session:
        if next(calls) == 0:
            raise StorageError("The file could not be saved.", "The disk is full.", "Free some space.")
        return await create(self, session)

    monkeypatch.setattr(SessionStorage, "create", full)
    report = take(listed(chatgpt(), claude()))
    assert [(each.what, each.why) for each in report.skipped] == [
        ("“A picture”", "it could not be saved: The file could not be saved. The disk is full. Free some space.")
    ]
    assert len(report.made) == 1


def test_an_answer_that_was_imported_half_is_completed(take: Take) -> None:
    lines = claude_code()
    take(lined(lines[:6]))
    assert len(only().messages[1].parts) == 1
    report = take(lined([each for each in lines if not each.get("isSidechain")]))
    assert [(each.messages) for each in report.made] == [1]
    assert len(only().messages[1].parts) == 3
    assert take(lined(lines)).known == 1


def test_a_session_that_is_in_the_trash_is_made_anew(take: Take) -> None:
    take(lined(codex()))
    asyncio.run(SessionStorage().delete(only().id))
    assert kept() == []
    assert len(take(lined(codex())).made) == 1
    assert len(only().messages) == 3


def test_a_damaged_session_of_that_id_is_left_as_it_is(take: Take) -> None:
    take(lined(codex()))
    path = SessionStorage().path_of(only().id)
    path.write_bytes(b"{ torn")
    report = take(lined(codex()))
    assert (report.made, report.known) == ([], 0)
    assert "could not be saved" in report.skipped[0].why
    assert path.read_bytes() == b"{ torn"


def test_a_session_goes_out_and_comes_in_as_it_was(take: Take) -> None:
    session = Session(info=SessionInfo(title="Out", project_dir="/p", working_dir="/w"))
    session.create_user_message("Hello", [{"media_type": "image/png", "data": "iVBORw0KGgo="}])
    answer = session.create_assistant_message()
    answer.add_tool_call("c", "bash", {"command": "ls"})
    answer.add_tool_result("c", "bash", "ls", "a", metadata={"deep": [1, None]})
    answer.created_at = datetime(2026, 1, 2, 3, 4, 5, 678, UTC)
    text = exported(session, SessionMeta(), "json")
    report = take(text.encode())
    assert (report.format, [each.session_id for each in report.made]) == ("oats", [session.id])
    assert only() == session
    assert take(listed(json.loads(text))).known == 1


def test_a_session_and_messages_without_ids_get_the_same_ones_each_time(take: Take) -> None:
    value = json.loads(exported(session_of("q1", "a1", id="odd"), SessionMeta(), "json"))
    value["messages"][1]["id"] = 7
    assert (len(take(listed(value)).made), take(listed(value)).known) == (1, 1)
    for missing in ("message", "session"):
        value = json.loads(exported(session_of("q1", "a1"), SessionMeta(), "json"))
        del (value["info"] if missing == "session" else value["messages"][1])["id"]
        assert len(take(listed(value)).made) == 1
        assert take(listed(value)).known == 1
    assert sorted(len(each.messages) for each in kept()) == [2, 2, 2]


def test_messages_that_cannot_be_understood_go_out_and_come_in_as_they_were(take: Take) -> None:
    session = Session(info=SessionInfo(id="odd", title="Odd", project_dir="/p", working_dir="/w"))
    session.create_user_message("Hello")
    text = exported(session, SessionMeta(), "json")
    deep = '{\n      "id": "deep", "x": ' + "[" * 500 + "]" * 500 + "\n    }"
    strange = '{\n      "id": "strange", "role": "wizard"\n    }'
    data = text.replace("\n    }\n  ]", f"\n    }},\n    {deep},\n    {strange}\n  ]").encode()
    assert take(data).skipped == []
    assert [each.id for each in only().messages][1:] == [only().messages[1].id, "strange"]
    assert all(isinstance(each, OpaqueMessage) for each in only().messages[1:])
    assert deep in exported(only(), SessionMeta(), "json")
    assert take(data).known == 1


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=sessions())
def test_any_session_goes_out_and_comes_in_as_it_was(made: Session, data_dir: Path, tmp_path: Path) -> None:
    text = exported(made, SessionMeta(), "json")
    (tmp_path / "out.json").write_text(text, "utf-8")
    storage = SessionStorage()

    async def there_and_back() -> Session | None:
        await storage.delete(made.id)
        await import_file(tmp_path / "out.json", storage)
        return await storage.get(made.id)

    back = asyncio.run(there_and_back())
    assert back is not None
    back.info.message_count = made.info.message_count
    assert exported(back, SessionMeta(), "json") == text
