"""The one family of errors that a person gets to read."""

from __future__ import annotations


class OatsError(Exception):
    """Something went wrong, told so that the reader knows what to do next.

    Args:
        title: One short sentence: what went wrong.
        detail: What is known about the cause; may be empty.
        hint: What to do next; may be empty.

    The texts may quote foreign material (a file's name, a server's reply): they are made safe where they
    leave for a terminal, not here.
    """

    def __init__(self, title: str, detail: str = "", hint: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.detail = detail
        self.hint = hint

    def __str__(self) -> str:
        return " ".join(part for part in (self.title, self.detail, self.hint) if part)
