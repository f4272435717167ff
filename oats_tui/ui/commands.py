"""Everything a person can do, as data.

One Command gives the key, the entry in the palette, the line in the help and the slash command. What it does is
in ``ui/actions/``, under the function's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from textual.binding import Binding

from oats_tui.core.errors import OatsError
from oats_tui.core.sanitize import sanitize_line

Place = Literal["list", "transcript"]

PLACE_NAMES: dict[Place, str] = {"list": "list", "transcript": "messages"}

LEADER = "ctrl+x"


@dataclass(frozen=True, slots=True)
class Command:
    """Something a person can do.

    Attributes:
        id: Its name in the configuration's ``[keys]``.
        title: What it does, as the palette and the help say it.
        action: The name of the function in ``ui/actions/``; empty where a widget does it by itself.
        keys: Keys that work wherever one is, comma-separated as Textual has them.
        leader: Keys that work behind the leader.
        places: Keys that work in one region only.
        slash: The word to type behind a slash; empty for none.
        takes: What may follow the slash command, in capitals.
        shown: Whether the help lists it.
        typed: Keys that a widget takes by itself, as the help writes them.
        argument: What the function is given where nothing was typed.
        urgent: Whether it does not wait for a command that is not done yet, such as one whose disk is full.
    """

    id: str
    title: str
    action: str = ""
    keys: str = ""
    leader: tuple[str, ...] = ()
    places: dict[Place, str] = field(default_factory=dict)
    slash: str = ""
    takes: str = ""
    shown: bool = True
    typed: str = ""
    argument: str = ""
    urgent: bool = False


COMMANDS: tuple[Command, ...] = (
    Command("message.send", "Send the message", typed="enter"),
    Command("message.newline", "New line in the message", typed="ctrl+j"),
    Command("message.ends", "Beginning, end of what is typed", typed="ctrl+home, ctrl+end"),
    Command("message.history", "Walk through sent messages", typed="up, down"),
    Command("answer.stop", "Back to the input; from there, stop the answer", "stop", "escape", urgent=True),
    Command("answer.retry", "Ask again", "retry", leader=("R",), places={"transcript": "R"}, slash="retry"),
    Command("session.new", "New session", "new_session", "ctrl+n", ("n",), slash="new"),
    Command("session.list", "Go to the session list", "focus_list", "ctrl+s", ("l",)),
    Command("session.last", "Back to the last session", "last_session", leader=(LEADER, "tab")),
    Command("session.open", "Open the session", "open_session", places={"list": "enter"}),
    Command("session.needing", "Next session that needs you", "needing_session", leader=("u",)),
    Command("session.next", "Next session", "next_session", "ctrl+pagedown", ("right_square_bracket",)),
    Command("session.previous", "Previous session", "previous_session", "ctrl+pageup", ("left_square_bracket",)),
    *(
        Command(
            f"session.{number}",
            f"Session {number} of the list",
            "numbered_session",
            argument=str(number),
            leader=(str(number),),
            shown=False,
        )
        for number in range(1, 10)
    ),
    Command(
        "session.rename",
        "Rename the session",
        "rename",
        "",
        ("r",),
        {"list": "r"},
        slash="rename",
        takes="TITLE",
    ),
    Command("session.delete", "Move the session to the trash", "delete", "", ("d",), {"list": "d"}),
    Command("session.pin", "Pin the session on top, or unpin it", "pin", "", ("p",), {"list": "p"}),
    Command(
        "session.archive",
        "Archive the session, or bring it back",
        "archive",
        "",
        ("a",),
        {"list": "a"},
        slash="archive",
    ),
    Command(
        "session.fork",
        "Fork: a new session up to this message",
        "fork",
        "",
        ("f",),
        {"list": "f", "transcript": "f"},
        slash="fork",
    ),
    Command("session.above", "Go to the session that this one was made from", "open_above", leader=("h",)),
    Command(
        "session.info", "What there is to know about the session", "info", "", ("i",), {"list": "i"}, slash="info"
    ),
    Command("session.export", "Export the session", "export", slash="export", takes="md|html|json [FILE|copy]"),
    Command("session.import", "Import sessions of other programs", "import_file", slash="import", takes="FILE"),
    Command("list.filter", "Filter the list by title", "filter_list", places={"list": "slash"}),
    Command("list.order", "List by day or by project", "turn_order", places={"list": "o"}),
    Command("list.mark", "Mark the session, or take that back", "mark_session", places={"list": "space"}),
    Command("list.unfold", "Show what is below the session", "unfold", places={"list": "l,right"}),
    Command("list.fold", "Leave out what is below, or go up", "fold", places={"list": "h,left"}),
    Command(
        "session.restore",
        "Undo the last archiving or deleting",
        "restore",
        "",
        ("z",),
        {"list": "u"},
    ),
    Command("session.trash", "Show the trash, and bring back from it", "show_trash", leader=("D",), slash="trash"),
    Command("session.repair", "Save what can be saved of a damaged session", "repair", slash="repair"),
    Command("search.open", "Search all sessions", "search", leader=("slash",), slash="search", takes="WORDS"),
    Command("model.choose", "Choose the model", "choose_model", leader=("m",), slash="model", takes="NAME"),
    Command("transcript.focus", "Go to the messages", "focus_transcript", leader=("k",), typed="tab"),
    Command("transcript.scroll", "Scroll the messages from the input", typed="pgup, pgdn"),
    Command("message.next", "Next message", "next_message", places={"transcript": "j"}),
    Command("message.previous", "Previous message", "previous_message", places={"transcript": "k"}),
    Command("message.first", "First message", "first_message", places={"transcript": "g,home"}),
    Command("message.last", "Last message, and follow the end", "last_message", places={"transcript": "G,end"}),
    Command("part.next", "Next tool call, picture or thinking", "next_part", places={"transcript": "J"}),
    Command("part.previous", "The same, backwards", "previous_part", places={"transcript": "K"}),
    Command(
        "part.fold", "Unfold or fold what the cursor is on", "turn_part", places={"transcript": "enter,space"}
    ),
    Command("transcript.folds", "Unfold or fold everything", "turn_all", leader=("t",)),
    Command(
        "message.copy", "Copy the message as Markdown", "copy_message", leader=("y",), places={"transcript": "y"}
    ),
    Command(
        "message.plain", "Show the message as plain text", "show_plain", places={"transcript": "P"}, slash="plain"
    ),
    Command(
        "message.write", "Write the message to a file", "write_message", places={"transcript": "w"}, slash="write"
    ),
    Command(
        "code.copy", "Copy a code block by its number", "copy_code", leader=("c",), places={"transcript": "c"}
    ),
    Command("link.copy", "Copy the address of a link", "copy_link", places={"transcript": "l"}),
    Command("text.select", "Select text: v begins, y copies", "select", places={"transcript": "v"}),
    Command("picture.show", "Show the picture whole", "show_picture", places={"transcript": "o"}),
    Command("picture.save", "Save the picture to a file", "save_picture", places={"transcript": "s"}),
    Command(
        "find.open",
        "Find in this session",
        "find",
        leader=("s",),
        places={"transcript": "slash"},
        slash="find",
        takes="WORDS",
    ),
    Command("find.next", "Next match", "next_match", places={"transcript": "n"}),
    Command("find.previous", "Previous match", "previous_match", places={"transcript": "N"}),
    Command("prompt.jump", "Jump to one of your messages", "jump", leader=("j",), places={"transcript": "p"}),
    Command("sidebar.toggle", "Session list on or off", "toggle_sidebar", leader=("b",)),
    Command("app.palette", "All commands", "palette", "ctrl+p", ("space",)),
    Command("app.theme", "Choose the theme", "choose_theme", slash="theme", takes="NAME"),
    Command(
        "app.help",
        "Help",
        "help",
        "f1",
        ("question_mark",),
        {"list": "question_mark", "transcript": "question_mark"},
        slash="help",
    ),
    Command("app.meter", "Bytes per second in the status bar, or not", "toggle_meter", slash="bytes"),
    Command("app.redraw", "Paint the screen anew", "redraw", "ctrl+l", slash="redraw", urgent=True),
    Command("app.suspend", "Back to the shell; “fg” there goes on", "suspend", "ctrl+z", urgent=True),
    Command("prompt.undo", "Undo typing", typed="ctrl+_"),
    Command("app.interrupt", "Stop or clear; twice: quit", "interrupt", "ctrl+c", urgent=True),
    Command("app.quit", "Quit", "quit", "ctrl+q", slash="quit", urgent=True),
)

BY_ID = {command.id: command for command in COMMANDS}
BY_SLASH = {command.slash: command for command in COMMANDS if command.slash}


def action_of(command: Command) -> str:
    """Return the Textual action that runs a command from anywhere below the chat screen."""
    return f"screen.command('{command.id}')"


def screen_bindings() -> list[Binding]:
    """Return the bindings that work wherever one is on the chat screen."""
    return [
        Binding(command.keys, action_of(command), command.title, show=False, priority=True, id=command.id)
        for command in COMMANDS
        if command.keys
    ]


def place_bindings(place: Place) -> list[Binding]:
    """Return the bindings of one region."""
    return [
        Binding(command.places[place], action_of(command), command.title, show=False)
        for command in COMMANDS
        if place in command.places
    ]


def by_leader(key: str, leader: str) -> Command | None:
    """Return the command behind the leader and a key, or None.

    Args:
        key: The key as Textual names it.
        leader: The leader as it is configured; twice it is the same as twice the usual one.
    """
    wanted = LEADER if key == leader else key
    return next((command for command in COMMANDS if wanted in command.leader), None)


def parse_slash(text: str) -> tuple[Command, str] | None:
    """Return the slash command that a text is, with what follows it; None for an ordinary message.

    A message may begin with a slash where what follows is more than a word, such as a path. Raises OatsError for
    a word that is no command.
    """
    if not text.startswith("/") or "\n" in text.strip():
        return None
    word, _, rest = text[1:].strip().partition(" ")
    if word in BY_SLASH:
        return BY_SLASH[word], rest.strip()
    if word.isalpha():
        known = ", ".join(f"/{name}" for name in sorted(BY_SLASH))
        raise OatsError(
            f"There is no command /{word}.",
            f"There are {known}.",
            "To send it as a message, put a space in front.",
        )
    return None


_KEY_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "esc",
    "f1": "F1",
    "pagedown": "pgdn",
    "pageup": "pgup",
}


def key_name(key: str) -> str:
    """Return a key as people write it: ``ctrl+pagedown`` is ``ctrl+pgdn``."""
    head, plus, last = sanitize_line(key).rpartition("+")
    return f"{head}{plus}{_KEY_NAMES.get(last, last)}"


def key_names(command: Command, leader: str, keys: Mapping[str, str] | None = None) -> Iterable[str]:
    """Return every way to call a command, as people write it.

    Args:
        command: The command.
        leader: The leader key as it is configured.
        keys: The key of each command that does not have its usual one.
    """
    if command.typed:
        yield command.typed
    yield from (key_name(key) for key in (keys or {}).get(command.id, command.keys).split(",") if key)
    for key in command.leader:
        yield f"{key_name(leader)} {key_name(leader if key == LEADER else key)}"
    for place, listed in command.places.items():
        yield f"{' or '.join(map(key_name, listed.split(',')))} ({PLACE_NAMES[place]})"
    if command.slash:
        yield f"/{command.slash} {command.takes}".strip()
