"""Who is measured in which scenario, in what folder: every measurement is a process of its own."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from tests.benchmarks import storage_data
from tests.benchmarks.storage_figures import FLOOR, ORIGINAL, OURS
from tests.benchmarks.storage_meters import Sample

Turn = tuple[str, Callable[[], Sample]]
"""A side, and what measures it once."""

_ROOT = Path(__file__).resolve().parents[2]
_SECONDS = 1800
_FEW = 2_000
_APPENDS = 25
_RECORDS = 60
_PROCESSES = 5
_SAVES, _MANY_SAVES = 2_000, 10_000
_MEDIUM, _LARGE, _SMALL = (f"{digit * 8}-0000-4000-8000-{digit * 12}" for digit in "567")
_MESSAGES = {_MEDIUM: storage_data.MEDIUM, _LARGE: storage_data.LARGE, _SMALL: storage_data.MESSAGES}


class Place:
    """The folders and interpreters of one benchmark.

    Args:
        folder: An empty folder for everything that is made.
        many: A folder with the many sessions, or for them.
        full: Whether to take the long form of what is shortened.
        original: The interpreter that has the original, if there is one.
    """

    def __init__(self, folder: Path, many: Path, full: bool, original: Path | None) -> None:
        self.folder = folder
        self._full = full
        self._many = many
        self._original = original

    @property
    def few(self) -> int:
        """How many of the many sessions the original is given."""
        return storage_data.MANY if self._full else _FEW

    @property
    def saves(self) -> int:
        """How often a session is saved over and over."""
        return _MANY_SAVES if self._full else _SAVES

    @cached_property
    def many(self) -> Path:
        """The many sessions, all of them read once."""
        has_none = not any(self._many.glob("*.json"))
        folder = self._many / "sessions" if has_none else self._many
        storage_data.fill(folder)
        storage_data.touch(folder)
        return folder

    @cached_property
    def table(self) -> Path:
        """A database with as many entries."""
        path = self.folder / "table.db"
        storage_data.write_table(path)
        return path

    def linked(self, name: str, count: int, *added: str) -> Path:
        """A data directory with so many sessions and some of its own; made once."""
        data = self.folder / name
        if not data.is_dir():
            storage_data.link(self.many, data / "sessions", count)
            for session_id in added:
                shutil.copy2(self.session(session_id), data / "sessions")
        return data

    def session(self, session_id: str) -> Path:
        """The file of a single session; made once, and never changed."""
        path = self.folder / "single" / f"{session_id}.json"
        if not path.exists():
            storage_data.write_session(path, _MESSAGES[session_id])
        return path

    def copied(self, name: str, session_id: str) -> Path:
        """A new data directory that holds one session; gives the session's file."""
        sessions = self.folder / name / "sessions"
        shutil.rmtree(sessions.parent, ignore_errors=True)
        sessions.mkdir(parents=True, mode=0o700)
        return Path(shutil.copy2(self.session(session_id), sessions))

    def bare(self, task: str, **arguments: Any) -> Sample:
        """Have the floor measured."""
        return self._run([sys.executable, "-m", "tests.benchmarks.storage_bare"], {}, task, arguments)

    def ours(self, task: str, data: Path, *, both: bool = False, cache: str = "cache", **arguments: Any) -> Sample:
        """Have ours measured, in what both can do or in what it alone can."""
        modules = ["tests.benchmarks.storage_both", "oats_tui"] if both else ["tests.benchmarks.storage_ours"]
        named = {"OATS_TUI_DATA_DIR": str(data), "XDG_CACHE_HOME": str(self.folder / cache)}
        return self._run([sys.executable, "-m", *modules], named, task, arguments)

    def original(self, task: str, data: Path, **arguments: Any) -> Sample:
        """Have the original measured; nothing where there is none."""
        if self._original is None:
            return {}
        config = self.folder / f"{data.name}.coder.json"
        config.write_text(json.dumps({"data_dir": str(data)}), "utf-8")
        command = [str(self._original), "-m", "tests.benchmarks.storage_both", "oats"]
        return self._run(command, {"CODER_CONFIG_FILE": str(config)}, task, arguments)

    def _run(self, command: list[str], named: dict[str, str], task: str, arguments: dict[str, Any]) -> Sample:
        """Run one measurement in an environment of its own."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        environment = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(_ROOT), "LANG": "C.UTF-8"}
        done = subprocess.run(
            [*command, task, json.dumps(arguments)],
            capture_output=True,
            text=True,
            check=False,
            timeout=_SECONDS,
            cwd=home,
            env=environment | named,
        )
        if done.returncode:
            raise RuntimeError(f"{' '.join(command[1:])} {task}: {done.stderr.strip()[-2000:]}")
        found: Sample = json.loads(done.stdout)
        return found


def middle(measure: Callable[[], Sample]) -> Sample:
    """The medians of several processes, for what is over in a moment and so is disturbed by anything."""
    samples = [measure() for _ in range(_PROCESSES)]
    return {name: statistics.median(sample[name] or 0.0 for sample in samples) for name in samples[0]}


def listing(place: Place, run: int) -> Iterator[Turn]:
    """List the many sessions: without the cache, with it, only the first page, and as whole models."""
    sessions = str(place.many)
    data, few = place.linked("many", storage_data.MANY), place.linked("few", place.few)
    cache = f"cache-list-{run}"

    def floor() -> Sample:
        found = middle(lambda: place.bare("page", table=str(place.table), size=storage_data.PAGE))
        return found | place.bare("stat", folder=sessions) | place.bare("heads", folder=sessions)

    def ours() -> Sample:
        found = place.ours("entries", data, cache=cache, key="uncached")
        found |= place.ours("entries", data, cache=cache, key="checked")
        found |= middle(lambda: place.ours("page", data, cache=cache, size=storage_data.PAGE))
        return found | place.ours("infos", data, cache=cache, both=True)

    yield FLOOR, floor
    yield OURS, ours
    yield ORIGINAL, lambda: place.original("infos", few)


def opening(place: Place, _: int) -> Iterator[Turn]:
    """Open the session of 11 MB."""
    path = str(place.session(_MEDIUM))
    data = place.copied("open", _MEDIUM).parent.parent
    Path(path).read_bytes()

    def ours() -> Sample:
        found = middle(lambda: place.ours("tail", data, session_id=_MEDIUM))
        return found | place.ours("get", data, both=True, session_id=_MEDIUM)

    yield FLOOR, lambda: {**place.bare("tail", path=path), **place.bare("whole", path=path)}
    yield OURS, ours
    yield ORIGINAL, lambda: place.original("get", data, session_id=_MEDIUM)


def appending(place: Place, _: int) -> Iterator[Turn]:
    """Append messages to the session of 11 MB."""
    file = place.copied("append", _MEDIUM)
    yield OURS, lambda: place.ours("append", file.parent.parent, both=True, file=str(file), times=_APPENDS)
    other = place.copied("append-original", _MEDIUM)
    yield ORIGINAL, lambda: place.original("append", other.parent.parent, file=str(other), times=_APPENDS)


def journal(place: Place, _: int) -> Iterator[Turn]:
    """Keep what is said and what is answered, beside the session of 11 MB."""
    data = place.copied("journal", _MEDIUM).parent.parent

    def ours() -> Sample:
        found = place.ours("journal", data, session_id=_MEDIUM, times=_RECORDS)
        return found | place.ours("streamed", data, session_id=_MEDIUM)

    yield OURS, ours


def stall(place: Place, run: int) -> Iterator[Turn]:
    """List the many sessions, open and save the session of 44 MB, beside a ticker."""
    data = place.linked("stall", storage_data.MANY, _LARGE)
    few = place.linked("stall-few", place.few, _LARGE)
    cache = f"cache-stall-{run}"
    yield OURS, lambda: place.ours("stalls", data, both=True, cache=cache, session_id=_LARGE)
    yield ORIGINAL, lambda: place.original("stalls", few, session_id=_LARGE)


def saving(place: Place, _: int) -> Iterator[Turn]:
    """Save a session of 66 KB over and over."""
    data = place.copied("saves", _SMALL).parent.parent
    yield OURS, lambda: place.ours("saves", data, both=True, session_id=_SMALL, times=place.saves)
    other = place.copied("saves-original", _SMALL).parent.parent
    yield ORIGINAL, lambda: place.original("saves", other, session_id=_SMALL, times=place.saves)


SCENARIOS: dict[str, Callable[[Place, int], Iterator[Turn]]] = {
    "list": listing,
    "open": opening,
    "append": appending,
    "journal": journal,
    "stall": stall,
    "saves": saving,
}
