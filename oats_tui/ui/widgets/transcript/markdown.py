"""Markdown drawn by Rich, with this program's own look."""

from __future__ import annotations

from typing import ClassVar

from rich import markdown as rich_markdown
from rich.console import Console, ConsoleOptions, RenderResult
from rich.syntax import Syntax

from oats_tui.ui.widgets.transcript.blocks import parser


class Heading(rich_markdown.Heading):
    """A heading, set left like the text it belongs to."""

    LEVEL_ALIGN: ClassVar = dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), "left")


class CodeBlock(rich_markdown.CodeBlock):
    """Highlighted code on a surface of its own, wrapped rather than cut."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        code = str(self.text).rstrip().expandtabs(4)
        surface = console.get_style("markdown.code_block").bgcolor
        background = surface.name if surface else "default"
        yield Syntax(
            code,
            self.lexer_name,
            theme=self.theme,
            word_wrap=True,
            padding=(0, 1),
            background_color=background,
        )


class Markdown(rich_markdown.Markdown):
    """Markdown as it came from a model: HTML is shown as text, and links show where they lead."""

    elements: ClassVar = {
        **rich_markdown.Markdown.elements,
        "heading_open": Heading,
        "fence": CodeBlock,
        "code_block": CodeBlock,
    }

    def __init__(self, markup: str, code_theme: str) -> None:
        self.markup = markup
        self.parsed = parser().parse(markup)
        self.code_theme = code_theme
        self.justify = None
        self.style = "none"
        self.hyperlinks = False
        self.inline_code_lexer = None
        self.inline_code_theme = code_theme
