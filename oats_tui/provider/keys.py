"""Where a service's key comes from when neither a file nor the environment holds it."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import importlib.util
import logging
import shlex

from pydantic import SecretStr

from oats_tui.core.settings import ServiceSettings, key_variable
from oats_tui.provider.base import ProviderError

_LOG = logging.getLogger(__name__)
_COMMAND_SECONDS = 10.0
_LONGEST_KEY = 16_384


async def find_key(service: ServiceSettings) -> SecretStr | None:
    """Return a service's key, or None where there is none, as for most servers on one's own machine.

    Looked for in the settings (which know the environment's), with ``api_key_command``, and in the system's
    keyring where the module ``keyring`` is installed.

    Raises:
        ProviderError: The command fails, or what was found cannot be a key.
    """
    key = service.api_key
    if key is None and service.api_key_command:
        key = await _from_command(service.id, service.api_key_command)
    if key is None:
        key = await asyncio.to_thread(_from_keyring, service.id)
    if key is None:
        return None
    stripped = SecretStr(key.get_secret_value().strip())
    if not stripped.get_secret_value():
        return None
    if not _can_be_sent(stripped.get_secret_value()):
        raise ProviderError(
            f"The key for {service.id} cannot be sent.",
            "A key is one line of printable ASCII characters without spaces, and this one is not.",
            key_hint(service),
            kind="setup",
        )
    return stripped


def key_hint(service: ServiceSettings) -> str:
    """Return a sentence that tells where a service's key is looked for."""
    return (
        f"The key is looked for in {key_variable(service.id)}, in api_key or api_key_command of "
        f"[provider.{service.id}] in config.toml, in oats's coder.json, and in the system keyring "
        f"(service oats-tui, user {service.id})."
    )


async def _from_command(service_id: str, command: str) -> SecretStr:
    """Return the first line that the command prints; it runs without a shell."""
    try:
        words = shlex.split(command)
        process = await asyncio.create_subprocess_exec(
            *words,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except (ValueError, TypeError, OSError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or "it is not a valid command line"
        raise _command_failed(service_id, f"The command cannot be started: {reason}.") from None
    try:
        async with asyncio.timeout(_COMMAND_SECONDS):
            assert process.stdout is not None
            first = (await process.stdout.readline())[:_LONGEST_KEY].decode("utf-8", "replace").strip()
            # A command that has more to say must be able to say it, or it would not end.
            while await process.stdout.read(_LONGEST_KEY):
                pass
            status = await process.wait()
    except TimeoutError:
        raise _command_failed(service_id, f"It was not done after {_COMMAND_SECONDS:.0f} seconds.") from None
    except ValueError:
        raise _command_failed(service_id, "Its first line of output is far too long.") from None
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        # The transport would otherwise warn about a pipe that a child of the command still holds open.
        process._transport.close()  # type: ignore[attr-defined]
    if status != 0:
        raise _command_failed(service_id, f"It ended with status {status}.")
    if not first:
        raise _command_failed(service_id, "Its first line of output is empty.")
    return SecretStr(first)


def _command_failed(service_id: str, detail: str) -> ProviderError:
    """Return the error for an ``api_key_command`` that gave no key; what it printed is not shown."""
    return ProviderError(
        f"The api_key_command of {service_id} gave no key.",
        detail,
        "Run the command in a terminal to see what it says.",
        kind="setup",
    )


def _from_keyring(service_id: str) -> SecretStr | None:
    """Return the key that the system's keyring holds, or None; may take a while, as it may ask the person."""
    if importlib.util.find_spec("keyring") is None:
        return None
    try:
        key = importlib.import_module("keyring").get_password("oats-tui", service_id)
    except Exception as error:  # noqa: BLE001 - each keyring fails in its own way, and a key may still not be needed
        _LOG.info("The keyring was not usable: %s", type(error).__name__)
        return None
    return SecretStr(key) if isinstance(key, str) and key else None


def _can_be_sent(key: str) -> bool:
    """Return whether a key fits into a header line."""
    return key.isascii() and key.isprintable() and " " not in key
