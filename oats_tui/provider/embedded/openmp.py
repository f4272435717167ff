"""The OpenMP library that the engine needs, where the system has none.

On Linux the engine is linked with GCC's ``libgomp.so.1``, which small systems lack. Installing it takes an
administrator; a copy from a package takes nobody. The copy is GCC's own, under the GPL with the runtime
library exception, and is loaded only by the child process.
"""

from __future__ import annotations

import asyncio
import platform
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from pathlib import Path

from oats_tui.provider.base import Progress, ProviderError
from oats_tui.provider.embedded import package

_NAME = "libgomp.so.1"
_PACKAGE = "pykdtree==1.4.3"  # the smallest that carries the library, for both processors
_MEMBER = "pykdtree.libs/libgomp-*.so.1.0.0"
LIBRARIES = {
    "x86_64": package.Wanted(
        _PACKAGE, _MEMBER, 253_289, "4dae993cb6da9101fc2cfef827306dd03b892011d2e2789c8e44828ca9f2583c"
    ),
    "aarch64": package.Wanted(
        _PACKAGE, _MEMBER, 343_345, "dc3231f8fd4cadc46d8659c3b8dd811ae33174749e86807f16f61ead6ee59bfd"
    ),
}
_PROBE = f"import ctypes; ctypes.CDLL({_NAME!r})"


async def is_missing() -> bool:
    """Whether the system lacks the library. It is tried in a process of its own; nothing is loaded here."""
    if sys.platform != "linux":
        return False
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-S", "-c", _PROBE),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
    )
    return await process.wait() != 0


def folder(cache_dir: Path) -> Path | None:
    """The folder of the fetched library if it is there and unchanged, else None."""
    wanted = LIBRARIES.get(platform.machine())
    path = cache_dir / "lib" / _NAME
    try:
        if wanted and path.stat().st_size == wanted.size and package.sha256(path) == wanted.sha256:
            return path.parent
    except OSError:
        pass  # it is not there, or not to be read: as good as not there
    return None


async def fetch(
    cache_dir: Path, commands: Sequence[package.Command] | None = None
) -> AsyncGenerator[Progress, None]:
    """Fetch the library and tell how far it is, in bytes.

    Args:
        cache_dir: The program's folder for what can be had again.
        commands: The package clients to try; those of this machine if None.

    Raises:
        ProviderError: It could not be had; the hint names the system's package.
    """
    wanted = LIBRARIES.get(platform.machine())
    if not wanted:
        raise missing_error(f"There is no copy for the processor {platform.machine()}.")
    yield Progress("fetching", 0, wanted.size)
    try:
        async with aclosing(package.fetch(wanted, cache_dir / "lib" / _NAME, commands)) as arriving:
            async for done in arriving:
                yield Progress("fetching", done, wanted.size)
    except (package.FetchError, OSError) as error:
        raise missing_error(f"No copy could be fetched either: {error}") from error


def missing_error(detail: str) -> ProviderError:
    """The error for a system without the library and no copy of it."""
    return ProviderError(
        f"The embedded model needs the system library {_NAME}.",
        detail,
        "Install it with the system's package manager. The package is called libgomp1 on Debian and Ubuntu, "
        "libgomp on Fedora and Alpine, gcc-libs on Arch.",
        kind="setup",
    )
