"""The groups of the session list."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest

from oats_tui.session.entries import Filing
from oats_tui.ui.grouping import by_day, by_project
from oats_tui.ui.moments import local
from oats_tui.ui.widgets.row import Row

# A Tuesday.
NOW = datetime(2026, 1, 20, 12, 0).astimezone()


def labels(*moments: datetime | None) -> list[tuple[str, int]]:
    """The labels of the groups of sessions of these moments, and how many are in each."""
    rows = [Row(f"s{number}", "", moment) for number, moment in enumerate(moments)]
    groups = by_day(rows, moments, NOW)
    assert [each for group in groups for each in group.roots] == rows
    assert len({group.id for group in groups}) == len(groups)
    return [(group.label, len(group.roots)) for group in groups]


def test_days_of_the_last_week_have_names_and_older_ones_their_month() -> None:
    ages = [0, 0.4, 1, 1.2, 2, 3, 6, 7, 19, 20, 51, 400, 420]
    assert labels(*(NOW - timedelta(days=age) for age in ages), None, None) == [
        ("Today", 2),
        ("Yesterday", 2),
        ("Sunday", 1),
        ("Saturday", 1),
        ("Wednesday", 1),
        ("January", 2),
        ("December 2025", 1),
        ("November 2025", 1),
        ("December 2024", 1),
        ("November 2024", 1),
        ("No date", 2),
    ]


def test_midnight_is_this_machines() -> None:
    midnight = datetime(2026, 1, 20).astimezone()
    assert labels(midnight, midnight - timedelta(microseconds=1)) == [("Today", 1), ("Yesterday", 1)]


def test_what_is_yet_to_come_is_today() -> None:
    assert labels(NOW + timedelta(days=300), NOW) == [("Today", 2)]
    assert labels() == []


def test_the_very_ends_of_time_have_groups() -> None:
    ends = [datetime.max.replace(tzinfo=UTC), NOW, datetime.min.replace(tzinfo=UTC)]
    assert labels(*ends) == [("Today", 2), ("January 1", 1)]


def test_looking_at_few_moments_finds_the_same_groups_as_looking_at_all() -> None:
    chance = random.Random(3)
    moments = sorted((NOW - timedelta(hours=chance.uniform(0, 4000)) for _ in range(500)), reverse=True)
    days: dict[tuple[int, ...], int] = {}
    for moment in moments:
        day = local(moment).date()
        is_near = (NOW.date() - day).days < 7
        key = (day.year, day.month, day.day) if is_near else (day.year, day.month)
        days[key] = days.get(key, 0) + 1
    assert [count for _, count in labels(*moments)] == list(days.values())


@pytest.mark.parametrize(
    ("projects", "expected"),
    [
        (["/a/x", "/b/y", "/a/x"], ["x", "y"]),
        (["/a/x", "/b/x", "/x"], ["x (a)", "x (b)", "x"]),
        (["", "/", "C:\\code\\x\\"], ["No project", "/", "x"]),
    ],
)
def test_projects_are_called_by_their_folders(projects: list[str], expected: list[str]) -> None:
    rows = [Row(f"s{number}", "", None, "", Filing(project)) for number, project in enumerate(projects)]
    groups = by_project(rows)
    assert [group.label for group in groups] == expected
    assert [[each.filing.project for each in group.roots] for group in groups] == [
        [each for each in projects if each == project] for project in dict.fromkeys(projects)
    ]
