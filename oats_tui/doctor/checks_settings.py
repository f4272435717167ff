"""Can the settings be read, and do oats and this program mean the same folder? Keys are never shown."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator
from pathlib import Path

from oats_tui.core.config import ConfigError, find_coder_json, get_config_dir, get_oats_data_dir
from oats_tui.core.datadir import try_writing
from oats_tui.core.errors import OatsError
from oats_tui.core.files import read_regular
from oats_tui.core.settings import load_settings
from oats_tui.doctor.checks_rights import check_private
from oats_tui.doctor.finding import Area, Finding, reason

_KEY_NAME = b"api_key"
_OTHERS = 0o077


def config_toml() -> Path:
    """The file of the settings, which need not be there."""
    return get_config_dir() / "config.toml"


def check_settings() -> Iterator[Finding]:
    """Read the settings, and say which files they come from."""
    path = config_toml()
    try:
        settings = load_settings()
    except OatsError as error:
        yield settings_problem(error)
    except (RuntimeError, ValueError) as error:
        # A variable names a path that is none, or the home of nobody.
        yield Finding(
            "settings", "problem", f"They cannot be read: {error}", "Correct the path in the environment."
        )
    else:
        for notice in settings.notices:
            yield Finding("settings", "warning", notice, "Correct it; until then it is passed over.")
    yield Finding(
        "settings",
        "ok",
        "Your settings are in this file." if path.exists() else "There are no settings of yours in this place.",
        path=path,
    )
    coder = find_coder_json()
    if coder is not None:
        yield Finding("settings", "ok", "Services and models of oats are taken from this file.", path=coder)
    for file in (path, coder):
        if file is not None:
            yield from _open_keys(file)


def check_oats(data_dir: Path) -> Iterator[Finding]:
    """Find out whether oats would use the same data directory."""
    try:
        other = get_oats_data_dir()
    except OatsError:
        return  # told by the settings
    if os.path.realpath(other) != os.path.realpath(data_dir):
        yield Finding(
            "settings",
            "note",
            f"oats itself would use another data directory, {other}: the two programs do not share sessions.",
            "If they should, leave out --data-dir and OATS_TUI_DATA_DIR, or let oats’s data_dir name this folder.",
            other,
        )


def check_own_folder(area: Area, folder: Path) -> Iterator[Finding]:
    """Find out whether one of our folders outside the data directory can be used."""
    if not os.path.lexists(folder):
        above = next((place for place in folder.parents if place.exists()), Path("/"))
        if above.is_dir() and os.access(above, os.W_OK | os.X_OK):
            yield Finding(area, "ok", "It is made when it is needed.", path=folder)
        else:
            yield _useless(area, folder, f"it is not there, and this user cannot make it in {above}")
        return
    try:
        try_writing(folder)
    except OSError as error:
        yield _useless(area, folder, reason(error))
        return
    yield from check_private(area, folder)
    yield Finding(area, "ok", "It can be written.", path=folder)


def settings_problem(error: OatsError) -> Finding:
    """What is to be said of settings that cannot be used."""
    path = error.path if isinstance(error, ConfigError) else None
    return Finding("settings", "problem", f"{error.title} {error.detail}", error.hint, path)


def _open_keys(path: Path) -> Iterator[Finding]:
    """Find out whether others may read a file in which keys stand."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        holds_keys = bool(mode & _OTHERS) and _KEY_NAME in read_regular(path, follow=True)
    except OSError:
        return  # told by the settings
    if holds_keys:
        yield Finding(
            "permissions",
            "warning",
            f"Others on this machine may get at a file in which keys stand (mode {mode:04o}).",
            f"chmod 600 {shlex.quote(str(path))}",
            path,
        )


def _useless(area: Area, folder: Path, why: str) -> Finding:
    """What is to be said of a folder that cannot be used."""
    return Finding(
        area,
        "warning",
        f"It cannot be used: {why}. The program works without it, but slower or with less of a memory.",
        "See who owns it and what its permissions are.",
        folder,
    )
