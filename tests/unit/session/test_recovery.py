from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from oats_tui.core import files
from oats_tui.core.storage_errors import StorageError
from oats_tui.session.answers import AnswerStorage
from oats_tui.session.message import Message
from oats_tui.session.meta import MetaStorage, Outcome
from oats_tui.session.models import Session, SessionInfo
from oats_tui.session.session import SessionStorage
from oats_tui.session.store import recovery
from oats_tui.session.store.journal import Journal
from oats_tui.session.store.journals import read_journal, write_records
from oats_tui.session.store.places import Places
from oats_tui.session.store.recovery import KEPT_SECONDS, Recovered, recover, recover_all

HOLDER = """
import sys
from pathlib import Path
from oats_tui.core import files
lock = files.try_lock(Path(sys.argv[1]))
print(lock is not None, flush=True)
sys.stdin.read()
"""


class Scene:
    """A session of one question, and what happens to it."""

    def __init__(self, data_dir: Path, id_: str = "s") -> None:
        self.places = Places(data_dir, id_)
        self.answers = AnswerStorage()
        self.session = Session(info=SessionInfo(id=id_, project_dir="/p", working_dir="/p"))
        self.asked = self.session.create_user_message("u1")
        asyncio.run(SessionStorage().create(self.session))

    def say(self, text: str) -> Message:
        """A message that is in the journal alone."""
        message = self.session.create_user_message(text)
        asyncio.run(self.answers.write_down(self.session, message))
        return message

    def answer(self, *texts: str, asked: Message | None = None) -> Message:
        """An answer whose program ends after some of it has come."""
        message = Message(session_id=self.places.id, role="assistant")
        log = self.answers.begin(message, (asked or self.asked).id)
        part = message.add_text("") if texts else None
        for text in texts:
            assert part is not None
            part.content += text
            log.write()
        files.submit(lambda: None, "journal").result()
        return message

    def texts(self) -> list[str]:
        """What is said in the file."""
        value = json.loads(self.places.file.read_bytes())
        return ["".join(part.get("content", "") for part in each["parts"]) for each in value["messages"]]

    def outcomes(self) -> dict[str, Outcome]:
        """How answers ended."""
        return asyncio.run(MetaStorage().get(self.places.id)).outcomes


@pytest.fixture
def scene(data_dir: Path) -> Scene:
    return Scene(data_dir)


def test_an_answer_that_was_cut_off_is_kept_and_marked_once(scene: Scene) -> None:
    answer = scene.answer("Once upon", " a time")
    assert recover(scene.places) == Recovered(1, (answer.id,))
    assert scene.texts() == ["u1", "Once upon a time"]
    outcome = scene.outcomes()[answer.id]
    assert (outcome.state, outcome.detail) == ("interrupted", "")
    before = {path: path.read_bytes() for path in scene.places.data_dir.rglob("*") if path.is_file()}
    for _ in range(3):
        assert not recover(scene.places)
        assert recover_all(scene.places.data_dir) == {}
    assert {path: path.read_bytes() for path in scene.places.data_dir.rglob("*") if path.is_file()} == before


def test_where_nothing_had_come_the_question_is_marked(scene: Scene) -> None:
    scene.answer()
    assert recover_all(scene.places.data_dir) == {"s": Recovered(0, (scene.asked.id,))}
    assert scene.texts() == ["u1"]
    outcome = scene.outcomes()[scene.asked.id]
    assert (outcome.state, bool(outcome.detail)) == ("interrupted", True)
    assert not recover(scene.places)


def test_calls_of_tools_in_an_answer_are_kept_in_their_places(scene: Scene) -> None:
    message = Message(session_id="s", role="assistant")
    log = scene.answers.begin(message, scene.asked.id)
    message.add_text("Let me look. ")
    log.write()
    message.add_tool_call("c", "grep", {"pattern": "x", "n": 2**70})
    message.add_text("Then")
    log.write()
    files.submit(lambda: None, "journal").result()
    assert recover(scene.places).interrupted == (message.id,)
    [_, kept] = json.loads(scene.places.file.read_bytes())["messages"]
    assert [part["type"] for part in kept["parts"]] == ["text", "tool_call", "text"]
    assert kept["parts"][1]["arguments"] == {"pattern": "x", "n": 2**70}
    assert [part.get("content") for part in kept["parts"]] == ["Let me look. ", None, "Then"]


def test_what_is_in_the_journal_alone_comes_back_in_its_order(scene: Scene) -> None:
    scene.answer("a1")
    recover(scene.places)
    scene.session = asyncio.run(_got(scene))
    asked = scene.say("u2")
    scene.answer("a2", asked=asked)
    assert recover(scene.places).restored == 2
    assert scene.texts() == ["u1", "a1", "u2", "a2"]


async def _got(scene: Scene) -> Session:
    """The session as it is read."""
    session = await SessionStorage().get(scene.places.id)
    assert session is not None
    return session


def test_a_session_that_a_person_removed_is_not_made_again(scene: Scene) -> None:
    scene.say("u2")
    scene.answer("a1")
    scene.places.file.unlink()
    recover_all(scene.places.data_dir)
    assert not scene.places.file.exists()
    assert asyncio.run(SessionStorage().get("s")) is None
    assert scene.places.journal.exists()


