from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import pytest

from oats_tui.core import files
from oats_tui.core.storage_errors import StorageError
from oats_tui.session.answers import AnswerStorage
from oats_tui.session.message import Message
from oats_tui.session.meta import MetaStorage, Outcome
from oats_tui.session.models import Session, SessionInfo
from oats_tui.session.session import SessionStorage
from oats_tui.session.store.journals import read_journal
from oats_tui.session.store.places import Places
from oats_tui.session.trash import Trash
from tests.support.trashing import contents, delete, made, texts, trash


def write_down(session: Session, text: str) -> Message:
    """Something said that is in the journal alone."""
    message = session.create_user_message(text)
    asyncio.run(AnswerStorage().write_down(session, message))
    return message


def begin(id_: str, asked: Message, answer_id: str, text: str) -> None:
    """An answer that is begun and not ended."""
    message = Message(id=answer_id, session_id=id_, role="assistant")
    part = message.add_text("")

    async def stream() -> None:
        log = AnswerStorage().begin(message, asked.id)
        part.content += text
        log.write()
        await files.finished(files.submit(lambda: None, "journal"))

    asyncio.run(stream())


def test_an_id_that_was_deleted_twice_is_in_the_trash_twice(data_dir: Path) -> None:
    for text in ("first", "second"):
        made("s", text)
        delete("s")
    later, earlier = asyncio.run(Trash().list())
    assert later.deleted_at > earlier.deleted_at
    asyncio.run(Trash().restore(earlier))
    assert texts("s") == ["first"]
    asyncio.run(Trash().restore(later))
    assert sorted(texts("s")) == ["first", "second"]
    assert asyncio.run(Trash().list()) == []


def test_restoring_into_an_id_that_is_there_again_loses_neither(data_dir: Path) -> None:
    made("s", "old 1", "old 2")
    delete("s")
    made("s", "new 1", "new 2")
    asyncio.run(Trash().restore_last())
    assert sorted(texts("s")) == ["new 1", "new 2", "old 1", "old 2"]
    assert [text for text in texts("s") if text.startswith("old")] == ["old 1", "old 2"]
    assert asyncio.run(Trash().list()) == []


def test_where_the_two_cannot_be_united_both_stay(data_dir: Path) -> None:
    made("s")
    path = data_dir / "sessions" / "s.json"
    path.write_bytes(b"{damaged")
    os.utime(path, (0, 0))
    delete("s")
    made("s", "new")
    with pytest.raises(StorageError):
        asyncio.run(Trash().restore_last())
    assert texts("s") == ["new"]
    [trashed] = asyncio.run(Trash().list())
    assert (data_dir / "oats_tui" / "trash" / trashed.name / "session").read_bytes() == b"{damaged"


def test_what_only_the_journals_have_is_united(data_dir: Path) -> None:
    old = made("s", "old")
    write_down(old, "old, in the journal")
    delete("s")
    new = made("s", "new")
    write_down(new, "new, in the journal")
    asyncio.run(Trash().restore_last())
    assert sorted(texts("s")) == ["new", "new, in the journal", "old", "old, in the journal"]
    written = json.loads((data_dir / "sessions" / "s.json").read_bytes())["messages"]
    assert len(written) == 4
    assert trash(data_dir) == []


def test_what_was_deleted_in_a_session_stays_deleted_when_it_is_united(data_dir: Path) -> None:
    old = made("s", "old 1", "old 2")
    old.messages.pop(0)
    asyncio.run(SessionStorage().update(old))
    delete("s")
    made("s", "new")
    asyncio.run(Trash().restore_last())
    assert sorted(texts("s")) == ["new", "old 2"]


def test_answers_that_were_cut_off_in_both_are_kept_apart(data_dir: Path) -> None:
    for name in ("old", "new"):
        session = made("s", name)
        begin("s", session.messages[0], f"{name}-answer", f"{name} once upon")
        if name == "old":
            delete("s")
    asyncio.run(Trash().restore_last())
    answers = read_journal(Places(data_dir, "s").journal).open_answers()
    assert {answer.message["id"]: answer.so_far()["parts"][0]["content"] for answer in answers} == {
        "old-answer": "old once upon",
        "new-answer": "new once upon",
    }


def test_which_version_of_the_file_the_old_journal_was_in_is_not_taken_over(data_dir: Path) -> None:
    made("s", "old")
    delete("s")
    made("s", "new")
    asyncio.run(Trash().restore_last())
    places = Places(data_dir, "s")
    assert read_journal(places.journal).folded == files.signature(places.file)
    assert not read_journal(places.journal).is_behind(files.signature(places.file))
    before = places.file.read_bytes()
    session = asyncio.run(SessionStorage().get("s"))
    assert session is not None
    asyncio.run(SessionStorage().update(session))
    assert places.file.read_bytes() == before


