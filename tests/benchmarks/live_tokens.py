"""How long a word of an answer takes to the window that asked, and to another one that shows the same session."""

from __future__ import annotations

import time

from tests.benchmarks import storage_data
from tests.benchmarks.live_place import Measured, Place, read, settle, window
from tests.benchmarks.live_reading import lags, lost, percentile
from tests.benchmarks.live_service import WORDS_A_SECOND, WordService
from tests.support.terminal import Terminal

_WORDS, _QUICK_WORDS = 400, 60
_SESSION_ID = "00000000-0000-4000-8000-0000000000b1"
_MESSAGES = 4
_QUESTION = "Say the words"
_SPARE_SECONDS = 60.0
_AFTER_SECONDS = 3.0


def tokens(place: Place) -> Measured:
    """Ask in one window and look at both."""
    count = _QUICK_WORDS if place.quick else _WORDS
    data = place.folder / "tokens"
    path = data / "sessions" / f"{_SESSION_ID}.json"
    storage_data.write_session(path, _MESSAGES)
    with WordService(count) as service:
        services = {"fake": service.url}
        with (
            window(place.home(), data, _SESSION_ID, services) as asking,
            window(place.home(), data, _SESSION_ID, services) as other,
        ):
            settle(asking, read(path))
            settle(other, read(path))
            _ask(asking)
            if not service.done.wait(count / WORDS_A_SECOND + _SPARE_SECONDS):
                raise AssertionError(asking.describe("the answer was not asked for, or never ended"))
            time.sleep(_AFTER_SECONDS)
    own, others = lags(asking.chunks, service.sent), lags(other.chunks, service.sent)
    troubles = lost("tokens, window A", own) + lost("tokens, window B", others)
    figures = {"a_p50": percentile(own, 50), "a_p95": percentile(own, 95)}
    figures |= {"b_p50": percentile(others, 50), "b_p95": percentile(others, 95)}
    floor = {"b_p50": figures["a_p50"], "b_p95": figures["a_p95"]}
    return Measured(figures, floor, troubles, {"window A": own, "window B": others})


def _ask(terminal: Terminal) -> None:
    """Type the question and send it."""
    terminal.send("/model fake/fake\r")
    terminal.quiet()
    terminal.send(_QUESTION)
    terminal.wait_for(_QUESTION)
    terminal.send("\r")
