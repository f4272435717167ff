"""The system's limits for notices are reached: nothing is lost, and it is told what has become slower by it."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from tests.unit.watch.side import WatchingProcess, watching_process
from tests.unit.watch.watching import other_program, session_text

QUEUE = Path("/proc/sys/fs/inotify/max_queued_events")
IN_NAMESPACE = ("unshare", "--user", "--map-root-user")
QUICK = (0.2, 0.5, 0.6)
USED_UP = "the system’s limit of watches is used up"

needs_inotify = pytest.mark.skipif(not QUEUE.exists(), reason="only Linux' notices have these limits")


def _has_namespaces() -> bool:
    """Whether limits can be set for the processes of a test alone."""
    if shutil.which(IN_NAMESPACE[0]) is None:
        return False
    return subprocess.run([*IN_NAMESPACE, "true"], capture_output=True, check=False).returncode == 0


def _data(tmp_path: Path) -> Path:
    """A data directory with three sessions."""
    sessions = tmp_path / "data" / "sessions"
    sessions.mkdir(parents=True)
    for name in ("one", "two", "gone"):
        (sessions / f"{name}.json").write_text(session_text(name))
    return tmp_path / "data"


def _too_many() -> int:
    """How often two files are to be changed so that the system cannot remember it."""
    return int(QUEUE.read_text()) // 2 + 500


async def _overflow(data: Path, verb: str, count: int, stopped_s: float) -> WatchingProcess:
    """Have more happen than the system remembers while the watching process is stopped."""
    sessions = data / "sessions"
    async with watching_process(data) as side, other_program() as other:
        os.kill(side.process.pid, signal.SIGSTOP)
        try:
            paths = (sessions / "one.json", sessions / "two.json")
            await other.do(verb, *paths, count, sessions / "last.json", session_text("last", "Last"))
            await other.do("remove", sessions / "gone.json")
            await other.do("append", data / "oats_tui" / "journal" / "one.log", "{}\n")
            await asyncio.sleep(stopped_s)
        finally:
            os.kill(side.process.pid, signal.SIGCONT)
        await side.until("session.created", session_id="last", title="Last")
        await side.until("session.deleted", session_id="gone")
        await side.until("journal.changed", session_id="one")
        return side


@needs_inotify
def test_fault_21_what_the_system_could_not_remember_is_told_all_the_same(tmp_path: Path) -> None:
    async def main() -> None:
        side = await _overflow(_data(tmp_path), "storm", _too_many(), 0.0)
        assert ("session.updated", {"session_id": "one"}) in side.told
        assert ("session.updated", {"session_id": "two"}) in side.told
        assert sum(kind == "session.created" for kind, _ in side.told) == 1

    asyncio.run(main())


@needs_inotify
@pytest.mark.full
def test_fault_21_also_when_no_notice_of_a_change_is_left_at_all(tmp_path: Path) -> None:
    """That files are read fills the queue as well."""
    side = asyncio.run(_overflow(_data(tmp_path), "peruse", _too_many(), 3.0))
    assert len([facts for kind, facts in side.told if kind.startswith("session.")]) == 2


@needs_inotify
@pytest.mark.parametrize(("limit", "few"), [("max_inotify_instances", 0), ("max_inotify_watches", 2)])
@pytest.mark.parametrize("when", ["from the start", "later"])
def test_fault_21_without_notices_the_folders_are_looked_at(
    tmp_path: Path, limit: str, few: int, when: str
) -> None:
    if not _has_namespaces():
        pytest.skip("limits cannot be set for a test alone: there are no user namespaces")

    async def main() -> None:
        data = _data(tmp_path)
        limits = [f"{limit} {few}"] if when == "from the start" else []
        async with watching_process(data, QUICK, IN_NAMESPACE, limits) as side, other_program() as other:
            if not limits:
                await side.say(f"{limit} {few}")
                await side.until("limit", name=limit)
                # Whoever watches keeps what is watched; this folder is another one.
                await other.do("again", data / "sessions", "x.json", session_text("x"))
            await side.until("watching.changed", how="scan", why=USED_UP)
            await other.do("replace", data / "sessions" / "new.json", session_text("new", "New"))
            await side.until("session.created", session_id="new", title="New")
            await side.say(f"{limit} 100")
            await side.until("watching.changed", how="notices", why="")
            await other.do("replace", data / "sessions" / "newer.json", session_text("newer", "Newer"))
            await side.until("session.created", session_id="newer", title="Newer")
            assert [kind for kind, _ in side.told].count("watching.changed") == 2

    asyncio.run(main())
