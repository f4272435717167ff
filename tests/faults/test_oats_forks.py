"""oats goes on from a copy that lacks a message which another writer, or it itself, had finished writing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults._duels import Ours, settle
from tests.faults._house import House, data_folder, file_of, saved_session, texts_in
from tests.faults._late import Steps
from tests.support.duel import Duellist

# oats keeps the newest eight messages behind its summary.
_MORE_THAN_IT_KEEPS = 9


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder that oats, this process and its authors share."""
    with data_folder(tmp_path_factory.mktemp("forks")) as folder:
        yield folder


@pytest.fixture(scope="module")
def house(data: Path) -> Iterator[House]:
    """New processes of ours."""
    with House(data.parent) as running:
        yield running


@pytest.fixture(scope="module")
def oats(data: Path) -> Iterator[Duellist]:
    """The real oats."""
    with Duellist(data, data.parent) as running:
        yield running


def _fork(ours: Ours, oats: Duellist, data: Path, text: str = "oats 0") -> None:
    """Have oats write into the file that our save replaces, and load ours before that is in it."""
    held = []
    with pytest.MonkeyPatch.context() as patch:
        steps = Steps(patch, file_of(data, ours.id))
        steps.at("before rename", lambda: oats.do("save", session_id=ours.id, say=text))
        steps.at("after rename", lambda: held.append(oats.do("hold", session_id=ours.id)))
        asyncio.run(ours.step())
    assert text in texts_in(data, ours.id)
    assert text not in _said(held[0]), "oats has what it wrote, so nothing was tested"


def _said(told: dict[str, Any]) -> list[str]:
    """What each message says of a session that oats tells."""
    return [message["parts"][0]["content"] for message in told["messages"]]


@pytest.mark.parametrize("mode", ["fresh", "stale", "follow"])
@pytest.mark.parametrize("seen", [True, False], ids=["seen meanwhile", "unseen"])
def test_fault_08_no_summary_by_oats_stands_for_what_its_copy_lacked(
    house: House, data: Path, oats: Duellist, mode: str, seen: bool
) -> None:
    ours = Ours(saved_session(30_000), mode, 0)
    oats.do("hold", session_id=ours.id)
    _fork(ours, oats, data)
    said = [f"oats {number}" for number in range(_MORE_THAN_IT_KEEPS + 1)]
    for text in said[1:]:
        oats.do("save", session_id=ours.id, say=text)
        if seen:
            asyncio.run(ours.step())
    dropped = oats.do("compact", session_id=ours.id, mark="0")
    assert "oats 1" in dropped
    assert "oats 0" not in dropped
    oats.do("save", session_id=ours.id)
    asyncio.run(ours.step())
    settle(house, data, ours, {"said": said, "dropped": dropped})


@pytest.mark.parametrize("mode", ["fresh", "stale", "follow"])
def test_fault_08_no_summary_by_oats_stands_for_what_only_its_other_window_had(
    house: House, data: Path, oats: Duellist, mode: str
) -> None:
    ours = Ours(saved_session(30_000), mode, 0)
    with Duellist(data, data.parent) as other:
        for window in (oats, other):
            window.do("hold", session_id=ours.id)
        oats.do("save", session_id=ours.id, say="oats 0")
        asyncio.run(ours.step())
        said = [f"other {number}" for number in range(_MORE_THAN_IT_KEEPS)]
        for text in said:
            other.do("save", session_id=ours.id, say=text)
            asyncio.run(ours.step())
        dropped = other.do("compact", session_id=ours.id, mark="0")
        other.do("save", session_id=ours.id)
    asyncio.run(ours.step())
    assert "other 0" in dropped
    settle(house, data, ours, {"said": ["oats 0", *said], "dropped": dropped})


@pytest.mark.parametrize("mode", ["fresh", "stale", "follow"])
def test_fault_08_ours_keep_their_order_although_oats_has_lost_what_it_wrote_late(
    house: House, data: Path, oats: Duellist, mode: str
) -> None:
    ours = Ours(saved_session(), mode, 0)
    oats.do("hold", session_id=ours.id)
    _fork(ours, oats, data)
    asyncio.run(ours.step())
    _fork(ours, oats, data, "oats 1")
    oats.do("save", session_id=ours.id, say="oats 2")
    for _ in range(2):
        asyncio.run(ours.step())
    settle(house, data, ours, {"said": ["oats 0", "oats 1", "oats 2"], "dropped": []})
