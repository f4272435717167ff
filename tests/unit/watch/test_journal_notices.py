"""What other windows write into the journals is told, and nothing that we write there."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from oats_tui.core import files
from oats_tui.core.config import set_data_dir
from oats_tui.session.answers import AnswerStorage
from oats_tui.session.session import Session, SessionInfo, SessionStorage
from tests.checks.checkout import ROOT
from tests.unit.watch import ours
from tests.unit.watch.watching import Watching, other_program, session_text, watching

JOURNAL, REQUEST, UPDATED = "journal.changed", "stop.requested", "session.updated"
LINE = '{"line": "one more"}\n'


@pytest.fixture(autouse=True)
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A data directory of the test's own, behind a link."""
    (tmp_path / "real").mkdir()
    (tmp_path / "data").symlink_to("real")
    set_data_dir(tmp_path / "data")
    yield tmp_path / "data"
    set_data_dir(None)


def _add(path: Path, text: str = LINE) -> None:
    """Add to a journal as this program does."""
    files.append(path, text.encode(), sync=False)


def test_our_own_records_have_no_echo(data_dir: Path) -> None:
    async def main() -> None:
        storage, answers = SessionStorage(), AnswerStorage()
        async with watching(data_dir) as seen:
            session = Session(info=SessionInfo(id="one", title="T", project_dir="/p", working_dir="/p"))
            await storage.create(session)
            for number in range(30):
                message = session.create_user_message(f"{number}")
                await answers.write_down(session, message)
                _add(seen.journals / "other.log")
                if number % 10 == 0:
                    await seen.settle()
                    await storage.update(session)
            assert (seen.journals / "one.log").stat().st_size > 0
            assert (seen.ours / "prev" / "one").exists()
            await seen.settle()
            assert seen.events == []

    asyncio.run(main())


def test_what_others_add_is_told_before_between_and_after_ours(data_dir: Path) -> None:
    async def told(seen: Watching) -> int:
        await seen.settle()
        count = len(seen.told("one"))
        seen.events.clear()
        return count

    async def main() -> None:
        async with watching(data_dir) as seen:
            path = seen.journals / "one.log"
            await seen.other.do("append", path, LINE)
            assert await told(seen) >= 1
            _add(path)
            assert await told(seen) == 0
            await seen.other.do("append", path, LINE)
            _add(path)
            assert await told(seen) >= 1
            _add(path)
            await seen.other.do("append", path, LINE)
            assert await told(seen) >= 1
            _add(path)
            await seen.other.do("append", path, LINE)
            _add(path)
            assert await told(seen) >= 1
            _add(path)
            assert await told(seen) == 0

    asyncio.run(main())


def test_what_others_add_right_after_ours_is_told(data_dir: Path) -> None:
    async def main() -> None:
        async with watching(data_dir) as seen:
            path = seen.journals / "one.log"
            _add(path)
            for _ in range(10):
                await seen.settle()
                seen.events.clear()
                await seen.other.say("follow_growth", path, LINE)
                assert await seen.other.hear() == "waiting"
                _add(path)
                await seen.other.hear()
                _add(path)
                await seen.until(lambda: JOURNAL in seen.told("one"))

    asyncio.run(main())


def test_two_that_add_at_the_same_time_are_told_apart(data_dir: Path) -> None:
    async def main() -> None:
        async with watching(data_dir) as seen:
            path = seen.journals / "one.log"
            await seen.other.say("pour", path, LINE, 300)
            pouring = asyncio.create_task(seen.other.hear())
            while not pouring.done():
                await asyncio.to_thread(_add, path)
            end = int(await pouring)
            await asyncio.to_thread(_add, path)
            await seen.until(lambda: bool(seen.moments) and seen.moments[-1] > end)
            await seen.settle()
            assert set(seen.told("one")) == {JOURNAL}

    asyncio.run(main())


