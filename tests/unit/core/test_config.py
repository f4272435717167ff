from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from oats_tui.core.config import (
    ConfigError,
    data_dir_source,
    find_coder_json,
    get_cache_dir,
    get_config_dir,
    get_data_dir,
    get_oats_data_dir,
    get_state_dir,
    read_json_config,
    set_data_dir,
)


def write_coder_json(home: Path, value: object) -> Path:
    path = home / ".local/share/oats/coder.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(value if isinstance(value, str) else json.dumps(value))
    return path


def test_each_setting_of_the_data_directory_is_stronger_than_the_next(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert get_data_dir() == home / ".local/share/oats"
    monkeypatch.setenv("CODER_DATA_DIR", "/coder")
    assert get_data_dir() == Path("/coder")
    write_coder_json(home, {"data_dir": "/json"})
    assert get_data_dir() == Path("/json")
    monkeypatch.setenv("OATS_TUI_DATA_DIR", "/env")
    assert get_data_dir() == Path("/env")
    set_data_dir("/option")
    assert get_data_dir() == Path("/option")
    set_data_dir(None)
    assert get_data_dir() == Path("/env")


def test_the_setting_that_chose_the_data_directory_is_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert data_dir_source() == "the default"
    monkeypatch.setenv("CODER_DATA_DIR", "/coder")
    assert data_dir_source() == "CODER_DATA_DIR"
    path = write_coder_json(home, {"data_dir": "/json"})
    assert data_dir_source() == f"data_dir in {path}"
    named = home / "named.json"
    named.write_text('{"data_dir": "/named"}')
    monkeypatch.setenv("CODER_CONFIG_FILE", "~/named.json")
    assert data_dir_source() == f"data_dir in {named}"
    named.write_text('{"data_dir": ""}')
    assert data_dir_source() == "CODER_DATA_DIR"
    monkeypatch.setenv("OATS_TUI_DATA_DIR", "/env")
    assert data_dir_source() == "OATS_TUI_DATA_DIR"
    set_data_dir("/option")
    assert data_dir_source() == "--data-dir"


def test_the_data_directory_of_oats_is_not_moved_by_our_own_settings(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OATS_TUI_DATA_DIR", "/env")
    set_data_dir("/option")
    assert get_oats_data_dir() == home / ".local/share/oats"
    monkeypatch.setenv("CODER_DATA_DIR", "/coder")
    assert get_oats_data_dir() == Path("/coder")
    write_coder_json(home, {"data_dir": "/json"})
    assert get_oats_data_dir() == Path("/json")


@pytest.mark.parametrize("name", ["OATS_TUI_DATA_DIR", "CODER_DATA_DIR"])
def test_a_tilde_is_expanded_and_an_empty_setting_is_none(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "~/mine")
    assert get_data_dir() == home / "mine"
    monkeypatch.setenv(name, "")
    assert get_data_dir() == home / ".local/share/oats"


def test_a_tilde_is_expanded_in_the_option_and_in_the_file_too(home: Path) -> None:
    write_coder_json(home, {"data_dir": "~/json"})
    assert get_data_dir() == home / "json"
    set_data_dir("~/option")
    assert get_data_dir() == home / "option"
    set_data_dir("")
    assert get_data_dir() == home / "json"


@pytest.mark.parametrize("value", [{}, {"data_dir": ""}, {"data_dir": None}, {"provider": {"x": [1]}}])
def test_a_coder_json_without_data_dir_sets_none(home: Path, value: object) -> None:
    write_coder_json(home, value)
    assert get_data_dir() == home / ".local/share/oats"


def test_an_unknown_user_s_tilde_is_no_error(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OATS_TUI_DATA_DIR", "~nobody-of-this-name/x")
    assert get_data_dir().parts[-2:] == ("~nobody-of-this-name", "x")


def test_a_relative_path_is_made_absolute(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home)
    monkeypatch.setenv("OATS_TUI_DATA_DIR", "here")
    assert get_data_dir() == Path.cwd() / "here"


def test_looking_the_data_directory_up_creates_nothing(home: Path) -> None:
    get_data_dir()
    assert list(home.iterdir()) == []


def test_the_named_coder_json_comes_before_the_one_at_home(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    at_home = write_coder_json(home, {"data_dir": "/home"})
    named = home / "named.json"
    named.write_text('{"data_dir": "/named"}')
    assert find_coder_json() == at_home
    monkeypatch.setenv("CODER_CONFIG_FILE", "~/named.json")
    assert find_coder_json() == named
    assert get_data_dir() == Path("/named")


def test_a_missing_named_file_is_no_error(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODER_CONFIG_FILE", str(home / "missing.json"))
    assert find_coder_json() is None
    assert get_data_dir() == home / ".local/share/oats"
    at_home = write_coder_json(home, {"data_dir": "/home"})
    assert find_coder_json() == at_home


def test_a_coder_json_that_changes_is_read_again(home: Path) -> None:
    path = write_coder_json(home, {"data_dir": "/one"})
    assert get_data_dir() == Path("/one")
    path.write_text('{"data_dir": "/other"}')
    assert get_data_dir() == Path("/other")
    path.unlink()
    assert get_data_dir() == home / ".local/share/oats"


def test_a_broken_coder_json_is_told_with_file_line_and_column(home: Path) -> None:
    path = write_coder_json(home, '{\n  "data_dir": "/x",\n  oops\n}')
    with pytest.raises(ConfigError) as caught:
        get_data_dir()
    assert caught.value.line == 3
    for word in (str(path), "line 3", "column 3", "JSON"):
        assert word in str(caught.value)


def test_a_broken_coder_json_does_not_matter_when_a_stronger_setting_is_there(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_coder_json(home, "{")
    monkeypatch.setenv("OATS_TUI_DATA_DIR", "/env")
    assert get_data_dir() == Path("/env")


def test_a_data_dir_of_another_type_is_told_with_its_key_and_line(home: Path) -> None:
    write_coder_json(home, '{\n  "a": 1,\n  "data_dir": 7\n}')
    with pytest.raises(ConfigError) as caught:
        get_data_dir()
    assert (caught.value.line, caught.value.key) == (3, "data_dir")
    assert "int" in str(caught.value)
    assert caught.value.hint


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[1]", "object"),
        (b"\xff{}", "UTF-8"),
        (b"[" * 100_000, "JSON"),
        (b"", "JSON"),
    ],
)
def test_a_file_that_is_no_object_is_told(home: Path, content: bytes, words: str) -> None:
    path = home / "x.json"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=words):
        read_json_config(path)


def test_a_configuration_may_be_a_link_and_start_with_a_mark(home: Path) -> None:
    (home / "real.json").write_bytes(b'\xef\xbb\xbf{"a": 1}')
    (home / "link.json").symlink_to("real.json")
    assert read_json_config(home / "link.json") == {"a": 1}


def test_a_pipe_in_the_place_of_a_configuration_does_not_hang(home: Path) -> None:
    os.mkfifo(home / "pipe.json")
    with pytest.raises(ConfigError):
        read_json_config(home / "pipe.json")


def test_our_own_places_follow_the_environment_unless_it_is_relative(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [
        (get_config_dir, "XDG_CONFIG_HOME", ".config"),
        (get_cache_dir, "XDG_CACHE_HOME", ".cache"),
        (get_state_dir, "XDG_STATE_HOME", ".local/state"),
    ]
    for get, name, default in cases:
        assert get() == home / default / "oats-tui"
        monkeypatch.setenv(name, "relative/path")
        assert get() == home / default / "oats-tui"
        monkeypatch.setenv(name, "/absolute")
        assert get() == Path("/absolute/oats-tui")
