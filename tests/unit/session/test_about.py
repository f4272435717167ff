"""What is told of answers beside their text: kept, read as far as it has grown, deleted and brought back."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest

from oats_tui.core import files
from oats_tui.core.storage_errors import StorageError
from oats_tui.session.about import About, keep_about, read_about
from oats_tui.session.meta import MetaStorage, Outcome
from oats_tui.session.store.places import Places
from oats_tui.session.store.records import record_of
from oats_tui.session.trash import Trash
from tests.support.trashing import delete, made, trash


@pytest.fixture
def log(data_dir: Path) -> Path:
    return data_dir / "oats_tui" / "about" / "s.log"


def keep(message_id: str, thinking: str, session_id: str = "s") -> None:
    asyncio.run(MetaStorage().keep_about(session_id, message_id, About(thinking=thinking)))


def thinking(session_id: str = "s") -> dict[str, str]:
    """By message id, what was thought."""
    about = asyncio.run(MetaStorage().get(session_id)).about
    return {message_id: each.thinking for message_id, each in about.items()}


def test_it_is_kept_beside_the_meta_file_and_not_in_it(log: Path, data_dir: Path) -> None:
    told = About(thinking="hm 🙂 漢\n", waited=0.5, took=2.0, thought=1.25)
    meta = MetaStorage()
    asyncio.run(meta.keep_about("s", "m", told))
    asyncio.run(meta.set_outcome("s", "m", Outcome(state="stopped", title="t")))
    found = asyncio.run(meta.get("s"))
    assert found.about == {"m": told}
    assert "about" not in json.loads((data_dir / "oats_tui" / "meta" / "s.json").read_bytes())
    assert os.listdir(log.parent) == ["s.log"]
    assert asyncio.run(meta.get("t")).about == {}


def test_the_last_record_of_a_message_counts_and_others_stay_the_same_objects(log: Path) -> None:
    keep("a", "first")
    keep("b", "other")
    before = read_about(log)
    keep("a", "second")
    now = read_about(log)
    assert (before["a"].thinking, now["a"].thinking) == ("first", "second")
    assert now["b"] is before["b"]


def test_what_is_damaged_or_of_another_form_is_left_out(log: Path) -> None:
    keep("a", "whole")
    with log.open("ab") as handle:
        handle.write(b"\n00000000 {}\nno record\n\xff\xff\xff\xff\xff\xff\xff\xff \n")
        odd: list[Any] = [[], {"message": 1}, *({"message": "x", "about": {"took": each}} for each in (-1, 1e999))]
        for value in odd:
            handle.write(record_of(value))
        handle.write(record_of({"message": "c", "about": {"thinking": "new", "later": [1]}, "more": 1})[:-9])
    keep("b", "behind a torn one")
    assert thinking() == {"a": "whole", "b": "behind a torn one"}


def test_unknown_fields_are_kept(log: Path) -> None:
    log.parent.mkdir(parents=True)
    log.write_bytes(record_of({"message": "m", "about": {"thinking": "x", "later": {"deep": [1]}}}))
    assert read_about(log)["m"].model_extra == {"later": {"deep": [1]}}


def test_a_log_that_was_replaced_or_cut_is_read_anew(log: Path) -> None:
    keep("a", "first")
    assert thinking() == {"a": "first"}
    log.write_bytes(b"")
    assert thinking() == {}
    keep("b", "second")
    other = log.with_name("other")
    other.write_bytes(record_of({"message": "c", "about": {"thinking": "third, and a little longer than it was"}}))
    assert thinking() == {"b": "second"}
    other.replace(log)
    assert list(thinking()) == ["c"]
    log.unlink()
    assert thinking() == {}


def test_a_log_that_is_no_file_is_left_alone(log: Path, caplog: pytest.LogCaptureFixture) -> None:
    log.mkdir(parents=True)
    assert thinking() == {}
    assert "could not be read" in caplog.text
    with pytest.raises(StorageError):
        keep("m", "x")


def test_an_id_that_is_none_is_refused(data_dir: Path) -> None:
    with pytest.raises(StorageError):
        keep("m", "x", "../x")


def test_a_damaged_meta_file_takes_nothing_of_it(log: Path, data_dir: Path) -> None:
    keep("m", "kept")
    (data_dir / "oats_tui" / "meta").mkdir(parents=True)
    (data_dir / "oats_tui" / "meta" / "s.json").write_text("{")
    assert thinking() == {"m": "kept"}


def test_it_goes_to_the_trash_and_comes_back(log: Path) -> None:
    made("s")
    keep("m", "kept")
    delete("s")
    assert not log.exists()
    assert thinking() == {}
    [trashed] = asyncio.run(Trash().list())
    asyncio.run(Trash().restore(trashed))
    assert thinking() == {"m": "kept"}
    assert trash(log.parent.parent.parent) == []


def test_where_there_is_one_again_both_are_there(log: Path) -> None:
    made("s", "old")
    keep("both", "earlier")
    keep("old", "of old")
    delete("s")
    made("s", "new")
    keep("both", "later")
    [trashed] = asyncio.run(Trash().list())
    asyncio.run(Trash().restore(trashed))
    assert thinking() == {"both": "later", "old": "of old"}
    assert trash(log.parent.parent.parent) == []


@pytest.mark.parametrize("is_there_again", [False, True])
def test_a_restoring_that_is_stopped_goes_on(
    log: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch, is_there_again: bool
) -> None:
    made("s", "old")
    keep("old", "of old")
    delete("s")
    if is_there_again:
        made("s", "new")
        keep("new", "of new")
    [trashed] = asyncio.run(Trash().list())
    name, whole = ("remove_file", files.remove_file) if is_there_again else ("move_aside", files.move_aside)

    def stopped(path: Path, *more: Path) -> None:
        if path.name == "about":
            raise OSError("stopped")
        whole(path, *more)

    monkeypatch.setattr(files, name, stopped)
    with pytest.raises(StorageError):
        asyncio.run(Trash().restore(trashed))
    monkeypatch.undo()
    monkeypatch.setenv("OATS_TUI_DATA_DIR", str(data_dir))
    asyncio.run(Trash().restore(trashed))
    assert thinking() == ({"new": "of new", "old": "of old"} if is_there_again else {"old": "of old"})
    assert log.read_bytes().count(b"of old") == 1


def test_many_facts_are_parsed_once(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log.parent.mkdir(parents=True)
    log.write_bytes(
        b"".join(record_of({"message": f"m{n}", "about": {"thinking": "x" * 2000}}) for n in range(200))
    )
    assert len(read_about(log)) == 200
    parsed: list[bytes] = []

    def parse(data: bytes) -> Any:
        parsed.append(data)
        return json.loads(data)

    monkeypatch.setattr("oats_tui.session.about.parse", parse)
    keep_about(log, "one more", About(waited=1.0))
    assert len(read_about(log)) == 201
    assert len(read_about(Places(log.parents[2], "s").about)) == 201
    assert len(parsed) == 1
