"""Foreign Markdown as HTML that does nothing: no scripts, no addresses that are fetched, no styles of its own."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from typing import Any, TypeAlias

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from mdit_py_plugins.tasklists import tasklists_plugin
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from oats_tui.exchange.pictures import checked_address

_LINK = re.compile(r"(?:https?://|mailto:)[^\s\x00-\x1f]+", re.IGNORECASE)
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_ALIGNMENT = re.compile(r"text-align:(left|center|right)")
_LONGEST_TEXT = 200_000
_LONGEST_CODE = 60_000
_LONGEST_LINE = 2_000
_COLOURING_SECONDS = 5.0
_RENDERING = "rendering"
_PREFIX = "p-"

_Coloured: TypeAlias = tuple[Any, str]


def clean(text: str) -> str:
    """A text as a page can hold it: no control characters but tabs and line ends."""
    return _NO_TEXT.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def plain(text: str) -> str:
    """A text that means itself in HTML."""
    return escape(clean(text))


class _TooSlowError(Exception):
    """Colouring takes too long."""


class Rendering:
    """Renders the Markdown of one page, and code with its colours.

    Texts can be made for which colouring takes minutes, so there is a time for all of a page; code behind it is
    without colours.

    Args:
        seconds: That time.
        clock: Tells the time in seconds.
    """

    def __init__(self, seconds: float = _COLOURING_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        self._left = seconds
        self._clock = clock
        self._parser = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer)
        self._parser.enable(["table", "strikethrough"]).use(tasklists_plugin)
        self._parser.validateLink = _is_allowed  # type: ignore[method-assign]
        self._parser.normalizeLink = lambda url: url  # type: ignore[method-assign]

    def markdown(self, text: str) -> str:
        """A Markdown text as HTML; one of more than 200,000 characters is shown as it is."""
        if len(text) > _LONGEST_TEXT:
            return block(text)
        try:
            return str(self._parser.render(clean(text), {_RENDERING: self}))
        except RecursionError:
            return block(text)

    def coloured(self, text: str, language: str) -> str:
        """A text as a block of code in the colours of its language, if that is known and there is time for it."""
        lines = clean(text)
        is_long = len(lines) > _LONGEST_CODE or max(map(len, lines.split("\n"))) > _LONGEST_LINE
        if not language or is_long or self._left <= 0:
            return block(text)
        out, begun = io.StringIO(), self._clock()
        try:
            lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
            tokens = self._timed(lexer.get_tokens(lines), begun + self._left)
            HtmlFormatter(nowrap=True, classprefix=_PREFIX).format(tokens, out)
        except (ClassNotFound, RecursionError, ValueError, _TooSlowError):
            return block(text)
        finally:
            self._left -= self._clock() - begun
        return f'<pre><code class="code">{out.getvalue()}</code></pre>\n'

    def _timed(self, tokens: Iterable[_Coloured], until: float) -> Iterator[_Coloured]:
        """The same, up to a moment.

        Raises:
            _TooSlowError: There are more.
        """
        for token in tokens:
            if self._clock() > until:
                raise _TooSlowError
            yield token


def block(text: str) -> str:
    """A text as a block of code without colours."""
    return f"<pre><code>{plain(text)}</code></pre>\n"


def colours(style: str) -> str:
    """The rules of the colours of code, in one of the styles of Pygments."""
    formatter = HtmlFormatter(style=style, classprefix=_PREFIX)
    rules: list[str] = formatter.get_style_defs(".code").splitlines()  # type: ignore[no-untyped-call]
    return "\n".join(rule for rule in rules if rule.startswith(".code ."))


def _is_allowed(url: str) -> bool:
    """Whether something may be a link, or a picture, at all."""
    return bool(_LINK.fullmatch(url)) or url[:11].lower() == "data:image/"


class _Renderer(RendererHTML):
    """Writes what the parser found; everything that could fetch, run or style is written in another way."""

    def fence(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A block of code."""
        words = tokens[idx].info.split(maxsplit=1)
        rendering: Rendering = env[_RENDERING]
        return rendering.coloured(tokens[idx].content, words[0] if words else "")

    def code_block(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A block of code that is told by its indentation."""
        return block(tokens[idx].content)

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """A picture that the text itself holds, or in the place of any other what stands for it."""
        token = tokens[idx]
        words = self.renderInlineAsText(token.children, options, env) if token.children else ""
        source = str(token.attrGet("src") or "")
        if address := checked_address(source):
            return f'<img src="{escape(address)}" alt="{escape(words)}">'
        at = f" ({source})" if source[:5].lower() != "data:" else ""
        return f'<span class="absent">[Picture: {escape(words or "untitled")}{escape(at)}]</span>'

    def link_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """The beginning of a link."""
        address = str(tokens[idx].attrGet("href") or "")
        if not _LINK.fullmatch(address):
            return "<a>"
        return f'<a href="{escape(address)}" rel="noopener noreferrer" target="_blank">'

    def th_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """The beginning of a heading cell."""
        return _cell(tokens[idx])

    def td_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """The beginning of a cell."""
        return _cell(tokens[idx])


def _cell(token: Token) -> str:
    """The beginning of a cell, with its alignment as a class: the page allows no other styles than its own."""
    found = _ALIGNMENT.fullmatch(str(token.attrGet("style") or ""))
    return f'<{token.tag} class="{found[1]}">' if found else f"<{token.tag}>"