def test_our_own_facts_of_both_are_united_and_the_later_outcome_counts(data_dir: Path) -> None:
    storage = MetaStorage()
    for name in ("old", "new"):
        session = made("s", name)
        asyncio.run(storage.set_outcome("s", "both", Outcome(state="failed", title=name)))
        asyncio.run(storage.set_outcome("s", name, Outcome(state="stopped", title=name)))
        asyncio.run(storage.set_note("s", name, name))
        asyncio.run(storage.set_note("s", "both", name))
        asyncio.run(storage.keep_replaced("s", session.messages[0]))
        if name == "old":
            delete("s")
    path = data_dir / "oats_tui" / "trash" / trash(data_dir)[0] / "meta"
    path.write_text(json.dumps(json.loads(path.read_bytes()) | {"other": 1}))
    asyncio.run(Trash().restore_last())
    meta = asyncio.run(storage.get("s"))
    assert {about: outcome.title for about, outcome in meta.outcomes.items()} == {
        "both": "new",
        "old": "old",
        "new": "new",
    }
    assert {about: note for about, note in meta.notes.items() if about in ("old", "new", "both")} == {
        "old": "old",
        "new": "new",
        "both": "new",
    }
    assert [message.get_text_content() for message in meta.replaced] == ["old", "new"]
    assert meta.model_extra == {"other": 1}
    assert trash(data_dir) == []


def test_the_form_of_a_message_that_gives_way_is_kept_beside_the_session(data_dir: Path) -> None:
    session = made("s", "as it was")
    delete("s")
    again = Session(info=SessionInfo(id="s", project_dir="/p", working_dir="/p"))
    message = again.create_user_message("as it is")
    message.id = session.messages[0].id
    asyncio.run(SessionStorage().create(again))
    asyncio.run(Trash().restore_last())
    [said] = texts("s")
    kept = asyncio.run(MetaStorage().get("s")).replaced
    assert {said, *(each.get_text_content() for each in kept)} == {"as it was", "as it is"}


def test_what_is_written_down_while_a_session_is_in_the_trash_is_united_with_it(data_dir: Path) -> None:
    session = made("s", "u1")
    delete("s")
    write_down(session, "u2")
    asyncio.run(MetaStorage().set_note("s", "late", "a late note"))
    asyncio.run(Trash().restore_last())
    assert texts("s") == ["u1", "u2"]
    meta = asyncio.run(MetaStorage().get("s"))
    assert set(meta.notes) == {session.messages[0].id, "late"}
    assert trash(data_dir) == []


def test_a_copy_is_not_united_with_a_session_of_its_name(data_dir: Path) -> None:
    made("original")
    path = data_dir / "sessions" / "copy.json"
    path.write_bytes((data_dir / "sessions" / "original.json").read_bytes())
    delete("copy")
    made("copy", "new")
    with pytest.raises(StorageError):
        asyncio.run(Trash().restore_last())
    assert texts("copy") == ["new"]
    assert len(trash(data_dir)) == 1


@pytest.mark.parametrize("name", ["journal", "meta"])
def test_what_cannot_be_united_stays_in_the_trash(data_dir: Path, name: str) -> None:
    made("s", "old")
    delete("s")
    [folder_] = trash(data_dir)
    path = data_dir / "oats_tui" / "trash" / folder_ / name
    path.unlink()
    os.mkfifo(path)
    made("s", "new")
    asyncio.run(Trash().restore_last())
    assert sorted(texts("s")) == ["new", "old"]
    assert os.listdir(path.parent) == [name]
    assert asyncio.run(Trash().list()) == []


def test_what_is_not_in_the_trash_any_more_is_told_and_nothing_is_published(
    data_dir: Path, heard: list[tuple[str, str]]
) -> None:
    made("s")
    delete("s")
    [one] = asyncio.run(Trash().list())
    asyncio.run(Trash().restore(one))
    before = contents(data_dir)
    heard.clear()
    with pytest.raises(StorageError, match="not in the trash"):
        asyncio.run(Trash().restore(one))
    assert (contents(data_dir), heard) == (before, [])
    (data_dir / "sessions" / "s.json").unlink()
    with pytest.raises(StorageError, match="not in the trash"):
        asyncio.run(Trash().restore(one))
    assert heard == []
