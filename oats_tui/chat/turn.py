"""One answer, from the request to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace

from oats_tui.chat import backoff
from oats_tui.chat.coalesce import Coalescer
from oats_tui.chat.context import Request, build_request, estimate
from oats_tui.chat.pace import STREAM_INTERVAL, Pace
from oats_tui.chat.state import TURN_CHANGED, Phase, TurnState
from oats_tui.chat.thoughts import Thoughts
from oats_tui.core.bus import Event, EventBus, EventType
from oats_tui.provider import base
from oats_tui.session.answers import AnswerLog
from oats_tui.session.message import Message, TextPart

ANSWER_RESERVE = 768
"""Tokens of the context that a request leaves free for the answer."""

LARGEST_COUNT = 10**15
"""The most tokens that a source of answers is believed; sums of what a hostile one tells could not be saved."""

_SHRINK = 0.7
"""How much smaller the next request is when the model says that one was too long."""

_LONG = 500
"""A conversation of so many messages is made into a request in a thread."""


class Turn:
    """One answer in progress.

    Args:
        message: The assistant's message, empty; the answer grows in it.
        asked_id: The id of the message that is answered.
        provider: Who answers.
        bus: Where the growing answer is told: ``message.part.updated`` with the whole text so far, 20 times a
            second at most, and ``turn.changed`` with the new TurnState. The same moments write it down in the
            ``log``, where there is one. While the model thinks, the text may be empty.
        pace: Time and chance.
    """

    def __init__(
        self, message: Message, asked_id: str, provider: base.Provider, bus: EventBus, pace: Pace
    ) -> None:
        self.message = message
        self.asked_id = asked_id
        self.state = TurnState("waiting")
        self.note = ""
        self.log: AnswerLog | None = None
        self.thoughts = Thoughts(pace.clock)
        self.is_answered_elsewhere = False
        self._cut = False
        self._provider = provider
        self._bus = bus
        self._pace = pace
        self._part: TextPart | None = None
        self._pieces: list[str] = []
        self._coalescer = Coalescer(self._tell_text, STREAM_INTERVAL, pace.clock, pace.call_later)

    async def run(self, history: Sequence[Message]) -> None:
        """Ask for the answer to this conversation and take it in.

        When this returns or raises, ``message`` holds all text that came. Raises ProviderError.
        """
        try:
            await self._ask(history, self.message.model or "")
        finally:
            self._coalescer.close()
            self.thoughts.end()
            self._settle_text()
            self._write_down()

    @property
    def thinking(self) -> str:
        """What the model has thought so far; a program that is killed loses it."""
        return self.thoughts.text

    def text(self) -> tuple[str, str] | None:
        """Return the id and the whole text so far of the part that is growing; None before the first word."""
        self._settle_text()
        return None if self._part is None else (self._part.id, self._part.content)

    def cut_note(self) -> str:
        """Return a sentence where the answer ended because it was long enough; else an empty text."""
        return "The answer reached the longest length allowed. Write “continue” for more." if self._cut else ""

    def show(self, state: TurnState) -> None:
        """Take on a new state and tell it."""
        if state != self.state:
            self.state = state
            data = {"session_id": self.message.session_id, "state": state}
            self._bus.publish_sync(Event(TURN_CHANGED, data))

    async def _ask(self, history: Sequence[Message], model: str) -> None:
        """Send the request, again or smaller where that helps, until the first word; take in the rest."""
        context = self._provider.context(model)
        budget = None if context is None else context - ANSWER_RESERVE
        attempt = 0
        while True:
            request = await _built(history, budget, reads_images=self._provider.reads_images(model))
            self.note = request.note()
            try:
                await self._take_in(request, model)
                return
            except base.ProviderError as error:
                if self.message.parts:
                    raise
                if error.kind == "context":
                    budget = _smaller(request, history, error)
                    continue
                attempt += 1
                await self._wait(error, attempt)

    async def _wait(self, error: base.ProviderError, attempt: int) -> None:
        """Wait before the next attempt; raises the error where there is none."""
        delay = backoff.delay(attempt, error.retry_after, self._pace.jitter) if error.retryable else None
        if delay is None:
            raise error
        self.show(TurnState("retrying", attempt, backoff.ATTEMPTS - 1, error.title, self.state.queued))
        await self._pace.sleep(delay)

    async def _take_in(self, request: Request, model: str) -> None:
        """Send one request and take in what comes."""
        self._phase("waiting")
        self.thoughts.asked()
        events = self._provider.stream(request.messages, model, base.Options())
        async with aclosing(events):
            async for event in events:
                self._take(event)

    def _take(self, event: base.Event) -> None:
        """Take in one event."""
        match event:
            case base.Text(text):
                self._add_text(text)
            case base.Thinking(text):
                self.thoughts.think(text)
                self._phase("thinking")
                self._coalescer.changed()
            case base.ToolCall(id=call_id, name=name, arguments=arguments):
                self.thoughts.speak()
                self._settle_text()
                self._part = None
                self.message.add_tool_call(call_id, name, arguments)
            case base.Usage(counts):
                told = {name: max(0, min(LARGEST_COUNT, count)) for name, count in counts.items()}
                self.message.usage = {**(self.message.usage or {}), **told}
            case base.Progress(what, done, total):
                self.show(replace(self.state, phase=what, done=done, total=total, note=""))
            case base.End(reason):
                self._cut = reason == "length"

    def _phase(self, phase: Phase) -> None:
        """Take on a phase of which nothing more is known."""
        if self.state.phase != phase:
            self.show(TurnState(phase, queued=self.state.queued))

    def _add_text(self, text: str) -> None:
        """Add the next piece of the answer."""
        if not text:
            return
        if self._part is None:
            self._part = self.message.add_text("")
            self._pieces = []
        self._pieces.append(text)
        self.thoughts.speak()
        self._phase("answering")
        self._coalescer.changed()

    def _settle_text(self) -> None:
        """Put the text so far into the message."""
        if self._part is not None and len(self._pieces) != 1:
            self._pieces = ["".join(self._pieces)]
        if self._part is not None:
            self._part.content = self._pieces[0]

    def _write_down(self) -> None:
        """Keep what came so far, should this program end now."""
        if self.log is not None:
            self.log.write()

    def _tell_text(self) -> None:
        """Tell the whole text so far; while the model thinks, no part may be growing."""
        growing = self.text()
        self._write_down()
        data = {"session_id": self.message.session_id, "message_id": self.message.id}
        if growing is None:
            data |= {"text": self.message.get_text_content()}
        else:
            data |= {"part_id": growing[0], "text": growing[1]}
        self._bus.publish_sync(Event(EventType.MESSAGE_PART_UPDATED, data))


async def _built(history: Sequence[Message], budget: int | None, *, reads_images: bool) -> Request:
    """Return the request for a conversation; a long one takes its time, and stops nobody meanwhile."""
    if len(history) < _LONG:
        return build_request(history, budget, reads_images=reads_images)
    return await asyncio.to_thread(build_request, history, budget, reads_images=reads_images)


def _smaller(request: Request, history: Sequence[Message], error: base.ProviderError) -> int:
    """Return a budget under which the next request is shorter; raises the error where none can be."""
    sent = estimate(request.messages)
    budget = int(sent * _SHRINK)
    shorter = build_request(history, budget, reads_images=True)
    if shorter.left_out <= request.left_out:
        raise error
    return budget
