from __future__ import annotations

import asyncio
import subprocess
import sys
from typing import Any

import pytest

from oats_tui.core.settings import ModelSettings
from oats_tui.provider.base import End, Event, Options, Text, Thinking, ToolCall, Usage
from tests.support.fake_service import DONE, FakeService, Reply, answer, chunk, models, usage_chunk
from tests.support.service_runs import HELLO, ask, provider_at

IMAGE = "data:image/png;base64,iVBORw0KGgo="


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


def events_of(reply: Reply) -> list[Event]:
    with FakeService(reply) as service:
        return ask(service)


def sent_for(messages: list[dict[str, Any]], options: Options | None = None, **more: Any) -> dict[str, Any]:
    with FakeService() as service:
        ask(service, messages, options=options, **more)
        return service.requests[0].body


def test_an_answer_arrives_piece_by_piece_with_usage_and_end() -> None:
    events = events_of(answer(["Good", " ", "\n", "day"], usage=(12, 5)))
    counts = {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17}
    assert events == [Text("Good"), Text(" "), Text("\n"), Text("day"), Usage(counts), End("stop")]


def test_without_a_usage_chunk_there_is_no_usage() -> None:
    assert events_of(answer(["x"])) == [Text("x"), End("stop")]


def test_escape_codes_pass_as_they_came() -> None:
    text = "\x1b]0;title\x07 \x1b[2J \u202e \x00"
    assert events_of(answer(["a", text]))[1] == Text(text)


@pytest.mark.parametrize(
    ("finish", "reason"),
    [("stop", "stop"), ("length", "length"), ("content_filter", "filtered"), ("something_new", "stop")],
)
def test_the_end_has_the_servers_reason(finish: str, reason: Any) -> None:
    assert events_of(answer(["x"], finish))[-1] == End(reason)


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_thoughts_are_told_from_the_answer(field: str) -> None:
    steps = (
        chunk({field: "Let me"}),
        chunk({field: " see."}),
        chunk({"content": "42"}),
        chunk({}, "stop"),
        DONE,
    )
    assert events_of(Reply(steps)) == [Thinking("Let me"), Thinking(" see."), Text("42"), End("stop")]


def test_a_tool_call_comes_once_it_is_complete() -> None:
    def call(index: int, **more: Any) -> bytes:
        return chunk({"tool_calls": [{"index": index, **more}]})

    steps = (
        call(0, id="a1", type="function", function={"name": "look", "arguments": ""}),
        call(0, function={"arguments": '{"where": '}),
        call(0, function={"arguments": '"here"}'}),
        call(1, id="a2", type="function", function={"name": "stop", "arguments": ""}),
        chunk({}, "tool_calls"),
        usage_chunk(1, 2),
        DONE,
    )
    events = events_of(Reply(steps))
    assert events[:2] == [ToolCall("a1", "look", {"where": "here"}), ToolCall("a2", "stop", {})]
    assert events[-1] == End("tool_calls")


def test_a_stream_without_a_length_is_complete_with_its_finish_reason() -> None:
    steps = (chunk({"content": "x"}), chunk({}, "stop"))
    assert events_of(Reply(steps, framed=False)) == [Text("x"), End("stop")]


def test_a_stream_without_a_finish_reason_is_complete_with_its_end_mark() -> None:
    assert events_of(Reply((chunk({"content": "x"}), DONE), framed=False)) == [Text("x"), End("stop")]


def test_the_conversation_is_sent_as_it_was_given() -> None:
    call = {"id": "t1", "type": "function", "function": {"name": "add", "arguments": '{"a":1}'}}
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "One?"},
        {"role": "assistant", "content": "I look.", "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "t1", "content": "1"},
        {"role": "assistant", "content": "One."},
        {"role": "user", "content": [{"type": "text", "text": "And?"}, {"type": "text", "text": "Two?"}]},
    ]
    sent = sent_for(messages)["messages"]
    assert [message["role"] for message in sent] == [
        "system",
        "user",
        "assistant",
        "tool",
        "assistant",
        "user",
    ]
    assert sent[2]["tool_calls"] == [call]
    assert sent[2]["content"] == "I look."
    assert (sent[3]["tool_call_id"], sent[3]["content"]) == ("t1", "1")
    assert [part["text"] for part in sent[5]["content"]] == ["And?", "Two?"]


