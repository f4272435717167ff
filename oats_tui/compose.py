"""The one place where the parts are built and joined."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import signal
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from oats_tui.background import Background
from oats_tui.chat.chat import Chat
from oats_tui.chat.ledger import Folder, Ledger
from oats_tui.chat.state import TURN_CHANGED
from oats_tui.core.bus import Event, bus
from oats_tui.core.config import get_cache_dir, get_data_dir, get_state_dir, set_data_dir
from oats_tui.core.crash import Crashes
from oats_tui.core.datadir import check_data_dir
from oats_tui.core.errors import OatsError
from oats_tui.core.handback import give_back
from oats_tui.core.log import start_log
from oats_tui.core.settings import Settings, load_settings
from oats_tui.core.storage import Storage
from oats_tui.core.terminal import colour_depth
from oats_tui.provider.registry import Models
from oats_tui.session.meta import MetaStorage
from oats_tui.session.search import SearchIndex
from oats_tui.session.session import Session, get_session_storage

if TYPE_CHECKING:
    from oats_tui.ui.app import OatsApp
    from oats_tui.ui.desk import Start
    from oats_tui.ui.painting.pacing import Pacing

LAST = "last"

INTERRUPTED = 130
"""The exit code after ctrl+c, where that came before there was a screen."""

ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGABRT, signal.SIGUSR1, signal.SIGUSR2)
"""Signals that end the program in good order where nobody else handles them."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ended:
    """How the program ended.

    Attributes:
        code: The exit code.
        session_id: The session that was open, or None.
        problems: What a person must be told now that the screen is gone, one sentence each.
        cut: How many answers were cut off.
    """

    code: int
    session_id: str | None
    problems: tuple[str, ...]
    cut: int = 0


def run(
    data_dir: str | None,
    model: str | None,
    resume: str | None,
    project: str | None,
    low_bandwidth: bool | None = None,
) -> Ended:
    """Build everything, show the screen until it is closed, and return how it ended.

    Raises OatsError where the start cannot be: a configuration that cannot be read, a model that nobody knows,
    a data directory that cannot be written, a session that is not there.
    """
    crashes = Crashes(get_state_dir() / "crash")
    try:
        with crashes.hooks():
            settings = _settings(data_dir, model, low_bandwidth)
            ended = _show(settings, model, resume, project, crashes)
    except OatsError:
        raise
    except KeyboardInterrupt:
        ended = Ended(INTERRUPTED, None, ())
    except Exception as error:  # noqa: BLE001 - whatever it is, the terminal is given back and a report written
        crashes.note(error)
        ended = Ended(1, None, ())
    finally:
        give_back()
    told = crashes.told()
    return replace(ended, problems=(*ended.problems, told)) if told else ended


def _settings(data_dir: str | None, model: str | None, low_bandwidth: bool | None) -> Settings:
    """Return what is configured, with what the command line says."""
    set_data_dir(Path(data_dir) if data_dir else None)
    settings = load_settings(model)
    if low_bandwidth is None:
        return settings
    return settings.model_copy(update={"low_bandwidth": low_bandwidth})


def _show(
    settings: Settings, model: str | None, resume: str | None, project: str | None, crashes: Crashes
) -> Ended:
    """Do what `run` does, without a net below."""
    log_path = start_log(get_state_dir())
    check_data_dir()
    models = Models(settings, get_cache_dir())
    if model is not None:
        models.choose(model)
    models.default()
    _set_environment()
    return asyncio.run(_run(settings, models, resume, project, log_path, crashes))


async def _run(
    settings: Settings, models: Models, resume: str | None, project: str | None, log_path: Path, crashes: Crashes
) -> Ended:
    """Show the screen, and put everything away afterwards."""
    ledger = Ledger(get_session_storage(), MetaStorage())
    chat = Chat(ledger, models, bus, titles=settings.titles == "model")
    search = SearchIndex(get_cache_dir(), get_data_dir(), bus)
    background = Background(ledger.answers, search)
    begun = _start(settings, await _session_id(resume), project, log_path, background)
    start = replace(begun, crashes=crashes)
    app = _app(chat, start)
    crashes.end = partial(asyncio.get_running_loop().call_soon_threadsafe, app.exit, None, 1)
    with _ends_on_signals(app) as at_once:
        try:
            await app.run_async()
        finally:
            await _end(app, chat, background, settings.finish_minutes * 60.0, at_once)
    code = app.return_code or (1 if chat.unsaved else 0)
    return Ended(code, app.open_id, tuple(chat.unsaved), chat.cut)


async def _end(app: OatsApp, chat: Chat, background: Background, patience: float, at_once: asyncio.Event) -> None:
    """Put everything away; where the terminal has gone, answers go on for a while.

    The session that was open is the last one, also where an answer in another one ends after it was left.
    """
    if app.is_hung_up:
        _let_go_of_terminal()
        await app.put_away()
        forget = bus.subscribe(TURN_CHANGED, lambda event: _left_again(app, event))
        await chat.close(patience, at_once)
        forget()
        await background.stop()
    else:
        await asyncio.gather(background.stop(), chat.close(), app.put_away())
    await app.note_left()


