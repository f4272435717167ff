"""What ours and the original do by the same names: `python -m tests.benchmarks.storage_both ROOT TASK ARGUMENTS`.

ROOT is the package. It runs in the interpreter of either, and imports the standard library besides.
"""

from __future__ import annotations

import asyncio
import importlib
import statistics
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from tests.benchmarks.storage_meters import (
    Sample,
    Ticker,
    awaited,
    growth,
    memory,
    peak_memory,
    replace,
    report,
    timed,
    worst,
)

# What the program sets when it starts; see oats_tui.compose.
_SWITCH_SECONDS = 0.001
_IDLE_SECONDS = 2.0
_TEXT = "Would you tell me in a few sentences what changed, and why? " * 8


async def infos(api: Any) -> Sample:
    """List the facts about all sessions."""
    before = memory()
    found, seconds = await awaited(api.get_session_storage().list_infos())
    after = memory()
    return {
        "infos": seconds,
        "infos_count": len(found),
        "infos_rss": growth(before, after),
        "infos_peak": growth(before, peak_memory()),
    }


async def get(api: Any, session_id: str) -> Sample:
    """Open a session, all of it."""
    session, seconds = await awaited(api.get_session(session_id))
    return {"get": seconds * 1000, "messages": len(session.messages)}


async def append(api: Any, file: str, times: int) -> Sample:
    """Append a message and save, in turns with a bare write of as many bytes beside it."""
    path = Path(file)
    storage = api.get_session_storage()
    session = await api.get_session(path.stem)
    saves, bares = [], []
    for _ in range(times + 1):
        session.create_user_message(_TEXT)
        session, seconds = await awaited(storage.update(session))
        saves.append(seconds * 1000)
        bares.append(_bare_save(path) * 1000)
    again = await api.get_session(path.stem)
    if [message.id for message in again.messages] != [message.id for message in session.messages]:
        raise RuntimeError("A message was lost.")
    return {
        "append": statistics.median(saves[1:]),
        "append_first": saves[0],
        "append_bare": statistics.median(bares[1:]),
    }


def _bare_save(path: Path) -> float:
    """The seconds it takes to put the bytes of a file in the place of another one, beside its folder."""
    data = path.read_bytes()
    return timed(lambda: replace(path.parent.parent / "bare", data))[1]


async def stalls(api: Any, session_id: str) -> Sample:
    """List a folder twice, open a large session and save it twice, while a ticker shows how late it is."""
    if api.__name__.startswith("oats_tui"):
        sys.setswitchinterval(_SWITCH_SECONDS)
    storage = api.get_session_storage()
    opened: list[Any] = []

    async def list_all() -> None:
        await (storage.list_entries() if hasattr(storage, "list_entries") else storage.list_infos())

    async def open_one() -> None:
        opened.append(await api.get_session(session_id))

    async def save() -> None:
        opened[-1].create_user_message(_TEXT)
        opened.append(await storage.update(opened[-1]))

    busy = {"list": list_all, "list again": list_all, "open": open_one, "save": save, "save again": save}
    idle = await _lateness(lambda: asyncio.sleep(_IDLE_SECONDS))
    late = {name: await _lateness(action) for name, action in busy.items()}
    idle += await _lateness(lambda: asyncio.sleep(_IDLE_SECONDS))
    sample: Sample = {f"most: {name}": max(found) for name, found in late.items()}
    sample["idle_p999"], sample["idle_max"] = worst(idle)
    sample["stall_p999"], sample["stall_max"] = worst([each for found in late.values() for each in found])
    return sample


async def _lateness(action: Callable[[], Coroutine[Any, Any, None]]) -> list[float]:
    """How late a ticker is, in ms, while something is being done."""
    async with Ticker() as ticker:
        await action()
    return ticker.late


async def saves(api: Any, session_id: str, times: int) -> Sample:
    """Save a session over and over, changed each time; its size stays the same."""
    storage = api.get_session_storage()
    session = await api.get_session(session_id)
    early: float | None = None
    each = []
    for number in range(times):
        session.update_title(f"Save number {number:06}")
        session.messages[-1].parts[0].content = f"{number:06} {_TEXT}"
        session, seconds = await awaited(storage.update(session))
        each.append(seconds * 1000)
        if number == times // 10:
            early = memory()
    grown = growth(early, memory())
    return {
        "saves_early": early,
        "saves_growth": None if grown is None or early is None else 100 * grown / early,
        "saves_kept": _size_of(
            importlib.import_module(api.__name__.split(".")[0] + ".core.config").get_data_dir()
        ),
        "saves_first": statistics.median(each[: times // 10]),
        "saves_last": statistics.median(each[-times // 10 :]),
    }


def _size_of(folder: Path) -> float:
    """The MiB of all files in a folder and below it, each counted once."""
    found = {each.stat().st_ino: each.stat().st_size for each in folder.rglob("*") if each.is_file()}
    return sum(found.values()) / (1 << 20)


def main() -> None:
    """Do the task that the command line names."""
    api = importlib.import_module(f"{sys.argv[1]}.session.session")

    def bound(task: Callable[..., Coroutine[Any, Any, Sample]]) -> Callable[..., Sample]:
        return lambda **given: asyncio.run(task(api, **given))

    report({task.__name__: bound(task) for task in (infos, get, append, stalls, saves)})


if __name__ == "__main__":
    main()
