"""Sessions looked up in their folder: what cannot be understood is logged and left out."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from oats_tui.core.codec import fault
from oats_tui.core.items import SUFFIX, Patience, is_fresh, item_names
from oats_tui.session.entries import Entry, look_at
from oats_tui.session.index import list_folder
from oats_tui.session.models import Session, SessionInfo
from oats_tui.session.store.held import Held
from oats_tui.session.store.places import Places, places_of
from oats_tui.session.store.reading import Newest, load, load_newest
from oats_tui.session.trash import unfinished

_log = logging.getLogger(__name__)


def family_of(session_id: str, folder: Path) -> list[str]:
    """A session and all that were made from it, directly or not, itself first; of a missing one only itself.

    Only files that hold the session of their name count. What a deletion of it that failed has moved to the trash
    is there as well.

    Raises:
        StorageError: The folder cannot be listed.
    """
    entries = list_folder(folder)
    states = {entry.id: entry.state for entry in entries}
    family = dict.fromkeys([session_id])
    # What was made from a session whose file is gone, or holds another one, stays.
    if states.get(session_id, "missing") not in ("missing", "foreign"):
        made_from = _made_from(entries)
        waiting = [session_id]
        for above in waiting:
            new = [each for each in made_from[above] if each not in family]
            family |= dict.fromkeys(new)
            waiting += new
    return list(family | dict.fromkeys(sorted(unfinished(Places(folder.parent, session_id)))))


def _made_from(entries: Iterable[Entry]) -> defaultdict[str, list[str]]:
    """By id, the sessions that say they were made from it."""
    made_from: defaultdict[str, list[str]] = defaultdict(list)
    for entry in entries:
        info = entry.info if entry.state == "ok" else None
        if info is not None:
            for above in {info.parent_session_id, info.root_session_id} - {None}:
                made_from[str(above)].append(entry.id)
    return made_from


def session_or_none(session_id: str, known: Held | None = None) -> Session | None:
    """A session, or None; what an earlier one held is taken over where nothing has changed."""
    places = places_of(session_id)
    try:
        session = load(places, known)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        _log.warning("%s was left out: %s", places.file, fault(error))
        return None
    if session.id != session_id:
        _log.warning("The file of session %s was left out: it holds another one.", session_id)
        return None
    return session


def newest_or_none(session_id: str) -> Newest | None:
    """The end of a session, or None."""
    places = places_of(session_id)
    try:
        newest = load_newest(places)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        _log.warning("%s was left out: %s", places.file, fault(error))
        return None
    return newest if newest.info.id == session_id else None


def peeked(folder: Path, session_ids: Iterable[str]) -> list[Entry]:
    """What lies under some ids; what cannot be understood and was changed a moment ago is left out."""
    found = []
    for session_id in session_ids:
        entry = look_at(folder, session_id, Patience(0))
        if entry.state != "damaged" or not is_fresh(folder / f"{session_id}{SUFFIX}"):
            found.append(entry)
    return found


def all_sessions(folder: Path) -> list[Session]:
    """Every session that can be read."""
    return [session for session in map(session_or_none, item_names(folder)) if session is not None]


def all_infos(folder: Path) -> list[SessionInfo]:
    """The facts about every session that tells them."""
    infos = []
    for entry in list_folder(folder):
        info = entry.info
        if info is None:
            _log.warning("Session %s was left out: %s", entry.id, entry.problem)
        else:
            infos.append(info)
    return infos
