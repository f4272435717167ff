"""The models one can talk to, and the providers that answer for them."""

from __future__ import annotations

import asyncio
import difflib
from pathlib import Path
from typing import TYPE_CHECKING

from oats_tui.core.errors import OatsError
from oats_tui.core.settings import ServiceSettings, Settings
from oats_tui.provider.names import LOCAL, LOCAL_MODEL, ModelRef, bare_name, parse_name

if TYPE_CHECKING:
    from oats_tui.provider.base import Provider

_SHOWN_NAMES = 12

TOY_REMARK = (
    "SmolLM2-135M is a toy by size: it makes things up. "
    "Name a better model with /model, --model or in config.toml; any GGUF file works as gguf:/path."
)
"""What a person should know who reads the small model's first answer."""


class Models:
    """The models of all services.

    Args:
        settings: The services and the default model.
        cache_dir: Where the embedded model's file is kept.
    """

    def __init__(self, settings: Settings, cache_dir: Path) -> None:
        self._settings = settings
        self._cache_dir = cache_dir
        self._providers: dict[str, Provider] = {}
        self.chosen: ModelRef | None = None

    def choose(self, name: str) -> ModelRef:
        """Have a model answer from now on, whatever else is configured; returns it.

        Raises:
            OatsError: No service has such a model.
        """
        self.chosen = _present(self.resolve(name))
        return self.chosen

    def default(self) -> ModelRef | None:
        """Return the model to use where nobody names one, or None where there is none.

        Raises:
            OatsError: The configured default model is not known.
        """
        if self.chosen is not None:
            return self.chosen
        if self._settings.model:
            return self.resolve(self._settings.model)
        for service in self._enabled():
            if service.models:
                return ModelRef(service.id, service.models[0].name)
        return ModelRef(LOCAL, LOCAL_MODEL) if self._has_embedded() else None

    def resolve(self, name: str) -> ModelRef:
        """Return the model that a name means.

        Raises:
            OatsError: No service has such a model.
        """
        ref = parse_name(name.strip(), self._settings)
        if ref is None:
            raise self._unknown(name)
        service = self._settings.services.get(ref.provider_id)
        if ref.is_file or (ref.provider_id == LOCAL and ref.model_id == LOCAL_MODEL):
            return ref
        if service is None:
            raise self._unknown(name)
        if not service.enabled:
            raise OatsError(
                f"The service {service.id} is switched off.",
                "Its settings say enabled = false.",
                "Switch it on there, or choose another model.",
            )
        if not service.models:
            return ref
        for model in service.models:
            if ref.model_id == model.name:
                return ref
        for model in service.models:
            if bare_name(ref.model_id) == bare_name(model.name):
                return ModelRef(service.id, model.name)
        raise self._unknown(name)

    def names(self) -> list[str]:
        """Return the full names of all models that are known ahead of time."""
        names = [f"{service.id}/{model.name}" for service in self._enabled() for model in service.models]
        if self._has_embedded():
            names.append(f"{LOCAL}/{LOCAL_MODEL}")
        return names if self.chosen is None or self.chosen.name in names else [self.chosen.name, *names]

    def remark(self, ref: ModelRef) -> str:
        """Return what a person should know about a model's first answer; mostly nothing."""
        return TOY_REMARK if ref.provider_id == LOCAL and ref.model_id == LOCAL_MODEL else ""

    def provider(self, ref: ModelRef) -> Provider:
        """Return the provider that answers for a model, one for each service.

        Raises:
            OatsError: There is no such service.
        """
        service = self._settings.services.get(ref.provider_id)
        if ref.provider_id == LOCAL and (service is None or ref.is_file or ref.model_id == LOCAL_MODEL):
            service = None
        elif service is None:
            raise self._unknown(ref.name)
        # No service has an empty id, so the embedded provider has one of its own.
        place = service.id if service else ""
        if place not in self._providers:
            self._providers[place] = self._made(service)
        return self._providers[place]

    async def close(self) -> None:
        """Close every provider that was asked for."""
        providers = list(self._providers.values())
        self._providers.clear()
        await asyncio.gather(*(provider.close() for provider in providers))

    def _made(self, service: ServiceSettings | None) -> Provider:
        """Return a new provider for a service, or the embedded one."""
        if service is None:
            from oats_tui.provider.embedded.provider import EmbeddedProvider

            return EmbeddedProvider(self._cache_dir)
        from oats_tui.provider.service import ServiceProvider

        return ServiceProvider(service)

    def _enabled(self) -> list[ServiceSettings]:
        """Return the services that are switched on."""
        return [service for service in self._settings.services.values() if service.enabled]

    @staticmethod
    def _has_embedded() -> bool:
        """Return whether the embedded engine is installed."""
        from oats_tui.provider.embedded import is_available

        return is_available()

    def _unknown(self, name: str) -> OatsError:
        """Return the error for a name that means no model, with the nearest that does."""
        names = self.names()
        short = {known.partition("/")[2]: known for known in names}
        near = difflib.get_close_matches(name, [*names, *short], n=1)
        guess = f"Did you mean {short.get(near[0], near[0])}?" if near else ""
        shown = ", ".join(names[:_SHOWN_NAMES]) + (", …" if len(names) > _SHOWN_NAMES else "")
        hint = f"Known models: {shown}." if names else "Name a service in config.toml, or set OPENAI_BASE_URL."
        return OatsError(f"There is no model “{name}”.", guess, hint)


def _present(ref: ModelRef) -> ModelRef:
    """Return a model of the embedded engine; raises OatsError where it is a file that is not there."""
    if not ref.is_file:
        return ref
    path = Path(ref.model_id.removeprefix("gguf:"))
    try:
        found = path.expanduser().is_file()
    except (OSError, RuntimeError, ValueError):
        found = False
    if not found:
        raise OatsError(f"There is no file {path}.", hint="Give the whole path of a GGUF file.")
    return ref
