"""The few colours of the message pane, each with a meaning, taken from the theme."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rich.style import Style
from textual.color import Color, ColorParseError


@dataclass(frozen=True, slots=True)
class Palette:
    """Styles by what they mean.

    Attributes:
        text: What is said.
        dim: What is there to be found, not to be read: times, notes, folds.
        you: The person's own messages.
        model: The model's name.
        error: What went wrong.
        warning: What ended early, or needs a look.
        code: Code, on a surface of its own.
        link: What leads somewhere.
        added: A line that a diff adds.
        removed: A line that a diff takes away.
        match: What was searched for.
        found: The match that one is at.
        chosen: What is selected.
        cursor: The bar beside the message under the cursor.
        thumb: The mark of the position in the conversation.
        ground: What everything stands on.
        dark: Whether the theme is dark.
    """

    text: Style
    dim: Style
    you: Style
    model: Style
    error: Style
    warning: Style
    code: Style
    link: Style
    added: Style
    removed: Style
    match: Style
    found: Style
    chosen: Style
    cursor: Style
    thumb: Style
    ground: Style
    dark: bool

    @property
    def code_theme(self) -> str:
        """Return the Pygments style that goes with the theme."""
        return "monokai" if self.dark else "friendly"

    def markdown(self) -> dict[str, Style]:
        """Return the styles that Rich's Markdown asks for by name."""
        heading = self.model + Style(bold=True)
        return {
            "markdown.h1": heading + Style(underline=True),
            **{f"markdown.h{level}": heading for level in range(2, 7)},
            "markdown.code": self.model,
            "markdown.code_block": self.code,
            "markdown.block_quote": self.dim,
            "markdown.item.bullet": self.you,
            "markdown.item.number": self.you,
            "markdown.hr": self.dim,
            "markdown.link": self.you,
            "markdown.link_url": self.you + Style(underline=True),
            "markdown.table.border": self.dim,
            "markdown.table.header": heading,
        }


def palette_from(variables: Mapping[str, str], *, dark: bool) -> Palette:
    """Return the palette of a theme.

    Args:
        variables: The theme's CSS variables, without the dollar sign.
        dark: Whether the theme is dark.
    """

    def colour(name: str) -> Style:
        try:
            return Style(color=Color.parse(variables.get(name, "")).rich_color)
        except ColorParseError:
            return Style()

    def surface(name: str) -> Style:
        return Style(bgcolor=colour(name).color)

    text = colour("foreground")
    return Palette(
        text=text,
        dim=text + Style(dim=True),
        you=colour("primary"),
        model=colour("accent"),
        error=colour("error"),
        warning=colour("warning"),
        code=surface("surface"),
        link=colour("primary") + Style(underline=True),
        added=colour("success"),
        removed=colour("error"),
        match=Style(color=colour("background").color, bgcolor=colour("warning").color),
        found=Style(color=colour("background").color, bgcolor=colour("accent").color, bold=True),
        chosen=Style(color=colour("foreground").color, bgcolor=colour("primary-darken-2").color),
        cursor=colour("accent"),
        thumb=colour("panel-lighten-2"),
        ground=surface("background"),
        dark=dark,
    )
