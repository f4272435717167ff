"""A session as a file for others: Markdown, a page, or the JSON that oats reads."""

from __future__ import annotations

from typing import Literal, TypeAlias

from oats_tui.core.codec import replace_surrogates
from oats_tui.exchange.writing import write_export
from oats_tui.session.meta import SessionMeta
from oats_tui.session.models import Session
from oats_tui.session.store.codec import join
from oats_tui.session.store.draft import capture

__all__ = ["Kind", "exported", "suffix", "write_export"]

Kind: TypeAlias = Literal["markdown", "html", "json"]

_SUFFIXES: dict[Kind, str] = {"markdown": ".md", "html": ".html", "json": ".json"}


def suffix(kind: Kind) -> str:
    """How the name of a file of a kind ends, with the dot."""
    return _SUFFIXES[kind]


def exported(session: Session, meta: SessionMeta, kind: Kind) -> str:
    """A session as the text of a file.

    Args:
        session: The session.
        meta: Our own facts about it: what its models thought, and how answers ended. JSON does not have them,
            because it is the file that oats reads.
        kind: `markdown`; `html`, one page that needs nothing else; or `json`, which can be imported again.
    """
    if kind == "json":
        return b"".join(join(capture(session).encoded())).decode("utf-8", "replace")
    # The libraries that make Markdown a page are slow to import, and only needed for one.
    if kind == "html":
        from oats_tui.exchange.page import page_of

        return replace_surrogates(page_of(session, meta))
    from oats_tui.exchange.markdown import markdown_of

    return replace_surrogates(markdown_of(session, meta))
