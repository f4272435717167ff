from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from oats_tui.core.errors import OatsError
from oats_tui.core.settings import ModelSettings, ServiceSettings, Settings
from oats_tui.provider import embedded
from oats_tui.provider.names import ModelRef, bare_name, parse_name, wire_name
from oats_tui.provider.registry import Models
from oats_tui.provider.service import ServiceProvider


def service(service_id: str, *names: str, enabled: bool = True, routed: bool = False) -> ServiceSettings:
    return ServiceSettings(
        id=service_id,
        base_url="http://localhost:1/v1",
        models=tuple(ModelSettings(name=name) for name in names),
        enabled=enabled,
        routed=routed,
    )


def settings(*services: ServiceSettings, model: str | None = None, default: str | None = None) -> Settings:
    return Settings(services={one.id: one for one in services}, model=model, default_service=default)


OATS = settings(
    service("vllm-small", "hosted_vllm/chat:latest", routed=True),
    service("router", "openai/gpt-oss", "qwen/qwen3"),
    service("open"),
    service("off", "x", enabled=False),
    default="vllm-small",
)


@pytest.fixture(autouse=True)
def _no_embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "is_available", lambda: False)


@pytest.mark.parametrize(
    ("name", "provider_id", "model_id"),
    [
        ("vllm-small/hosted_vllm/chat:latest", "vllm-small", "hosted_vllm/chat:latest"),
        ("hosted_vllm/chat:latest", "vllm-small", "hosted_vllm/chat:latest"),
        ("chat:latest", "vllm-small", "hosted_vllm/chat:latest"),
        ("vllm-small/chat:latest", "vllm-small", "hosted_vllm/chat:latest"),
        ("router/qwen/qwen3", "router", "qwen/qwen3"),
        ("qwen/qwen3", "router", "qwen/qwen3"),
        ("open/whatever/you like", "open", "whatever/you like"),
        ("gguf:/models/a b.gguf", "local", "gguf:/models/a b.gguf"),
        ("local/gguf:/models/a.gguf", "local", "gguf:/models/a.gguf"),
        ("local/smollm2-135m", "local", "smollm2-135m"),
    ],
)
def test_a_name_means_a_model(name: str, provider_id: str, model_id: str, tmp_path: Path) -> None:
    ref = Models(OATS, tmp_path).resolve(name)
    assert ref == ModelRef(provider_id, model_id)
    assert ref.name == f"{provider_id}/{model_id}"


def test_a_name_nobody_lists_belongs_to_the_service_that_oats_would_ask() -> None:
    assert parse_name("hosted_vllm/new", OATS) == ModelRef("vllm-small", "hosted_vllm/new")
    assert parse_name("hosted_vllm/new", settings(service("a", "b"))) is None


@pytest.mark.parametrize(
    ("ref", "wire"),
    [
        (ModelRef("vllm-small", "hosted_vllm/chat:latest"), "chat:latest"),
        (ModelRef("vllm-small", "openai/other"), "other"),
        (ModelRef("router", "openai/gpt-oss"), "openai/gpt-oss"),
        (ModelRef("router", "hosted_vllm/qwen/qwen3"), "qwen/qwen3"),
        (ModelRef("open", "meta/llama"), "meta/llama"),
    ],
)
def test_the_server_is_sent_no_routing_prefix(ref: ModelRef, wire: str) -> None:
    assert wire_name(ref, OATS.services[ref.provider_id]) == wire


def test_a_prefix_alone_is_a_name() -> None:
    assert [bare_name(name) for name in ("openai/", "openai", "/x", "")] == ["openai/", "openai", "/x", ""]


def test_a_mistyped_name_gets_a_guess_and_the_list(tmp_path: Path) -> None:
    with pytest.raises(OatsError) as caught:
        Models(OATS, tmp_path).resolve("router/qwen/qwen4")
    assert caught.value.detail == "Did you mean router/qwen/qwen3?"
    assert "vllm-small/hosted_vllm/chat:latest" in caught.value.hint


@pytest.mark.parametrize("name", ["", "/", "nothing/like it", "local/other"])
def test_what_means_no_model_is_told(name: str, tmp_path: Path) -> None:
    with pytest.raises(OatsError) as caught:
        Models(settings(service("a", "b")), tmp_path).resolve(name)
    assert "Known models: a/b." in caught.value.hint


def test_without_any_model_the_hint_names_the_file(tmp_path: Path) -> None:
    with pytest.raises(OatsError, match="no model") as caught:
        Models(settings(), tmp_path).resolve("x/y")
    assert "config.toml" in caught.value.hint


def test_a_service_that_is_switched_off_is_not_used(tmp_path: Path) -> None:
    models = Models(OATS, tmp_path)
    with pytest.raises(OatsError, match="switched off"):
        models.resolve("off/x")
    assert "off/x" not in models.names()


def test_all_names_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = ["vllm-small/hosted_vllm/chat:latest", "router/openai/gpt-oss", "router/qwen/qwen3"]
    models = Models(OATS, tmp_path)
    assert models.names() == expected
    monkeypatch.setattr(embedded, "is_available", lambda: True)
    assert models.names() == [*expected, "local/smollm2-135m"]


def test_the_default_is_the_configured_one_then_the_first_then_the_embedded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Models(settings(*OATS.services.values(), model="qwen/qwen3"), tmp_path).default() == ModelRef(
        "router", "qwen/qwen3"
    )
    some = settings(service("off", "x", enabled=False), service("open"), service("last", "a", "b"))
    assert Models(some, tmp_path).default() == ModelRef("last", "a")
    assert Models(settings(), tmp_path).default() is None
    monkeypatch.setattr(embedded, "is_available", lambda: True)
    assert Models(settings(), tmp_path).default() == ModelRef("local", "smollm2-135m")


def test_there_is_one_provider_for_each_service(tmp_path: Path) -> None:
    models = Models(OATS, tmp_path)
    one = models.provider(ModelRef("router", "a"))
    assert isinstance(one, ServiceProvider)
    assert models.provider(ModelRef("router", "b")) is one
    assert models.provider(ModelRef("open", "a")) is not one
    with pytest.raises(OatsError):
        models.provider(ModelRef("gone", "a"))
    asyncio.run(models.close())


def test_local_models_share_the_embedded_provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[object] = []

    class Engine:
        def __init__(self, cache_dir: Path) -> None:
            assert cache_dir == tmp_path

        async def close(self) -> None:
            closed.append(self)

    monkeypatch.setattr("oats_tui.provider.embedded.provider.EmbeddedProvider", Engine)
    models = Models(settings(service("local", "mine")), tmp_path)
    engine = models.provider(ModelRef("local", "smollm2-135m"))
    assert models.provider(ModelRef("local", "gguf:/x")) is engine
    assert isinstance(models.provider(ModelRef("local", "mine")), ServiceProvider)
    asyncio.run(models.close())
    assert closed == [engine]
