from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from oats_tui.core.config import ConfigError
from oats_tui.core.errors import OatsError
from oats_tui.core.settings import load_settings

Write = Callable[[str | bytes], Path]
KEY = "sk-very-secret"
SERVICE = '[provider.a]\nbase_url = "http://a/v1"\n'


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("CODER_CONFIG_FILE", raising=False)
    return tmp_path


def writer(path: Path) -> Write:
    def write(text: str | bytes) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


@pytest.fixture
def toml(home: Path) -> Write:
    return writer(home / "config" / "oats-tui" / "config.toml")


@pytest.fixture
def coder(home: Path) -> Write:
    return writer(home / ".local" / "share" / "oats" / "coder.json")


def error_of() -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load_settings(environ={})
    assert KEY not in str(caught.value) + repr(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("text", "line", "key", "expected"),
    [
        ("\nmodel = 5", 2, "model", "a text, not a whole number"),
        ("theme = ['x']", 1, "theme", "a text, not a list"),
        ("leader = 2026-01-01", 1, "leader", "a text, not a date or a time"),
        ('keys = "x"', 1, "keys", "a table, not a text"),
        ('[keys]\n"chat.stop" = 1', 2, "keys.chat.stop", "a text"),
        ("[keys]\n# a remark\nstop = ''", 3, "keys.stop", "not empty"),
        ("provider = 1", 1, "provider", "a table"),
        ("[provider]\na = true", 2, "provider.a", "a table, not true or false"),
        ('[provider.a]\nbase_url = "localhost:8000"', 2, "provider.a.base_url", "an address"),
        ('[provider.a]\nbase_url = "ftp://x/v1"', 2, "provider.a.base_url", "an address"),
        (f'[provider.a]\nbase_url = "http://u:{KEY}@x/v1"', 2, "provider.a.base_url", "without a user"),
        (f'[provider.a]\nbase_url = "http://x/v1?key={KEY}"', 2, "provider.a.base_url", "an address"),
        (f'{SERVICE}api_key = ["{KEY}"]', 3, "provider.a.api_key", "a text, not a list"),
        (f"{SERVICE}enabled = 'yes'", 3, "provider.a.enabled", "true or false, not a text"),
        (f"{SERVICE}models = 'm'", 3, "provider.a.models", "a list, not a text"),
        (f"{SERVICE}models = ['m']", 3, "provider.a.models.1", "a table, not a text"),
        (f"{SERVICE}[[provider.a.models]]\n", 3, "provider.a.models.1.name", "a text that is not empty"),
        (
            f"{SERVICE}[[provider.a.models]]\nname='x'\n[[provider.a.models]]\nname='y'\ncontext='8k'",
            7,
            "provider.a.models.2.context",
            "a whole number, not a text",
        ),
        (f"{SERVICE}[[provider.a.models]]\nname='x'\ncontext=0", 5, "provider.a.models.1.context", "above 0"),
        (
            f"{SERVICE}[[provider.a.models]]\nname='x'\ncontext=true",
            5,
            "provider.a.models.1.context",
            "above 0",
        ),
        (
            f"{SERVICE}[[provider.a.models]]\nname='x'\nimages=1",
            5,
            "provider.a.models.1.images",
            "true or false",
        ),
    ],
)
def test_a_wrong_value_is_named_by_file_line_key_and_what_was_expected(
    toml: Write, text: str, line: int, key: str, expected: str
) -> None:
    path = toml(text)
    error = error_of()
    assert (error.path, error.line, error.key) == (path, line, key)
    assert expected in error.expected
    assert all(part in str(error) for part in (str(path), f"line {line}", key, expected))


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ('{\n "provider": []\n}', 2, "provider"),
        ('{"provider": {\n "a": {"name": "x",\n "base_url": 5}}}', 3, "provider.a.base_url"),
        (
            '{"provider": {"a": {"base_url": "http://x",\n"models": [\n{"name": "m"},\n{"name": 7}]}}}',
            4,
            "provider.a.models.2.name",
        ),
        ('{"model":\n{"provider_id": [1]}}', 2, "model.provider_id"),
        ('{"provider": {"a": {\n"enabled": "no"}}}', 2, "provider.a.enabled"),
    ],
)
def test_a_wrong_value_in_the_file_of_oats_is_named_the_same_way(
    coder: Write, text: str, line: int, key: str
) -> None:
    path = coder(text)
    error = error_of()
    assert (error.path, error.line, error.key) == (path, line, key)


@pytest.mark.parametrize(
    ("text", "line"),
    [('a = 1\nmodel = "x', 2), ("[provider\n", 1), ("x = 1\nx = 2\n", 2), (b"a = 1\n\nb = '\xff'", 3)],
)
def test_what_is_no_toml_is_told_with_its_line(toml: Write, text: str | bytes, line: int) -> None:
    path = toml(text)
    error = error_of()
    assert (error.path, error.line) == (path, line)
    assert "expected" in error.expected


def test_what_is_no_json_is_told_with_its_line(coder: Write) -> None:
    path = coder('{\n "provider": {,}\n}')
    error = error_of()
    assert (error.path, error.line) == (path, 2)


@pytest.mark.parametrize("place", ["config/oats-tui/config.toml", ".local/share/oats/coder.json"])
def test_a_directory_in_a_files_place_is_told(home: Path, place: str) -> None:
    (home / place).mkdir(parents=True)
    assert str(home / place) in str(error_of())


@pytest.mark.parametrize("place", ["config/oats-tui/config.toml", ".local/share/oats/coder.json"])
def test_a_file_that_may_not_be_read_is_told(place: str) -> None:
    # Everything is imported first: who gave up root may not be able to read the libraries.
    code = (
        "import os, tomllib\n"
        "from oats_tui.core.settings import load_settings\n"
        "from oats_tui.core.config import ConfigError\n"
        "if os.geteuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "try: load_settings(environ={})\n"
        "except ConfigError as error: print(error)\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = writer(Path(folder, place))("{}")
        for above in [*path.parents][: len(Path(place).parts)]:
            above.chmod(0o755)
        path.chmod(0)
        environment = {**os.environ, "HOME": folder, "XDG_CONFIG_HOME": f"{folder}/config"}
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
        )
    assert str(path) in done.stdout
    assert "Permission denied" in done.stdout


@pytest.mark.parametrize("address", ["nowhere", f"http://u:{KEY}@x/v1", "http://x/ v1", "http://"])
def test_a_wrong_address_in_the_environment_is_told(address: str) -> None:
    with pytest.raises(OatsError) as caught:
        load_settings(environ={"OPENAI_BASE_URL": address})
    assert "OPENAI_BASE_URL" in str(caught.value)
    assert KEY not in str(caught.value)


def test_whatever_stands_in_the_files_only_a_config_error_comes(toml: Write, coder: Write) -> None:
    chance = random.Random(20)
    good = f'{SERVICE}api_key = "k"\n[[provider.a.models]]\nname = "m"\ncontext = 5\n[keys]\na = "b"\n'
    other = '{"provider": {"a": {"base_url": "http://x", "models": [{"name": "m"}]}}, "model": {"model_id": "x"}}'
    failures = 0
    for _ in range(300):
        for write, text in ((toml, good), (coder, other)):
            at = chance.randrange(len(text))
            write(text[:at] + chance.choice('\x00"[]{}=\n5,ü.') + text[at + chance.randrange(3) :])
        try:
            load_settings(environ={})
        except ConfigError:
            failures += 1
    assert 100 < failures < 600
