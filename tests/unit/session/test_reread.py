"""Reading a session again gives what reading it gives, and takes over what has not changed."""

from __future__ import annotations

import asyncio
import gc
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oats_tui.session.answers import AnswerStorage
from oats_tui.session.message import Message, OpaqueMessage, TextPart
from oats_tui.session.models import Session
from oats_tui.session.session import SessionStorage
from oats_tui.session.store.codec import encode_message
from oats_tui.session.store.draft import capture, restored
from oats_tui.session.store.held import Held, freeze
from oats_tui.session.store.pieces import split, split_checked
from oats_tui.session.store.places import Places
from oats_tui.session.store.reading import load
from tests.support.sessions import file_of, message, messages, other_program, saved, session, sessions


def same(one: Session, other: Session) -> None:
    """Two sessions are equal, hold the same, and would be saved as the same bytes."""
    assert one.info == other.info
    assert one.model_extra == other.model_extra
    assert [told(each) for each in one.messages] == [told(each) for each in other.messages]
    first, second = one._held, other._held
    for name in ("signature", "info", "own_info", "rest", "raws", "keys", "extra"):
        assert getattr(first, name) == getattr(second, name), name
    assert first.frozen == freeze(one.messages)
    assert capture(one).encoded() == capture(other).encoded()


def told(made: Message) -> object:
    """What a message tells; of one that cannot be understood the moment of reading is no part."""
    if isinstance(made, OpaqueMessage):
        return made.id, made.raw, made.problem
    return type(made), list(map(type, made.parts)), made.model_dump()


def written(places: Places, made: Session) -> None:
    """Write a session as another program does."""
    places.file.parent.mkdir(parents=True, exist_ok=True)
    places.file.write_bytes(file_of(made))


def again(places: Places, before: Session) -> Session:
    """The session read again, found to be what it is when it is read anew."""
    now = load(places, before._held)
    same(now, load(places))
    return now


def shared(one: Session, other: Session) -> list[str]:
    """The ids of the messages that are the same objects."""
    known = {id(each) for each in one.messages}
    return [each.id for each in other.messages if id(each) in known]


@pytest.fixture
def places(tmp_path: Path) -> Places:
    return Places(tmp_path, "s")


