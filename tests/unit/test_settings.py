from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oats_tui.core.errors import OatsError
from oats_tui.core.settings import ModelSettings, Settings, key_variable, load_settings

KEY = "sk-very-secret"
Write = Callable[[str], Path]

OATS: dict[str, Any] = {
    "data_dir": "/data",
    "provider": {
        "vllm-small": {
            "name": "Small",
            "base_url": "http://gpu:8000/v1/",
            "api_key": KEY,
            "enabled": True,
            "models": [{"name": "hosted_vllm/chat:latest", "unknown": 1}],
        },
        "unused": {"base_url": "http://old/v1", "enabled": False, "models": []},
    },
    "model": {"provider_id": "vllm-small", "model_id": "hosted_vllm/chat:latest"},
    "tools": {"anything": ["at", "all"]},
}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("CODER_CONFIG_FILE", raising=False)
    return tmp_path


@pytest.fixture
def toml(home: Path) -> Write:
    def write(text: str) -> Path:
        path = home / "config" / "oats-tui" / "config.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write


@pytest.fixture
def coder(home: Path) -> Write:
    def write(text: str) -> Path:
        path = home / ".local" / "share" / "oats" / "coder.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write


def key_of(settings: Settings, service_id: str) -> str | None:
    key = settings.services[service_id].api_key
    return key.get_secret_value() if key else None


def test_without_any_file_there_is_nothing_and_no_complaint() -> None:
    assert load_settings(environ={}) == Settings()


def test_the_own_file_is_read(toml: Write) -> None:
    toml(
        """
        model = "here/big"
        theme = "nord"
        leader = "ctrl+g"
        [keys]
        "chat.stop" = "ctrl+c"
        [provider.here]
        base_url = "http://localhost:8000/v1/"
        api_key_command = "pass show here"
        [[provider.here.models]]
        name = "big"
        context = 32768
        images = false
        [[provider.here.models]]
        name = "small"
        """
    )
    settings = load_settings(environ={})
    assert (settings.model, settings.theme, settings.leader) == ("here/big", "nord", "ctrl+g")
    assert settings.keys == {"chat.stop": "ctrl+c"}
    here = settings.services["here"]
    assert (here.base_url, here.api_key, here.api_key_command) == (
        "http://localhost:8000/v1",
        None,
        "pass show here",
    )
    assert here.models == (
        ModelSettings(name="big", context=32768, images=False),
        ModelSettings(name="small"),
    )
    assert settings.notices == ()
    assert not here.routed


def test_the_file_of_oats_is_read_and_its_other_settings_are_passed_over(coder: Write) -> None:
    coder(json.dumps(OATS))
    settings = load_settings(environ={})
    small = settings.services["vllm-small"]
    assert (small.base_url, small.enabled, small.routed) == ("http://gpu:8000/v1", True, True)
    assert small.models == (ModelSettings(name="hosted_vllm/chat:latest"),)
    assert key_of(settings, "vllm-small") == KEY
    assert not settings.services["unused"].enabled
    assert (settings.model, settings.default_service) == ("vllm-small/hosted_vllm/chat:latest", "vllm-small")
    assert settings.notices == ()


def test_each_place_is_stronger_than_the_next(toml: Write, coder: Write) -> None:
    coder(json.dumps(OATS))
    names = [load_settings(environ={}).model]
    toml('model = "own"')
    names.append(load_settings(environ={}).model)
    names.append(load_settings(environ={"OATS_TUI_MODEL": "env"}).model)
    names.append(load_settings("argument", environ={"OATS_TUI_MODEL": "env"}).model)
    assert names == ["vllm-small/hosted_vllm/chat:latest", "own", "env", "argument"]


def test_places_add_to_each_other_service_by_service(toml: Write, coder: Write) -> None:
    coder(json.dumps(OATS))
    toml('[provider.vllm-small]\nbase_url = "http://other/v1"\n[provider.mine]\nbase_url = "http://mine/v1"')
    settings = load_settings(environ={})
    assert list(settings.services) == ["vllm-small", "mine", "unused"]
    assert settings.services["vllm-small"].base_url == "http://other/v1"
    assert key_of(settings, "vllm-small") == KEY
    assert settings.services["vllm-small"].models[0].name == "hosted_vllm/chat:latest"


@pytest.mark.parametrize(
    ("environ", "address", "key"),
    [
        ({"OPENAI_API_KEY": KEY}, "https://api.openai.com/v1", KEY),
        ({"OPENAI_BASE_URL": "http://localhost:1/v1/"}, "http://localhost:1/v1", None),
        ({"OPENAI_BASE_URL": "http://localhost:1/v1", "OPENAI_API_KEY": KEY}, "http://localhost:1/v1", KEY),
    ],
)
def test_openais_variables_make_a_service(environ: dict[str, str], address: str, key: str | None) -> None:
    settings = load_settings(environ=environ)
    assert settings.services["openai"].base_url == address
    assert key_of(settings, "openai") == key


