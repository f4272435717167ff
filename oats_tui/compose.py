"""The one place where the parts are built and joined."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import re
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from oats_tui.chat.chat import Chat
from oats_tui.chat.ledger import Folder, Ledger
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
from oats_tui.core.topics import WATCHING_CHANGED
from oats_tui.provider.registry import Models
from oats_tui.session.answers import AnswerStorage
from oats_tui.session.meta import MetaStorage
from oats_tui.session.session import Session, get_session_storage

if TYPE_CHECKING:
    from oats_tui.ui.app import OatsApp
    from oats_tui.ui.desk import Start

LAST = "last"

INTERRUPTED = 130
"""The exit code after ctrl+c, where that came before there was a screen."""

ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGABRT)
"""Signals that end the program in good order."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ended:
    """How the program ended.

    Attributes:
        code: The exit code.
        session_id: The session that was open, or None.
        problems: What a person must be told now that the screen is gone, one sentence each.
    """

    code: int
    session_id: str | None
    problems: tuple[str, ...]


def run(data_dir: str | None, model: str | None, resume: str | None, project: str | None) -> Ended:
    """Build everything, show the screen until it is closed, and return how it ended.

    Raises OatsError where the start cannot be: a configuration that cannot be read, a model that nobody knows,
    a data directory that cannot be written, a session that is not there.
    """
    crashes = Crashes(get_state_dir() / "crash")
    try:
        with crashes.hooks():
            ended = _show(data_dir, model, resume, project, crashes)
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


def _show(
    data_dir: str | None, model: str | None, resume: str | None, project: str | None, crashes: Crashes
) -> Ended:
    """Do what `run` does, without a net below."""
    set_data_dir(Path(data_dir) if data_dir else None)
    settings = load_settings(model)
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
    chat = Chat(Ledger(get_session_storage(), MetaStorage()), models, bus)
    watch = _Watch(chat.ledger.answers)
    start = replace(_start(settings, await _session_id(resume), project, log_path, watch), crashes=crashes)
    app = _app(chat, start)
    crashes.end = partial(asyncio.get_running_loop().call_soon_threadsafe, app.exit, None, 1)
    with _ends_on_signals(app) as at_once:
        try:
            await app.run_async()
        finally:
            await _end(app, chat, watch, settings.finish_minutes * 60.0, at_once)
    code = app.return_code or (1 if chat.unsaved else 0)
    return Ended(code, app.open_id, tuple(chat.unsaved))


async def _end(app: OatsApp, chat: Chat, watch: _Watch, patience: float, at_once: asyncio.Event) -> None:
    """Put everything away; where the terminal has gone, answers go on for a while."""
    if app.is_hung_up:
        _let_go_of_terminal()
        await app.put_away()
        await chat.close(patience, at_once)
        await watch.stop()
    else:
        await asyncio.gather(watch.stop(), chat.close(), app.put_away())


def _let_go_of_terminal() -> None:
    """Have nothing to do with a terminal any more, which may have gone."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.close(nowhere)


class _Watch:
    """The watcher while the screen is up; and once, at its start, the recovery of what a kill left behind."""

    def __init__(self, answers: AnswerStorage) -> None:
        self._answers = answers
        self._task: asyncio.Task[None] | None = None
        self._recovery: asyncio.Task[object] | None = None

    async def start(self) -> None:
        """Begin to watch; changes by others are noticed when this returns. Raises OatsError if not."""
        from oats_tui.watch.folder import FolderWatcher

        watcher = FolderWatcher(get_data_dir(), bus)
        self._task = asyncio.create_task(watcher.run())
        self._task.add_done_callback(_tell_end)
        await watcher.ready()
        self._recovery = asyncio.create_task(self._answers.recover_all())
        await asyncio.sleep(0)
        if self._task.done() and not self._task.cancelled() and (error := self._task.exception()):
            raise OatsError(
                "What others write is not noticed.",
                str(error),
                "Start again to see the newest state of everything.",
            )

    async def stop(self) -> None:
        """End the watching."""
        tasks = [task for task in (self._task, self._recovery) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _tell_end(watching: asyncio.Task[None]) -> None:
    """Tell that nothing is noticed any more, where the watching has ended by itself."""
    if not watching.cancelled() and (error := watching.exception()) is not None:
        _log.error("the folder is not watched any more", exc_info=error)
        why = "what others write is not noticed until the next start"
        bus.publish_sync(Event(WATCHING_CHANGED, {"how": "off", "why": why}))


def _start(settings: Settings, resume: str | None, project: str | None, log_path: Path, watch: _Watch) -> Start:
    """Return how the program was started, for the screen."""
    from oats_tui.ui.desk import Start

    working = working_folder()
    leader, notices = checked_leader(settings.leader)
    return Start(
        folder=Folder(Path(project).expanduser().resolve() if project else project_of(working), working),
        memory_path=get_state_dir() / "memory.json",
        resume=resume,
        watching=watch.start,
        notices=(*settings.notices, *notices),
        leader=leader,
        keys=dict(settings.keys),
        theme=settings.theme,
        log_path=log_path,
        notifications=settings.notifications,
    )


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

    handlers = {signal.SIGHUP: app.hang_up, **dict.fromkeys(ENDING, end_now)}
    for name, handler in handlers.items():
        loop.add_signal_handler(name, handler)
    try:
        yield at_once
    finally:
        for name in handlers:
            loop.remove_signal_handler(name)
