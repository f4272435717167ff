"""Searching all sessions."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Input, Label, OptionList
from textual.widgets.option_list import Option

from oats_tui.core.sanitize import sanitize_line
from oats_tui.session.search import Found, Hit, Progress
from oats_tui.ui.cells import clean, clean_line
from oats_tui.ui.moments import when
from oats_tui.ui.screens.overlay import Overlay
from oats_tui.ui.widgets.lineinput import LineInput

MOST_SHOWN = 50
"""Hits that are looked for, the newest; who has more of them types another word."""

LONGEST_QUERY = 300
"""Characters of what is looked for."""

LONGEST_TITLE = 60
"""Characters of a title that are shown."""

LOOK_AGAIN = 0.5
"""Seconds between two looks at how far the index is."""

HINT = 'title: project: model: role: before: after:  "exact words"  -without'

WHO = {"user": "You", "assistant": "Answer", "system": "System", "tool": "Tool"}


_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen of what was found.

    Attributes:
        hit: The message.
        query: What was typed.
        terms: The words to be marked in the messages.
    """

    hit: Hit
    query: str
    terms: tuple[str, ...]


class SearchScreen(Overlay[Chosen | None]):
    """Lists the messages that hold what is typed, as it is typed.

    Args:
        find: Finds messages.
        progress: Tells how far the index is.
        query: What stands in the line at first.
        now: The moment from which the times are seen.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "never mind"),
        *(
            Binding(key, f"move('{move}')", show=False)
            for key, move in {
                "up": "cursor_up",
                "down": "cursor_down",
                "pageup": "page_up",
                "pagedown": "page_down",
            }.items()
        ),
    ]

    def __init__(
        self,
        find: Callable[[str], Awaitable[Found]],
        progress: Callable[[], Progress],
        query: str,
        now: datetime,
    ) -> None:
        super().__init__(classes="overlay")
        self._find = find
        self._progress = progress
        self._query = sanitize_line(query)[:LONGEST_QUERY]
        self._now = now
        self._found = Found([], (), is_complete=True)
        self._asked = ""

    def compose(self) -> ComposeResult:
        """Make the line to type in, the list and what the keys do."""
        with Vertical(classes="card card-wide"):
            yield Label("Search all sessions", classes="card--title")
            yield LineInput(self._query, placeholder="words", compact=True, max_length=LONGEST_QUERY)
            yield OptionList(compact=True)
            yield Label(HINT, markup=False, id="search-state", classes="card--keys")

    def on_mount(self) -> None:
        """Find what is asked for already."""
        self.query_one(OptionList).can_focus = False
        self.set_interval(LOOK_AGAIN, self._look_again)
        self._seek(self._query)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Find what has been typed so far."""
        self._seek(event.value)

    def on_input_submitted(self) -> None:
        """Give what is under the cursor."""
        at = self.query_one(OptionList).highlighted
        if at is not None and at < len(self._found.hits):
            self.leave(Chosen(self._found.hits[at], self._asked, self._found.terms))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Give what was clicked."""
        self.leave(Chosen(self._found.hits[event.option_index], self._asked, self._found.terms))

    def action_move(self, where: str) -> None:
        """Move the cursor."""
        getattr(self.query_one(OptionList), f"action_{where}")()

    def _seek(self, query: str) -> None:
        """Find something; what is looked for already is given up."""
        self.run_worker(self._show(query.strip()), group="find", exclusive=True)

    async def _show(self, query: str) -> None:
        """List what is found."""
        found = await self._find(query) if query else Found([], (), is_complete=True)
        self._found, self._asked = found, query
        self._list(0)
        self._tell()

    def on_resize(self) -> None:
        """List what was found in as many columns as there are."""
        self.call_after_refresh(lambda: self._list(self.query_one(OptionList).highlighted or 0))

    def _list(self, cursor: int) -> None:
        """List what was found, the cursor on one of it."""
        listed = self.query_one(OptionList)
        room = listed.scrollable_content_region.width
        listed.set_options([Option(self._option(hit, room)) for hit in self._found.hits])
        if self._found.hits:
            listed.highlighted = cursor

    def _look_again(self) -> None:
        """Say how far the index is; find more once it is whole."""
        if not self._found.is_complete and not self._progress().is_building:
            self._seek(self._asked)
        else:
            self._tell()

    def _tell(self) -> None:
        """Say how much was found."""
        words = state_words(self._asked, self._found, self._progress())
        self.query_one("#search-state", Label).update(words)

    def _option(self, hit: Hit, room: int) -> Content:
        """Return the two lines of a message that was found."""
        moment = None if hit.time is None else datetime.fromtimestamp(hit.time, UTC)
        title = clean_line(hit.title[: 4 * LONGEST_TITLE])[:LONGEST_TITLE] or "(no title)"
        head = Content.assemble(
            (title, "bold"),
            (f"  {WHO.get(hit.role, clean_line(hit.role))}  {when(moment, self._now)}", "$text-muted"),
        )
        return Content("\n").join([head, marked(hit, room)])


def marked(hit: Hit, room: int) -> Content:
    """Return a hit's snippet on one line, with its matches marked; the first one is in view.

    Args:
        hit: The message.
        room: How many columns there are.
    """
    first = hit.marks[0][0] if hit.marks else 0
    end = max(0, first - room // 3)
    pieces: list[tuple[str, str] | str] = ["  …" if end else "  "]
    for start, stop in hit.marks:
        pieces += [_plain(hit.snippet[end:start]), (_plain(hit.snippet[start:stop]), "bold $text-warning")]
        end = stop
    pieces.append(_plain(hit.snippet[end:]))
    return Content.assemble(*pieces)


def _plain(text: str) -> str:
    """Return a piece of foreign text in one line, the blanks at its ends kept."""
    return _BLANKS.sub(" ", clean(text))


def state_words(query: str, found: Found, progress: Progress) -> str:
    """Return what is to be said of what was found, and of an index that is not whole yet."""
    percent = 100 * progress.done // max(1, progress.all)
    building = f"reading the sessions: {percent} % · " if progress.is_building else ""
    if not query:
        return building + HINT
    if not found.hits:
        return building + "nothing found"
    sessions = len({hit.session_id for hit in found.hits})
    messages = "one message" if len(found.hits) == 1 else f"{len(found.hits)} messages"
    if len(found.hits) == MOST_SHOWN:
        messages = f"the newest {MOST_SHOWN} messages"
    return f"{building}{messages} in {'one session' if sessions == 1 else f'{sessions} sessions'}"
