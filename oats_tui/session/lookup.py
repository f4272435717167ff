"""Sessions looked up in their folder: what cannot be understood is logged and left out."""

from __future__ import annotations

import logging
from pathlib import Path

from oats_tui.core.codec import fault
from oats_tui.core.items import item_names
from oats_tui.session.index import list_folder
from oats_tui.session.models import Session, SessionInfo
from oats_tui.session.places import places_of
from oats_tui.session.reading import Newest, load, load_newest

_log = logging.getLogger(__name__)


def family_of(session_id: str, folder: Path) -> list[str]:
    """A session and all that were made from it, directly or not, itself first.

    Raises:
        StorageError: The folder cannot be listed.
    """
    infos = [info for entry in list_folder(folder) if (info := entry.info) is not None]
    family = [session_id]
    for parent in family:
        family += (each.id for each in infos if each.parent_session_id == parent and each.id not in family)
    family += (each.id for each in infos if each.root_session_id == session_id and each.id not in family)
    return family


def session_or_none(session_id: str) -> Session | None:
    """A session, or None."""
    places = places_of(session_id)
    try:
        session = load(places)
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
