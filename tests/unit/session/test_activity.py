"""What can be told of other programs that answer, or wait, in a session; those are real processes."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from oats_tui.core import files
from oats_tui.session.activity import NOBODY, activity_in
from oats_tui.session.answers import AnswerStorage
from oats_tui.session.store.journals import write_records
from oats_tui.session.store.places import Places
from tests.checks.checkout import ROOT
from tests.support.sessions import saved, session

OTHER = """
import asyncio, json, os, sys
from oats_tui.core import files
from oats_tui.session.answers import AnswerStorage
from oats_tui.session.message import Message
from oats_tui.session.session import get_session_storage
from oats_tui.session.store.places import places_of

answers, places, held = AnswerStorage(), places_of("s"), {}

def take():
    held["lock"] = files.try_lock(places.turn)
    return held["lock"] is not None

def say_of_itself(words):
    places.turn.write_text(words)

def begin(answer_id, asked_id):
    held["message"] = Message(id=answer_id, session_id="s", role="assistant")
    held["asked"] = asked_id
    held["log"] = answers.begin(held["message"], asked_id)

def write(text):
    parts = held["message"].parts
    part = parts[0] if parts else held["message"].add_text("")
    part.content += text
    held["log"].write()

def end():
    async def fold():
        session = await get_session_storage().get("s")
        session.add_message(held["message"])
        await get_session_storage().update(session)
    asyncio.run(fold())

def release():
    held.pop("lock").release()

def queue(message_id):
    asyncio.run(answers.queue("s", message_id))

def unqueue(message_id):
    answers.unqueue("s", message_id)

def request_stop(session_id, message_id):
    asyncio.run(answers.request_stop(session_id, message_id))

def recover():
    return len(asyncio.run(answers.recover("s")).interrupted)

def activity():
    found = asyncio.run(answers.activity("s"))
    return [found.holder and found.holder.pid, sorted(found.waiting)]

for line in sys.stdin:
    what, *words = json.loads(line)
    told = globals()[what](*words)
    files.submit(lambda: None, "journal").result()
    print(json.dumps(told), flush=True)
