"""Odd names, odd contents and missing rights harm nothing, and hide nothing of the others."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from pathlib import Path

import pytest

from tests.unit.watch.side import watching_process
from tests.unit.watch.watching import How, both_ways, other_program, session_text, watching

CREATED, UPDATED, DELETED = "session.created", "session.updated", "session.deleted"

NAMES = [
    b"no text \xff\xfe.json",
    b"\xed\xa0\x80.json",
    b"line\nbreak.json",
    b"\x1b[31mred.json",
    b"back\\slash.json",
    b".json",
    b"..json",
    b".hidden.json",
    b" .json",
    b"-rf.json",
    b"upper.JSON",
    b"x" * 250 + b".json",
    "é".encode() * 120 + b".json",
    "right-to-left ‮txt.json".encode(),
]
CONTENTS = [
    "[" * 100_000,
    '{"info":' * 5_000,
    '{"info": ' + "9" * 10_000 + "}",
    '\ufeff{"info": {}, "messages": []}',
    "\0" * 5_000,
    '{"info": {"id": "c6", "title": "' + "\\u0000\\ud83d" * 300 + '"}, "messages": []}',
    '{"info": {"id": "c7", "time": {"updated": 1e400}}, "messages": []}',
    "null",
]


@both_ways
def test_odd_names_hide_no_other(tmp_path: Path, how: How) -> None:
    async def main() -> None:
        async with watching(tmp_path / "data", **how(tmp_path)) as seen:
            for folder in (seen.sessions, seen.meta, seen.journals):
                for name in NAMES:
                    # Some file systems do not take every name.
                    with contextlib.suppress(OSError):
                        (folder / os.fsdecode(name)).write_text(session_text("odd"))
            await seen.other.do("replace", seen.path("plain"), session_text("plain", "Plain"))
            await seen.until(lambda: seen.told("plain") == [CREATED])
            for number in range(3):
                (seen.sessions / os.fsdecode(b"\xff%d.json" % number)).write_text("")
                await seen.other.do("replace", seen.path(f"n{number}"), session_text(f"n{number}"))
                await seen.until(lambda number=number: seen.told(f"n{number}") == [CREATED])  # type: ignore[misc]
            await seen.settle()
            told = {event.data["session_id"] for event in seen.events} - {"plain", "n0", "n1", "n2"}
            assert {name for name in told if not name.isprintable()} <= {"right-to-left ‮txt"}
            assert seen.sentences in ([], [("scan", "network mount (nfs4)")])

    asyncio.run(main())


def test_odd_contents_are_told_by_their_names(tmp_path: Path) -> None:
    async def main() -> None:
        async with watching(tmp_path / "data") as seen:
            for number, content in enumerate(CONTENTS):
                await seen.other.do("replace", seen.path(f"c{number}"), content)
            await seen.until(lambda: {event.data["session_id"] for event in seen.events} >= set(expected))
            await seen.other.do("replace", seen.path("plain"), session_text("plain"))
            await seen.settle()
            assert {name: seen.told(name) for name in expected} == {name: [UPDATED] for name in expected}
            assert seen.told("plain") == [CREATED]

    expected = [f"c{number}" for number in range(len(CONTENTS))]
    asyncio.run(main())


def test_a_hostile_title_comes_as_it_is_and_makes_no_trouble(tmp_path: Path) -> None:
    async def main() -> None:
        title = "\x1b]0;x\x07 [bold]\u202e\n" + "long " * 50_000
        async with watching(tmp_path / "data") as seen:
            await seen.other.do("replace", seen.path("one"), session_text("one", title))
            await seen.settle()
            assert seen.titles() == {"one": title}

    asyncio.run(main())


# Takes from root what lets it pass over the modes of files, and then starts what follows.
_WITHOUT_RIGHTS = """
import ctypes, os, sys
if os.geteuid() == 0:
    for capability in (1, 2):
        assert ctypes.CDLL(None).prctl(24, capability, 0, 0, 0) == 0
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.mark.parametrize("place", ["sessions/one.json", "sessions", "."])
def test_what_may_not_be_read_for_a_while_is_told_afterwards(tmp_path: Path, place: str) -> None:
    async def main() -> None:
        data = tmp_path / "data"
        (data / "sessions").mkdir(parents=True)
        session, shut = data / "sessions" / "one.json", data / place
        session.write_text(session_text("one"))
        prefix = (sys.executable, "-c", _WITHOUT_RIGHTS)
        async with watching_process(data, (0.2, 0.5, 1.0), prefix) as side, other_program() as other:
            # Opened before, and written once nobody else can look.
            with session.open("r+b", buffering=0) as file:
                shut.chmod(0)
                file.truncate(file.write(session_text("one", "Changed").encode()))
            if place != ".":
                await other.do("append", data / "oats_tui" / "journal" / "one.log", "{}\n")
                await side.until("journal.changed", session_id="one")
                is_told = "session.updated" in [kind for kind, _ in side.told]
                assert is_told == (place == "sessions/one.json")
            else:
                # Whoever looks at the folders once a second does so meanwhile.
                await asyncio.sleep(1.5)
            side.told.clear()
            shut.chmod(0o700)
            await side.until("session.updated", session_id="one")
            assert not any(kind == DELETED for kind, _ in side.told)

    asyncio.run(main())
