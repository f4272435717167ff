from __future__ import annotations

import asyncio
import json
import os
from datetime import timedelta
from pathlib import Path

import pytest

from oats_tui.core import files
from oats_tui.core.bus import Event, bus
from oats_tui.core.storage import StorageError
from oats_tui.date import utc
from oats_tui.session.message import Message
from oats_tui.session.meta import MetaStorage, Outcome, OutcomeState, SessionMeta


@pytest.fixture
def folder(data_dir: Path) -> Path:
    return data_dir / "oats_tui" / "meta"


def outcome(state: OutcomeState = "failed", minutes: int = 0) -> Outcome:
    return Outcome(state=state, title="t", at=utc() + timedelta(minutes=minutes))


def test_a_session_without_facts_has_empty_ones_and_no_file(folder: Path) -> None:
    assert asyncio.run(MetaStorage().get("a")) == SessionMeta()
    asyncio.run(MetaStorage().set_outcome("a", "m", None))
    assert asyncio.run(MetaStorage().failed()) == {}
    assert asyncio.run(MetaStorage().delete("a")) is False
    assert not folder.exists()


def test_an_outcome_is_kept_until_it_is_taken_back(folder: Path, data_dir: Path) -> None:
    meta, noted = MetaStorage(), outcome()
    asyncio.run(meta.set_outcome("a", "m", noted))
    assert (folder / "a.json").is_file()
    assert asyncio.run(meta.get("a")).outcomes == {"m": noted}
    asyncio.run(meta.set_outcome("a", "m", None))
    assert asyncio.run(meta.get("a")).outcomes == {}
    assert not (data_dir / "sessions").exists()


def test_replaced_answers_are_kept_in_order_as_they_were(folder: Path) -> None:
    meta = MetaStorage()
    first, second = (Message(session_id="a", role="assistant") for _ in range(2))
    text = first.add_text("one")

    async def main() -> SessionMeta:
        keeping = asyncio.create_task(meta.keep_replaced("a", first))
        await asyncio.sleep(0)
        text.content = "changed later"
        await keeping
        await meta.keep_replaced("a", second)
        await meta.keep_replaced("a", second)
        return await meta.get("a")

    kept = asyncio.run(main()).replaced
    assert [message.id for message in kept] == [first.id, second.id]
    assert kept[0].get_text_content() == "one"


def test_changes_at_the_same_time_lose_nothing(folder: Path) -> None:
    meta = MetaStorage()

    async def main() -> None:
        notes = (meta.set_outcome("a", str(number), outcome()) for number in range(30))
        kept = (meta.keep_replaced("a", Message(session_id="a", role="assistant")) for _ in range(10))
        await asyncio.gather(*notes, *kept)

    asyncio.run(main())
    found = asyncio.run(meta.get("a"))
    assert sorted(found.outcomes, key=int) == [str(number) for number in range(30)]
    assert len(found.replaced) == 10


def test_failed_names_each_session_whose_newest_answer_did_not_end_well(folder: Path) -> None:
    meta = MetaStorage()

    async def main() -> dict[str, OutcomeState]:
        await meta.set_outcome("a", "early", outcome("failed"))
        await meta.set_outcome("a", "late", outcome("stopped"))
        await meta.set_outcome("d", "early", outcome("failed"))
        await meta.set_outcome("d", "late", None)
        await meta.set_outcome("b", "m", outcome("interrupted"))
        await meta.keep_replaced("c", Message(session_id="c", role="assistant"))
        (folder / "damaged.json").write_text("{")
        os.mkfifo(folder / "pipe.json")
        return await meta.failed()

    assert asyncio.run(main()) == {"a": "stopped", "b": "interrupted"}


def test_a_damaged_file_is_logged_put_aside_and_replaced(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    meta = MetaStorage()
    folder.mkdir(parents=True)
    for content in ("{", "[]", "{"):
        (folder / "a.json").write_text(content)
        assert asyncio.run(meta.get("a")) == SessionMeta()
    assert caplog.text.count("damaged") >= 3
    aside = [path for path in folder.iterdir() if path.name.endswith(".damaged")]
    assert sorted(path.read_text() for path in aside) == ["[]", "{"]
    (folder / "a.json").write_text("{")
    asyncio.run(meta.set_outcome("a", "m", outcome()))
    assert list(asyncio.run(meta.get("a")).outcomes) == ["m"]


def test_what_cannot_be_read_is_never_replaced(folder: Path) -> None:
    meta = MetaStorage()
    (folder / "a.json").mkdir(parents=True)
    assert asyncio.run(meta.get("a")) == SessionMeta()
    with pytest.raises(StorageError):
        asyncio.run(meta.set_outcome("a", "m", outcome()))
    assert os.listdir(folder) == ["a.json"]


def test_unknown_fields_are_kept(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "a.json").write_text('{"pinned": true}')
    asyncio.run(MetaStorage().set_outcome("a", "m", outcome()))
    assert json.loads((folder / "a.json").read_text())["pinned"] is True


def test_facts_are_removed_with_delete(folder: Path) -> None:
    asyncio.run(MetaStorage().set_outcome("a", "m", outcome()))
    assert asyncio.run(MetaStorage().delete("a")) is True
    assert os.listdir(folder) == []


def test_an_id_that_is_none_is_refused(folder: Path) -> None:
    meta = MetaStorage()
    calls = (
        lambda: meta.get("../x"),
        lambda: meta.set_outcome("../x", "m", outcome()),
        lambda: meta.keep_replaced("../x", Message(session_id="a", role="assistant")),
        lambda: meta.delete("../x"),
    )
    for call in calls:
        with pytest.raises(StorageError):
            asyncio.run(call())
    assert not folder.exists()


def test_nothing_is_published(folder: Path) -> None:
    heard: list[Event] = []

    async def handler(event: Event) -> None:
        heard.append(event)

    unsubscribe = bus.subscribe_all(handler)
    asyncio.run(MetaStorage().set_outcome("a", "m", outcome()))
    asyncio.run(MetaStorage().delete("a"))
    unsubscribe()
    assert heard == []


def test_an_outcome_and_a_note_are_written_in_one_go(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    meta, noted = MetaStorage(), outcome()
    asyncio.run(meta.mark("a", "m", None, ""))
    assert not folder.exists()
    written: list[Path] = []
    replace_file = files.replace_file

    def counted(path: Path, data: bytes) -> None:
        written.append(path)
        replace_file(path, data)

    monkeypatch.setattr(files, "replace_file", counted)
    asyncio.run(meta.mark("a", "m", noted, "a note"))
    found = asyncio.run(meta.get("a"))
    assert (found.outcomes, found.notes) == ({"m": noted}, {"m": "a note"})
    asyncio.run(meta.mark("a", "m", None, ""))
    found = asyncio.run(meta.get("a"))
    assert (found.outcomes, found.notes, found.newest) == ({}, {"m": "a note"}, None)
    assert len(written) == 2