CHANGES: dict[str, tuple[list[str], list[str]]] = {
    "nothing": (["q1", "a1", "q2"], ["q1", "a1", "q2"]),
    "one more": (["q1", "a1", "q2", "a2"], ["q1", "a1", "q2"]),
    "the first one gone": (["a1", "q2"], ["a1", "q2"]),
    "the middle gone": (["q1", "q2"], ["q1", "q2"]),
    "a summary in front": (["S1", "a1", "q2"], ["a1", "q2"]),
    "one between": (["q1", "a0", "a1", "q2", "a2"], ["q1", "a1", "q2"]),
    "another order": (["q2", "a1", "q1"], ["q2", "a1", "q1"]),
    "one twice": (["q1", "q1", "a1", "q2"], ["q1", "a1", "q2"]),
    "all gone": ([], []),
    "all others": (["q8", "q9"], []),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_the_same_is_taken_over(places: Places, name: str) -> None:
    now, kept = CHANGES[name]
    written(places, session(*(message(each) for each in ("q1", "a1", "q2"))))
    before = load(places)
    written(places, session(*(message(each) for each in now)))
    assert shared(before, again(places, before)) == kept


def test_an_edited_message_is_read_and_the_others_are_taken_over(places: Places) -> None:
    names = [f"q{number}" for number in range(200)]
    written(places, session(*map(message, names)))
    before = load(places)
    written(places, session(*(message(each, "other" if each == "q70" else None) for each in names)))
    now = again(places, before)
    assert shared(before, now) == [each for each in names if each != "q70"]
    assert now.messages[70].get_text_content() == "other"
    assert len({id(raw) for raw in now._held.raws} & {id(raw) for raw in before._held.raws}) == 199


def test_what_was_changed_in_memory_is_read(places: Places) -> None:
    written(places, session("q1", "a1"))
    before = load(places)
    part = before.messages[1].parts[0]
    assert isinstance(part, TextPart)
    part.content = "changed here alone"
    now = again(places, before)
    assert shared(before, now) == ["q1"]
    assert now.messages[1].get_text_content() == "a1"


def test_what_was_saved_from_memory_is_read_once(places: Places) -> None:
    made = saved(places, session("q1", "a1"))
    made = saved(places, load(places))
    made.messages.append(message("q2", "\ud800"))
    made = saved(places, made)
    now = again(places, made)
    assert shared(made, now) == ["q1", "a1"]
    assert now.messages[2].get_text_content() == "\ufffd"
    assert shared(now, again(places, now)) == ["q1", "a1", "q2"]


def test_a_file_of_another_form_is_read(places: Places) -> None:
    made = session("q1", "a1")
    written(places, made)
    before = load(places)
    value = json.loads(places.file.read_bytes())
    for odd in (json.dumps(value), json.dumps({**value, "messages": [{}, *value["messages"]]}, indent=2)):
        places.file.write_text(odd)
        before = again(places, before)
    written(places, made)
    assert len(shared(before, again(places, before))) == 2


def test_what_cannot_be_understood_stays_the_same_object(places: Places) -> None:
    written(places, session("q1", "a1"))
    places.file.write_bytes(places.file.read_bytes().replace(b'"role": "assistant"', b'"role": "nobody"'))
    before = load(places)
    other_program(places.file, "q2")
    assert shared(before, again(places, before)) == ["q1", "a1"]


def test_what_only_the_journal_has_is_there(data_dir: Path) -> None:
    made = asyncio.run(SessionStorage().create(session("q1", "a1")))
    before = asyncio.run(SessionStorage().get("s"))
    assert before is not None
    asyncio.run(AnswerStorage().write_down(made, made.add_message(message("q2"))))
    places = Places(data_dir, "s")
    now = again(places, before)
    assert [each.id for each in now.messages] == ["q1", "a1", "q2"]
    assert shared(before, now) == ["q1", "a1"]
    assert shared(now, again(places, now)) == ["q1", "a1", "q2"]


def test_a_session_that_never_was_on_disk_takes_nothing_over(places: Places) -> None:
    made = session("q1")
    written(places, made)
    assert shared(made, again(places, made)) == []


@given(sessions(), st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9), messages()), max_size=4))
def test_any_changes_by_others_are_read_as_they_are(
    first: Session, changes: list[tuple[int, int, Message]]
) -> None:
    folder = Path(tempfile.mkdtemp())
    places = Places(folder, "s")
    try:
        written(places, first)
        before = load(places)
        for kind, place, other in changes:
            value = json.loads(places.file.read_bytes())
            changed(value["messages"], kind, place, json.loads(encode_message(other)))
            places.file.write_text(
                json.dumps(value, indent=None if place == 9 else 2, ensure_ascii=place % 2 == 0)
            )
            before = again(places, before)
    finally:
        shutil.rmtree(folder)


def changed(listed: list[Any], kind: int, place: int, other: Any) -> None:
    """Change a list of messages in one of five ways."""
    at = place % (len(listed) + 1)
    match kind:
        case 0:
            listed.append(other)
        case 1:
            listed.insert(at, other)
        case 2:
            del listed[at : at + 1]
        case 3:
            listed[at : at + 1] = [other]
        case _:
            listed.insert(at, listed[at - 1] if listed else other)


def test_an_id_takes_over_what_was_reread_last_while_somebody_has_it(data_dir: Path) -> None:
    storage = SessionStorage()

    async def main() -> None:
        await storage.create(session("q1", "a1"))
        own = await storage.get("s")
        shown = await storage.reread("s")
        assert own is not None
        assert shown is not None
        assert shared(own, shown) == []
        other = await storage.reread("s")
        assert other is not None
        assert shared(shown, other) == ["q1", "a1"]
        assert other is not shown
        assert other.messages is not shown.messages
        del shown, other
        await asyncio.sleep(0)
        gc.collect()
        assert "s" not in storage._shared

    asyncio.run(main())


def test_nothing_is_reread_where_nothing_can_be_read(data_dir: Path) -> None:
    storage = SessionStorage()
    made = asyncio.run(storage.create(session("q1")))
    storage.path_of("s").write_text("{")
    assert asyncio.run(storage.reread(made)) is None
    storage.path_of("s").unlink()
    assert asyncio.run(storage.reread(made)) is None
    assert asyncio.run(storage.reread("s")) is None


def test_pieces_of_no_usual_form_are_never_expected() -> None:
    plain = file_of(session("q1", "a1"))
    pieces = split_checked(plain)
    pieces.messages[0] = b"{}"
    pieces.is_usual = False
    held = restored(pieces, None)._held
    assert held.is_usual is None
    again_read = restored(split(plain), None, held)
    assert [each.id for each in again_read.messages] == ["q1", "a1"]
    assert Held().is_usual is None
