"""The parser of the text within a block, with a limit to its work."""

from __future__ import annotations

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from markdown_it.utils import EnvType

STEPS_PER_CHARACTER = 6
"""Steps of looking ahead that a text may cost; brackets that are never closed cost its square."""


class _TooMuch(Exception):  # noqa: N818 - it is no error, only a way out
    """A text costs more than it may."""


class BoundedInline(ParserInline):
    """Finds the marks in a text; one that would take too long is taken as it is, without any."""

    def __init__(self) -> None:
        super().__init__()
        self._left: int | None = None

    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        """Add the tokens of a text."""
        if self._left is not None:  # a footnote within a text is part of that text's work
            return super().parse(src, md, env, tokens)
        self._left = 1_000 + STEPS_PER_CHARACTER * len(src)
        try:
            return super().parse(src, md, env, tokens)
        except _TooMuch:
            tokens[:] = _plain(src)
            return tokens
        finally:
            self._left = None

    def skipToken(self, state: StateInline) -> None:  # noqa: N802 - the name is the base class's
        """Look at what stands at a place without adding tokens."""
        self._left = (self._left or 0) - 1
        if self._left < 0:
            raise _TooMuch
        super().skipToken(state)


def _plain(text: str) -> list[Token]:
    """Return the tokens of a text without marks."""
    tokens: list[Token] = []
    for line in text.split("\n"):
        tokens += [Token("softbreak", "br", 0), Token("text", "", 0, content=line.strip(" "))]
    return tokens[1:]
