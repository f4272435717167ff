"""What the pictures show."""

from __future__ import annotations

from dataclasses import dataclass

from screenshots import conversations

WIDE = (110, 32)


HALF = (72, 20)


@dataclass(frozen=True)
class Scene:
    """One window.

    Attributes:
        name: The name of its file, without the ending, where it is a picture of its own.
        words: What must stand on the screen; the picture is taken once it does.
        opened: The id of the session that is open, or None for a new conversation.
        keys: What is pressed before the picture is taken, as Textual names the keys.
        size: Columns and lines.
        title: What stands above the window.
        watches: Whether the answer in the session RELEASE comes in another window, and not in this one.
    """

    name: str
    words: tuple[str, ...]
    opened: str | None = None
    keys: tuple[str, ...] = ()
    size: tuple[int, int] = WIDE
    title: str = "oats-tui"
    watches: bool = False


@dataclass(frozen=True)
class Pair:
    """Two windows beside each other in one picture.

    Attributes:
        name: The name of its file, without the ending.
        left: One window.
        right: The other one, as high as the first.
    """

    name: str
    left: Scene
    right: Scene


SCENES = (
    Scene("start", ("New conversation with work/gpt-oss.", "Ask anything", "● Release notes", "Wed", "27 Feb")),
    Scene(
        "chat",
        ("You  14:31", "Size first, then content", "def alike(paths, key):", "byte by byte", "ready"),
        conversations.COPIES,
    ),
    Scene(
        "tools",
        ("▾ bash  Run the tests of days", "1 failed, 4 passed", "failed", "▾ grep", "ready"),
        conversations.DAYS,
        ("ctrl+x", "t"),
    ),
    Scene(
        "palette",
        ("Search for commands", "Ask again", "Choose the model", "Copy a code block"),
        conversations.COPIES,
        ("ctrl+p",),
    ),
    Scene(
        "list",
        ("Pinned", "Today", "▾ Fails here", "✓", "Read the", "Archived (1)", "2 marked"),
        keys=("ctrl+s", "j", "j", "j", "j", "j", "p", "g", "j", "j", "space", "space"),
    ),
    Scene(
        "search",
        ("Search all sessions", "Size first, then content", "messages in"),
        conversations.COPIES,
        ("ctrl+x", "slash", *"the"),
    ),
    Scene("trash", ("Trash: 3", "Untitled experiment", "bring back"), conversations.COPIES, ("ctrl+x", "D")),
    Scene("narrow", ("11:48", "ss -ltnp", "ready"), conversations.PORT, size=(40, 12)),
)

_RELEASE_WORDS = ("51be2fa search", "Version 0.4", "• Export writes CSV", "esc stop")

TWO_WINDOWS = Pair(
    "two-windows",
    Scene(
        "answers",
        (*_RELEASE_WORDS, "● Release notes", " answering  "),
        conversations.RELEASE,
        size=HALF,
        title=f"oats-tui, process {conversations.PROCESS}",
    ),
    Scene(
        "watches",
        (*_RELEASE_WORDS, "○ Release notes", f"answering elsewhere (process {conversations.PROCESS})"),
        conversations.RELEASE,
        size=HALF,
        watches=True,
    ),
)
