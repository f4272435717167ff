"""`import`: sessions taken in from files of this and other programs."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from oats_tui.core.errors import OatsError
from oats_tui.session.session import SessionStorage
from oats_tui.shell.cells import line
from oats_tui.shell.naming import home_path
from oats_tui.shell.output import Output

if TYPE_CHECKING:
    from oats_tui.exchange.importing import Report


def import_files(options: argparse.Namespace, out: Output) -> int:
    """Take in files, and say what was made, known and skipped."""
    reports: list[tuple[str, Report]] = []
    try:
        asyncio.run(_all(out, options.paths, reports))
    finally:
        out.document(files=[_plain(path, report) for path, report in reports], failed=out.failures)
        for path, report in reports:
            out.lines(_lines(path, report))
    return int(any(report.skipped for _, report in reports))


async def _all(out: Output, paths: Sequence[str], reports: list[tuple[str, Report]]) -> None:
    """Import files one after the other; what cannot be imported at all is told."""
    from oats_tui.exchange.importing import import_file

    storage = SessionStorage()
    for path in paths:
        try:
            reports.append((path, await import_file(home_path(path), storage)))
        except OatsError as error:
            out.failed(path, error)


def _plain(path: str, report: Report) -> dict[str, Any]:
    """Return what came of a file as an object of the JSON document."""
    return {
        "path": path,
        "format": report.format,
        "known": report.known,
        "made": [{"id": each.session_id, "title": each.title, "messages": each.messages} for each in report.made],
        "skipped": [{"what": each.what, "why": each.why} for each in report.skipped],
    }


def _lines(path: str, report: Report) -> Iterator[str]:
    """Give the lines about a file."""
    counts = f"{len(report.made):,} made, {report.known:,} known already, {len(report.skipped):,} skipped"
    yield f"{line(path)} ({line(report.format)}): {counts}"
    for made in report.made:
        yield f"  made {line(made.session_id)} “{line(made.title)}”, {made.messages:,} messages"
    for skipped in report.skipped:
        yield f"  skipped {line(skipped.what)}: {line(skipped.why)}"
