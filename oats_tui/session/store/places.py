"""Where the files of a session are, below the data directory."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from oats_tui.core.config import get_data_dir
from oats_tui.core.items import SUFFIX, check_id


@dataclass(frozen=True, slots=True)
class Places:
    """The files of one session.

    Attributes:
        data_dir: The data directory.
        id: The session's id.
        of_prev: Whether the file that was replaced last is meant in place of the session's.
    """

    data_dir: Path
    id: str
    of_prev: bool = False

    @property
    def file(self) -> Path:
        """The session itself, which oats reads and writes as well."""
        if self.of_prev:
            return self.prev
        return self.data_dir / "sessions" / f"{self.id}{SUFFIX}"

    @property
    def journal(self) -> Path:
        """What we add to it, written down at once."""
        return ours(self.data_dir) / "journal" / f"{self.id}.log"

    @property
    def meta(self) -> Path:
        """Our own facts about it."""
        return ours(self.data_dir) / "meta" / f"{self.id}{SUFFIX}"

    @property
    def about(self) -> Path:
        """What its models thought, and how long its answers took."""
        return ours(self.data_dir) / "about" / f"{self.id}.log"

    @property
    def prev(self) -> Path:
        """A second name of the file that our last save replaced; it can be thrown away."""
        return ours(self.data_dir) / "prev" / self.id

    def at_prev(self) -> Places:
        """The same with the file that was replaced last in place of the session's."""
        return replace(self, of_prev=True)

    @property
    def lock(self) -> Path:
        """Held while the session is saved; it can be thrown away while no program runs."""
        return ours(self.data_dir) / "locks" / f"{self.id}.lock"

    @property
    def turn(self) -> Path:
        """Held while something is answered in the session; likewise."""
        return ours(self.data_dir) / "locks" / f"{self.id}.turn"

    @property
    def request(self) -> Path:
        """What other programs ask the one that answers in it; it can be thrown away."""
        return ours(self.data_dir) / "requests" / f"{self.id}{SUFFIX}"

    @property
    def quarantine(self) -> Path:
        """The folder of copies of what could not be understood, of all sessions."""
        return ours(self.data_dir) / "quarantine"


def ours(data_dir: Path) -> Path:
    """The folder of what is not shared with oats."""
    return data_dir / "oats_tui"


def places_of(session_id: str) -> Places:
    """The files of a session in the data directory as it is set now.

    Raises:
        StorageError: The id is none.
    """
    check_id(session_id)
    return Places(get_data_dir(), session_id)
