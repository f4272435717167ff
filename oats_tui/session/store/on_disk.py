"""What lies on disk when a session is about to be saved, and cannot be taken as known."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from pydantic import ValidationError

from oats_tui.core import files
from oats_tui.core.codec import NotJsonError
from oats_tui.core.files import Signature
from oats_tui.core.items import Patience
from oats_tui.session.store.codec import NotASessionError, decode_info
from oats_tui.session.store.journal import Journal
from oats_tui.session.store.merge import Version, summaries
from oats_tui.session.store.places import Places
from oats_tui.session.store.quarantine import keep_copy
from oats_tui.session.store.reading import read_version
from oats_tui.session.store.replay import replay
from oats_tui.session.store.salvage import salvaged

_log = logging.getLogger(__name__)

_NOTHING = b"\n}"

_UNSETTLED_SECONDS = 0.5
"""For so long a file is read again that changes while it is read."""


@dataclass(frozen=True, slots=True)
class OnDisk:
    """What was found.

    Attributes:
        version: What is on disk, with what the journal has beyond it.
        signature: The version of the file.
        keys: The keys of the messages in the file itself.
        sums: The summaries among them.
        is_complete: Whether the file itself is whole and has everything that the journal has.
    """

    version: Version
    signature: Signature | None
    keys: frozenset[str]
    sums: frozenset[str]
    is_complete: bool


def look(places: Places, info: bytes, journal: Journal) -> OnDisk:
    """Read what is on disk.

    What cannot be understood is copied to the quarantine before something takes its place; what can be saved of it
    counts as being there.

    Args:
        places: Where it is.
        info: The facts to take where those on disk are beyond saving.
        journal: What the journal says.

    Raises:
        OSError: It cannot be read.
        StorageError: It could not be copied.
    """
    signature, is_whole = files.signature(places.file), True
    try:
        version, signature = _settled(places)
        is_ours = decode_info(version.info).id == places.id
    except (NotJsonError, NotASessionError, ValidationError) as error:
        _log.warning("%s is damaged; it goes to the quarantine: %s", places.file, type(error).__name__)
        saved = salvaged(files.read_regular(places.file))
        version = Version(info, saved.version.messages if saved else {}, _NOTHING)
        is_ours = saved is None or saved.id in (None, places.id)
        keep_copy(places.file, places.quarantine)
        is_whole = False
    if not is_ours:
        # The session of another id, perhaps as a copy: it is not to be mixed with this one.
        keep_copy(places.file, places.quarantine)
        version, is_whole = Version(info, {}, _NOTHING), False
    full = replay(version, journal) if version.info and journal.is_behind(signature) else version
    is_complete = is_whole and full is version
    return OnDisk(full, signature, frozenset(version.messages), summaries(version.messages), is_complete)


def _settled(places: Places) -> tuple[Version, Signature]:
    """The version in a session's file, read again as long as somebody writes it meanwhile.

    Of bytes that were being replaced nobody knows whose they are: what another program writes would seem to hold
    what was ours.
    """
    patience = Patience(_UNSETTLED_SECONDS)
    version, signature = read_version(places, Patience())
    while signature == files.UNSETTLED and patience.wait():
        version, signature = read_version(places, Patience())
    return version, signature
