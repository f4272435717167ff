"""Oats and this program read and write the same files, field for field and byte for byte."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from oats_tui.session import Session, get_session, list_sessions
from oats_tui.session.session import get_session_storage
from tests.contract.oats_side import write_with
from tests.support.oats_env import Oats

pytestmark = pytest.mark.usefixtures("ours")


def file_of(place: Path, session_id: str) -> Path:
    """The file of a session."""
    return place / "data" / "sessions" / f"{session_id}.json"


def read(session_id: str) -> Session:
    """A session as we understand it."""
    session = asyncio.run(get_session(session_id))
    assert session is not None
    return session


def save(session: Session) -> None:
    """Save a session by our own means."""
    asyncio.run(get_session_storage().update(session))


def test_what_oats_wrote_is_understood_field_for_field(oats: Oats) -> None:
    written = oats.do("write", title="By oats")
    assert read(written["info"]["id"]).model_dump(mode="json") == written
    assert [message["role"] for message in written["messages"]] == ["system", "user", "assistant"]


def test_what_we_wrote_is_understood_by_oats_field_for_field(oats: Oats) -> None:
    written = asyncio.run(write_with("oats_tui", "By us"))
    assert oats.do("read", session_id=written["info"]["id"]) == written


def test_the_same_calls_give_the_same_file_but_for_ids_and_times(oats: Oats, place: Path) -> None:
    texts = []
    for written in (oats.do("write", title="Same"), asyncio.run(write_with("oats_tui", "Same"))):
        lines = file_of(place, written["info"]["id"]).read_text("utf-8").splitlines(keepends=True)
        changing = ('"id": ', '"session_id": ', '"created": ', '"updated": ', '"created_at": ')
        texts.append([line for line in lines if not line.lstrip().startswith(changing)])
    assert texts[0] == texts[1]
    assert len(texts[0]) > 60


def test_saving_what_was_not_touched_changes_no_byte(oats: Oats, place: Path) -> None:
    for written in (oats.do("write", title="Untouched"), asyncio.run(write_with("oats_tui", "Untouched"))):
        identifier = written["info"]["id"]
        before = file_of(place, identifier).read_bytes()
        save(read(identifier))
        assert file_of(place, identifier).read_bytes() == before
        oats.do("resave", session_id=identifier)
        assert file_of(place, identifier).read_bytes() == before


def test_both_continue_what_the_other_began(oats: Oats) -> None:
    identifier = oats.do("write", title="In turns")["info"]["id"]
    session = read(identifier)
    session.create_user_message("From us")
    save(session)
    oats.do("add", session_id=identifier, text="From oats")
    session = read(identifier)
    assert [message.get_text_content() for message in session.messages[-2:]] == ["From us", "From oats"]
    assert session.info.message_count == len(session.messages) == 5
    assert session.model_dump(mode="json") == oats.do("read", session_id=identifier)


def test_fields_that_neither_knows_stay_with_us(oats: Oats, place: Path) -> None:
    identifier = oats.do("write", title="Unknown")["info"]["id"]
    path = file_of(place, identifier)
    content: dict[str, Any] = json.loads(path.read_bytes())
    for level in (
        content,
        content["info"],
        content["info"]["time"],
        content["messages"][1],
        content["messages"][2]["parts"][1],
    ):
        level["from_the_future"] = {"x": [1, None, "é"]}
    path.write_text(json.dumps(content), "utf-8")
    session = read(identifier)
    session.update_title("Known")
    session.create_user_message("And now?")
    save(session)
    after = json.loads(path.read_bytes())
    assert after["info"].pop("title") == "Known"
    assert after["info"].pop("message_count") == 4
    assert after["messages"].pop()["parts"][0]["content"] == "And now?"
    assert after["info"]["time"].pop("updated") > content["info"]["time"].pop("updated")
    del content["info"]["title"], content["info"]["message_count"]
    assert after == content
    found = oats.do("read", session_id=identifier)
    assert found["info"]["title"] == "Known"


def test_the_conversation_is_sent_as_oats_sends_it_but_for_tools(oats: Oats) -> None:
    """Ours gives a tool's arguments as JSON, and its results as messages of their own."""
    identifier = oats.do("write", title="Sent")["info"]["id"]
    theirs, our = oats.do("llm", session_id=identifier), read(identifier).get_messages_for_llm()
    assert our[:2] == theirs[:2]
    call = our[2]["tool_calls"][0]
    assert (our[2]["content"], call["id"]) == (theirs[2]["content"], "c1")
    assert json.loads(call["function"]["arguments"])["deep"] == {"x": [None, True, 0.5]}
    assert [message["role"] for message in our[3:]] == ["tool", "tool"]


def test_both_list_and_delete_the_same_sessions(oats: Oats) -> None:
    mine, theirs = asyncio.run(write_with("oats_tui", "Ours"))["info"], oats.do("write", title="Theirs")["info"]
    here = {info.id: info.model_dump(mode="json") for info in asyncio.run(list_sessions())}
    there = {info["id"]: info for info in oats.do("listed")}
    assert here.keys() == there.keys()
    for info in (mine, theirs):
        assert here[info["id"]] == there[info["id"]] == info
    assert oats.do("delete", session_id=mine["id"]) is True
    assert asyncio.run(get_session(mine["id"])) is None
    assert asyncio.run(get_session_storage().delete(theirs["id"])) is True
    assert oats.do("read", session_id=theirs["id"]) is None