def test_a_damaged_session_is_not_touched_but_copied(scene: Scene) -> None:
    scene.say("u2")
    damaged = scene.places.file.read_bytes()[:-40]
    scene.places.file.write_bytes(damaged)
    os.utime(scene.places.file, (0, 0))
    for _ in range(2):
        recover_all(scene.places.data_dir)
        assert scene.places.file.read_bytes() == damaged
        [copy] = scene.places.quarantine.iterdir()
        assert copy.read_bytes() == damaged


def test_what_a_program_with_an_old_copy_undid_is_put_back_at_the_next_start(scene: Scene) -> None:
    old = scene.places.file.read_bytes()
    scene.session.create_assistant_message().add_text("a1")
    scene.session.update_title("Ours")
    asyncio.run(SessionStorage().update(scene.session))
    value = json.loads(old)
    value["messages"].append({**value["messages"][0], "id": "theirs"})
    scene.places.file.write_text(json.dumps(value, indent=2))
    assert recover_all(scene.places.data_dir) == {"s": Recovered(1, ())}
    assert scene.texts() == ["u1", "a1", "u1"]
    assert json.loads(scene.places.file.read_bytes())["info"]["title"] == "Ours"
    assert recover_all(scene.places.data_dir) == {}


def test_a_journal_goes_after_a_week_alone_and_not_before(scene: Scene) -> None:
    scene.answer("a1")
    recover(scene.places)
    data_dir = scene.places.data_dir
    begun = time.time()
    for after in (0, KEPT_SECONDS - 60):
        recover_all(data_dir, clock=lambda after=after: begun + after)  # type: ignore[misc]
        assert scene.places.journal.exists()
    os.utime(scene.places.journal, (begun, begun))
    recover_all(data_dir, clock=lambda: begun + KEPT_SECONDS + 60)
    assert not scene.places.journal.exists()
    assert scene.texts() == ["u1", "a1"]
    assert recover_all(data_dir, clock=lambda: begun + 10 * KEPT_SECONDS) == {}
    assert asyncio.run(_got(scene)).messages[1].get_text_content() == "a1"


def test_a_journal_that_another_program_made_necessary_is_kept_a_week_longer(scene: Scene) -> None:
    scene.answer("a1")
    recover(scene.places)
    begun = time.time()
    write_records(scene.places.journal, [{"foreign": begun + KEPT_SECONDS, "seen": [], "sums": []}], sync=False)
    os.utime(scene.places.journal, (begun, begun))
    recover_all(scene.places.data_dir, clock=lambda: begun + 2 * KEPT_SECONDS - 60)
    assert scene.places.journal.exists()
    os.utime(scene.places.journal, (begun, begun))
    recover_all(scene.places.data_dir, clock=lambda: begun + 2 * KEPT_SECONDS + 60)
    assert not scene.places.journal.exists()


def test_a_journal_with_something_that_is_not_in_the_file_is_never_removed(scene: Scene) -> None:
    scene.say("u2")
    scene.places.file.unlink()
    os.utime(scene.places.journal, (0, 0))
    recover_all(scene.places.data_dir, clock=lambda: time.time() + 99 * KEPT_SECONDS)
    assert scene.places.journal.exists()


def test_settled_journals_are_not_read(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        one = Scene(data_dir, f"s{number}")
        one.answer("a")
        recover(one.places)
    behind = Scene(data_dir, "behind")
    behind.say("u2")
    read: list[str] = []

    def reading(path: Path) -> Journal:
        read.append(path.stem)
        return read_journal(path)

    monkeypatch.setattr(recovery, "read_journal", reading)
    assert set(recover_all(data_dir)) == {"behind"}
    assert set(read) == {"behind"}


def test_a_hostile_folder_of_journals_stops_nothing(scene: Scene, tmp_path: Path) -> None:
    scene.say("u2")
    folder = scene.places.journal.parent
    outside = tmp_path / "outside"
    outside.write_bytes(b"\n\nnot ours")
    os.mkfifo(folder / "fifo.log")
    (folder / "folder.log").mkdir()
    (folder / "link.log").symlink_to(outside)
    (folder / "dangling.log").symlink_to(tmp_path / "nothing")
    for name in (b".log", b"..log", b"\xff\xfe.log", b"a\nb.log", b"x" * 220 + b".log", b"no-journal", b"%s.log"):
        (folder / os.fsdecode(name)).write_bytes(b"\x00\xffgarbage\n12345678 {}\n" * 100)
    for sent in range(4):
        (folder / f"odd{sent}.log").write_bytes(
            (b"", b"\n" * 5000, b'\n00000000 [1,0,"x"]\n', b"{" * 100_000)[sent]
        )
    assert set(recover_all(scene.places.data_dir)) == {"s"}
    assert outside.read_bytes() == b"\n\nnot ours"
    assert sorted(path.name for path in (scene.places.data_dir / "sessions").iterdir()) == ["s.json"]


@pytest.mark.parametrize("lock", ["turn", "lock"])
def test_what_another_program_works_on_is_left_to_it(
    scene: Scene, lock: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.answer("still coming")
    monkeypatch.setattr(files, "locked", partial(files.locked, patience=0.05))
    path = getattr(scene.places, lock)
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        assert recover_all(scene.places.data_dir) == {}
        if lock == "lock":
            with pytest.raises(StorageError, match=str(process.pid)):
                recover(scene.places)
        assert scene.outcomes() == {}
        assert scene.texts() == ["u1"]
        process.kill()
    assert recover_all(scene.places.data_dir).keys() == {"s"}
    assert scene.texts() == ["u1", "still coming"]
