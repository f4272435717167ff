"""Sessions as trees, whatever they claim to stand below."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from oats_tui.session.entries import Filing
from oats_tui.ui.forest import above, forest
from oats_tui.ui.widgets.row import Mark, Row

NOON = datetime(2026, 1, 20, 12, 0, tzinfo=UTC)

NAMES = [f"s{number}" for number in range(9)]

CLAIMS = st.none() | st.sampled_from([*NAMES, "gone", ""])


def row(
    name: str,
    parent: str | None = None,
    root: str | None = None,
    *,
    age: int = 0,
    archived: bool = False,
    mark: Mark = "",
) -> Row:
    """A session that says where it belongs."""
    return Row(name, f"title {name}", NOON - timedelta(days=age), mark, Filing("/p", parent, root, archived))


@st.composite
def families(draw: st.DrawFn) -> list[Row]:
    """Sessions that claim anything of one another, the newest first."""
    names = draw(st.lists(st.sampled_from(NAMES), unique=True))
    return [
        row(name, draw(CLAIMS), draw(CLAIMS), age=age, archived=draw(st.booleans()))
        for age, name in enumerate(names)
    ]


@given(families(), st.sets(st.sampled_from(NAMES)))
def test_every_session_is_there_once_below_its_parent(rows: list[Row], pinned: set[str]) -> None:
    made = forest(rows, pinned)
    met: list[str] = []
    ahead: list[tuple[Row, tuple[str, ...]]] = [(root, ()) for root in made.roots]
    while ahead:
        each, over = ahead.pop()
        assert above(each.id, made.parents) == list(over)
        met.append(each.id)
        assert len(met) <= len(rows)
        below = made.children.get(each.id, [])
        ahead.extend((child, (each.id, *over)) for child in below)
        assert made.inside.get(each.id, 0) == sum(1 + made.inside.get(child.id, 0) for child in below)
        assert sorted(below, key=rows.index) == below
    assert sorted(met) == sorted(each.id for each in rows)


@given(families(), st.sets(st.sampled_from(NAMES)))
def test_only_what_a_session_says_makes_it_stand_below_another(rows: list[Row], pinned: set[str]) -> None:
    by_id, made = {each.id: each for each in rows}, forest(rows, pinned)
    for child, parent in made.parents.items():
        filing = by_id[child].filing
        assert parent in (filing.parent, filing.root)
        assert filing.parent == parent or filing.parent not in by_id or filing.parent == child
        assert not filing.archived or by_id[parent].filing.archived
        assert child not in pinned or filing.archived


@given(families())
def test_the_tree_with_the_newest_activity_is_on_top(rows: list[Row]) -> None:
    made = forest(rows)
    newest = {
        root.id: max(each.updated for each in rows if each.updated and (root.id in line(each.id, made.parents)))
        for root in made.roots
    }
    assert [newest[root.id] for root in made.roots] == made.moments
    assert made.moments == sorted(newest.values(), reverse=True)


def line(session_id: str, parents: dict[str, str]) -> list[str]:
    """A session and all above it."""
    return [session_id, *above(session_id, parents)]


def test_those_that_stand_below_one_another_are_roots_with_what_is_below_them() -> None:
    made = forest([row("a", "b"), row("b", "c"), row("c", "a"), row("d", "a"), row("e", "e"), row("f", "d")])
    assert [each.id for each in made.roots] == ["a", "b", "c", "e"]
    assert made.parents == {"d": "a", "f": "d"}


def test_a_lost_parent_leaves_the_root_and_a_lost_root_nothing() -> None:
    made = forest([row("a", "gone", "r"), row("b", "gone", "gone"), row("r")])
    assert made.parents == {"a": "r"}
    assert [each.id for each in made.roots] == ["r", "b"]


def test_a_long_line_of_sessions_is_no_trouble() -> None:
    count = 5000
    made = forest([row(f"n{number}", f"n{number - 1}") for number in range(count)])
    assert [each.id for each in made.roots] == ["n0"]
    assert made.inside["n0"] == count - 1


def test_of_what_is_said_in_a_tree_what_matters_most_is_told() -> None:
    made = forest(
        [row("r"), row("a", "r", mark="unread"), row("b", "a", mark="failed"), row("c", "r", mark="answering")]
    )
    assert made.marks == {"r": "failed", "a": "failed"}
