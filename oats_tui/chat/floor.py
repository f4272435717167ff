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
        waited = False
        while session_id not in self._held:
            lock = await self._answers.take_turn(session_id)
            if lock is not None:
                self._held[session_id] = lock
                return bool(await self._answers.recover(session_id, lock)) or waited
            waited = True
            turn.show(replace(turn.state, phase="waiting", note=ELSEWHERE))
            await self._pace.sleep(LOOK_AGAIN)
        return waited

    def leave(self, session_id: str) -> None:
        """Let others answer in the session."""
        lock = self._held.pop(session_id, None)
        if lock is not None:
            lock.release()
