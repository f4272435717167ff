"""Reading that never hangs, and writing that leaves either the old file or the new one.

The only package that writes below the data directory. Every save goes through one thread per process, so saves
happen in the order in which they were asked for; adding to journals, and tidying, have threads of their own.
"""

from oats_tui.core.files.append import append, is_own_growth, retire, rewrite
from oats_tui.core.files.atomic import (
    is_own_write,
    move_aside,
    remove,
    remove_file,
    replace_file,
    tighten,
    write_atomic,
)
from oats_tui.core.files.folders import ensure_folder, expect_to_stay, sync_folder
from oats_tui.core.files.lock import PATIENCE, Holder, Lock, LockedError, holder, locked, myself, try_lock
from oats_tui.core.files.reading import (
    UNSETTLED,
    NotRegularError,
    Signature,
    opened_regular,
    read_from,
    read_regular,
    read_version,
    signature,
    signature_of,
)
from oats_tui.core.files.worker import Lane, finished, submit

__all__ = [
    "PATIENCE",
    "UNSETTLED",
    "Holder",
    "Lane",
    "Lock",
    "LockedError",
    "NotRegularError",
    "Signature",
    "append",
    "ensure_folder",
    "expect_to_stay",
    "finished",
    "holder",
    "is_own_growth",
    "is_own_write",
    "locked",
    "move_aside",
    "myself",
    "opened_regular",
    "read_from",
    "read_regular",
    "read_version",
    "remove",
    "remove_file",
    "replace_file",
    "retire",
    "rewrite",
    "signature",
    "signature_of",
    "submit",
    "sync_folder",
    "tighten",
    "try_lock",
    "write_atomic",
]