"""

HOST = socket.gethostname()


class Other:
    """Another window of the session `s`, without a screen."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", OTHER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        self.pid = self.process.pid

    def __enter__(self) -> Other:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.kill()
        with suppress(BrokenPipeError):  # it may not have read all that it was told
            self.process.__exit__(kind, None, trace)

    def ask(self, what: str, *words: str) -> Any:
        """Have it do something; returns what it says of that, once it is done."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([what, *words]) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the other window has ended"
        return json.loads(line)

    def answer(self, answer_id: str = "a1", text: str = "") -> None:
        """Have it take the turn and begin an answer to `q1`."""
        assert self.ask("take")
        self.ask("begin", answer_id, "q1")
        if text:
            self.ask("write", text)

    def kill(self) -> None:
        """End it as nobody can prevent, and wait until it is gone."""
        self.process.kill()
        self.process.wait()


@contextmanager
def others(count: int) -> Iterator[list[Other]]:
    """Several other windows, which start at the same time."""
    started = [Other() for _ in range(count)]
    try:
        yield started
    finally:
        for other in started:
            other.__exit__(None, None, None)


@pytest.fixture
def places(data_dir: Path) -> Places:
    """A session with one question."""
    found = Places(data_dir, "s")
    saved(found, session("q1"))
    return found


def test_an_answer_of_another_program_is_told_from_its_turn_to_its_end(places: Places) -> None:
    assert activity_in(places) == NOBODY
    assert not activity_in(places)
    with Other() as other:
        other.ask("take")
        found = activity_in(places)
        assert found.holder is not None
        assert (found.holder.pid, found.holder.host, found.running) == (other.pid, HOST, None)
        assert found
        other.ask("begin", "a1", "q1")
        text = ""
        for piece in ("", "é 漢", " and 🙂"):
            other.ask("write", piece)
            text += piece
            running = activity_in(places).running
            assert running is not None
            assert (running.message.id, running.asked_id) == ("a1", "q1")
            assert running.message.get_text_content() == text
        other.ask("end")
        found = activity_in(places)
        assert found.holder is not None
        assert (found.holder.pid, found.running, found.is_cut_off) == (other.pid, None, False)
        other.ask("release")
        assert activity_in(places) == NOBODY


def test_our_own_answer_is_nothing_that_others_do(places: Places) -> None:
    lock = files.try_lock(places.turn)
    assert lock is not None
    by = {"pid": os.getpid(), "host": HOST}
    begin = {"id": "a1", "session_id": "s", "role": "assistant"}
    begun = {"begin": begin, "n": 1, "asked": "q1", "after": "q1", "by": by}
    write_records(places.journal, [begun, [1, 0, "ours"], {"queue": "q2", "by": by}], sync=False)
    assert activity_in(places) == NOBODY
    with Other() as other:
        other.ask("queue", "q3")
        assert activity_in(places).waiting == {"q3"}
        assert other.ask("activity") == [os.getpid(), ["q2"]]
    lock.release()


def test_who_is_killed_leaves_an_answer_that_is_cut_off(places: Places) -> None:
    with Other() as other:
        other.answer(text="half")
        assert not activity_in(places).is_cut_off
        other.kill()
    found = activity_in(places)
    assert (found.holder, found.running, found.is_cut_off) == (None, None, True)
    assert not found
    assert places.turn.stat().st_size > 0


def test_a_message_waits_as_long_as_its_program_lives(places: Places) -> None:
    foreign = {"pid": 4_000_000, "host": "another.example"}
    write_records(places.journal, [{"queue": "far", "by": foreign}], sync=False)
    with others(2) as (first, second):
        first.ask("queue", "q2")
        second.ask("queue", "q3")
        assert activity_in(places).waiting == {"q2", "q3"}, "what waits far away waits for somebody"
        first.kill()
        assert activity_in(places).waiting == {"q3"}
        second.ask("unqueue", "q3")
        assert activity_in(places).waiting == frozenset()
        second.ask("queue", "q4")
        assert activity_in(places).waiting == {"q4"}
        assert first.pid != second.pid
        assert second.ask("take")
        assert activity_in(places).waiting == {"far", "q4"}
    assert activity_in(places).waiting == frozenset()


def test_a_message_that_is_being_answered_waits_no_more_also_if_it_is_queued_again(places: Places) -> None:
    with Other() as other:
        other.ask("queue", "q1")
        other.answer()
        assert activity_in(places).waiting == frozenset()
        other.ask("queue", "q1")
        assert activity_in(places).waiting == frozenset()


def test_sessions_in_which_somebody_may_answer_are_found(data_dir: Path, places: Places) -> None:
    storage = AnswerStorage()
    assert asyncio.run(storage.active_sessions()) == []
    with others(1) as [other]:
        other.ask("take")
        assert asyncio.run(storage.active_sessions()) == ["s"]
        other.ask("release")
        assert asyncio.run(storage.active_sessions()) == []
        other.ask("take")
    assert asyncio.run(storage.active_sessions()) == ["s"]
    for name in (".turn", "..turn", "b.lock", "a\n.turn", "é.turn"):
        (places.turn.parent / name).write_text("{}")
    (places.turn.parent / "gone.turn").symlink_to("nowhere")
    assert asyncio.run(storage.active_sessions()) == ["gone", "s", "é"]


def test_a_lock_that_is_thrown_away_while_they_are_listed_hides_no_other(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = places.turn.parent
    for name in "abcde":
        (folder / f"{name}.turn").write_text("{}")
    list_folder, removed = os.scandir, []

    @contextmanager
    def scandir(path: Path) -> Iterator[Iterator[os.DirEntry[str]]]:
        """List a folder, and then remove what comes first of its turns."""
        with list_folder(path) as entries:
            found = list(entries)
        first = next(entry for entry in found if entry.name.endswith(".turn"))
        Path(first.path).unlink()
        removed.append(first.name[0])
        yield iter(found)

    monkeypatch.setattr(os, "scandir", scandir)
    assert asyncio.run(AnswerStorage().active_sessions()) == sorted(set("abcde") - set(removed))
    assert len(removed) == 1


@pytest.mark.parametrize("odd", ["", "{", "[]", '{"pid": "x"}', '{"pid": 1e999, "host": "h", "since": 0}'])
def test_a_holder_that_does_not_say_who_it_is_makes_nothing_fail(places: Places, odd: str) -> None:
    with others(1) as [other]:
        other.answer(text="half")
        other.ask("say_of_itself", odd)
        found = activity_in(places)
        assert (found.holder, found.running) == (None, None)
        # It may look cut off, but nobody is in a position to bring it to its end.
        assert not asyncio.run(AnswerStorage().recover("s"))
        other.ask("say_of_itself", json.dumps({"pid": -(10**40), "host": "\x1b[31m", "since": 1}))
        found = activity_in(places)
        assert found.holder is not None
        assert (found.holder.pid, found.holder.host) == (-(10**40), "\x1b[31m")
        assert found.running is not None
