"""The lines that the list is made of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from oats_tui.session.entries import Filing
from oats_tui.ui.filtering import Filtering
from oats_tui.ui.grouping import ARCHIVED
from oats_tui.ui.memory import Memory
from oats_tui.ui.pins import Pins
from oats_tui.ui.shelf import FEW, Shelf
from oats_tui.ui.widgets.row import Heading, Line, Mark, Row
from tests.unit.ui.test_forest import NAMES, families

NOW = datetime(2026, 1, 20, 12, 0, tzinfo=UTC)


def row(
    name: str,
    parent: str | None = None,
    *,
    age: float = 0,
    archived: bool = False,
    project: str = "/p",
    mark: Mark = "",
) -> Row:
    """A session."""
    return Row(name, name, NOW - timedelta(days=age), mark, Filing(project, parent, None, archived))


def shelf(*pinned: str) -> Shelf:
    """A shelf with pins."""
    pins = Pins(map(float, range(100)).__next__)
    for each in pinned:
        pins.turn([each])
    return Shelf(Memory(), pins, Filtering(), lambda: NOW)


def told(lines: Sequence[Line]) -> list[str]:
    """The lines in short: headings in brackets, sessions with what is said of their trees."""
    return [
        f"[{line.label}]"
        if isinstance(line, Heading)
        else "  " * line.shape.depth
        + line.id
        + (f" {'-' if line.shape.is_open else '+'}{line.shape.inside}" if line.shape.inside else "")
        for line in lines
    ]


def test_pins_are_on_top_and_what_was_put_away_is_at_the_end() -> None:
    rows = [row("a"), row("b", age=1), row("c", age=2, archived=True), row("d", "c", age=2), row("e", age=3)]
    made = shelf("e", "b", "c")
    shown = ["[Pinned]", "e", "b", "[Today]", "a", "[Archived (2)]"]
    assert told(made.lines(rows, None)) == shown
    made.folds[ARCHIVED] = True
    assert told(made.lines(rows, None)) == [*shown, "c -1", "  d"]
    made.folds.clear()
    assert told(made.lines(rows, "d")) == [*shown, "c -1", "  d"]


def test_one_day_needs_no_heading_and_one_project_has_one() -> None:
    made, rows = shelf(), [row("a"), row("b")]
    assert told(made.lines(rows, None)) == ["a", "b"]
    assert told(made.lines([], None)) == []
    made.memory.order = "project"
    assert told(made.lines(rows, None)) == ["[p]", "a", "b"]


def test_projects_and_trees_with_the_newest_activity_are_on_top() -> None:
    rows = [row("c1", "c"), row("a", age=1, project="/q"), row("b", age=2), row("c", age=3, project="/q")]
    made = shelf()
    assert told(made.lines(rows, None)) == ["[Today]", "c -1", "  c1", "[Yesterday]", "a", "[Sunday]", "b"]
    made.memory.order = "project"
    assert told(made.lines(rows, None)) == ["[q]", "c -1", "  c1", "a", "[p]", "b"]


def test_few_are_shown_and_many_are_folded_but_for_the_way_to_the_open_one() -> None:
    rows = [row("r"), *(row(f"c{number}", "r") for number in range(FEW)), row("x", "c1")]
    made = shelf()
    assert told(made.lines(rows, None)) == ["r -4", "  c0", "  c1 -1", "    x", "  c2"]
    rows = [*rows, row("c3", "r", mark="failed")]
    [folded] = made.lines(rows, None)
    assert told([folded]) == ["r +5"]
    assert isinstance(folded, Row)
    assert folded.mark == "failed"
    assert told(made.lines(rows, "x")) == ["r +5", "  c1 -1", "    x"]
    made.folds["c1"] = False
    assert told(made.lines(rows, "x")) == ["r +5", "  c1 +1", "    x"]
    made.folds["r"] = True
    assert told(made.lines(rows, None)) == ["r -5", "  c0", "  c1 +1", "  c2", "  c3"]


def test_a_pinned_one_leaves_its_tree() -> None:
    rows = [row("r"), row("a", "r"), row("b", "a")]
    assert told(shelf("a").lines(rows, None)) == ["[Pinned]", "a -1", "  b", "[Today]", "r"]


def test_what_looks_the_same_is_the_same_object() -> None:
    rows = [row("r"), row("a", "r"), row("b", age=2), row("c", age=9, archived=True)]
    made = shelf("b")
    before = made.lines(rows, None)
    after = made.lines(list(rows), None)
    assert all(one is other for one, other in zip(before, after, strict=True))


def test_what_a_filter_hides_is_counted_and_the_open_one_is_not_lost() -> None:
    rows = [row("one"), row("two", "one"), row("lone", age=1, archived=True), row("three", age=2)]
    made = shelf("three")
    made.filtering.text = "one"
    assert told(made.lines(rows, None)) == ["one", "[Archived]", "lone"]
    assert made.hidden == 2
    assert told(made.lines(rows, "two"))[3:] == ["[Open, not matching]", "two"]
    assert made.hidden == 1
    assert told(made.lines(rows, "one")) == ["one", "[Archived]", "lone"]
    assert told(made.lines(rows, "gone")) == ["one", "[Archived]", "lone"]
    made.filtering.text = ""
    assert len(made.lines(rows, None)) == 6
    assert made.hidden == 0


@given(
    families(),
    st.lists(st.sampled_from(NAMES), unique=True, max_size=3),
    st.dictionaries(st.sampled_from([*NAMES, ARCHIVED]), st.booleans()),
    st.none() | st.sampled_from(NAMES),
    st.sampled_from(["day", "project"]),
)
def test_whatever_is_folded_no_line_is_there_twice_and_the_open_one_is(
    rows: list[Row], pinned: list[str], folds: dict[str, bool], open_id: str | None, order: str
) -> None:
    made = shelf(*pinned)
    made.memory.order = "project" if order == "project" else "day"
    made.folds = folds
    lines = made.lines(rows, open_id)
    assert not [name for name, count in Counter(line.id for line in lines).items() if count > 1]
    shown = [line for line in lines if isinstance(line, Row)]
    assert open_id is None or open_id in [each.id for each in shown] or open_id not in [each.id for each in rows]
    for over, below in zip(lines, [*lines[1:], None], strict=False):
        if isinstance(over, Heading) and over.id != ARCHIVED:
            assert isinstance(below, Row)
            assert below.shape.depth == 0
        if isinstance(over, Row) and isinstance(below, Row):
            assert below.shape.depth <= over.shape.depth + 1
    made.folds = dict.fromkeys([*NAMES, ARCHIVED], True)
    everything = [line.id for line in made.lines(rows, open_id) if isinstance(line, Row)]
    assert sorted(everything) == sorted(each.id for each in rows)


@given(families(), st.text("s0123456789ot", max_size=4), st.none() | st.sampled_from(NAMES))
def test_what_a_filter_leaves_and_what_it_hides_is_everything(
    rows: list[Row], text: str, open_id: str | None
) -> None:
    made = shelf()
    made.filtering.text = text
    made.folds = dict.fromkeys([*NAMES, ARCHIVED], True)
    shown = [line.id for line in made.lines(rows, open_id) if isinstance(line, Row)]
    assert len(set(shown)) == len(shown)
    assert len(shown) + made.hidden == len(rows)
    assert open_id not in [each.id for each in rows] or open_id in shown
