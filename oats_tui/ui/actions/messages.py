"""Commands about the messages of the open session."""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from oats_tui.core.errors import OatsError
from oats_tui.ui import clipboard
from oats_tui.ui.cells import clean, clean_line
from oats_tui.ui.statusline import OFFERED_FOR
from oats_tui.ui.widgets.transcript import steps
from oats_tui.ui.widgets.transcript.itemizing import markdown_of
from oats_tui.ui.widgets.transcript.items import Entry, ImageItem, TextItem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from oats_tui.ui.desk import Desk
    from oats_tui.ui.widgets.transcript.widget import Transcript


def copy(desk: Desk, text: str) -> None:
    """Send text to the clipboard, and say how much, and which way it went."""
    desk.screen.run_worker(_copy(desk, clean(text)), group="copy")


async def _copy(desk: Desk, text: str) -> None:
    """Send text to the clipboard."""
    # The input takes it from here.
    desk.screen.app._clipboard = text
    told = await clipboard.copy(text, clipboard.way_of(os.environ), _writer(desk))
    characters = "one character" if len(text) == 1 else f"{len(text):,} characters"
    desk.view.status.say(f"{characters} {told}")


def _writer(desk: Desk) -> Callable[[str], object]:
    """Return what writes to the terminal."""
    driver = desk.screen.app._driver
    return driver.write if driver is not None else lambda _: None


async def show_plain(desk: Desk, _: str) -> None:
    """Show a message as nothing but text, where the terminal's own means can select it."""
    from oats_tui.ui import lent

    await lent.show_plain(desk.screen.app, clean(markdown_of(_message(desk))))


async def write_message(desk: Desk, _: str) -> None:
    """Write a message to a file in the folder in which the program was started."""
    from oats_tui.ui.saving import write_as

    content, folder = markdown_of(_message(desk)).encode("utf-8", "replace"), desk.start.folder.working
    path = await asyncio.to_thread(write_as, content, folder, "message", "md", "The message could not be saved.")
    desk.view.tell("Saved", clean_line(str(path)))


async def next_message(desk: Desk, _: str) -> None:
    """Go to the next message."""
    desk.screen.transcript.update(lambda reading: steps.message(reading, 1))


async def previous_message(desk: Desk, _: str) -> None:
    """Go to the message before."""
    desk.screen.transcript.update(lambda reading: steps.message(reading, -1))


async def first_message(desk: Desk, _: str) -> None:
    """Go to the first message."""
    desk.screen.transcript.update(steps.first)


async def last_message(desk: Desk, _: str) -> None:
    """Go to the end, and follow it."""
    desk.screen.transcript.update(steps.last)


async def next_part(desk: Desk, _: str) -> None:
    """Go to the next tool call, picture or thinking."""
    desk.screen.transcript.update(lambda reading: steps.part(reading, 1))


async def previous_part(desk: Desk, _: str) -> None:
    """Go to the tool call, picture or thinking before."""
    desk.screen.transcript.update(lambda reading: steps.part(reading, -1))


async def turn_part(desk: Desk, _: str) -> None:
    """Fold or unfold what the cursor is on; open the session that a tool worked in."""
    reading = desk.screen.transcript.reading
    session_id = steps.session_under(reading)
    if session_id:
        if session_id not in desk.workspace.listing:
            raise OatsError("The session of this tool call is not here.", "It was deleted, or never saved.")
        await desk.open(session_id)
        return
    desk.screen.transcript.update(lambda reading: reading.turn(reading.cursor))


async def turn_all(desk: Desk, _: str) -> None:
    """Show every tool call, result and thinking whole, or folded again."""
    desk.screen.transcript.update(steps.turn_all)


async def copy_message(desk: Desk, _: str) -> None:
    """Copy a message as Markdown."""
    copy(desk, markdown_of(_message(desk)))


async def copy_code(desk: Desk, number: str) -> None:
    """Copy a code block of a message, asking for its number where there are several."""
    from oats_tui.ui.screens.number import NumberScreen
    from oats_tui.ui.widgets.transcript.markdown.blocks import code_sources

    entry = _message(desk)
    texts = (item.text for item in entry.items if isinstance(item, TextItem) and not item.plain)
    codes = [code for text in texts for code in code_sources(text)]
    if not codes:
        raise OatsError("This message holds no code block.")
    if not number and len(codes) > 1:
        question = f"Copy which code block, 1–{len(codes)}?"
        number = await desk.screen.app.push_screen_wait(NumberScreen(question, len(codes))) or ""
        if not number:
            return
    place = int(number or "1")
    if place > len(codes):
        raise OatsError(f"There is no code block {place}.", f"This message has {len(codes)}.")
    copy(desk, codes[place - 1])


