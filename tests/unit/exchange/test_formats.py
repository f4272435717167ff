from __future__ import annotations

import asyncio
import json
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oats_tui.exchange.report import Skipped
from oats_tui.session.meta import MetaStorage
from oats_tui.session.models import Session
from tests.unit.exchange.conftest import Take, kept, only
from tests.unit.exchange.samples import chatgpt, claude, claude_code, codex, lined, listed, zipped


def told(session: Session) -> list[tuple[str, list[str]]]:
    """Who says what, in short."""
    return [(message.role, [_short(part) for part in message.parts]) for message in session.messages]


def _short(part: object) -> str:
    """A part in short."""
    for name in ("content", "output", "arguments", "url"):
        if (value := getattr(part, name, None)) is not None:
            return value if isinstance(value, str) else json.dumps(value)
    return type(part).__name__


def thinking(session: Session) -> list[str]:
    """What was thought, in the order of the messages."""
    about = asyncio.run(MetaStorage().get(session.id)).about
    return [about[each.id].thinking for each in session.messages if each.id in about]


def test_a_conversation_of_chatgpt_follows_the_path_that_was_shown(take: Take) -> None:
    report = take(listed(chatgpt()))
    session = only()
    assert (report.format, report.known, report.skipped) == ("ChatGPT", 0, [])
    assert [(each.session_id, each.title, each.messages) for each in report.made] == [(session.id, "A picture", 4)]
    assert told(session) == [
        ("user", ["[picture, not imported: file-abc]", "What is this?"]),
        ("assistant", ['{"input": "1 + 1"}', "2"]),
        ("assistant", ["It is **two**."]),
        ("user", ["Thanks"]),
    ]
    assert thinking(session) == ["Let me see."]
    assert [message.model for message in session.messages] == [None, "gpt-y", "gpt-x", None]
    assert session.info.time.created == datetime.fromtimestamp(1_700_000_000, UTC)
    assert session.info.time.updated == datetime.fromtimestamp(1_700_000_100.5, UTC)
    assert session.messages[0].created_at == datetime.fromtimestamp(1_700_000_002, UTC)
    assert session.info.project_dir == str(Path.home())


def test_the_ids_are_of_the_form_of_ours_and_come_from_the_source(take: Take) -> None:
    take(listed(chatgpt()))
    session = only()
    assert str(uuid.UUID(session.id)) == session.id == "193eb9d8-69bb-568e-bfa3-16537a04a9a8"
    assert len({message.id for message in session.messages}) == 4
    assert all(str(uuid.UUID(message.id)) == message.id for message in session.messages)


def test_a_conversation_of_claude_has_its_attachments_and_tools(take: Take) -> None:
    report = take(listed(claude()))
    session = only()
    assert (report.format, report.skipped) == ("Claude", [])
    assert told(session) == [
        ("user", ["Read this", "[attached: a.txt]\n\nthe text", "[file, not imported: b.png]"]),
        ("assistant", ["I look.", '{"query": "x"}', "found", "Here."]),
    ]
    call, result = session.messages[1].get_tool_calls()[0], session.messages[1].get_tool_results()[0]
    assert (call.tool_call_id, call.tool_name) == (result.tool_call_id, result.tool_name)
    assert thinking(session) == ["Hm."]
    assert session.info.time.updated == datetime(2025, 2, 3, 4, 6, tzinfo=UTC)


def test_a_log_of_claude_code_is_a_session_and_one_for_each_agent(take: Take) -> None:
    report = take(lined(claude_code()))
    main, side = kept()
    assert (report.format, report.skipped) == ("Claude Code", [])
    assert (main.title, main.info.working_dir, main.info.model_id) == ("Listing files", "/srv/project", "claude-x")
    assert told(main) == [
        ("user", ["List the files"]),
        ("assistant", ["I look.", '{"command": "ls"}', "a\nb"]),
        ("assistant", ["Two files."]),
    ]
    assert thinking(main) == ["ls will do"]
    assert main.messages[1].usage == {"prompt_tokens": 15, "completion_tokens": 7, "total_tokens": 22}
    assert told(side) == [("user", ["Look deeper"]), ("assistant", ["Deep."])]
    assert (side.info.parent_session_id, side.info.root_session_id) == (main.id, main.id)


def test_an_agents_log_of_its_own_is_below_the_same_session(take: Take, tmp_path: Path) -> None:
    lines = claude_code()
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "agent-ag1.jsonl").write_bytes(lined([each for each in lines if each.get("isSidechain")]))
    (folder / "sess-1.jsonl").write_bytes(lined([each for each in lines if not each.get("isSidechain")]))
    assert len(take(folder).made) == 2
    main, side = kept()
    assert (side.info.parent_session_id, side.title) == (main.id, "Look deeper")


