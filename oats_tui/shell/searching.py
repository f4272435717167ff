"""`search`: words found in all sessions."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from oats_tui.core.bus import EventBus
from oats_tui.core.config import get_cache_dir, get_data_dir
from oats_tui.shell.cells import cut, line
from oats_tui.shell.facts import iso, local
from oats_tui.shell.naming import SHORT
from oats_tui.shell.output import Output

if TYPE_CHECKING:
    from oats_tui.session.search import Found, Hit, SearchIndex

_LOOK_SECONDS = 0.2
_CLEAR = "\r\x1b[K"


def search(options: argparse.Namespace, out: Output) -> int:
    """Write where the words were found."""
    found = asyncio.run(_find(" ".join(options.words), options.limit, out))
    out.document(hits=[_plain(hit) for hit in found.hits], terms=list(found.terms), complete=found.is_complete)
    out.lines(_lines(found.hits, out))
    if not found.is_complete:
        out.say("Not everything has been read yet: there may be more.")
    if not found.hits:
        out.say("Nothing was found.")
    return int(not found.hits)


async def _find(text: str, limit: int, out: Output) -> Found:
    """Bring the index up to date, and ask it."""
    from oats_tui.session.search import SearchIndex

    index = SearchIndex(get_cache_dir(), get_data_dir(), EventBus())
    try:
        await _catch_up(index, shows=_is_watched() and not out.as_json)
        return await index.find(text, limit=limit)
    finally:
        await index.stop()


async def _catch_up(index: SearchIndex, *, shows: bool) -> None:
    """Bring the index up to date, and show how far it is."""
    progress = asyncio.create_task(_show_progress(index)) if shows else None
    try:
        await index.catch_up()
    finally:
        if progress is not None:
            progress.cancel()
            await asyncio.wait({progress})


def _is_watched() -> bool:
    """Whether somebody sees what is said on the stream of errors."""
    return sys.stderr is not None and sys.stderr.isatty()


async def _show_progress(index: SearchIndex) -> None:
    """Say how far the index is, as long as it is being built."""
    shown = False
    try:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            progress = index.progress
            if progress.is_building and progress.all:
                shown = True
                share = min(100 * progress.done // progress.all, 100)
                sys.stderr.write(f"{_CLEAR}reading the sessions once, for all searches to come: {share} %")
                sys.stderr.flush()
    finally:
        if shown:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()


def _plain(hit: Hit) -> dict[str, Any]:
    """Return a place as an object of the JSON document."""
    names = ("session_id", "message_id", "title", "project", "role")
    return {
        **{name: getattr(hit, name) for name in names},
        "time": iso(hit.time),
        "snippet": hit.snippet,
        "marks": [list(mark) for mark in hit.marks],
    }


def _lines(hits: Sequence[Hit], out: Output) -> Iterator[str]:
    """Give the lines about what was found; what is of one session, and comes together, stands together."""
    if not out.is_terminal:
        for hit in hits:
            told = (hit.session_id, hit.message_id, iso(hit.time) or "", hit.role, hit.title, hit.snippet)
            yield "\t".join(map(line, told))
        return
    for session_id, group in groupby(hits, key=lambda hit: hit.session_id):
        several = list(group)
        yield cut(f"{line(session_id)[:SHORT]}  {line(several[0].title)}", out.columns)
        for hit in several:
            about = "  ".join(each for each in (local(hit.time), line(hit.role)) if each)
            yield f"  {out.styled(about, 'dim')}  {marked(hit.snippet, hit.marks, out)}"


def marked(snippet: str, marks: Sequence[tuple[int, int]], out: Output) -> str:
    """Return a text on one safe line, with what was searched for marked where there are colours."""
    told, end = [], 0
    for start, stop in sorted(marks):
        if start >= end:
            told += [_within(snippet[end:start]), out.styled(_within(snippet[start:stop]), "mark")]
            end = max(stop, start)
    return "".join([*told, _within(snippet[end:])]).strip()


def _within(text: str) -> str:
    """Return a piece of a line made safe; the blanks at its ends stay, as one each."""
    safe = line(f"x{text}x")
    return safe[1:-1]
