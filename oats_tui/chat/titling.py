"""Titles from the model: after the first exchange of a conversation, in the background, never in anybody's way."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing

from oats_tui.chat.ledger import Ledger, title_from
from oats_tui.chat.titles import clean_title
from oats_tui.core.errors import OatsError
from oats_tui.provider import base
from oats_tui.provider.names import LOCAL, ModelRef
from oats_tui.provider.registry import Models
from oats_tui.session.models import Session

PROMPT = "Write a title of three to six words for this conversation, in its language. Reply with the title only."
"""What the model is asked, behind the beginning of the conversation."""

MOST_TOKENS = 40
"""Tokens that the model may use for a title."""

PATIENCE = 30.0
"""Seconds after which a title is no longer waited for."""

_ASKED, _ANSWERED = 800, 400
_LONGEST_ANSWER = 2000

_log = logging.getLogger(__name__)


class Titler:
    """Gives conversations titles while nobody waits for an answer, one at a time.

    A title replaces only the one that was made from the first line. Whatever goes wrong, that one stays.

    Args:
        ledger: What is written down, and where.
        models: Where titles come from.
        is_wanted: Whether there are to be such titles at all.
    """

    def __init__(self, ledger: Ledger, models: Models, *, is_wanted: bool) -> None:
        self._ledger = ledger
        self._models = models
        self._is_wanted = is_wanted
        self._first: set[str] = set()
        self._answering: set[str] = set()
        self._waiting: dict[str, ModelRef] = {}
        self._work: asyncio.Task[None] | None = None
        self._saving: set[asyncio.Task[None]] = set()

    def begun(self, session: Session) -> None:
        """Give way to an answer that begins; what is being asked now is asked again afterwards."""
        self._answering.add(session.id)
        if not any(message.role == "assistant" for message in session.messages):
            self._first.add(session.id)
        if self._work is not None:
            self._work.cancel()

    def ended(self, session_id: str, ref: ModelRef) -> None:
        """Go on once no answer is awaited any more, with the session whose first exchange this was as well."""
        self._answering.discard(session_id)
        if session_id in self._first and self._is_wanted and ref.provider_id != LOCAL:
            self._waiting[session_id] = ref
        self._first.discard(session_id)
        if self._waiting and not self._answering:
            before, self._work = self._work, asyncio.create_task(self._go_on())
            if before is not None:
                before.cancel()

    async def close(self) -> None:
        """Stop; a title that has come already is still written down."""
        self._is_wanted = False
        self._waiting.clear()
        if self._work is not None:
            self._work.cancel()
            await asyncio.wait({self._work})
        if self._saving:
            await asyncio.wait(self._saving)

    async def _go_on(self) -> None:
        """Give one session after the other its title."""
        while self._waiting and not self._answering:
            session_id, ref = next(iter(self._waiting.items()))
            try:
                async with asyncio.timeout(PATIENCE):
                    session = await self._ledger.load(session_id)
                    title = await self._title(session, ref)
            except (OatsError, TimeoutError) as error:
                _log.info("session %s keeps its title: %s", session_id, type(error).__name__)
                title = None
            except Exception:  # noqa: BLE001 - whatever a source of answers does, a title is not worth an end
                _log.warning("session %s keeps its title", session_id, exc_info=True)
                title = None
            self._waiting.pop(session_id, None)
            if title is not None:
                await self._save(session_id, title_from(_said(session)[0]), title)

    async def _title(self, session: Session, ref: ModelRef) -> str | None:
        """Ask the model for a title; None where there is nothing to be asked, or nothing came of it."""
        asked, answered = _said(session)
        if not answered or session.title != title_from(asked):
            return None
        request = f"{PROMPT}\n\nUser: {asked[:_ASKED]}\n\nAssistant: {answered[:_ANSWERED]}"
        messages = [{"role": "user", "content": request}]
        pieces, length = [], 0
        events = self._models.provider(ref).stream(messages, ref.model_id, base.Options(max_tokens=MOST_TOKENS))
        async with aclosing(events):
            async for event in events:
                if isinstance(event, base.Text):
                    pieces.append(event.text)
                    length += len(event.text)
                if length > _LONGEST_ANSWER or event == base.End("length"):
                    return None
        return clean_title("".join(pieces))

    async def _save(self, session_id: str, before: str, title: str) -> None:
        """Write a title down; that is not given up half-way."""
        saving = asyncio.create_task(self._replace(session_id, before, title))
        self._saving.add(saving)
        saving.add_done_callback(self._saving.discard)
        await asyncio.shield(saving)

    async def _replace(self, session_id: str, before: str, title: str) -> None:
        """Put a title in the place of the one made from the first line."""
        try:
            async with self._ledger.editing(session_id) as session:
                if session.title == before:
                    # Not a change of what happened in it: it keeps its place in the list, and stays read.
                    session.info.title = title
        except OatsError as error:
            _log.info("session %s keeps its title: %s", session_id, error.title)


def _said(session: Session) -> tuple[str, str]:
    """Return what was asked first, and the answer to that; an empty text for what is not there."""
    asked = next((each for each in session.messages if each.role == "user"), None)
    answered = next((each for each in session.messages if each.role == "assistant"), None)
    return asked.get_text_content() if asked else "", answered.get_text_content() if answered else ""