def test_a_log_of_codex_has_what_the_user_said_and_not_what_the_program_did(take: Take) -> None:
    report = take(lined(codex()))
    session = only()
    assert (report.format, report.skipped) == ("Codex", [])
    assert (session.title, session.info.working_dir, session.info.model_id) == (
        "What time is it?",
        "/srv/clock",
        "gpt-codex",
    )
    assert told(session) == [
        ("user", ["What time is it?"]),
        ("assistant", ['{"command": ["date"]}', "12:00"]),
        ("assistant", ["It is noon."]),
    ]
    assert thinking(session) == ["Ask the clock"]


def test_an_early_log_of_codex_has_no_envelopes(take: Take) -> None:
    head = {"id": "old-1", "timestamp": "2025-05-01T00:00:00Z", "instructions": None}
    bare = [each["payload"] for each in codex() if each["type"] == "response_item"]
    report = take(lined([head, {"record_type": "state"}, *bare]))
    assert (report.format, report.skipped) == ("Codex", [])
    assert [role for role, _ in told(only())] == ["user", "assistant", "assistant"]
    assert only().messages[0].created_at == datetime(2025, 5, 1, tzinfo=UTC)


def test_a_log_of_codex_that_was_made_from_another_is_below_it(take: Take) -> None:
    take(lined(codex()))
    first = only().id
    lines = codex()
    lines[0]["payload"] |= {"id": "cx-2", "forked_from_id": "cx-1"}
    take(lined(lines))
    spawned = {"subagent": {"thread_spawn": {"parent_thread_id": "cx-1"}}}
    lines[0]["payload"] = codex()[0]["payload"] | {"id": "cx-3", "source": spawned}
    take(lined(lines))
    assert [each.info.parent_session_id for each in kept() if each.id != first] == [first, first]


def test_a_log_of_codex_that_has_only_events_is_told_by_them(take: Take) -> None:
    take(lined([each for each in codex() if each["payload"].get("type") != "message"]))
    assert told(only())[0] == ("user", ["What time is it?"])
    assert told(only())[-1] == ("assistant", ["It is noon."])


@pytest.mark.parametrize("sample", [listed(chatgpt(), claude()), json.dumps(chatgpt()).encode()])
def test_the_format_is_told_by_the_content(take: Take, sample: bytes) -> None:
    for number, data in enumerate((sample, b"\xef\xbb\xbf \n" + sample, zipped(anything_json=sample))):
        report = take(data, f"no suffix {number}")
        assert report.skipped == []
        assert report.format.startswith("ChatGPT")
        assert report.known == (0 if number == 0 else len(kept()))


def test_an_export_is_not_told_to_be_incomplete_for_the_files_beside_the_conversations(take: Take) -> None:
    data = zipped(conversations_json=listed(chatgpt()), user_json=b'{"id": 1}', users_json=b"[]", chat_html=b"<p>")
    assert take(data).skipped == []
    assert take(zipped(odd_json=b'{"id": 1}')).skipped == [
        Skipped("some file: odd.json", "its format is not known")
    ]


def test_a_folder_is_imported_with_all_that_is_in_it(take: Take, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "below").mkdir(parents=True)
    (folder / "a.json").write_text(json.dumps([chatgpt()], indent=2))
    (folder / "below" / "b.json").write_text(json.dumps(claude(), indent=2))
    (folder / "below" / "c.jsonl").write_bytes(lined(codex()))
    (folder / "picture.png").write_bytes(b"\x89PNG")
    report = take(folder)
    assert (report.format, len(report.made), report.skipped) == ("ChatGPT, Claude, Codex", 3, [])


def test_a_side_chain_without_an_agent_is_told_by_its_first_line(take: Take) -> None:
    lines = [{name: value for name, value in each.items() if name != "agentId"} for each in claude_code()]
    lines[8] |= {"parentUuid": None}
    lines[9] |= {"parentUuid": "s1"}
    take(lined(lines))
    assert [told(each) for each in kept()][1] == [("user", ["Look deeper"]), ("assistant", ["Deep."])]


def test_a_continued_session_of_claude_code_has_the_id_of_its_last_lines(take: Take) -> None:
    take(lined(claude_code()[:8]))
    before = only().id
    take(lined([*claude_code()[:8], *({**each, "sessionId": "sess-2"} for each in claude_code()[10:])]))
    assert sorted(len(each.messages) for each in kept()) == [2, 3]
    assert before in {each.id for each in kept()}


def test_the_first_words_are_the_title_where_there_is_none(take: Take) -> None:
    take(
        listed(
            chatgpt() | {"title": None}, claude() | {"name": "", "chat_messages": claude()["chat_messages"][1:]}
        )
    )
    assert [each.title for each in kept()] == ["What is this?", "Imported conversation"]
