"""The command palette."""

from __future__ import annotations

from textual import work
from textual.app import App
from textual.command import CommandPalette
from textual.theme import ThemeProvider
from textual.widgets import Input


class Palette(CommandPalette):
    """Textual's command palette, which survives being closed while it still searches, and does not blink."""

    def on_mount(self) -> None:
        """Have the cursor stand still."""
        self.query_one(Input).cursor_blink = False

    @work(exclusive=True, group=CommandPalette._GATHER_COMMANDS_GROUP, exit_on_error=False)
    async def _gather_commands(self, search_value: str) -> None:
        """Search; what fails because the list is gone by then fails for nobody."""
        await CommandPalette._gather_commands.__wrapped__(self, search_value)  # type: ignore[attr-defined]


def open_palette(app: App[object]) -> None:
    """Show all commands, unless they are shown already."""
    if not CommandPalette.is_open(app):
        app.push_screen(Palette(id="--command-palette"))


def open_themes(app: App[object]) -> None:
    """Show all themes."""
    app.push_screen(Palette(providers=[ThemeProvider], placeholder="Search for themes…"))
