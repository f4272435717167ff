"""Where things are kept: the data directory shared with oats, and this program's own places."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

from oats_tui.core.errors import OatsError
from oats_tui.core.files import Signature, read_regular

_APP = "oats-tui"
_DATA_DIR_KEY = "data_dir"
_OATS_DIR = "~/.local/share/oats"

_chosen: Path | None = None
_last_read: tuple[Path, Signature, str | None] | None = None


class ConfigError(OatsError):
    """A configuration file says something that cannot be followed.

    Args:
        path: The file.
        expected: A sentence: what should stand there.
        line: Line of the fault, counted from 1; None if the whole file is meant.
        key: The key whose value is wrong; None if it is not about one.
    """

    def __init__(self, path: Path, expected: str, line: int | None = None, key: str | None = None) -> None:
        place = f"{path}, line {line}" if line else f"{path}"
        about = f"{place}, key {key}" if key else place
        super().__init__(
            "A configuration file could not be used.",
            f"{about}: {expected}",
            "Correct the file, then start the program again.",
        )
        self.path = path
        self.expected = expected
        self.line = line
        self.key = key


def set_data_dir(path: str | os.PathLike[str] | None) -> None:
    """Choose the data directory for this process, before every other setting.

    Args:
        path: The folder, `~` is expanded; None or an empty text takes the choice back.
    """
    global _chosen
    text = "" if path is None else os.fspath(path)
    _chosen = _expand(text) if text else None


def get_data_dir() -> Path:
    """The folder that holds `sessions/`, looked up anew at every call; it need not exist.

    The strongest of: `set_data_dir`, OATS_TUI_DATA_DIR, `data_dir` of the coder.json, CODER_DATA_DIR,
    ~/.local/share/oats. An empty setting counts as none.

    Raises:
        ConfigError: The coder.json was needed and cannot be understood.
    """
    return _choice()[0]


def data_dir_source() -> str:
    """Which setting chose the data directory, as a phrase that can stand behind "chosen by".

    It is "--data-dir" (whoever called `set_data_dir`), the name of an environment variable, "data_dir in" and the
    path of a file, or "the default".

    Raises:
        ConfigError: The coder.json was needed and cannot be understood.
    """
    return _choice()[1]


def get_oats_data_dir() -> Path:
    """The data directory of oats itself, which knows nothing of `set_data_dir` and OATS_TUI_DATA_DIR.

    Raises:
        ConfigError: The coder.json was needed and cannot be understood.
    """
    return _shared_choice()[0]


def find_coder_json() -> Path | None:
    """The configuration of oats: the file CODER_CONFIG_FILE names, else the one in ~/.local/share/oats.

    Returns:
        The path of the first that exists, or None.
    """
    named = os.environ.get("CODER_CONFIG_FILE")
    candidates = [_expand(named)] if named else []
    candidates.append(_expand(f"{_OATS_DIR}/coder.json"))
    return next((path for path in candidates if _exists(path)), None)


def get_config_dir() -> Path:
    """The folder of the settings, `~/.config/oats-tui` unless XDG_CONFIG_HOME says otherwise."""
    return _xdg("XDG_CONFIG_HOME", "~/.config")


def get_cache_dir() -> Path:
    """The folder of what can be made again, `~/.cache/oats-tui` unless XDG_CACHE_HOME says otherwise."""
    return _xdg("XDG_CACHE_HOME", "~/.cache")


def get_state_dir() -> Path:
    """The folder of logs and drafts, `~/.local/state/oats-tui` unless XDG_STATE_HOME says otherwise."""
    return _xdg("XDG_STATE_HOME", "~/.local/state")


def read_json_config(path: Path) -> dict[str, Any]:
    """The JSON object that a configuration file holds.

    Raises:
        ConfigError: The file cannot be read, is not JSON (with line and column), or is not an object.
    """
    return _parse_object(path, _read_text(path))


def _choice() -> tuple[Path, str]:
    """The data directory, and the setting that chose it."""
    if _chosen is not None:
        return _chosen, "--data-dir"
    text = os.environ.get("OATS_TUI_DATA_DIR")
    return (_expand(text), "OATS_TUI_DATA_DIR") if text else _shared_choice()


def _shared_choice() -> tuple[Path, str]:
    """The same among the settings that oats knows."""
    path = find_coder_json()
    if path is not None and (text := _coder_data_dir(path)):
        return _expand(text), f"{_DATA_DIR_KEY} in {path}"
    text = os.environ.get("CODER_DATA_DIR")
    return (_expand(text), "CODER_DATA_DIR") if text else (_expand(_OATS_DIR), "the default")


def _coder_data_dir(path: Path) -> str | None:
    """The `data_dir` of the coder.json; the file is read again only when it has changed."""
    global _last_read
    try:
        found = path.stat()
    except OSError:
        return None
    seen = Signature(found.st_mtime_ns, found.st_size, found.st_ino)
    if _last_read is None or _last_read[:2] != (path, seen):
        _last_read = (path, seen, _read_data_dir(path))
    return _last_read[2]


def _read_data_dir(path: Path) -> str | None:
    """The `data_dir` that a coder.json names, None if it names none."""
    text = _read_text(path)
    value = _parse_object(path, text).get(_DATA_DIR_KEY)
    if value is None or isinstance(value, str):
        return value
    before = text.partition(f'"{_DATA_DIR_KEY}"')[0]
    expected = f"expected a text with the path of a folder, found {type(value).__name__}."
    raise ConfigError(path, expected, before.count("\n") + 1, _DATA_DIR_KEY)


def _read_text(path: Path) -> str:
    """The text of a configuration file, which may be a link."""
    try:
        return read_regular(path, follow=True).decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(path, f"it could not be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ConfigError(path, "expected UTF-8 text.", line) from error


def _parse_object(path: Path, text: str) -> dict[str, Any]:
    """The JSON object in a text."""
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise ConfigError(path, f"column {error.colno}: expected JSON, {error.msg}.", error.lineno) from None
    except RecursionError:
        raise ConfigError(path, "expected JSON that is not nested so deeply.") from None
    except ValueError:
        raise ConfigError(path, "expected numbers of fewer digits.") from None
    if not isinstance(value, dict):
        raise ConfigError(path, "expected a JSON object, { … }.", 1)
    return value


def _xdg(variable: str, default: str) -> Path:
    """This program's folder below an XDG base; a base that is not absolute is to be ignored."""
    base = os.environ.get(variable, "")
    return (Path(base) if Path(base).is_absolute() else _expand(default)) / _APP


def _expand(text: str) -> Path:
    """An absolute path with `~` expanded; where there is no such home, `~` stays as it is."""
    return Path(os.path.abspath(os.path.expanduser(text)))  # noqa: PTH100, PTH111 - Path.expanduser raises for an unknown user


def _exists(path: Path) -> bool:
    """Whether there is something; what may not be looked at counts as there, so that it gets reported."""
    try:
        path.stat()
    except OSError as error:
        return error.errno not in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP, errno.ENAMETOOLONG)
    except ValueError:
        return False
    return True
