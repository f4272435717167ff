"""The types of bus events that this program adds to those of `EventType`."""

from __future__ import annotations

from typing import Final

JOURNAL_CHANGED: Final = "journal.changed"
"""Another program wrote in a session's journal; its data is ``session_id``."""

STOP_REQUESTED: Final = "stop.requested"
"""Another program wants the answer in a session stopped; its data is ``session_id``."""

SESSION_MERGED: Final = "session.merged"
"""What another program's old copy had dropped was put back.

Its data is ``session_id`` and ``restored``, a number of messages.
"""

WATCHING_CHANGED: Final = "watching.changed"
"""How changes by others are noticed has changed; its data is ``how`` (a `Watching`) and ``why``, a sentence."""
