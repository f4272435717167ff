"""Who may answer in a session: one program at a time."""

from __future__ import annotations

from dataclasses import replace

from oats_tui.chat.pace import Pace
from oats_tui.chat.turn import Turn
from oats_tui.session.answers import AnswerStorage, TurnLock

LOOK_AGAIN = 0.2
"""Seconds between two looks whether another program has finished answering."""

ELSEWHERE = "Another window is answering in this session."


class Floor:
    """Takes the turn to answer in sessions, and gives it back.

    Args:
        answers: Where turns are taken.
        pace: Time.
    """

    def __init__(self, answers: AnswerStorage, pace: Pace) -> None:
        self._answers = answers
        self._pace = pace
        self._held: dict[str, TurnLock] = {}

    async def take(self, turn: Turn) -> bool:
        """Wait until nobody else answers in the turn's session; returns whether the session may have changed.

        What another program was answering when it ended is brought to its end. Raises StorageError where that
        cannot be done.
        """
        session_id = turn.message.session_id
        if session_id in self._held:
            return False
        lock = await self._answers.take_turn(session_id)
        waited = lock is None
        if lock is None:
            lock = await self._wait(turn)
        self._held[session_id] = lock
        # What was asked of the one who answered before is nothing to this one.
        await self._answers.forget_request(session_id)
        return bool(await self._answers.recover(session_id, lock)) or waited

    async def _wait(self, turn: Turn) -> TurnLock:
        """Wait for the turn, and say in the journal that the message does."""
        session_id = turn.message.session_id
        turn.show(replace(turn.state, phase="waiting", note=ELSEWHERE))
        try:
            await self._answers.queue(session_id, turn.asked_id)
            while True:
                await self._pace.sleep(LOOK_AGAIN)
                lock = await self._answers.take_turn(session_id)
                if lock is not None:
                    return lock
        finally:
            # Nobody waits for this: what is written last says that the message waits no more.
            self._answers.unqueue(session_id, turn.asked_id)

    def leave(self, session_id: str) -> None:
        """Let others answer in the session."""
        lock = self._held.pop(session_id, None)
        if lock is not None:
            lock.release()
