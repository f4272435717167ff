"""What only ours can do: `python -m tests.benchmarks.storage_ours TASK ARGUMENTS`."""

from __future__ import annotations

import asyncio
import random
import statistics
import time
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

from oats_tui.core import files
from oats_tui.session.answers import AnswerStorage
from oats_tui.session.session import get_session, get_session_storage
from oats_tui.session.store.places import places_of
from tests.benchmarks.storage_data import text_of
from tests.benchmarks.storage_meters import (
    Sample,
    append,
    awaited,
    growth,
    memory,
    peak_memory,
    report,
    timed,
)

# What a person says: from 400 characters up, because below that the ids alone are longer.
_SHORT, _LENGTHS = 400, 10
_ANSWER = 4_000
_PIECE = 20


async def entries(key: str) -> Sample:
    """List the folder, with the cache as it is."""
    before, processor = memory(), time.process_time()
    found, seconds = await awaited(get_session_storage().list_entries())
    after = memory()
    return {
        key: seconds,
        f"{key}_cpu": time.process_time() - processor,
        f"{key}_count": len(found),
        f"{key}_rss": growth(before, after),
        f"{key}_peak": growth(before, peak_memory()),
    }


async def page(size: int) -> Sample:
    """Show the first page of the list from the cache."""
    found, seconds = await awaited(get_session_storage().first_entries(size))
    if len(found) != size:
        raise RuntimeError(f"The cache had {len(found)} of {size} sessions.")
    return {"page": seconds * 1000}


async def tail(session_id: str) -> Sample:
    """Open a session to its last messages."""
    newest, seconds = await awaited(get_session_storage().get_newest(session_id))
    if newest is None or newest.whole:
        raise RuntimeError("This was not the end of a session.")
    return {"tail": seconds * 1000, "tail_messages": len(newest.messages)}


async def journal(session_id: str, times: int) -> Sample:
    """Keep what a person says, in turns with a bare write of as many bytes beside it."""
    session = await get_session(session_id)
    assert session is not None
    store = AnswerStorage()
    records, bares, ratios = [], [], []
    path = places_of(session_id).journal
    for number in range(times + 1):
        text = text_of(random.Random(number), _SHORT * (1 + number % _LENGTHS))
        message = session.create_user_message(text)
        before = _size(path)
        _, seconds = await awaited(store.write_down(session, message))
        size = _size(path) - before
        records.append(seconds * 1000)
        ratios.append(size / len(text.encode()))
        bares.append(timed(partial(append, path.with_name("bare"), bytes(size)))[1] * 1000)
    # The first ones make the files.
    return {
        "record": statistics.median(records[1:]),
        "record_bare": statistics.median(bares[1:]),
        "record_bytes": max(ratios),
    }


async def streamed(session_id: str) -> Sample:
    """Keep an answer while it comes: 100 tokens of 4 characters a second, written down every 50 ms."""
    session = await get_session(session_id)
    assert session is not None
    path = places_of(session_id).journal
    asked = session.messages[-1].id
    part = session.create_assistant_message().add_text("")
    before = _size(path)
    log = AnswerStorage().begin(session.messages[-1], asked)
    text = text_of(random.Random(0), _ANSWER)
    for position in range(0, len(text), _PIECE):
        part.content += text[position : position + _PIECE]
        log.write()
    await files.finished(files.submit(lambda: None, "journal"))
    return {"stream_bytes": (_size(path) - before) / len(text.encode())}


def _size(path: Path) -> int:
    """The bytes in a file; 0 if it is not there."""
    return path.stat().st_size if path.exists() else 0


def main() -> None:
    """Do the task that the command line names."""

    def bound(task: Callable[..., Coroutine[Any, Any, Sample]]) -> Callable[..., Sample]:
        return lambda **given: asyncio.run(task(**given))

    report({task.__name__: bound(task) for task in (entries, page, tail, journal, streamed)})


if __name__ == "__main__":
    main()
