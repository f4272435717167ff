"""A real server of somebody else: llama.cpp's own, with its OpenAI-compatible routes, on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.driving import ask, quit_cleanly, ready, saved, start, texts, wait_status
from tests.support import weights
from tests.support.launch import program_environment
from tests.support.llama_server import LlamaServer

CAPITAL = "What is the capital of Japan?"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LlamaServer]:
    pytest.importorskip("xllamacpp")
    with LlamaServer(weights.model_file(), tmp_path_factory.mktemp("llama")) as running:
        yield running


def chat_and_come_back(tmp_path: Path, args: list[str], env: dict[str, str], names: tuple[str, str]) -> None:
    """Ask, quit, look at what is on disk, and come back."""
    with start(tmp_path, *args, env=env) as terminal:
        ready(terminal)
        ask(terminal, CAPITAL)
        wait_status(terminal, "ready")
        quit_cleanly(terminal)
    (session,) = saved(tmp_path)
    assert [role for role, _ in texts(session)] == ["user", "assistant"]
    message = session["messages"][1]
    assert (message["provider"], message["model"]) == names
    assert (session["info"]["provider_id"], session["info"]["model_id"]) == names
    assert message["usage"]["total_tokens"] == session["info"]["total_tokens"] > 10
    first_word = texts(session)[1][1].split()[0]
    with start(tmp_path, "-r", session["info"]["id"][:8], *args, env=env) as terminal:
        terminal.wait_for(lambda screen: CAPITAL in screen and first_word in screen)
        wait_status(terminal, "ready")
        quit_cleanly(terminal)


def test_a_service_from_coder_json_answers(tmp_path: Path, server: LlamaServer) -> None:
    program_environment(tmp_path, {"smollm2": server.base_url})
    chat_and_come_back(tmp_path, [], {}, ("smollm2", "smollm2"))


def test_a_service_from_the_environment_answers(tmp_path: Path, server: LlamaServer) -> None:
    env = {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": "any"}
    chat_and_come_back(tmp_path, ["--model", "openai/smollm2"], env, ("openai", "smollm2"))
