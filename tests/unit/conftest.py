from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from oats_tui.core import config

_VARIABLES = (
    "OATS_TUI_DATA_DIR",
    "CODER_CONFIG_FILE",
    "CODER_DATA_DIR",
    "XDG_CONFIG_HOME",
    "XDG_CACHE_HOME",
    "XDG_STATE_HOME",
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home of its own, and no setting in the environment."""
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    config.set_data_dir(None)
    yield folder
    config.set_data_dir(None)


@pytest.fixture
def data_dir(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory that does not exist yet."""
    folder = home / "data"
    monkeypatch.setenv("OATS_TUI_DATA_DIR", str(folder))
    return folder
