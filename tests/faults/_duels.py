"""Our side of a duel with oats over one session, and the reckoning afterwards."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path
from typing import Any

from oats_tui.session import Session, SessionStorage
from tests.faults._house import House, loaded, said_by, texts_in, texts_of
from tests.support.duel import Duellist


class Ours:
    """An author of ours in this process, who says `ours 0`, `ours 1`, … and saves after each.

    Args:
        session_id: The session.
        mode: `fresh`, `stale` or `follow`, see `_author.py`.
        pause: The longest pause after a save, in seconds.

    Attributes:
        saved: How many texts have been acknowledged.
    """

    def __init__(self, session_id: str, mode: str, pause: float) -> None:
        self.id = session_id
        self.saved = 0
        self._mode = mode
        self._pause = pause
        self._chance = random.Random(session_id)
        self._storage = SessionStorage()
        self._session: Session | None = None

    async def step(self) -> None:
        """Say something and save it."""
        if self._session is None or self._mode == "fresh":
            self._session = await self._storage.get(self.id)
            assert self._session is not None, "the session could not be read"
        self._session.create_user_message(f"ours {self.saved}")
        result = await self._storage.update(self._session)
        self.saved += 1
        if self._mode == "follow":
            self._session = result
        await asyncio.sleep(self._chance.uniform(0, self._pause))


def duel(oats: Duellist, ours: Ours, **arguments: Any) -> dict[str, Any]:
    """Have both sides write in one session until oats has said what it has to say.

    Args:
        oats: One side.
        ours: The other.
        **arguments: What `append` of `duel_oats.py` takes.

    Returns:
        What that answers.
    """
    told: dict[str, Any] = asyncio.run(oats.against(ours.step, "append", session_id=ours.id, **arguments))
    assert ours.saved > 2
    assert told["blind"] == 0, "oats found a file that it could not read"
    return told


def check_union(ours: Ours, told: dict[str, Any], texts: list[str]) -> None:
    """All that we said is there in its order, and all that oats said, but for what oats has dropped itself."""
    dropped = set(told["dropped"])
    assert len(texts) == len(set(texts))
    expected = [number for number in range(ours.saved) if f"ours {number}" not in dropped]
    said = said_by("ours", texts)
    missing = sorted(set(expected) - set(said))
    assert missing == [], f"of {ours.saved} of ours these are lost: {missing}"
    ordered = [number for number in said if number in set(expected)]
    assert ordered == expected, f"ours stand in another order: {misplaced(texts)}"
    lost = [text for text in told["said"] if text not in dropped and text not in set(texts)]
    assert lost == [], f"of {len(told['said'])} that oats had finished writing these are lost: {lost}"


def misplaced(texts: list[str]) -> list[list[str]]:
    """Where a text of ours stands before an earlier one: what is there, cut short."""
    places = [place for place, text in enumerate(texts) if text.startswith("ours ")]
    numbers = said_by("ours", texts)
    wrong = [n for n in range(1, len(numbers)) if numbers[n] < numbers[n - 1]]
    return [[text[:30] for text in texts[places[n - 1] - 2 : places[n] + 3]] for n in wrong]


def settle(house: House, data: Path, ours: Ours, told: dict[str, Any]) -> None:
    """Afterwards everything is seen, here and in a new process, and one more save brings it into the file."""
    session = loaded(ours.id)
    check_union(ours, told, texts_of(session))
    check_union(ours, told, house.read(ours.id))
    asyncio.run(SessionStorage().update(session))
    check_union(ours, told, texts_in(data, ours.id))
    assert house.errors() == ""
