"""What the pictures show."""

from __future__ import annotations

from dataclasses import dataclass

from screenshots import conversations

WIDE = (110, 32)


@dataclass(frozen=True)
class Scene:
    """One picture.

    Attributes:
        name: The name of its file, without the ending.
        words: What must stand on the screen; the picture is taken once it does.
        opened: The id of the session that is open, or None for a new conversation.
        keys: What is pressed before the picture is taken, as Textual names the keys.
        size: Columns and lines.
    """

    name: str
    words: tuple[str, ...]
    opened: str | None = None
    keys: tuple[str, ...] = ()
    size: tuple[int, int] = WIDE


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
        ("Search for commands", "Ask again", "Choose the model", "Help"),
        conversations.COPIES,
        ("ctrl+p",),
    ),
    Scene("narrow", ("11:48", "ss -ltnp", "ready"), conversations.PORT, size=(40, 12)),
)
