from __future__ import annotations

from collections.abc import Iterator

import pytest

from oats_tui.core.bus import Event, bus


@pytest.fixture
def heard() -> Iterator[list[tuple[str, str]]]:
    """What was told on the bus: type and session."""
    log: list[tuple[str, str]] = []

    async def take(event: Event) -> None:
        log.append((str(getattr(event.type, "value", event.type)), event.data["session_id"]))

    unsubscribe = bus.subscribe_all(take)
    yield log
    unsubscribe()
