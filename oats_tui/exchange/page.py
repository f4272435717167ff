"""A session as one page that needs nothing else: no script, no other file, no network."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

from oats_tui.exchange import told
from oats_tui.exchange.page_style import style
from oats_tui.exchange.pictures import checked_address, data_address
from oats_tui.exchange.rendering import Rendering, block, plain
from oats_tui.session.message import ImagePart, Message, TextPart, ToolCallPart, ToolResultPart, UnknownPart
from oats_tui.session.meta import SessionMeta
from oats_tui.session.models import Session


def page_of(session: Session, meta: SessionMeta) -> str:
    """The session as an HTML page.

    What was said is rendered as Markdown, with HTML in it shown as text. Pictures are shown if the session holds
    them, and links lead to http, https and mailto only. A policy in the page forbids all else.
    """
    title, rules, rendering = plain(told.title_of(session)), style(), Rendering()
    lines = [
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_policy(rules)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        f"<title>{title}</title>",
        f"<style>{rules}</style>",
        "</head>",
        "<body>",
        f'<h1 dir="auto">{title}</h1>',
        "<dl>",
        *(f"<dt>{plain(name)}</dt><dd>{plain(told.one_line(value))}</dd>" for name, value in told.facts(session)),
        "</dl>",
        "<main>",
    ]
    for message in session.messages:
        lines += _article(message, meta, rendering)
    return "\n".join([*lines, "</main>", "</body>", "</html>", ""])


def _policy(rules: str) -> str:
    """What the page may do: show its own rules, and the pictures that it holds."""
    mark = base64.b64encode(hashlib.sha256(rules.encode()).digest()).decode("ascii")
    sources = f"style-src 'sha256-{mark}'; img-src data:"
    return f"default-src 'none'; {sources}; base-uri 'none'; form-action 'none'"


def _article(message: Message, meta: SessionMeta, rendering: Rendering) -> Iterator[str]:
    """A message."""
    yield f'<article class="{message.role}">'
    yield f"<header><h2>{plain(told.speaker(message))}</h2><time>{told.moment(message.created_at)}</time></header>"
    if thinking := told.thinking_of(message, meta):
        yield f"<details><summary>Thinking</summary>\n{_words(thinking)}</details>"
    for part in message.parts:
        if isinstance(part, TextPart):
            yield f'<div dir="auto">\n{rendering.markdown(part.content)}</div>'
        elif isinstance(part, ToolCallPart):
            inside = rendering.coloured(told.arguments(part.arguments), "json")
            yield f"<details><summary>Tool call: {_name(part.tool_name)}</summary>\n{inside}</details>"
        elif isinstance(part, ToolResultPart):
            yield _result(part)
        elif isinstance(part, ImagePart):
            yield _picture(part)
        elif isinstance(part, UnknownPart):
            unknown = f"A part of the kind {_name(part.type)} is not shown; the JSON export has it."
            yield f'<p class="remark">{unknown}</p>'
    for remark in told.remarks(message, meta):
        yield f'<p class="remark">{plain(remark)}</p>'
    yield "</article>"


def _result(part: ToolResultPart) -> str:
    """What a tool answered."""
    shown = [] if part.error is None or part.error == part.output else [block(part.error)]
    if part.output or not shown:
        shown.append(block(part.output))
    failed = ' <span class="failed">(failed)</span>' if part.error is not None else ""
    return f"<details><summary>Result of {_name(part.tool_name)}{failed}</summary>\n{''.join(shown)}</details>"


def _picture(part: ImagePart) -> str:
    """A picture, if the session holds it."""
    address = data_address(part.data) if part.data else checked_address(part.url or "")
    if address:
        return f'<p><img src="{plain(address)}" alt="Picture"></p>'
    return f'<p class="absent">{plain(told.picture(part))}</p>'


def _words(text: str) -> str:
    """A text in which lines are broken to fit."""
    return f'<pre class="words">{plain(text)}</pre>\n'


def _name(text: str) -> str:
    """The name of a tool."""
    return plain(told.one_line(text)) or "–"
