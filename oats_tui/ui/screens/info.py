"""What there is to know about a session."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Label, Static

from oats_tui.session.facts import Facts
from oats_tui.ui.cells import clean_line
from oats_tui.ui.moments import local
from oats_tui.ui.screens.overlay import Overlay

_ROLES = {"user": "yours", "assistant": "answers", "system": "instructions"}
_STEP = 1000
_LONGEST_TITLE = 200


class InfoScreen(Overlay[str]):
    """Shows the facts about a session; gives "copy" where its path is to be copied.

    Args:
        facts: The facts.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape,q,i", "leave('')", "back"),
        ("y", "leave('copy')", "copy the path"),
        Binding("j", "move('scroll_down')", show=False),
        Binding("k", "move('scroll_up')", show=False),
        Binding("g", "move('scroll_home')", show=False),
        Binding("G", "move('scroll_end')", show=False),
    ]

    def __init__(self, facts: Facts) -> None:
        super().__init__(classes="overlay")
        self._facts = facts

    def compose(self) -> ComposeResult:
        """Make the table."""
        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for name, value in lines(self._facts):
            table.add_row(Text(name, style="dim"), Text(value))
        title = clean_line(self._facts.info.title[:_LONGEST_TITLE]) or "(no title)"
        with Vertical(classes="card card-tall"):
            yield Label(title, markup=False, classes="card--title one-line")
            with VerticalScroll(classes="card--body"):
                yield Static(table)
            yield Label("y: copy the path · esc: back", markup=False, classes="card--keys")

    def action_move(self, where: str) -> None:
        """Scroll."""
        getattr(self.query_one(VerticalScroll), f"action_{where}")()


def lines(facts: Facts) -> Iterator[tuple[str, str]]:
    """Return the facts with their names; what is not known is left out."""
    info = facts.info
    yield "begun", moment(info.time.created)
    yield "last active", moment(info.time.updated)
    if info.time.archived is not None:
        yield "archived", moment(info.time.archived)
    roles = ", ".join(f"{count:,} {_ROLES.get(role, role)}" for role, count in facts.roles.items())
    count = sum(facts.roles.values())
    yield "messages", f"{count:,} ({roles})" if roles else "none"
    if facts.models:
        yield "answered by", clean_line(", ".join(facts.models))
    if facts.tokens_in or facts.tokens_out:
        yield "tokens", f"{facts.tokens_in:,} sent, {facts.tokens_out:,} received"
    elif info.total_tokens:
        yield "tokens", f"{info.total_tokens:,}"
    yield "project", clean_line(info.project_dir) or "none"
    if facts.parent is not None:
        yield "made from", clean_line(facts.parent[:_LONGEST_TITLE]) or "(no title)"
    if facts.made_from_it:
        yield "made from it", "one session" if facts.made_from_it == 1 else f"{facts.made_from_it:,} sessions"
    if facts.size is not None:
        yield "size", size(facts.size)
    yield "id", clean_line(info.id)
    yield "file", clean_line(str(facts.path))


def moment(then: datetime) -> str:
    """Return a moment in this machine's zone, to the minute."""
    there = local(then)
    return f"{there.year:04}-{there.strftime('%m-%d %H:%M')}"


def size(count: int) -> str:
    """Return a number of bytes in words."""
    if count < _STEP:
        return f"{count} bytes"
    if count < _STEP**2:
        return f"{count / _STEP:.1f} kB"
    return f"{count / _STEP**2:,.1f} MB"
