"""Where the system tells nothing of what others do, the watcher finds that out by itself, and looks."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

import pytest

from oats_tui.core.mounts import mount_of
from oats_tui.watch.folder import Pace
from tests.unit.watch.watching import session_text, watching

CREATED, UPDATED, DELETED = "session.created", "session.updated", "session.deleted"
LOCAL = "27 1 254:0 / / rw,relatime - ext4 /dev/x rw\n"


def _table(tmp_path: Path, kind: str, folder: Path | None = None) -> Path:
    """A table of mounts in which a folder, or everything, lies on a mount of a kind."""
    table = tmp_path / "mounts"
    line = f"30 27 0:30 / {folder} rw - {kind} server:/x rw\n"
    table.write_text(LOCAL.replace("ext4", kind) if folder is None else LOCAL + line)
    return table


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "9p", "fuse.sshfs"])
@pytest.mark.parametrize("place", ["", "sessions", "oats_tui"])
def test_a_network_mount_is_looked_at_every_few_seconds(tmp_path: Path, kind: str, place: str) -> None:
    async def main() -> None:
        data = (tmp_path / "data").resolve()
        mount = partial(mount_of, table=_table(tmp_path, kind, data / place if place else data))
        async with watching(data, mount=mount, pace=Pace(0.1, 0.2)) as seen:
            assert seen.sentences == [("scan", f"network mount ({kind})")]
            await seen.other.do("replace", seen.path("one"), session_text("one", "New"))
            await seen.settle()
            assert seen.titles() == {"one": "New"}
            assert len(seen.sentences) == 1

    asyncio.run(main())


def test_a_local_mount_is_nothing_to_tell(tmp_path: Path) -> None:
    async def main() -> None:
        mount = partial(mount_of, table=_table(tmp_path, "ext4"))
        async with watching(tmp_path / "data", mount=mount) as seen:
            await seen.settle()
            assert seen.sentences == []

    asyncio.run(main())


def test_that_notices_come_again_is_told(tmp_path: Path) -> None:
    async def main() -> None:
        mount = partial(mount_of, table=_table(tmp_path, "nfs4"))
        async with watching(tmp_path / "data", mount=mount, pace=Pace(0.05, 0.1, 0.3)) as seen:
            assert len(seen.sentences) == 1
            _table(tmp_path, "ext4")
            await seen.until(lambda: len(seen.sentences) == 2)
            assert seen.sentences[1] == ("notices", "")
            await seen.other.do("replace", seen.path("one"), session_text("one"))
            await seen.settle()
            assert seen.told("one") == [CREATED]

    asyncio.run(main())


def test_what_comes_between_two_looks_is_told_as_it_is_in_the_end(tmp_path: Path) -> None:
    async def main() -> None:
        mount = partial(mount_of, table=_table(tmp_path, "nfs4"))
        async with watching(tmp_path / "data", mount=mount, pace=Pace(0.5, 0.5)) as seen:
            await seen.other.do("replace", seen.path("one"), session_text("one", "First"))
            await seen.other.do("replace", seen.path("one"), session_text("one", "Second"))
            await seen.other.do("replace", seen.path("gone"), session_text("gone"))
            await seen.other.do("remove", seen.path("gone"))
            await seen.settle()
            assert seen.titles()["one"] == "Second"
            assert seen.told("one")[-1] in {CREATED, UPDATED}
            assert seen.told("gone") in ([], [CREATED, DELETED])

    asyncio.run(main())
