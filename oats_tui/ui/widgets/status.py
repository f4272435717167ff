"""The status bar: state, model, tokens, and the first keys."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from oats_tui.ui.cells import clean_line


@dataclass(frozen=True, slots=True)
class Status:
    """What the status bar says.

    Attributes:
        state: A word or a short sentence: ready, answering, loading…
        meaning: Which colour the state has: "" (nothing special), "busy", "warning" or "error".
        model: The model's name, or an empty text.
        tokens: How many tokens the session has taken.
        keys: The first keys, most useful first.
        urgent: A key that must be seen, such as the one that stops.
        watching: How changes by others are noticed, where that is not as usual.
    """

    state: str = "ready"
    meaning: str = ""
    model: str = ""
    tokens: int = 0
    keys: tuple[str, ...] = ()
    urgent: str = ""
    watching: str = ""


class StatusBar(Widget):
    """One line under everything; what has no room is left out, the least important first."""

    COMPONENT_CLASSES = {"status--busy", "status--warning", "status--error", "status--dim"}  # noqa: RUF012 - Textual's

    status: reactive[Status] = reactive(Status(), layout=False)

    def render(self) -> Text:
        """Draw the line."""
        status, width = self.status, self.size.width
        style = self.get_component_rich_style(f"status--{status.meaning}", partial=True) if status.meaning else ""
        dim = self.get_component_rich_style("status--dim")
        left = Text(no_wrap=True, end="").append(f" {clean_line(status.state)}", style)
        tokens = f"{status.tokens:,} tokens used" if status.tokens else ""
        right = [
            clean_line(part)
            for part in (status.urgent, status.watching, status.model, tokens, *status.keys)
            if part
        ]
        # A key that must be seen is left even where the state has to be cut for it.
        while (
            len(right) > bool(status.urgent) and left.cell_len + sum(cell_len(part) + 3 for part in right) > width
        ):
            right.pop()
        tail = " · ".join(right)
        left.truncate(max(1, width - cell_len(tail) - 2), overflow="ellipsis")
        gap = max(1, width - left.cell_len - cell_len(tail) - 1)
        return left.append(" " * gap).append(tail, dim)
