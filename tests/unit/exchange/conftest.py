from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from oats_tui.exchange.importing import import_file
from oats_tui.exchange.limits import USUAL, Limits
from oats_tui.exchange.report import Report
from oats_tui.session.session import Session, SessionStorage

Take: TypeAlias = Callable[..., Report]


@pytest.fixture
def take(data_dir: Path, tmp_path: Path) -> Take:
    """Imports bytes, or what lies at a path."""

    def run(data: bytes | Path, name: str = "some file", limits: Limits = USUAL) -> Report:
        path = data if isinstance(data, Path) else tmp_path / name
        if isinstance(data, bytes):
            path.write_bytes(data)
        return asyncio.run(import_file(path, SessionStorage(), limits=limits))

    return run


def kept() -> list[Session]:
    """All sessions that are in the storage, oldest first."""
    sessions = asyncio.run(SessionStorage().list())
    return sorted(sessions, key=lambda each: (each.info.time.created, each.id))


def only() -> Session:
    """The one session that is in the storage."""
    (session,) = kept()
    return session
