"""Sessions named on the command line by the beginning of their id."""

from __future__ import annotations

import bisect
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from oats_tui.core.config import get_data_dir
from oats_tui.core.errors import OatsError
from oats_tui.core.items import item_names
from oats_tui.session.index import list_folder
from oats_tui.shell.output import Output

LAST = "last"

SHORT = 8
"""The least characters of an id that a person is shown."""

_FEW = 3


def find(wanted: str, ids: Sequence[str], of_what: str) -> str:
    """Return the one id that is meant.

    Args:
        wanted: An id, or its beginning.
        ids: All ids, sorted.
        of_what: What the ids are of, as in "No session".

    Raises:
        OatsError: None or several begin with it.
    """
    start = bisect.bisect_left(ids, wanted)
    if wanted and ids[start : start + 1] == [wanted]:
        return wanted
    found = []
    for each in ids[start:] if wanted else ():
        if not each.startswith(wanted):
            break
        found.append(each)
    if len(found) == 1:
        return found[0]
    if not found:
        raise OatsError(f"No {of_what}’s id begins with “{wanted}”.")
    told = ", ".join(found[:_FEW]) + (", …" if len(found) > _FEW else "")
    raise OatsError(f"{len(found):,} ids begin with “{wanted}”: {told}.", hint="Give more of the id.")


def found_sessions(out: Output, wanted: Iterable[str]) -> list[tuple[str, str]]:
    """Return what was named and the id that is meant, each session once; what is not found is told.

    This blocks, so that ctrl+c ends it at once: it is not for the event loop.

    Args:
        out: Is told of what is not found.
        wanted: Beginnings of ids, and "last" for the session with the newest activity.

    Raises:
        StorageError: The folder cannot be listed.
    """
    folder = get_data_dir() / "sessions"
    ids = item_names(folder)

    def named(text: str) -> str:
        """The id that is meant."""
        return newest(folder) if text == LAST and LAST not in ids else find(text, ids, "session")

    return found_of(out, wanted, named)


def found_of(out: Output, wanted: Iterable[str], named: Callable[[str], str]) -> list[tuple[str, str]]:
    """Return what was named and the id that is meant, each once; what is not found is told."""
    found: dict[str, str] = {}
    for each in wanted:
        try:
            found.setdefault(named(each), each)
        except OatsError as error:
            out.failed(each, error)
    return [(each, session_id) for session_id, each in found.items()]


def home_path(name: str) -> Path:
    """Return the path of a file that was named; a leading ``~`` is somebody's home, where there is one."""
    return Path(os.path.expanduser(name))  # noqa: PTH111 - Path.expanduser raises for an unknown user


def newest(folder: Path) -> str:
    """Return the session with the newest activity.

    Raises:
        OatsError: There is none.
    """
    entries = [entry for entry in list_folder(folder) if entry.updated is not None]
    if not entries:
        raise OatsError("There is no session yet.", str(folder))
    return max(entries, key=lambda entry: (entry.updated, entry.id)).id


def short_ids(ids: Sequence[str]) -> dict[str, str]:
    """Return by id the shortest beginning that names it alone, of `SHORT` characters at least.

    Args:
        ids: All ids, sorted.
    """
    shortest: dict[str, str] = {}
    before = ""
    for index, each in enumerate(ids):
        after = ids[index + 1] if index + 1 < len(ids) else ""
        length = SHORT
        # Most ids differ earlier, and a look at the slices is all that they cost.
        while length < len(each) and each[:length] in (before[:length], after[:length]):
            length += 1
        shortest[each] = each[:length]
        before = each
    return shortest