async def _left_again(app: OatsApp, event: Event) -> None:
    """Keep which session was open once an answer has ended."""
    if event.data["state"] is None:
        await app.note_left()


def _let_go_of_terminal() -> None:
    """Have nothing to do with a terminal any more, which may have gone."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


def _start(
    settings: Settings, resume: str | None, project: str | None, log_path: Path, background: Background
) -> Start:
    """Return how the program was started, for the screen."""
    from oats_tui.ui.desk import Start

    working = working_folder()
    leader, notices = checked_leader(settings.leader)
    return Start(
        folder=Folder(Path(project).expanduser().resolve() if project else project_of(working), working),
        memory_path=get_state_dir() / "memory.json",
        resume=resume,
        watching=background.start,
        notices=(*settings.notices, *notices),
        leader=leader,
        keys=dict(settings.keys),
        theme=settings.theme,
        log_path=log_path,
        search=background.search,
        pacing=_pacing(settings.low_bandwidth, os.environ),
        notifications=settings.notifications,
    )


def _pacing(wish: bool | None, environ: Mapping[str, str]) -> Pacing:
    """Return how the line to the terminal is treated; it is another machine's where ssh has set its variables."""
    from oats_tui.ui.painting.pacing import Pacing

    is_remote = any(environ.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"))
    return Pacing("auto" if wish is None else "on" if wish else "off", is_remote=is_remote)


def _set_environment() -> None:
    """Say how the screen is to be drawn. Textual reads this once, when it is imported."""
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    os.environ.setdefault("TEXTUAL_SMOOTH_SCROLL", "0")
    depth = colour_depth(os.environ)
    os.environ.setdefault("TEXTUAL_COLOR_SYSTEM", depth if depth in ("256", "truecolor") else "standard")


def _app(chat: Chat, start: Start) -> OatsApp:
    """Build the screen."""
    # A thread that imports or parses gives way to a typed key five times sooner than usual.
    sys.setswitchinterval(0.001)
    from oats_tui.ui.app import OatsApp
    from oats_tui.ui.memory import load_memory

    return OatsApp(chat, load_memory(start.memory_path), start, bus)


def working_folder() -> Path:
    """Return the working directory, or the home directory where that has been deleted."""
    try:
        return Path.cwd()
    except OSError:
        return Path.home()


def checked_leader(key: str) -> tuple[str, tuple[str, ...]]:
    """Return the leader key, and what is to be said of one that would take a letter or enter away from typing."""
    if re.fullmatch(r"((ctrl|alt|shift)\+[a-z0-9_]+|f[0-9]{1,2})", key):
        return key, ()
    return "ctrl+x", (f"The configuration's leader “{key}” is a key for typing, so it stays ctrl+x.",)


def project_of(folder: Path) -> Path:
    """Return the top of the git checkout that a folder is in, or the folder itself."""

    def is_top(place: Path) -> bool:
        try:
            return (place / ".git").exists()
        except OSError:
            return False

    return next((place for place in (folder, *folder.parents) if is_top(place)), folder)


async def _session_id(wanted: str | None) -> str | None:
    """Return the id of the session that begins with what was asked for; "last" and None stay.

    Raises OatsError where none or several begin with it.
    """
    if wanted is None or wanted == LAST:
        return wanted
    ids = await Storage("sessions", Session).list_ids()
    found = [wanted] if wanted in ids else [session_id for session_id in ids if session_id.startswith(wanted)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise OatsError(
            f"No session’s id begins with “{wanted}”.", hint="Start without -r and choose from the list."
        )
    raise OatsError(f"{len(found)} sessions’ ids begin with “{wanted}”.", hint="Give more of the id.")


@contextlib.contextmanager
def _ends_on_signals(app: OatsApp) -> Iterator[asyncio.Event]:
    """End the screen in good order when the system asks for it, or the terminal goes away.

    Gives an event that is set once there is no time for answers to come to their end.
    """
    loop, at_once = asyncio.get_running_loop(), asyncio.Event()

    def end_now() -> None:
        """End the screen, and all that goes on without one."""
        at_once.set()
        app.exit()

    handlers = {signal.SIGHUP: app.hang_up, **dict.fromkeys(filter(_is_free, ENDING), end_now)}
    for name, handler in handlers.items():
        loop.add_signal_handler(name, handler)
    try:
        yield at_once
    finally:
        for name in handlers:
            loop.remove_signal_handler(name)


def _is_free(number: signal.Signals) -> bool:
    """Return whether nobody else handles a signal."""
    handler = signal.getsignal(number)
    return not callable(handler) or handler is signal.default_int_handler