def test_openais_variables_beat_the_files(toml: Write) -> None:
    toml(
        '[provider.openai]\nbase_url = "http://file/v1"\napi_key = "file"\n'
        '[[provider.openai.models]]\nname = "gpt"'
    )
    settings = load_settings(environ={"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "http://env/v1"})
    assert (settings.services["openai"].base_url, key_of(settings, "openai")) == ("http://env/v1", KEY)
    assert settings.services["openai"].models[0].name == "gpt"


def test_empty_variables_count_as_unset() -> None:
    assert load_settings(environ={"OPENAI_API_KEY": "", "OPENAI_BASE_URL": "", "OATS_TUI_MODEL": ""}) == Settings()


def test_a_service_has_a_key_variable_of_its_own(toml: Write) -> None:
    toml('[provider.my-own_2]\nbase_url = "http://x/v1"')
    assert key_variable("my-own_2") == "MY_OWN_2_API_KEY"
    assert key_of(load_settings(environ={"MY_OWN_2_API_KEY": KEY}), "my-own_2") == KEY


def test_a_service_without_an_address_is_left_out_with_a_notice(toml: Write) -> None:
    toml('[provider.nowhere]\napi_key = "x"\n[provider.openai]\napi_key = "y"')
    settings = load_settings(environ={})
    assert list(settings.services) == ["openai"]
    assert "nowhere" in settings.notices[0]
    assert "base_url" in settings.notices[0]


def test_unknown_settings_are_reported_with_a_guess(toml: Write) -> None:
    path = toml(
        'modle = "x"\n[provider.a]\nbase_url = "http://a/v1"\napikey = "sk-x"\n'
        '[[provider.a.models]]\nname="m"\nsize = 1'
    )
    notices = load_settings(environ={}).notices
    assert notices[0] == f"{path}, line 1: modle is not a known setting. Did you mean “model”?"
    assert notices[1] == f"{path}, line 4: provider.a.apikey is not a known setting. Did you mean “api_key”?"
    assert notices[2] == f"{path}, line 7: provider.a.models.1.size is not a known setting."
    assert "sk-x" not in "".join(notices)


def test_a_named_file_that_is_missing_is_a_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODER_CONFIG_FILE", "/nonexistent/coder.json")
    settings = load_settings(environ={"CODER_CONFIG_FILE": "/nonexistent/coder.json"})
    assert "/nonexistent/coder.json" in settings.notices[0]
    assert settings.services == {}


def test_no_text_of_the_settings_shows_a_key(toml: Write, coder: Write) -> None:
    coder(json.dumps(OATS))
    toml(f'[provider.a]\nbase_url = "http://a/v1"\napi_key = "{KEY}"')
    settings = load_settings(environ={"OPENAI_API_KEY": KEY})
    shown = f"{settings} {settings!r} {settings.model_dump()} {settings.model_dump_json()}"
    assert key_of(settings, "a") == KEY
    assert KEY not in shown


def test_settings_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().theme = "other"


def test_reading_is_quick(toml: Write, coder: Write) -> None:
    coder(json.dumps(OATS))
    toml(
        "".join(
            f'[provider.p{n}]\nbase_url = "http://p{n}/v1"\n[[provider.p{n}.models]]\nname = "m"\n'
            for n in range(10)
        )
    )
    load_settings(environ={})
    times = []
    for _ in range(20):
        before = time.process_time()
        load_settings(environ={})
        times.append(time.process_time() - before)
    assert min(times) < 0.003


def test_importing_the_settings_imports_nothing_slow() -> None:
    code = "import sys, oats_tui.core.settings;"
    code += "print(sorted({'pydantic_settings', 'pydantic_ai', 'openai', 'httpx2'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_where_titles_come_from_is_the_person_s_to_say(toml: Write) -> None:
    assert load_settings().titles == "model"
    toml('titles = "first line"\n')
    assert load_settings().titles == "first line"
    toml('titles = "oracle"\n')
    with pytest.raises(OatsError, match="expected one of model, first line"):
        load_settings()


def test_how_long_answers_go_on_without_a_terminal_is_the_person_s_to_say(toml: Write) -> None:
    assert load_settings().finish_minutes == 15
    toml("finish_minutes = 3\n")
    assert load_settings().finish_minutes == 3
    toml("finish_minutes = 0.5\n")
    assert load_settings().finish_minutes == 0.5


@pytest.mark.parametrize("value", ["0", "-1", "true", "nan", "inf", '"long"'])
def test_a_time_without_an_end_or_a_beginning_is_refused(toml: Write, value: str) -> None:
    toml(f"finish_minutes = {value}\n")
    with pytest.raises(OatsError, match="finish_minutes"):
        load_settings()