def test_a_broken_call_in_the_history_does_no_harm() -> None:
    call = {"id": "t1", "type": "function", "function": {"name": "add", "arguments": '{"a": '}}
    sent = sent_for([*HELLO, {"role": "assistant", "content": None, "tool_calls": [call]}])
    assert sent["messages"][1]["tool_calls"][0]["function"]["name"] == "add"


def test_images_are_sent_untouched() -> None:
    image = {"type": "image_url", "image_url": {"url": IMAGE, "detail": "low"}}
    sent = sent_for([{"role": "user", "content": [{"type": "text", "text": "What?"}, image]}])
    assert sent["messages"][0]["content"] == [{"type": "text", "text": "What?"}, image]


def test_a_part_that_cannot_be_sent_leaves_a_note() -> None:
    sent = sent_for([{"role": "user", "content": [{"type": "video", "video": "x"}]}])
    assert "video" in sent["messages"][0]["content"][0]["text"]


def test_options_are_sent_and_unset_ones_are_not() -> None:
    sent = sent_for(HELLO, Options(max_tokens=7, temperature=0.25))
    assert (sent["max_tokens"], sent["temperature"]) == (7, 0.25)
    sent = sent_for(HELLO)
    assert not {"max_tokens", "max_completion_tokens", "temperature"} & sent.keys()


def test_a_reasoning_model_is_sent_no_temperature() -> None:
    with FakeService() as service:
        ask(service, model="o3-mini", options=Options(temperature=0.5), models=())
        assert "temperature" not in service.requests[0].body


def test_the_key_is_sent_and_without_one_no_header() -> None:
    with FakeService() as service:
        ask(service, key="sk-secret")
        ask(service)
        headers = [request.headers for request in service.requests]
    assert headers[0]["authorization"] == "Bearer sk-secret"
    assert "authorization" not in headers[1]


def test_the_server_is_sent_the_name_without_the_routing_prefix() -> None:
    with FakeService() as service:
        ask(service, model="hosted_vllm/chat:latest", models=(ModelSettings(name="hosted_vllm/chat:latest"),))
        assert service.requests[0].body["model"] == "chat:latest"


def test_models_are_listed() -> None:
    async def run(url: str) -> list[str]:
        async with provider_at(url, "sk-listing") as provider:
            return await provider.list_models()

    with FakeService() as service:
        service.listing = models(["one", "two/b"])
        assert asyncio.run(run(service.url)) == ["one", "two/b"]
        assert service.requests[0].headers["authorization"] == "Bearer sk-listing"


def test_warming_up_asks_nothing_and_preparing_has_nothing_to_do() -> None:
    async def run(url: str) -> list[object]:
        async with provider_at(url) as provider:
            await provider.warm_up("m")
            return [progress async for progress in provider.prepare("m")]

    with FakeService() as service:
        assert asyncio.run(run(service.url)) == []
        assert service.requests == []


def test_the_settings_tell_context_and_images() -> None:
    async def run() -> None:
        known = (ModelSettings(name="hosted_vllm/m", context=4096, images=False),)
        async with provider_at("http://127.0.0.1:9/v1", models=known) as provider:
            assert (provider.context("hosted_vllm/m"), provider.context("m")) == (4096, 4096)
            assert not provider.reads_images("m")
            assert provider.context("other") is None
            assert provider.reads_images("other")

    asyncio.run(run())


def test_importing_the_provider_imports_no_library() -> None:
    code = "import sys, oats_tui.provider.service, oats_tui.provider.registry, oats_tui.provider.service_client;"
    code += "print(sorted({'pydantic_ai', 'openai', 'httpx2', 'xllamacpp'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_nothing_is_printed_whatever_the_sdk_is_told_and_the_server_sends() -> None:
    code = (
        "from tests.support.fake_service import DONE, FakeService, Reply, chunk\n"
        "from tests.support.service_runs import ask\n"
        "odd = Reply((chunk({'reasoning': {'a': 1}, 'content': 'x'}), chunk({}, 'stop'), DONE))\n"
        "with FakeService(odd) as service: assert len(ask(service)) == 2\n"
    )
    environment = {"OPENAI_LOG": "debug", "NO_PROXY": "*", "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