def test_a_journal_that_we_write_anew_is_told_only_if_others_were_in_it(data_dir: Path) -> None:
    async def main() -> None:
        async with watching(data_dir) as seen:
            path = seen.journals / "one.log"
            _add(path, LINE * 3)
            await seen.settle()
            assert files.rewrite(path, lambda data: data[: len(LINE)])
            _add(path)
            await seen.settle()
            assert seen.events == []
            await seen.other.do("append", path, LINE)
            assert files.rewrite(path, lambda data: data[-len(LINE) :])
            _add(path)
            await seen.settle()
            assert set(seen.told("one")) == {JOURNAL}

    asyncio.run(main())


def test_what_another_window_adds_or_writes_anew_or_removes_is_told(data_dir: Path) -> None:
    async def main() -> None:
        environment = {"OATS_TUI_DATA_DIR": str(data_dir), "PYTHONPATH": str(ROOT), "HOME": str(data_dir)}
        async with watching(data_dir) as seen, other_program(Path(ours.__file__), **environment) as window:
            path = seen.journals / "one.log"
            _add(path, LINE * 3)
            await seen.settle()
            await window.do("rewrite", path, LINE)
            _add(path)
            await seen.settle()
            assert JOURNAL in seen.told("one")
            seen.events.clear()
            await seen.other.do("remove", path)
            await seen.settle()
            assert seen.told("one") == [JOURNAL]

    asyncio.run(main())


def test_a_new_journal_with_the_number_of_ours_that_was_removed_is_not_ours(data_dir: Path) -> None:
    path = data_dir / "oats_tui" / "journal" / "one.log"
    _add(path, LINE * 9)
    ours = files.signature(path)
    assert ours is not None
    assert files.is_own_growth(path, None, ours)
    theirs = files.Signature(ours.mtime_ns + 1, len(LINE), ours.inode)
    assert not files.is_own_growth(path, None, theirs)
    older = files.Signature(ours.mtime_ns, len(LINE), ours.inode + 1)
    assert files.is_own_growth(path, older, ours)
    assert not files.is_own_growth(path, ours, files.Signature(ours.mtime_ns, ours.size - 1, ours.inode))


def test_a_request_is_told_unless_it_is_ours(data_dir: Path) -> None:
    async def main() -> None:
        async with watching(data_dir) as seen:
            requests = seen.ours / "requests"
            await files.write_atomic(requests / "one.json", b"{}")
            await seen.settle()
            assert seen.events == []
            await seen.other.do("replace", requests / "one.json", '{"stop": "x"}')
            await seen.settle()
            assert seen.told("one") == [REQUEST]
            assert await files.remove(requests / "one.json")
            await seen.other.do("replace", requests / "two.json", '{"stop": "x"}')
            await seen.other.do("remove", requests / "two.json")
            await seen.settle()
            assert seen.told("one") == [REQUEST]

    asyncio.run(main())


def test_the_file_that_was_replaced_is_told_when_somebody_still_writes_into_it(data_dir: Path) -> None:
    async def main() -> None:
        async with watching(data_dir) as seen:
            await SessionStorage().create(
                Session(info=SessionInfo(id="one", title="T", project_dir="/p", working_dir="/p"))
            )
            prev = seen.ours / "prev" / "one"
            os.link(seen.path("one"), prev)
            await seen.settle()
            assert seen.events == []
            await seen.other.do("append", prev, " ")
            await seen.settle()
            # It is the session's own file, too.
            assert set(seen.told("one")) == {UPDATED}

    asyncio.run(main())


def test_facts_that_others_remove_are_told(data_dir: Path) -> None:
    async def main() -> None:
        async with watching(data_dir) as seen:
            await seen.other.do("replace", seen.path("one"), session_text("one"))
            await seen.other.do("replace", seen.meta / "one.json", "{}")
            await seen.settle()
            seen.events.clear()
            await seen.other.do("remove", seen.meta / "one.json")
            await seen.settle()
            assert seen.told("one") == [UPDATED]

    asyncio.run(main())