async def copy_link(desk: Desk, _: str) -> None:
    """Copy the address of a link of a message, asking for it where there are several."""
    from oats_tui.ui.screens.choose import ChooseScreen
    from oats_tui.ui.widgets.transcript.markdown.links import links_of

    entry = _message(desk)
    texts = (item.text for item in entry.items if isinstance(item, TextItem))
    links = list(dict.fromkeys(link for text in texts for link in links_of(text)))
    if not links:
        raise OatsError("This message holds no link.")
    chosen: int | None = 0
    if len(links) > 1:
        names = [address if words == address else f"{words}  {address}" for words, address in links]
        chosen = await desk.screen.app.push_screen_wait(ChooseScreen("Copy which address?", names, "copy it"))
    if chosen is not None:
        copy(desk, links[chosen][1])


async def select(desk: Desk, _: str) -> None:
    """Begin to select text."""
    if desk.screen.transcript.update(steps.select):
        desk.view.status.say("arrows move · v begins · y copies · esc ends", OFFERED_FOR)


async def show_picture(desk: Desk, _: str) -> None:
    """Show a picture on a screen of its own."""
    from oats_tui.ui import pictures

    await pictures.show_picture(desk.screen.app, _picture(desk))


async def prepare(images: Sequence[ImageItem], transcript: Transcript) -> None:
    """Get pictures ready to be drawn, and draw them."""
    from oats_tui.ui import pictures

    for image in images:
        await pictures.prepare(image)
    transcript.update(lambda reading: reading.restyle(reading.look))


async def save_picture(desk: Desk, _: str) -> None:
    """Save a picture to the folder in which the program was started."""
    from oats_tui.ui import pictures

    path = await pictures.save_picture(_picture(desk), desk.start.folder.working)
    desk.view.tell("Saved", clean_line(str(path)))


async def find(desk: Desk, words: str) -> None:
    """Find words in the open session."""
    if not desk.screen.transcript.reading.entries:
        raise OatsError("There is nothing to find in yet.")
    desk.screen.findbar.open(words)


async def next_match(desk: Desk, _: str) -> None:
    """Go to the next match."""
    desk.screen.findbar.go(1)


async def previous_match(desk: Desk, _: str) -> None:
    """Go to the match before."""
    desk.screen.findbar.go(-1)


async def jump(desk: Desk, _: str) -> None:
    """Jump to one of the person's own messages, chosen from a list."""
    from oats_tui.ui.screens.choose import ChooseScreen

    reading = desk.screen.transcript.reading
    asked = [entry for entry in reading.entries if entry.role == "user"]
    if not asked:
        raise OatsError("You have asked nothing here yet.")
    names = [f"{entry.about.split(' · ')[0]}  {steps.first_line(entry)}" for entry in asked]
    here = steps.newest_above(reading, asked)
    chosen = await desk.screen.app.push_screen_wait(ChooseScreen("Jump to", names, "go there", here))
    if chosen is not None:
        desk.screen.transcript.update(lambda reading: steps.go_to(reading, asked[chosen].id))
        desk.screen.set_focus(desk.screen.transcript)


def _message(desk: Desk) -> Entry:
    """Return the message that a command is about. Raises OatsError where there is none."""
    entry = steps.subject(desk.screen.transcript.reading, focused=desk.screen.transcript.has_focus)
    if entry is None:
        raise OatsError("There is no message here yet.")
    return entry


def _picture(desk: Desk) -> ImageItem:
    """Return the picture that a command is about. Raises OatsError where there is none."""
    entry = _message(desk)
    number = desk.screen.transcript.reading.cursor.item
    item = entry.items[number] if number is not None and number < len(entry.items) else None
    if isinstance(item, ImageItem):
        return item
    found = next((each for each in entry.items if isinstance(each, ImageItem)), None)
    if found is None:
        raise OatsError("This message holds no picture.")
    return found
