from __future__ import annotations

import logging
import socket
import time
from email.utils import formatdate
from typing import Any

import pytest

from oats_tui.provider.base import ProviderError, Text
from tests.support.fake_service import Cut, FakeService, Reply, Silence, answer, chunk, failure, models, sse
from tests.support.service_runs import failed, failure_of, provider_at

KEY = "sk-very-secret-0123456789"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")


def texts_of(error: ProviderError) -> str:
    return "\n".join([str(error), repr(error), error.title, error.detail, error.hint])


def test_an_unreachable_service_is_named_with_its_address() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unused.getsockname()[1]}/v1"

        class Nowhere:
            url = address

        events, error = failed(Nowhere())  # type: ignore[arg-type]
    assert events == []
    assert (error.kind, error.retryable) == ("connection", True)
    assert address in error.title
    assert "running" in error.hint


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_key_says_where_keys_are_looked_for_and_never_shows_it(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    _, error = failure_of(failure(status, f"Incorrect API key provided: {KEY}."), key=KEY)
    assert error.kind == "auth"
    assert "did not accept" in error.title
    assert "•••" in error.detail
    assert "TEST_API_KEY" in error.hint
    assert KEY not in texts_of(error) + caplog.text


def test_a_missing_key_is_asked_for() -> None:
    _, error = failure_of(failure(401, "You did not provide an API key."))
    assert error.title == "test asks for a key."


def test_an_unknown_model_comes_with_those_that_exist() -> None:
    with FakeService(failure(404, "The model `m` does not exist", code="model_not_found")) as service:
        service.listing = models(["mm", "large"])
        _, error = failed(service)
    assert (error.kind, error.retryable) == ("not_found", False)
    assert "“m”" in error.title
    assert "mm" in error.hint
    assert "large" in error.hint


def test_the_nearest_model_is_guessed() -> None:
    with FakeService(failure(404, "no")) as service:
        service.listing = models(["chat:lattest", "other"])
        _, error = failed(service, model="chat:latest")
    assert "Did you mean “chat:lattest”?" in error.hint


def test_where_no_models_are_listed_the_address_is_doubted() -> None:
    with FakeService(failure(404, "Not Found")) as service:
        service.listing = failure(404, "Not Found")
        _, error = failed(service)
    assert error.kind == "not_found"
    assert "/v1" in error.hint


def test_a_listing_that_does_not_come_delays_the_error_by_two_seconds_at_most() -> None:
    with FakeService(failure(404, "no")) as service:
        service.listing = Reply((Silence(),))
        before = time.monotonic()
        _, error = failed(service)
        assert time.monotonic() - before < 6
    assert error.kind == "not_found"


@pytest.mark.parametrize(("value", "seconds"), [("7", 7.0), ("0.5", 0.5), ("later", None), (None, None)])
def test_too_many_requests_tell_how_long_to_wait(value: str | None, seconds: float | None) -> None:
    _, error = failure_of(failure(429, "Slow down", {"Retry-After": value} if value else None))
    assert (error.kind, error.retryable, error.retry_after) == ("rate", True, seconds)


def test_a_date_to_wait_for_becomes_seconds() -> None:
    _, error = failure_of(failure(429, "Slow down", {"Retry-After": formatdate(time.time() + 30, usegmt=True)}))
    assert error.retry_after == pytest.approx(30, abs=3)


@pytest.mark.parametrize(("status", "code"), [(429, "insufficient_quota"), (402, "no_credit")])
def test_a_used_up_credit_is_not_worth_another_try(status: int, code: str) -> None:
    _, error = failure_of(failure(status, "You exceeded your current quota.", code=code))
    assert (error.kind, error.retryable) == ("setup", False)
    assert "credit" in error.title


@pytest.mark.parametrize("status", [408, 500, 502, 503])
def test_a_failing_server_is_asked_once_only(status: int) -> None:
    with FakeService(failure(status, "Out of memory on GPU 3")) as service:
        _, error = failed(service)
        assert len(service.requests) == 1
    assert (error.kind, error.retryable) == ("server", True)
    assert str(status) in error.title
    assert "GPU 3" in error.detail


@pytest.mark.parametrize(
    ("message", "more", "size"),
    [
        ("This model's maximum context length is 8192 tokens. However, you requested 9,000.", {}, 8192),
        ("the request exceeds the available context size (4,096 tokens), try increasing it", {}, 4096),
        ("request (9001 tokens) exceeds the available context size", {"n_ctx": 2048}, 2048),
        ("Too long.", {"code": "context_length_exceeded"}, None),
    ],
)
def test_a_full_context_is_told_with_its_size(message: str, more: dict[str, Any], size: int | None) -> None:
    _, error = failure_of(failure(400, message, **more))
    assert (error.kind, error.context, error.retryable) == ("context", size, False)


def test_any_other_refusal_is_quoted() -> None:
    _, error = failure_of(failure(400, "temperature must be below 2"))
    assert (error.kind, error.detail) == ("protocol", "temperature must be below 2")


@pytest.mark.parametrize(
    "steps",
    [
        (sse('{"choices": [{"del'),),
        (b"data: \xff\xfe{\n\n",),
        (b"<html>Log in, please</html>",),
        (sse("5"),),
        (sse('{"choices": 5}'),),
        (sse('{"choices": [{"delta": {"content": {"a": 1}}}]}'), sse('{"choices": [7]}')),
    ],
)
def test_what_is_no_stream_of_answers_is_a_fault_of_the_protocol(steps: tuple[bytes, ...]) -> None:
    _, error = failure_of(Reply((*steps, sse("[DONE]"))))
    assert error.kind == "protocol"


def test_a_web_page_instead_of_a_stream_is_a_fault_of_the_protocol() -> None:
    _, error = failure_of(Reply((b"<html>Log in</html>",), kind="text/html"))
    assert error.kind == "protocol"


@pytest.mark.parametrize("framed", [True, False])
def test_a_cut_stream_gives_what_came_and_then_a_broken_connection(framed: bool) -> None:
    events, error = failure_of(Reply((chunk({"content": "Half an"}), Cut()), framed=framed))
    assert events == [Text("Half an")]
    assert error.kind == "connection"
    assert error.title == "The connection broke before the answer was complete."


def test_a_connection_closed_without_an_answer_is_told() -> None:
    events, error = failure_of(Reply((chunk({}), Cut())))
    assert (events, error.kind) == ([], "connection")


def test_an_error_inside_the_stream_is_quoted_shortly() -> None:
    body = sse({"error": {"message": "CUDA error: " + "x" * 5000, "type": "internal"}})
    events, error = failure_of(Reply((chunk({"content": "So"}), body)))
    assert events == [Text("So")]
    assert error.kind == "server"
    assert error.detail.startswith("CUDA error")
    assert len(error.detail) == 300


def test_a_tool_call_without_json_is_a_fault_of_the_protocol() -> None:
    call = {"index": 0, "id": "1", "type": "function", "function": {"name": "f", "arguments": "{broken"}}
    _, error = failure_of(Reply((chunk({"tool_calls": [call]}), chunk({}, "tool_calls"), sse("[DONE]"))))
    assert error.kind == "protocol"


def test_a_key_in_an_error_inside_the_stream_is_masked() -> None:
    _, error = failure_of(Reply((sse({"error": {"message": f"bad key {KEY}"}}),)), key=KEY)
    assert KEY not in texts_of(error)


def test_a_proxy_address_that_is_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_PROXY")
    monkeypatch.setenv("HTTP_PROXY", "nonsense://x:y:z")
    _, error = failure_of(answer(["x"]))
    assert error.kind == "setup"


def test_listing_models_fails_in_sentences() -> None:
    import asyncio

    async def run(url: str) -> None:
        async with provider_at(url, KEY) as provider:
            await provider.list_models()

    with FakeService() as service:
        service.listing = failure(500, KEY)
        with pytest.raises(ProviderError) as caught:
            asyncio.run(run(service.url))
    assert "did not list" in caught.value.title
    assert KEY not in texts_of(caught.value)
