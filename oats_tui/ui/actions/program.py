"""Commands about answers and about the program itself."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

from oats_tui.core.errors import OatsError
from oats_tui.ui.actions.listing import step_back
from oats_tui.ui.actions.messages import copy
from oats_tui.ui.statusline import QUITS_WITHIN

if TYPE_CHECKING:
    from oats_tui.ui.desk import Desk


async def stop(desk: Desk, _: str) -> None:
    """Take back what is selected, found or filtered; else go back to the input; there, stop the answer."""
    if desk.screen.transcript.reading.selection is not None:
        desk.screen.transcript.update(lambda reading: setattr(reading, "selection", None))
    elif desk.screen.findbar.display:
        desk.screen.findbar.close()
    elif step_back(desk):
        pass
    elif desk.screen.focused is not desk.screen.prompt:
        if desk.screen.narrow:
            desk.screen.show_sidebar(False)
        desk.screen.prompt.focus()
    elif (open_id := desk.workspace.open_id) is not None:
        await _stop(desk, open_id)


async def _stop(desk: Desk, session_id: str) -> bool:
    """Stop what is answered in a session, and let nothing said before hide it; returns whether there is anything.

    Where another window answers, a message of ours only waits: that answer is the one that is stopped.
    """
    stops = await desk.chat.elsewhere.stop(session_id) or desk.chat.stop(session_id)
    if stops:
        desk.view.status.say("")
    return stops


async def interrupt(desk: Desk, _: str) -> None:
    """Copy what is selected, stop the answer or clear the input; a second time within a second: quit."""
    selection = desk.screen.transcript.reading.selection
    if selection is not None:
        copy(desk, selection.text())
    elif desk.screen.prompt.selected_text:
        desk.screen.prompt.action_copy()
    elif desk.pressed_twice():
        desk.screen.app.exit()
    elif desk.workspace.open_id is not None and await _stop(desk, desk.workspace.open_id):
        pass
    elif desk.screen.prompt.text:
        desk.memory.sent(desk.screen.prompt.text)
        desk.screen.prompt.remember(desk.memory.history)
        desk.screen.prompt.put("")
        desk.view.status.say("ctrl+c again quits · up brings back what stood here", QUITS_WITHIN)
    else:
        desk.view.status.say("ctrl+c again quits", QUITS_WITHIN)


async def retry(desk: Desk, _: str) -> None:
    """Ask the newest question again."""
    if desk.workspace.open_id is None:
        raise OatsError("There is nothing to ask again.", hint="Type a message first.")
    await desk.chat.retry(desk.workspace.open_id)


async def choose_model(desk: Desk, name: str) -> None:
    """Have another model answer from now on, asking for it where none was typed."""
    if not name:
        from oats_tui.ui.screens.models import ModelsScreen

        current = desk.chat.model_of(desk.workspace.info())
        names = desk.chat.models.names()
        name = await desk.screen.app.push_screen_wait(ModelsScreen(names, current.name if current else ""))
    if name:
        await desk.choose_model(name)


async def focus_transcript(desk: Desk, _: str) -> None:
    """Go to the messages."""
    desk.screen.set_focus(desk.screen.transcript)


async def toggle_sidebar(desk: Desk, _: str) -> None:
    """Show or hide the session list."""
    desk.screen.show_sidebar()


async def palette(desk: Desk, _: str) -> None:
    """Show all commands, to be found by typing."""
    from oats_tui.ui.screens.palette import open_palette

    open_palette(desk.screen.app)


async def choose_theme(desk: Desk, name: str) -> None:
    """Take on a theme, showing them all where none was typed. Raises OatsError for one that is not there."""
    app = desk.screen.app
    if not name:
        from oats_tui.ui.screens.palette import open_themes

        open_themes(app)
    elif name in app.available_themes:
        app.theme = name
    else:
        raise OatsError(
            f"There is no theme “{name}”.", hint=f"There are {', '.join(sorted(app.available_themes))}."
        )


async def redraw(desk: Desk, _: str) -> None:
    """Paint the whole screen, which something else may have written on."""
    await desk.screen.app.run_action("paint_all")


async def toggle_meter(desk: Desk, _: str) -> None:
    """Show how many bytes a second go to the terminal, or do so no longer."""
    await desk.screen.app.run_action("meter")


async def suspend(desk: Desk, _: str) -> None:
    """Give the terminal back to the shell and stop, with all that was started along with the program.

    Raises OatsError where no shell would notice: nobody could make it go on.
    """
    if os.getpgrp() == os.getsid(0):
        raise OatsError(
            "Nobody could bring the program back.",
            "It was not started from a shell that knows jobs.",
            "Start it from an interactive shell to use ctrl+z.",
        )
    os.kill(os.getpid(), signal.SIGTSTP)


async def help(desk: Desk, _: str) -> None:  # noqa: A001 - the command's own name
    """Show every key."""
    from oats_tui.ui.screens.help import HelpScreen

    await desk.screen.app.push_screen(HelpScreen(desk.start.leader, desk.start.keys))


async def quit(desk: Desk, _: str) -> None:  # noqa: A001 - the command's own name
    """End the program; answers in progress are kept as far as they are."""
    desk.screen.app.exit()
