"""Two versions of a session become one in which nothing of anybody is missing (fault 23)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from oats_tui.core import files
from oats_tui.core.storage_errors import StorageError
from oats_tui.session.store.codec import decode_info, extra_of
from oats_tui.session.store.merge import Version, merge, moment, summaries, with_info
from oats_tui.session.store.places import Places
from oats_tui.session.store.reading import load
from tests.support.sessions import changed, facts_of, message, other_program, raw, saved, session, version

NOTHING = Version(b"", {}, b"")


def names(made: Version) -> str:
    return " ".join(made.messages)


def test_fault_23_what_each_side_added_is_there() -> None:
    base = version("q1", "a1")
    ours, theirs = changed(base, q2=raw("q2", at=2)), changed(base, q3=raw("q3", at=3))
    merged = merge(base, ours, theirs)
    assert names(merged.version) == "q1 a1 q2 q3"
    assert merged.displaced == []
    assert facts_of(merged.version)["message_count"] == 4
    assert names(merge(base, theirs, ours).version) == "q1 a1 q2 q3"


def test_fault_23_a_stale_copy_deletes_nothing() -> None:
    base = version("q1", "a1", "q2")
    assert names(merge(base, base, version("q1", message("q3", at=9))).version) == "q1 a1 q2 q3"
    assert names(merge(base, base, version()).version) == "q1 a1 q2"
    assert names(merge(NOTHING, base, version(message("q3", at=9))).version) == "q1 a1 q2 q3"


def test_fault_23_what_we_deleted_stays_deleted_although_the_others_have_it() -> None:
    base = version("q1", "a1", "q2")
    assert names(merge(base, changed(base, a1=None), base).version) == "q1 q2"
    kept = merge(base, changed(base, a1=None), changed(base, a1=raw("a1", "edited"))).version
    assert names(kept) == "q1 q2"
    assert names(merge(base, base, base, {"a1"}).version) == "q1 q2"
    assert names(merge(NOTHING, version("q1"), base, {"a1"}).version) == "q1 q2"


def test_fault_23_what_was_deleted_and_added_again_comes_back() -> None:
    base = version("q1")
    again = changed(base, a1=raw("a1"))
    assert names(merge(base, again, base, {"a1"}).version) == "q1 a1"
    assert names(merge(base, again, again, {"a1"}).version) == "q1 a1"


def test_fault_23_the_side_that_changed_a_message_has_it_and_of_two_changes_none_is_lost() -> None:
    base = version("q1", "a1")
    mine, other = changed(base, a1=raw("a1", "mine")), changed(base, a1=raw("a1", "theirs"))
    assert merge(base, mine, base).version.messages["a1"] == raw("a1", "mine")
    assert merge(base, base, other).version.messages["a1"] == raw("a1", "theirs")
    both = merge(base, mine, other)
    assert both.version.messages["a1"] == raw("a1", "mine")
    assert both.displaced == [raw("a1", "theirs")]
    assert merge(base, mine, mine).displaced == []
    assert merge(NOTHING, mine, other).displaced == [raw("a1", "theirs")]
    assert merge(version("q1"), mine, other).displaced == [raw("a1", "theirs")]


def test_fault_23_a_summary_deletes_what_it_stands_for_and_no_more() -> None:
    base = version("q1", "a1", "q2", "a2", "q3")
    theirs = version("S1", "q2", "a2", "q3", "a3")
    assert names(merge(base, base, theirs).version) == "S1 q2 a2 q3 a3"
    grown = changed(base, q4=raw("q4", at=9))
    assert names(merge(base, grown, theirs).version) == "S1 q2 a2 q3 a3 q4"


def test_fault_23_a_summary_deletes_nothing_that_its_writer_never_saw() -> None:
    base = version("q1", "a1", "q2")
    merged = merge(base, base, version("S1", "q2"), was_seen=lambda key: key != "a1")
    assert names(merged.version).split() == ["S1", "a1", "q2"]
    # What was unknown to it behind all that it kept, too.
    longer = changed(base, q3=raw("q3"), a3=raw("a3"))
    assert names(merge(longer, longer, version("S1", "q2")).version) == "S1 q2 q3 a3"


def test_fault_23_a_summary_deletes_nothing_that_we_changed() -> None:
    base = version("q1", "a1", "q2")
    ours = changed(base, a1=raw("a1", "edited"))
    merged = merge(base, ours, version("S1", "q2")).version
    assert sorted(merged.messages) == ["S1", "a1", "q2"]
    assert merged.messages["a1"] == raw("a1", "edited")


def test_fault_23_a_summary_that_is_known_already_deletes_nothing() -> None:
    base = version("S1", "q2", "a2")
    assert sorted(merge(base, base, version("S1")).version.messages) == ["S1", "a2", "q2"]
    ours = version("S1", "q1")
    assert sorted(merge(version("q1"), ours, version("S1")).version.messages) == ["S1", "q1"]


def test_fault_23_a_pinned_message_before_the_summary_is_kept() -> None:
    base = version("q1", "a1", "q2", "a2", "q3")
    merged = merge(base, base, version("q1", "S1", "q3"))
    assert names(merged.version) == "q1 S1 q3"


def test_fault_23_summaries_are_told_by_their_keys() -> None:
    assert summaries(version("q1", "S1", "S2").messages) == {"S1", "S2"}


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"),
    [
        ({"title": "A"}, {"title": "B"}, {"title": "A"}, {"title": "B"}),
        ({"title": "A"}, {"title": "A"}, {"title": "C"}, {"title": "C"}),
        ({"title": "A"}, {"title": "B"}, {"title": "C"}, {"title": "B"}),
        ({"model_id": None}, {"model_id": "m"}, {"model_id": None}, {"model_id": "m"}),
        ({"model_id": "m"}, {"model_id": "m"}, {"model_id": None}, {"model_id": None}),
        ({"total_tokens": 10}, {"total_tokens": 15}, {"total_tokens": 12}, {"total_tokens": 17}),
        ({"total_tokens": 10}, {"total_tokens": 10}, {"total_tokens": 0}, {"total_tokens": 0}),
        ({"total_tokens": 10}, {"total_tokens": 15}, {"total_tokens": "x"}, {"total_tokens": 5}),
        ({}, {"x": 1}, {"y": 2}, {"x": 1, "y": 2}),
        ({"x": {"a": 1}}, {"x": {"a": 2}}, {"x": {"a": 1}}, {"x": {"a": 2}}),
        ({"x": 1}, {"x": 1}, {"x": 2}, {"x": 2}),
    ],
)
def test_fault_23_facts_are_those_of_the_side_that_changed_them(
    base: dict[str, Any], ours: dict[str, Any], theirs: dict[str, Any], expected: dict[str, Any]
) -> None:
    plain = version("q1")
    merged = merge(changed(plain, base), changed(plain, ours), changed(plain, theirs))
    assert {name: facts_of(merged.version)[name] for name in expected} == expected
    assert decode_info(merged.version.info).id == "s"


def at(updated: str, archived: str | None = None) -> dict[str, Any]:
    """The facts with these times."""
    return {"time": {"created": "2026-01-01T00:00:00Z", "updated": updated, "archived": archived}}


def test_fault_23_the_later_time_of_change_and_the_archiving_of_whoever_changed_it() -> None:
    plain = version("q1")
    old, new, put_away = "2026-01-02T00:00:00Z", "2026-01-02T02:00:00+01:00", "2026-01-03T00:00:00Z"
    cases = [(at(old), at(new), at(old), at(new)), (at(old), at(old), at(new), at(new))]
    cases += [(at(old), at(old, put_away), at(new), at(new, put_away))]
    cases += [(at(old), at(new), at(old, put_away), at(new, put_away))]
    cases += [(at(old, put_away), at(new), at(old, put_away), at(new))]
    cases += [(at(old), at("never"), at(new), at(new)), (at(old), at(new), {"time": None}, at(new))]
    for base, ours, theirs, expected in cases:
        merged = merge(changed(plain, base), changed(plain, ours), changed(plain, theirs))
        assert facts_of(merged.version)["time"] == expected["time"]


def test_fault_23_a_moment_without_a_zone_is_in_utc() -> None:
    assert moment("2026-01-01T00:00:00") == moment("2026-01-01T00:00:00Z")
    assert moment("never") == moment("") == 0.0
    assert moment("0001-01-01T00:00:00+23:59") <= 0.0


def test_fault_23_unknown_fields_of_both_sides_are_kept() -> None:
    base, ours = version("q1", extra={"x": 1, "y": 1}), version("q1", extra={"x": 2, "y": 1, "v": 1})
    merged = merge(base, ours, version("q1", extra={"x": 1, "y": 3, "w": 4})).version
    assert extra_of(merged.rest) == {"x": 2, "y": 3, "v": 1, "w": 4}
    theirs = version("q1", extra={"z": 1})
    assert merge(base, base, theirs).version.rest is theirs.rest


def test_fault_23_messages_of_one_id_are_all_kept() -> None:
    twice = version(message("q1", "one"), message("q1", "two"))
    assert len(merge(twice, changed(twice, q2=raw("q2")), changed(twice, q3=raw("q3"))).version.messages) == 4
    assert list(merge(twice, twice, twice).version.messages.values()) == list(twice.messages.values())


def test_facts_that_stay_the_same_keep_their_bytes() -> None:
    made = version("q1")
    assert with_info(made, facts_of(made)).info is made.info
    assert facts_of(with_info(made, {"id": "t"})) == {"id": "t"}


def test_fault_23_a_file_damaged_inside_a_message_does_not_take_the_place_of_what_we_have(tmp_path: Path) -> None:
    places = Places(tmp_path, "s")
    saved(places, session("q1", message("a1", "precious")))
    held = load(places)
    places.file.write_bytes(places.file.read_bytes().replace(b'"precious"', bytes(10)))
    held.add_message(message("q2"))
    saved(places, held)
    assert [each.get_text_content() for each in load(places).messages] == ["q1", "precious", "q2"]
    assert list(places.quarantine.iterdir())


def test_fault_23_messages_of_colliding_ids_are_all_kept_when_others_have_written(tmp_path: Path) -> None:
    places = Places(tmp_path, "s")
    saved(places, session(message("a", "1"), message("a", "2"), message("a\n1", "3")))
    held = load(places)
    other_program(places.file, "q4")
    held.update_title("other")
    saved(places, held)
    assert [each.get_text_content() for each in load(places).messages] == ["1", "2", "3", "q4"]


def test_fault_23_a_save_that_failed_behind_its_rename_counts_no_tokens_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = Places(tmp_path, "s")
    saved(places, session("q1"))
    held = load(places)
    held.add_usage({"total_tokens": 5})
    replace_file = files.replace_file

    def fails_at_its_end(*given: Any) -> None:
        """Replace the file, and fail in making the folder durable."""
        replace_file(*given)
        raise OSError(5, "no")

    with monkeypatch.context() as patched:
        patched.setattr(files, "replace_file", fails_at_its_end)
        with pytest.raises(StorageError):
            saved(places, held)
    saved(places, held)
    assert load(places).info.total_tokens == 5


def test_fault_23_a_stale_summary_of_everything_keeps_what_a_third_program_wrote(tmp_path: Path) -> None:
    places = Places(tmp_path, "s")
    saved(places, session("q1", "a1"))
    stale = json.loads(places.file.read_bytes())
    other_program(places.file, "q2")
    held = load(places)
    held.update_title("other")
    saved(places, held)
    stale["messages"] = [json.loads(raw(name)) for name in ("S1", "q3")]
    places.file.write_text(json.dumps(stale, indent=2))
    assert {each.id for each in load(places).messages} >= {"S1", "q2", "q3"}
