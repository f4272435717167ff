"""Faults 14 to 17: hostile ids and content, the POSIX locale, and every umask."""

from __future__ import annotations

import asyncio
import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from oats_tui.core import config
from oats_tui.core.files import finished, submit
from oats_tui.core.storage import StorageError
from oats_tui.session.answers import AnswerStorage
from oats_tui.session.message import Message, OpaqueMessage
from oats_tui.session.session import Session, SessionInfo, SessionStorage
from tests.faults._disk_checks import LIFE, SHARED
from tests.faults._disk_content import (
    BAD_IDS,
    FOREIGN,
    GOOD_IDS,
    HOSTILE_TEXTS,
    LOCALE_STEPS,
    REFERENCES,
    VALUES,
    ascii_name,
    nested,
    tree,
)
from tests.support.disk import CHECKOUT, Plan, Side


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A data directory that does not exist yet, in a home with things that must stay as they are."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "coder.json").write_text("{}")
    (tmp_path / "other").mkdir()
    config.set_data_dir(tmp_path / "data")
    yield tmp_path / "data"
    config.set_data_dir(None)


def session(id_: str) -> Session:
    made = Session(info=SessionInfo(id=id_, project_dir="/p", working_dir="/p"))
    made.create_user_message("hello")
    return made


def strict_json(path: Path) -> Any:
    """What a file holds, if it is JSON as everybody understands it."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(path.read_bytes(), parse_constant=refuse)


@pytest.mark.parametrize("bad", BAD_IDS, ids=ascii_name)
def test_fault_14_an_id_that_is_none_is_refused_by_every_call_and_nothing_is_touched(
    folder: Path, bad: str
) -> None:
    storage = SessionStorage()
    asyncio.run(storage.create(session("good")))
    before = tree(folder.parent, ("cache/",))
    for call in (
        lambda: storage.create(session(bad)),
        lambda: storage.update(session(bad)),
        lambda: storage.get(bad),
        lambda: storage.delete(bad),
        lambda: storage.inspect(bad),
        lambda: storage.get_newest(bad),
    ):
        with pytest.raises(StorageError):
            asyncio.run(call())
    assert tree(folder.parent, ("cache/",)) == before


@pytest.mark.parametrize("good", GOOD_IDS, ids=ascii_name)
def test_fault_14_a_session_whose_id_can_be_a_name_can_be_saved_found_and_deleted(folder: Path, good: str) -> None:
    storage, made = SessionStorage(), session(good)
    asyncio.run(storage.create(made))
    made.create_user_message("again")
    asyncio.run(storage.update(made))
    found = asyncio.run(SessionStorage().get(good))
    assert found is not None
    assert [each.get_text_content() for each in found.messages] == ["hello", "again"]
    assert [info.id for info in asyncio.run(storage.list_infos())] == [good]
    assert asyncio.run(storage.delete(good)) is True
    assert asyncio.run(storage.list_infos()) == []
    assert {path.split("/")[0] for path in tree(folder)} <= {"sessions", "oats_tui"}


def test_fault_14_an_id_too_long_for_the_file_system_is_told_and_leaves_nothing(folder: Path) -> None:
    with pytest.raises(StorageError, match="too long"):
        asyncio.run(SessionStorage().create(session("\U0001f600" * 200)))
    assert [path for path in tree(folder) if path.startswith("sessions/")] == []


@pytest.mark.parametrize("hostile", REFERENCES, ids=ascii_name)
def test_fault_14_ids_inside_a_file_lead_nowhere(folder: Path, hostile: str) -> None:
    """What a file says of itself, its parents, its messages and its parts names no path."""
    storage, made = SessionStorage(), session("good")
    made.info.root_session_id = made.info.parent_session_id = hostile
    for message in made.messages:
        message.id = message.session_id = message.parts[0].id = hostile  # type: ignore[union-attr]
    asyncio.run(storage.create(made))
    asyncio.run(storage.create(session("bystander")))
    stranger = json.loads((folder / "sessions" / "good.json").read_text())
    stranger["info"] |= {"id": hostile, "parent_session_id": "good", "root_session_id": "good"}
    (folder / "sessions" / "stranger.json").write_text(json.dumps(stranger))
    outside = tree(folder.parent, ("data/", "cache/"))
    made.create_user_message("more")
    asyncio.run(storage.update(made))
    assert asyncio.run(storage.get("stranger")) is None
    states = {entry.id: entry.state for entry in asyncio.run(storage.list_entries())}
    assert states == {"bystander": "ok", "good": "ok", "stranger": "foreign"}
    assert asyncio.run(storage.delete("good")) is True
    assert (folder / "sessions" / "bystander.json").exists()
    asyncio.run(storage.delete("stranger"))
    assert [entry.id for entry in asyncio.run(storage.list_entries())] == ["bystander"]
    assert tree(folder.parent, ("data/", "cache/")) == outside
    assert {path.split("/")[0] for path in tree(folder)} <= {"sessions", "oats_tui"}


@pytest.mark.parametrize("name", HOSTILE_TEXTS)
def test_fault_15_hostile_content_is_saved_as_json_and_comes_back(folder: Path, name: str) -> None:
    text, expected = HOSTILE_TEXTS[name]
    storage, made = SessionStorage(), session("s")
    made.info.title = text
    made.create_user_message(text)
    asyncio.run(storage.create(made))
    made.create_user_message("after")
    asyncio.run(storage.update(made))
    found = asyncio.run(SessionStorage().get("s"))
    assert found is not None
    assert found.title == expected
    assert [each.get_text_content() for each in found.messages] == ["hello", expected, "after"]
    value = json.loads((folder / "sessions" / "s.json").read_bytes())
    assert [each["parts"][0]["content"] for each in value["messages"]] == ["hello", expected, "after"]


def test_fault_15_half_a_character_in_an_answer_that_comes_spoils_nothing_of_what_is_written_down(
    folder: Path,
) -> None:
    """A service may cut a character in two; a program that is killed then leaves all but that."""
    storage, answers, made = SessionStorage(), AnswerStorage(), session("s")
    answer = Message(session_id="s", role="assistant")
    part = answer.add_text("")

    async def stream() -> None:
        await storage.create(made)
        log = answers.begin(answer, made.messages[-1].id)
        for piece in ("one \ud83d", "\ude00 two", " three"):
            part.content += piece
            log.write()
        await finished(submit(lambda: None, "journal"))
        assert (await answers.recover("s")).interrupted == (answer.id,)

    asyncio.run(stream())
    kept = strict_json(folder / "sessions" / "s.json")["messages"][-1]["parts"][0]["content"]
    assert re.fullmatch("one (\U0001f600|\ufffd+) two three", kept)


@pytest.mark.parametrize("name", VALUES)
def test_fault_15_hostile_values_are_saved_as_json_that_everybody_reads(folder: Path, name: str) -> None:
    value, expected = VALUES[name]
    storage, made = SessionStorage(), session("s")
    made.messages[0].add_tool_call("c", "tool", {"v": value})
    made.messages[0].add_tool_result("c", "tool", "t", "o", metadata={"v": value})
    asyncio.run(storage.create(made))
    made.create_user_message("after")
    asyncio.run(storage.update(made))
    kept = strict_json(folder / "sessions" / "s.json")["messages"][0]["parts"]
    assert [kept[1]["arguments"], kept[2]["metadata"]] == [{"v": expected}, {"v": expected}]
    found = asyncio.run(SessionStorage().get("s"))
    assert found is not None
    assert found.messages[0].get_tool_results()[0].metadata == {"v": expected}
    assert len(found.messages) == 2


def test_fault_15_what_is_nested_5_000_levels_deep_can_be_saved_and_read(folder: Path) -> None:
    storage, made = SessionStorage(), session("s")
    made.messages[0].add_tool_call("c", "tool", {"v": nested(5_000)})
    asyncio.run(storage.create(made))
    made.create_user_message("after")
    asyncio.run(storage.update(made))
    assert len(strict_json(folder / "sessions" / "s.json")["messages"]) == 2
    found = asyncio.run(SessionStorage().get("s"))
    assert found is not None
    assert [each.get_text_content() for each in found.messages] == ["hello", "after"]


@pytest.mark.parametrize("name", FOREIGN)
def test_fault_15_values_of_other_programs_hide_no_session_and_are_saved_as_json(folder: Path, name: str) -> None:
    storage, made = SessionStorage(), session("s")
    made.messages[0].add_tool_call("c", "tool", {"v": "HERE"})
    for each in (made, session("other")):
        asyncio.run(storage.create(each))
    path = folder / "sessions" / "s.json"
    path.write_text(path.read_text("utf-8").replace('"HERE"', FOREIGN[name]), "utf-8")
    assert {entry.id for entry in asyncio.run(storage.list_entries())} == {"other", "s"}
    assert "other" in {info.id for info in asyncio.run(storage.list_infos())}
    found = asyncio.run(SessionStorage().get("s"))
    if found is None:
        # What cannot be understood is named for what it is, and left as it is.
        assert asyncio.run(storage.inspect("s")).state == "damaged"
        assert FOREIGN[name] in path.read_text("utf-8")
        assert name in ("depth 5,000", "5,000 digits")
        return
    assert found.messages[0].get_text_content() == "hello" or isinstance(found.messages[0], OpaqueMessage)
    found.create_user_message("after")
    asyncio.run(storage.update(found))
    # What nobody changed is kept as it came, also where it is no JSON in the narrow sense.
    text = path.read_text("utf-8")
    assert FOREIGN[name] in text
    messages = json.loads(text.replace(FOREIGN[name], "null"))["messages"]
    assert [each["parts"][0]["content"] for each in messages] == ["hello", "after"]


@pytest.mark.parametrize("ids", [["a", "a"], ["\ud800", "\ufffd"], ["", "b"], ["a", "a", "b", "a"]])
def test_fault_15_messages_whose_ids_are_no_names_are_neither_lost_nor_doubled(
    folder: Path, ids: list[str]
) -> None:
    storage, made = SessionStorage(), Session(info=SessionInfo(id="s", project_dir="/p", working_dir="/p"))
    for number, id_ in enumerate(ids):
        made.create_user_message(f"{number}").id = id_
    asyncio.run(storage.create(made))
    made = asyncio.run(storage.update(made))
    again = asyncio.run(SessionStorage().get("s"))
    assert again is not None
    again.create_user_message("last")
    again = asyncio.run(storage.update(again))
    asyncio.run(storage.update(again))
    said = [each["parts"][0]["content"] for each in strict_json(folder / "sessions" / "s.json")["messages"]]
    assert said == [*(str(number) for number in range(len(ids))), "last"]


@pytest.mark.parametrize("steps", [LIFE, SHARED], ids=["alone", "shared"])
@pytest.mark.parametrize("mask", [0o000, 0o077, 0o777])
def test_fault_17_all_is_for_its_owner_alone_whatever_the_umask(
    tmp_path: Path, mask: int, steps: tuple[tuple[str, ...], ...]
) -> None:
    data_dir = Path(os.path.realpath(tmp_path)) / "data"
    with Side() as side:
        for plan in (steps[:-1], (("get",), ("delete",))):
            run = side.run(Plan(str(data_dir), plan, umask=mask))
            assert (run.exit, run.failures) == (0, [])
            modes = {path: stat.S_IMODE(path.lstat().st_mode) for path in (data_dir, *data_dir.rglob("*"))}
            assert {
                path: mode for path, mode in modes.items() if mode != (0o700 if path.is_dir() else 0o600)
            } == {}
            assert len(modes) > 3


@pytest.mark.parametrize("id_", ["plain", "é-日本"])
def test_fault_16_in_the_posix_locale_all_text_and_paths_are_kept(tmp_path: Path, id_: str) -> None:
    place = os.fsencode(tmp_path / "données ✓ 日本")
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "OATS_TUI_DATA_DIR": os.fsdecode(place),
        "THE_ID": id_,
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", LOCALE_STEPS],
        env=environment,
        cwd=CHECKOUT,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    told = json.loads(done.stdout)
    assert told["encoding"] in ("ascii", "utf-8")
    text = "é 日本 \U0001f600 \u2028"
    assert told["saved"] in ([text, text, text, text, True], "StorageError")
    assert told["saved"] != "StorageError" or id_ != "plain"
    if told["saved"] != "StorageError":
        (kept,) = Path(os.fsdecode(place)).glob("oats_tui/trash/*/session")
        value = json.loads(kept.read_bytes())
        assert (value["info"]["id"], value["info"]["title"]) == (id_, text)
