"""A session as Markdown: what was said stands there as it was written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from markdown_it import MarkdownIt

from oats_tui.exchange import told
from oats_tui.session.message import ImagePart, Message, TextPart, ToolCallPart, ToolResultPart, UnknownPart
from oats_tui.session.meta import SessionMeta
from oats_tui.session.models import Session

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&$])")
_RUNS = re.compile(r"`+")
_LONGEST = 200_000
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})", re.MULTILINE)
# The ends of what Markdown takes as HTML up to its end, whatever stands between.
_CLOSERS = ("-->", "?>", "]]>", ">", "</script>", "</style>", "</pre>", "</textarea>")
_PROBE = "probe"


def markdown_of(session: Session, meta: SessionMeta) -> str:
    """The session as Markdown (CommonMark).

    Each message has a heading of the second level. Texts stand as they are; one that would swallow what follows,
    such as an unclosed block of code, is closed. Everything else is in fences longer than any inside.
    """
    lines = [f"# {escaped(told.title_of(session))}", ""]
    lines += [f"- {name}: {code(value)}" for name, value in told.facts(session)]
    parser = MarkdownIt("commonmark")
    for message in session.messages:
        heading = f"## {escaped(told.speaker(message))} · {told.moment(message.created_at)}"
        lines += ["", heading, *_body(message, meta, parser)]
    return "\n".join(lines) + "\n"


def _body(message: Message, meta: SessionMeta, parser: MarkdownIt) -> Iterator[str]:
    """What stands below the heading of a message."""
    if thinking := told.thinking_of(message, meta):
        yield from ("", "**Thinking**", "", fenced(thinking))
    for part in message.parts:
        if isinstance(part, TextPart):
            yield from ("", closed(part.content, parser))
        elif isinstance(part, ToolCallPart):
            yield from (
                "",
                f"**Tool call** {code(part.tool_name)}",
                "",
                fenced(told.arguments(part.arguments), "json"),
            )
        elif isinstance(part, ToolResultPart):
            yield from _result(part)
        elif isinstance(part, ImagePart):
            yield from ("", f"*{escaped(told.picture(part))}*")
        elif isinstance(part, UnknownPart):
            yield from ("", f"*A part of the kind {code(part.type)} is not shown; the JSON export has it.*")
    for remark in told.remarks(message, meta):
        yield from ("", f"*{escaped(remark)}*")


def _result(part: ToolResultPart) -> Iterator[str]:
    """What a tool answered."""
    failed = " (failed)" if part.error is not None else ""
    yield from ("", f"**Result of** {code(part.tool_name)}{failed}", "")
    if part.error is not None and part.error != part.output:
        yield from (fenced(part.error), "")
    if part.output or part.error is None or part.error == part.output:
        yield fenced(part.output)


def escaped(text: str) -> str:
    """A line of text that means itself in Markdown."""
    return _SPECIAL.sub(r"\\\1", told.one_line(text))


def code(text: str) -> str:
    """A line of text as code."""
    line = told.one_line(text)
    if not line:
        return "–"
    marks = "`" * (_longest_run(line) + 1)
    gap = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{marks}{gap}{line}{gap}{marks}"


def fenced(text: str, language: str = "") -> str:
    """A text in a fence that is longer than any inside."""
    fence = "`" * max(3, _longest_run(text) + 1)
    end = "" if text.endswith("\n") or not text else "\n"
    return f"{fence}{language}\n{text}{end}{fence}"


def _longest_run(text: str) -> int:
    """The most backticks that follow each other."""
    return max((len(run) for run in _RUNS.findall(text)), default=0)


def closed(text: str, parser: MarkdownIt) -> str:
    """A Markdown text behind which new Markdown begins.

    Args:
        text: What was said.
        parser: Tells what the text means.
    """
    if not _FENCE.search(text) and "<" not in text:
        return text
    if len(text) > _LONGEST:
        return fenced(text)
    if _ends(text, parser):
        return text
    fences = dict.fromkeys(found[1] for found in _FENCE.finditer(text))
    for closer in (*reversed(fences), *_CLOSERS):
        candidate = f"{text}\n{closer}"
        if _ends(candidate, parser):
            return candidate
    return fenced(text)


def _ends(text: str, parser: MarkdownIt) -> bool:
    """Whether a heading behind a text is one."""
    tokens = parser.parse(f"{text}\n\n## {_PROBE}\n")
    last = tokens[-3:]
    return [token.type for token in last] == ["heading_open", "inline", "heading_close"] and last[0].level == 0
