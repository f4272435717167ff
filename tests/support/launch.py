"""Starts oats-tui in a pseudo-terminal, in a home of its own where nobody has ever configured anything."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.support.terminal import Terminal

#: What the screen of a new session shows once it can be typed into.
READY = "Ask anything"
QUIT = "\x11"


def launch(
    tmp_path: Path,
    *args: str,
    columns: int = 120,
    rows: int = 40,
    env: Mapping[str, str] | None = None,
    services: Mapping[str, str] | None = None,
) -> Terminal:
    """Start oats-tui.

    Home, data and configuration lie below `tmp_path`; programs launched with the same one share sessions.

    Args:
        tmp_path: An empty folder, or one another launch has used.
        *args: What follows the program's name on its command line.
        columns: Width of the terminal in cells.
        rows: Height of the terminal in cells.
        env: Variables to set beside those of `program_environment`.
        services: See `program_environment`.

    Returns:
        The running program; use it as a context manager.
    """
    environment = program_environment(tmp_path, services) | dict(env or {})
    argv = [sys.executable, "-m", "oats_tui", *args]
    return Terminal(argv, environment, environment["HOME"], columns=columns, rows=rows)


def program_environment(tmp_path: Path, services: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables oats-tui is started with; makes the folders and the configuration file they name.

    Args:
        tmp_path: Where `home`, `data` and `coder.json` are to be.
        services: Base URL of each provider by its name; each offers one model, named like itself, so that
            `{"fake": …}` gives `fake/fake`. None leaves a configuration of an earlier launch as it is.
    """
    home, data, config = tmp_path / "home", tmp_path / "data", tmp_path / "coder.json"
    home.mkdir(parents=True, exist_ok=True)
    data.mkdir(exist_ok=True)
    own = home / ".config" / "oats-tui" / "config.toml"
    if not own.exists():
        # What a service is asked is then what the test asks, and nothing else.
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_text('titles = "first line"\n', "utf-8")
    if services is not None or not config.exists():
        providers = {
            name: {"name": name, "base_url": url, "api_key": "x", "models": [{"name": name}]}
            for name, url in (services or {}).items()
        }
        config.write_text(json.dumps({"data_dir": str(data), "provider": providers}), "utf-8")
    return {"HOME": str(home), "CODER_CONFIG_FILE": str(config), "PYTHONPATH": str(_package_parent())}


def _package_parent() -> Path:
    """The folder from which this process imports the program, so that the launched one is the same."""
    spec = importlib.util.find_spec("oats_tui")
    if spec is None or spec.origin is None:
        raise RuntimeError("oats_tui cannot be imported: run from the checkout or install it")
    return Path(spec.origin).parents[1]
