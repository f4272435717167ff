"""What goes wrong at a service, in sentences."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Any

from oats_tui.core.settings import ServiceSettings
from oats_tui.provider.base import ProviderError
from oats_tui.provider.keys import key_hint

_LONGEST_QUOTE = 300
_SHOWN_MODELS = 12
_SHORTEST_KEY = 4
_CONTEXT_WORDS = re.compile(
    r"context[ _](?:length|window|size)|maximum context|prompt is too long|reduce the length|too many tokens",
    re.I,
)
_MOST_DIGITS = 12
_CONTEXT_NUMBERS = (
    re.compile(r"(?:context (?:length|window|size)|n_ctx)\D{0,40}?(\d[\d,]{2,})", re.I),
    re.compile(r"(?:maximum|limit)\D{0,40}?(\d[\d,]{2,})", re.I),
)
_AUTH, _NOT_FOUND, _TIMED_OUT, _RATE, _REFUSED = {401, 403}, 404, 408, 429, {400, 413, 422}


class Failure:
    """Tells a service's failures.

    Args:
        service: The service.
        model: The model's name as the server is sent it.
        key: The key that was sent, which no sentence may show, or None.
    """

    def __init__(self, service: ServiceSettings, model: str, key: str | None) -> None:
        self._service = service
        self._model = model
        self._key = key

    def told(self, error: Exception, *, begun: bool) -> ProviderError:
        """Return the error to show for what the library raised.

        Args:
            error: What the library raised.
            begun: Whether a part of the answer had arrived.
        """
        from pydantic_ai.exceptions import ModelAPIError, ModelConnectionError, ModelQuotaExceededError

        if isinstance(error, ModelConnectionError):
            return self._connection(error, begun=begun)
        if not isinstance(error, ModelAPIError):
            return self._not_understood(str(error) or type(error).__name__)
        status = getattr(error, "status_code", None)
        words = _words(error.body)
        is_context = error.provider_error_code == "context_length_exceeded" or _CONTEXT_WORDS.search(words)
        if is_context and (status is None or status in _REFUSED):
            return self._context(error.body, words)
        if isinstance(error, ModelQuotaExceededError):
            title = f"The credit at {self._service.id} is used up."
            return self._error(
                title, words or error.message, "Look at the account, or choose another service.", "setup"
            )
        if status is not None:
            return self._status(status, words, error)
        if error.in_stream:
            return self._server("The service reported an error.", words or error.message, error)
        return self._not_understood(error.message)

    def unknown_model(self, known: Sequence[str] | None, words: str = "") -> ProviderError:
        """Return the error for a model that the service does not have.

        Args:
            known: The service's models, or None where it did not list them.
            words: What the service said.
        """
        if known is None:
            hint = f"Is the address {self._service.base_url} right? Most end in /v1."
            return self._error(f"{self._service.id} does not know “{self._model}”.", words, hint, "not_found")
        near = difflib.get_close_matches(self._model, known, n=1)
        guess = f"Did you mean “{near[0]}”? " if near else ""
        shown = ", ".join(known[:_SHOWN_MODELS]) + (", …" if len(known) > _SHOWN_MODELS else "")
        hint = f"{guess}It offers: {shown}." if known else "It offers no model at all."
        return self._error(f"{self._service.id} has no model “{self._model}”.", words, hint, "not_found")

    def _status(self, status: int, words: str, error: Any) -> ProviderError:
        """Return the error for an HTTP status."""
        service = self._service.id
        if status in _AUTH:
            title = f"{service} did not accept the key." if self._key else f"{service} asks for a key."
            return self._error(title, words, key_hint(self._service), "auth")
        if status == _NOT_FOUND:
            return self.unknown_model(None, words)
        if status == _RATE:
            wait = _wait(error)
            hint = f"It asks to wait {wait:.0f} s." if wait is not None else "Wait a little and send again."
            title = f"{service} gets too many requests."
            return self._error(title, words, hint, "rate", retry_after=wait)
        if status < 500 and status != _TIMED_OUT:
            title = f"{service} refused the request (status {status})."
            return self._error(title, words, "Another model may accept it.", "protocol")
        return self._server(f"{service} has a problem of its own (status {status}).", words, error)

    def _server(self, title: str, words: str, error: Any) -> ProviderError:
        """Return the error for a failure at the other end."""
        hint = "Send again in a moment; if it stays, look at the server."
        return self._error(title, words, hint, "server", retry_after=_wait(error))

    def _context(self, body: object, words: str) -> ProviderError:
        """Return the error for a conversation that is too long for the model."""
        size = _number(body, words)
        known = f" of {size:,} tokens" if size else ""
        title = f"The conversation is longer than the model's context{known}."
        hint = "Start a new conversation, or choose a model with a longer context."
        return self._error(title, words, hint, "context", context=size)

    def _connection(self, error: Any, *, begun: bool) -> ProviderError:
        """Return the error for a connection that did not come about or broke."""
        cause = _root_cause(error)
        if begun:
            title = "The connection broke before the answer was complete."
            return self._error(title, cause, "Send again to get the whole answer.", "connection")
        if error.phase == "read":
            title = f"{self._service.id} closed the connection without an answer."
            return self._error(title, cause, f"Look at the server at {self._service.base_url}.", "connection")
        title = f"{self._service.id} cannot be reached at {self._service.base_url}."
        return self._error(title, cause, "Is the service running, and is the address right?", "connection")

    def _not_understood(self, words: str) -> ProviderError:
        """Return the error for an answer that does not follow the protocol."""
        title = f"The answer of {self._service.id} cannot be understood."
        hint = f"Does {self._service.base_url} speak the OpenAI chat protocol?"
        return self._error(title, words, hint, "protocol")

    def _error(self, title: str, detail: str, hint: str, kind: Any, **more: Any) -> ProviderError:
        """Return an error whose detail is short and shows no key."""
        return ProviderError(title, shortened(masked(detail, self._key)), hint, kind=kind, **more)


def masked(text: str, key: str | None) -> str:
    """Return the text with the key, should it occur, replaced by dots."""
    return text.replace(key, "•••") if key and len(key) >= _SHORTEST_KEY else text


def shortened(text: str) -> str:
    """Return the text as one line of at most 300 characters."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_QUOTE else line[: _LONGEST_QUOTE - 1] + "…"


def _words(body: object) -> str:
    """Return what a server's error body says in words."""
    if isinstance(body, dict):
        for name in ("message", "detail", "error", "msg"):
            if body.get(name):
                return _words(body[name])
        return ""
    return body if isinstance(body, str) else "" if body is None else str(body)


def _wait(error: Any) -> float | None:
    """Return the seconds that the server asks to wait, or None; the library knows whole seconds and dates."""
    if error.retry_after is not None:
        return float(error.retry_after)
    for name, value in (getattr(error, "headers", None) or {}).items():
        if name.lower() == "retry-after" and re.fullmatch(r"\d{1,6}(\.\d{1,6})?", value.strip()):
            return float(value)
    return None


def _number(body: object, words: str) -> int | None:
    """Return the context's size in tokens, as far as the server tells it."""
    told = body.get("n_ctx") if isinstance(body, dict) else None
    if isinstance(told, int) and told > 0:
        return told
    for pattern in _CONTEXT_NUMBERS:
        found = pattern.search(words)
        if found:
            digits = found[1].replace(",", "")
            return int(digits) if len(digits) <= _MOST_DIGITS else None
    return None


def _root_cause(error: BaseException) -> str:
    """Return what the deepest cause of an error says."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error) or type(error).__name__
