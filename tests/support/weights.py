"""The embedded model's file for tests: fetched once, then kept from run to run."""

from __future__ import annotations

import asyncio
import functools
import os
from pathlib import Path

from oats_tui.provider.embedded import weights

_CHECKOUT = Path(__file__).parents[2]


@functools.cache
def cache_dir() -> Path:
    """A cache folder that holds the model. OATS_TUI_TEST_CACHE names it; by default it is in the checkout.

    The first call must not come from within a running event loop.
    """
    folder = Path(os.environ.get("OATS_TUI_TEST_CACHE") or _CHECKOUT / ".cache" / "tests").absolute()

    async def ensure() -> None:
        if not await weights.find(folder):
            async for _ in weights.fetch(folder):
                pass

    asyncio.run(ensure())
    return folder


def model_file() -> Path:
    """The model's file itself, for what reads it directly."""
    return weights.installed(cache_dir())[0].path
