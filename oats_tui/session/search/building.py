"""The child process that reads very many sessions, as the program sees it."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Callable
from pathlib import Path

from oats_tui.session.search import child

_MODULE = "oats_tui.session.search.child"
_PACKAGES = Path(__file__).resolve().parents[3]
_SECONDS_TO_END = 2.0


async def build(cache_dir: Path, data_dir: Path, told: Callable[[int, int], None]) -> bool:
    """Have a process of low priority bring the whole index up to date; it ends if this is cancelled.

    Args:
        cache_dir: The cache directory.
        data_dir: The data directory.
        told: Told how many bytes of sessions' files have been read, and how many there are.

    Returns:
        Whether it was this process that did it; if not, another one does.

    Raises:
        OSError: It cannot be started, or has failed.
    """
    process = await _start(cache_dir, data_dir)
    try:
        if process.stdout is not None:
            async for line in process.stdout:
                done, _, whole = line.partition(b" ")
                told(int(done), int(whole))
        code = await process.wait()
    finally:
        if process.stdin is not None:
            process.stdin.close()
        await _end(process)
    if code not in (0, child.ANOTHER_BUILDS):
        raise OSError(f"the index could not be built: exit code {code}")
    return code == 0


async def _start(cache_dir: Path, data_dir: Path) -> asyncio.subprocess.Process:
    """Start the process; it finds this package where it is, and nothing in the folder that somebody is in."""
    found = f"sys.path.insert(0, {str(_PACKAGES)!r})"
    code = f"import runpy, sys; {found}; runpy.run_module({_MODULE!r}, None, '__main__')"
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-c",
        code,
        str(cache_dir),
        str(data_dir),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        # A key such as ctrl+c is for the program, and not for its child.
        start_new_session=True,
    )


async def _end(process: asyncio.subprocess.Process) -> None:
    """Have a process end, which it does between two batches."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _SECONDS_TO_END)
