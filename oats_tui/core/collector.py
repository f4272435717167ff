"""The garbage collector, kept from stopping everything while very many objects are made."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_lock = threading.Lock()
_resting = 0
_was_enabled = False


@contextmanager
def resting_collector(*, keep: bool) -> Iterator[None]:
    """Keep the collector of cycles at rest for the length of a block, in all threads.

    The collector looks at every object again and again while their number grows, and holds the interpreter
    meanwhile: 50 ms at a time where a 44 MB session is read.

    Args:
        keep: Whether what was made will stay, so that the collector need not look at it later either. It goes as
            usual when nothing refers to it any more; only cycles in it would stay for good.
    """
    global _resting, _was_enabled
    with _lock:
        if _resting == 0:
            _was_enabled = gc.isenabled()
            gc.disable()
        _resting += 1
    try:
        yield
        if keep:
            gc.freeze()
    finally:
        with _lock:
            _resting -= 1
            if _resting == 0 and _was_enabled:
                gc.enable()
