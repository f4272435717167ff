from __future__ import annotations

import asyncio
import logging
import shlex
import sys
import types
from pathlib import Path

import pytest
from pydantic import SecretStr

from oats_tui.core.settings import ServiceSettings
from oats_tui.provider import keys
from oats_tui.provider.base import ProviderError
from oats_tui.provider.keys import find_key
from tests.support.fake_service import FakeService, answer, failure
from tests.support.service_runs import ask, failed

KEY = "sk-from-command-42"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


def command(code: str) -> str:
    return shlex.join([sys.executable, "-c", code])


def found(service: ServiceSettings) -> str | None:
    key = asyncio.run(find_key(service))
    return key.get_secret_value() if key else None


def with_command(text: str) -> ServiceSettings:
    return ServiceSettings(id="test", base_url="http://x/v1", api_key_command=text)


def test_the_first_line_of_the_command_is_the_key() -> None:
    assert found(with_command(command(f"print(' {KEY} '); print('note')"))) == KEY


def test_what_the_command_says_after_its_first_line_does_not_hold_it_up() -> None:
    code = (
        f"import sys; w = sys.stdout.write; w('{KEY[:4]}'); sys.stdout.flush(); w('{KEY[4:]}\\n' + 'x' * 500000)"
    )
    assert found(with_command(command(code))) == KEY


def test_a_configured_key_is_stronger_than_the_command() -> None:
    service = ServiceSettings(
        id="test", base_url="http://x/v1", api_key=SecretStr("sk-here"), api_key_command="/nonexistent"
    )
    assert found(service) == "sk-here"


def test_no_shell_reads_the_command(tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    with pytest.raises(ProviderError):
        found(with_command(f"false; touch {mark}"))
    assert not mark.exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/nonexistent/command", "No such file"),
        ('unbalanced "quote', "not a valid command line"),
        ("'' ", "cannot be started"),
        (command("raise SystemExit(3)"), "status 3"),
        (command(f"print('{KEY}'); raise SystemExit(1)"), "status 1"),
        (command("print()"), "empty"),
        (command("print('x' * 1000000)"), "too long"),
    ],
)
def test_a_command_that_gives_no_key_is_told(text: str, said: str) -> None:
    with pytest.raises(ProviderError) as caught:
        found(with_command(text))
    assert caught.value.kind == "setup"
    assert said in caught.value.detail
    assert KEY not in str(caught.value)


def test_a_command_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_COMMAND_SECONDS", 0.2)
    with pytest.raises(ProviderError) as caught:
        found(with_command(command("import time; time.sleep(60)")))
    assert "not done" in caught.value.detail


@pytest.mark.parametrize("bad", ["sk-with space", "sk-ü", "sk-\x07bell"])
def test_a_key_that_cannot_stand_in_a_header_is_refused_unseen(bad: str) -> None:
    service = ServiceSettings(id="test", base_url="http://x/v1", api_key=SecretStr(bad))
    with pytest.raises(ProviderError) as caught:
        found(service)
    assert bad not in str(caught.value) + repr(caught.value)


def test_the_keyring_is_the_last_place(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def get_password(service: str, user: str) -> str:
        asked.append((service, user))
        return "sk-ring"

    ring = types.ModuleType("keyring")
    ring.__spec__ = types.SimpleNamespace()  # type: ignore[assignment]
    ring.get_password = get_password  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", ring)
    assert found(ServiceSettings(id="test", base_url="http://x/v1")) == "sk-ring"
    assert asked == [("oats-tui", "test")]


def test_a_locked_keyring_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def get_password(service: str, user: str) -> str:
        raise RuntimeError("locked")

    ring = types.ModuleType("keyring")
    ring.__spec__ = types.SimpleNamespace()  # type: ignore[assignment]
    ring.get_password = get_password  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", ring)
    assert found(ServiceSettings(id="test", base_url="http://x/v1")) is None


def test_the_command_runs_once_and_only_when_a_request_needs_it(tmp_path: Path) -> None:
    count = tmp_path / "count"
    text = command(f"open({str(count)!r}, 'a').write('x'); print('{KEY}')")
    with FakeService() as service:
        ask(service, api_key_command=text)
        assert service.requests[0].headers["authorization"] == f"Bearer {KEY}"
    assert count.read_text() == "x"


def test_a_refused_key_is_looked_for_anew_at_the_next_request() -> None:
    from oats_tui.provider.base import Event, Options
    from tests.support.service_runs import HELLO, provider_at

    async def run(url: str) -> list[Event]:
        async with provider_at(
            url, api_key_command=command("import os; print('sk-' + str(os.getpid()))")
        ) as provider:
            with pytest.raises(ProviderError):
                await anext(provider.stream(HELLO, "m", Options()))
            return [event async for event in provider.stream(HELLO, "m", Options())]

    with FakeService(failure(401, "expired"), answer(["x"])) as service:
        assert asyncio.run(run(service.url))
        first, second = (request.headers["authorization"] for request in service.requests)
    assert first != second


def test_no_log_of_any_library_holds_the_key(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with FakeService(answer(["x"]), failure(500, f"upstream said {KEY}")) as service:
        ask(service, key=KEY)
        _, error = failed(service, key=KEY)
    assert KEY not in caplog.text + str(error) + repr(error)
