"""The real oats writes in the session in which we write: nothing of ours is lost, and nothing of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from oats_tui.session import Session, SessionStorage
from tests.faults._duels import Ours, check_union, duel, settle
from tests.faults._house import (
    House,
    content_of,
    data_folder,
    file_of,
    loaded,
    said_by,
    saved_session,
    texts_in,
    texts_of,
)
from tests.support.duel import Duellist

#: How oats works: in a tight loop, with time to think, with one copy in hand from beginning to end.
STYLES = pytest.mark.parametrize(
    ("fresh", "pause"), [(True, 0.0), (True, 0.05), (False, 0.03)], ids=["tight", "thinking", "stale copy"]
)
OUR_MODES = pytest.mark.parametrize("mode", ["fresh", "stale", "follow"])
SIZE = 66_000


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder that oats, this process and its authors share."""
    with data_folder(tmp_path_factory.mktemp("duels")) as folder:
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


@STYLES
@pytest.mark.parametrize("mode", ["fresh", "stale"])
def test_fault_08_nobody_loses_a_message(
    house: House, data: Path, oats: Duellist, mode: str, fresh: bool, pause: float
) -> None:
    count = 25 if pause else 120
    ours = Ours(saved_session(SIZE), mode, 0.02)
    told = duel(oats, ours, count=count, fresh=fresh, pause=pause)
    assert len(told["said"]) == count
    settle(house, data, ours, told)


@pytest.mark.full
@STYLES
@OUR_MODES
@pytest.mark.parametrize("our_pause", [0.0, 0.05])
def test_fault_08_nobody_loses_one_of_400(
    house: House, data: Path, oats: Duellist, mode: str, fresh: bool, pause: float, our_pause: float
) -> None:
    ours = Ours(saved_session(SIZE), mode, our_pause)
    told = duel(oats, ours, count=400, fresh=fresh, pause=pause)
    settle(house, data, ours, told)


@pytest.mark.parametrize("fresh", [True, False], ids=["fresh copies", "stale copy"])
def test_fault_08_compaction_by_oats_loses_nothing_else(
    house: House, data: Path, oats: Duellist, fresh: bool
) -> None:
    ours = Ours(saved_session(), "stale", 0.02)
    told = duel(oats, ours, count=30, fresh=fresh, pause=0.02, compact_every=12)
    assert len(told["dropped"]) > 8
    settle(house, data, ours, told)


@pytest.mark.full
@OUR_MODES
@pytest.mark.parametrize("fresh", [True, False], ids=["fresh copies", "stale copy"])
def test_fault_08_much_compaction_by_oats_loses_nothing_else(
    house: House, data: Path, oats: Duellist, mode: str, fresh: bool
) -> None:
    ours = Ours(saved_session(), mode, 0.02)
    told = duel(oats, ours, count=400, fresh=fresh, pause=0.01, compact_every=12)
    settle(house, data, ours, told)


def test_fault_08_what_a_stale_window_of_oats_overwrites_comes_back(
    house: House, data: Path, oats: Duellist
) -> None:
    ours = Ours(saved_session(), "stale", 0)
    oats.do("hold", session_id=ours.id)
    for _ in range(3):
        asyncio.run(ours.step())
    oats.do("save", session_id=ours.id, say="oats 0")
    assert said_by("ours", texts_in(data, ours.id)) == [], "oats has not overwritten us, so nothing was tested"
    settle(house, data, ours, {"said": ["oats 0"], "dropped": []})
    # It may do so again, long after.
    oats.do("save", session_id=ours.id, say="oats 1")
    settle(house, data, ours, {"said": ["oats 0", "oats 1"], "dropped": []})


@pytest.mark.parametrize("switch", ["0", "1"], ids=["summary", "capsule"])
def test_fault_08_what_oats_has_compacted_away_stays_away(house: House, data: Path, switch: str) -> None:
    identifier = saved_session(30_000)
    stale = loaded(identifier)
    with Duellist(data, data.parent, {"CODER_FEATURE_CONTEXT_COLLAPSE": switch}) as oats:
        oats.do("hold", session_id=identifier)
        ours = Ours(identifier, "stale", 0)
        asyncio.run(ours.step())
        dropped = oats.do("compact", session_id=identifier, mark="0")
        assert len(dropped) >= 4
        oats.do("save", session_id=identifier, say="oats 0")
    asyncio.run(ours.step())
    stale.create_user_message("late 0")
    asyncio.run(SessionStorage().update(stale))
    texts = texts_in(data, identifier)
    check_union(ours, {"said": ["oats 0"], "dropped": dropped}, texts)
    assert set(texts) & set(dropped) == set()
    assert texts[0].startswith("base 0")
    assert texts[1].endswith("\n\nsummary 0")
    assert said_by("late", texts) == [0]
    assert house.read(identifier) == texts


def test_fault_08_a_stale_window_of_oats_from_before_its_compaction_loses_nothing(
    data: Path, oats: Duellist
) -> None:
    identifier = saved_session(30_000)
    with Duellist(data, data.parent) as other:
        for window in (oats, other):
            window.do("hold", session_id=identifier)
        oats.do("compact", session_id=identifier, mark="0")
        oats.do("save", session_id=identifier, say="oats 0")
        ours = Ours(identifier, "fresh", 0)
        asyncio.run(ours.step())
        other.do("save", session_id=identifier, say="other 0")
        asyncio.run(ours.step())
    texts = texts_in(data, identifier)
    check_union(ours, {"said": ["oats 0", "other 0"], "dropped": []}, texts)


