from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given

from oats_tui.session.entries import Entry
from oats_tui.session.models import Session
from oats_tui.session.store.codec import encode_info
from oats_tui.shell.facts import facts_of, facts_of_info, glance, iso, local, moment
from tests.support.sessions import sessions


@given(sessions())
def test_the_quick_way_tells_what_the_thorough_way_tells(session: Session) -> None:
    raw = encode_info(session.info)
    entry = Entry("s", "ok", title=session.title, raw=raw)
    info = entry.info
    assert info is not None
    facts = facts_of(entry)
    assert {**facts, "title": ""} == {**facts_of_info(info), "title": ""}
    assert glance(entry) == (str(facts["message_count"]), facts["project_dir"], facts["updated"])
    assert json.loads(json.dumps(facts)) == facts


@pytest.mark.parametrize(
    "updated",
    ["2026-03-01 12:00Z", "2026-03-01T14:00:00+02:00", "2026-03-01T12:00:00", 1_772_366_400, "1772366400"],
)
def test_times_of_all_forms_are_told_in_one(updated: object) -> None:
    info = {"id": "s", "title": "t", "project_dir": "/p", "working_dir": "/w", "time": {"updated": updated}}
    entry = Entry("s", "ok", updated=1_772_366_400.0, raw=json.dumps(info).encode())
    assert facts_of(entry)["updated"] == "2026-03-01T12:00:00Z"
    assert facts_of(entry)["created"] is None
    assert glance(entry) == ("0", "/p", "2026-03-01T12:00:00Z")


def test_a_file_that_tells_nothing() -> None:
    for raw in (b"", b"[]", b"{", b"{}"):
        facts = facts_of(Entry("s", "damaged", "It is torn.", raw=raw))
        assert (facts["updated"], facts["message_count"], facts["problem"]) == (None, 0, "It is torn.")
        assert glance(Entry("s", "damaged", raw=raw)) == ("0", "", "")


def test_moments_that_no_date_has() -> None:
    assert (iso(None), iso(1e30), iso(float("nan"))) == (None, None, None)
    assert (local(None), local(1e30), local(float("nan"))) == ("", "", "")
    assert iso(0.5) == "1970-01-01T00:00:00.500000Z"
    assert moment(datetime(1, 1, 1, tzinfo=UTC)) == "0001-01-01T00:00:00Z"
