"""How a model is called: by a person, in a session's file, and by the server that runs it."""

from __future__ import annotations

from dataclasses import dataclass

from oats_tui.core.settings import ServiceSettings, Settings

LOCAL = "local"
"""The provider id of the model that runs inside this program."""

LOCAL_MODEL = "smollm2-135m"
"""The embedded model that needs no configuration."""

_ROUTING_ONLY = frozenset(
    {
        "hosted_vllm", "litellm_proxy", "lm_studio", "llamafile", "ollama", "ollama_chat", "openai_like",
        "custom_openai", "text-completion-openai", "vllm",
    }
)  # fmt: skip
# These are routing prefixes in oats's file, and elsewhere the vendor's part of a model's own name.
_ROUTING_OR_VENDOR = frozenset(
    {
        "openai",
        "openrouter",
        "azure",
        "groq",
        "mistral",
        "deepseek",
        "together_ai",
        "fireworks_ai",
        "xai",
        "nvidia_nim",
    }
)


@dataclass(frozen=True, slots=True)
class ModelRef:
    """A model of a service, as a session's file names it.

    Attributes:
        provider_id: The service.
        model_id: The model, with the routing prefix that oats may have written before it.
    """

    provider_id: str
    model_id: str

    @property
    def name(self) -> str:
        """The name a person reads and types: ``provider/model``."""
        return f"{self.provider_id}/{self.model_id}"

    @property
    def is_file(self) -> bool:
        """Whether the model is a file that the embedded engine runs."""
        return self.provider_id == LOCAL and self.model_id.startswith("gguf:")


def bare_name(name: str) -> str:
    """Return a model's name without the routing prefix that may stand before it."""
    prefix, slash, rest = name.partition("/")
    return rest if slash and rest and prefix in _ROUTING_ONLY | _ROUTING_OR_VENDOR else name


def parse_name(name: str, settings: Settings) -> ModelRef | None:
    """Return the model that a name means, or None where no service can be meant.

    Whether the service has such a model is not asked here. The first slash divides the service from the
    model. A name whose beginning is no service, such as ``hosted_vllm/chat:latest``, belongs to the service
    that lists it, with the routing prefix or without, else to the one that oats would ask.
    """
    if name.startswith("gguf:"):
        return ModelRef(LOCAL, name)
    service_id, slash, model_id = name.partition("/")
    if slash and model_id and (service_id == LOCAL or service_id in settings.services):
        return ModelRef(service_id, model_id)
    for wanted in (name, bare_name(name)):
        for service in settings.services.values():
            for model in service.models:
                if service.enabled and wanted in {model.name, bare_name(model.name)}:
                    return ModelRef(service.id, model.name)
    if settings.default_service in settings.services and name:
        return ModelRef(settings.default_service, name)
    return None


def wire_name(ref: ModelRef, service: ServiceSettings) -> str:
    """Return the name that the server is sent: without a routing prefix, which no server knows.

    ``openai/…`` and its like are routing prefixes in oats's file; elsewhere they may be part of a model's own
    name, and stay unless the service lists the name without them.
    """
    bare = bare_name(ref.model_id)
    if bare == ref.model_id or service.routed or ref.model_id.partition("/")[0] in _ROUTING_ONLY:
        return bare
    listed = {model.name for model in service.models}
    return bare if bare in listed and ref.model_id not in listed else ref.model_id