def test_fault_08_ours_keep_their_order_when_oats_drops_what_stood_before_them(
    house: House, data: Path, oats: Duellist
) -> None:
    identifier = saved_session(30_000)
    oats.do("hold", session_id=identifier)
    ours = Ours(identifier, "fresh", 0)
    said = [f"oats {number}" for number in range(10)]
    for text in said:
        oats.do("save", session_id=identifier, say=text)
        if text in ("oats 0", "oats 8"):
            asyncio.run(ours.step())
    dropped = oats.do("compact", session_id=identifier, mark="0")
    assert "oats 0" in dropped
    assert "oats 8" not in dropped
    oats.do("save", session_id=identifier)
    settle(house, data, ours, {"said": said, "dropped": dropped})


def test_fault_08_our_title_stays_although_oats_writes_the_old_one(data: Path, oats: Duellist) -> None:
    identifier = saved_session()
    oats.do("hold", session_id=identifier)
    session = loaded(identifier)
    session.update_title("Ours")
    asyncio.run(SessionStorage().update(session))
    oats.do("save", session_id=identifier, say="oats 0")
    assert content_of(data, identifier)["info"]["title"] == "New Session"
    assert loaded(identifier).title == "Ours"
    session.create_user_message("ours 0")
    asyncio.run(SessionStorage().update(session))
    assert content_of(data, identifier)["info"]["title"] == "Ours"
    assert texts_in(data, identifier) == ["base 0", "oats 0", "ours 0"]


def test_fault_08_the_title_oats_gave_stays_although_our_object_is_stale(data: Path, oats: Duellist) -> None:
    identifier = saved_session()
    session = loaded(identifier)
    oats.do("hold", session_id=identifier)
    oats.do("save", session_id=identifier, title="Theirs", tokens=7)
    for number in range(2):
        session.create_user_message(f"ours {number}")
        asyncio.run(SessionStorage().update(session))
        info = content_of(data, identifier)["info"]
        assert (info["title"], info["total_tokens"]) == ("Theirs", 7)
    assert texts_in(data, identifier) == ["base 0", "ours 0", "ours 1"]
    assert loaded(identifier).title == "Theirs"


def test_fault_08_the_title_that_was_given_last_stays(data: Path, oats: Duellist) -> None:
    identifier = saved_session()
    oats.do("hold", session_id=identifier)
    session = loaded(identifier)
    session.update_title("Ours")
    asyncio.run(SessionStorage().update(session))
    oats.do("save", session_id=identifier, title="Theirs, later")
    session.create_user_message("ours 0")
    asyncio.run(SessionStorage().update(session))
    assert loaded(identifier).title == "Theirs, later"


def test_fault_08_oats_with_half_an_answer_in_hand_does_not_shorten_it(data: Path, oats: Duellist) -> None:
    identifier = saved_session()
    session = loaded(identifier)
    part = session.create_assistant_message().add_text("Once")
    asyncio.run(SessionStorage().update(session))
    oats.do("hold", session_id=identifier)
    part.content = "Once upon a time"
    asyncio.run(SessionStorage().update(session))
    oats.do("save", session_id=identifier, say="oats 0")
    assert texts_of(loaded(identifier)) == ["base 0", "Once upon a time", "oats 0"]
    asyncio.run(SessionStorage().update(session))
    assert texts_in(data, identifier) == ["base 0", "Once upon a time", "oats 0"]


def test_fault_22_rare_values_of_oats_are_understood_and_saved_again_byte_for_byte(
    data: Path, oats: Duellist
) -> None:
    written = oats.do("odd", title="Odd \u2028 é", floats=True)
    identifier = written["info"]["id"]
    before = file_of(data, identifier).read_bytes()
    session = loaded(identifier)
    assert session.model_dump(mode="json") == written
    for _ in range(2):
        asyncio.run(SessionStorage().update(session))
        assert file_of(data, identifier).read_bytes() == before
        session = loaded(identifier)
    oats.do("hold", session_id=identifier)
    oats.do("save", session_id=identifier)
    assert file_of(data, identifier).read_bytes() == before


def test_fault_22_what_we_merged_is_read_by_oats_field_for_field(data: Path, oats: Duellist) -> None:
    written = oats.do("odd", title="Merged", floats=False)
    identifier = written["info"]["id"]
    stale: Session = loaded(identifier)
    oats.do("hold", session_id=identifier)
    oats.do("save", session_id=identifier, say="oats 0", tokens=3)
    stale.create_user_message("ours 0")
    asyncio.run(SessionStorage().update(stale))
    told = oats.do("hold", session_id=identifier)
    assert told == loaded(identifier).model_dump(mode="json")
    assert told["messages"][:4] == written["messages"]
    assert texts_in(data, identifier)[4:] == ["oats 0", "ours 0"]
    content = file_of(data, identifier).read_bytes()
    assert content == json.dumps(json.loads(content), indent=2, ensure_ascii=False).encode()
    oats.do("save", session_id=identifier)
    assert file_of(data, identifier).read_bytes() == content
