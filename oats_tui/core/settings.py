"""What the person configured: services, models, keys and looks, gathered from every place it may stand in."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, SecretStr

from oats_tui.core.config import find_coder_json, get_config_dir, read_json_config
from oats_tui.core.errors import OatsError
from oats_tui.core.settings_file import SettingsFile, Table, read_toml

OPENAI_BASE_URL = "https://api.openai.com/v1"
"""Where the service ``openai`` is when nobody says otherwise."""

TITLES = ("model", "first line")
"""Where titles can come from."""

_KNOWN = (
    "model",
    "theme",
    "leader",
    "finish_minutes",
    "low_bandwidth",
    "titles",
    "notifications",
    "keys",
    "provider",
)
_NOTIFICATIONS = ("auto", "bell", "off")
_KNOWN_OF_PROVIDER = ("base_url", "api_key", "api_key_command", "enabled", "models")
_KNOWN_OF_MODEL = ("name", "context", "images")
_ADDRESS = re.compile(r"https?://[^\s/?#@]+(?:/[^\s?#]*)?", re.IGNORECASE)


class _Frozen(BaseModel):
    """A value that does not change once it is made."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelSettings(_Frozen):
    """A model that a service offers.

    Attributes:
        name: The name as configured; oats puts a routing prefix before it.
        context: The context in tokens, or None where it is not told.
        images: Whether the model reads image parts.
    """

    name: str
    context: int | None = None
    images: bool = True


class ServiceSettings(_Frozen):
    """A server that speaks the OpenAI chat protocol.

    Attributes:
        id: The name before the slash of a model's name.
        base_url: The address that ends where ``/chat/completions`` begins, without a slash at its end.
        api_key: The key, where a file or the environment holds it.
        api_key_command: A command whose first line of output is the key.
        models: The models that are known ahead of time; empty accepts any name.
        enabled: Whether the service is offered.
        routed: Whether a model's name begins with a routing prefix that the server does not know, as in
            oats's file.
    """

    id: str
    base_url: str
    api_key: SecretStr | None = None
    api_key_command: str | None = None
    models: tuple[ModelSettings, ...] = ()
    enabled: bool = True
    routed: bool = False


class Settings(_Frozen):
    """Everything that is configured.

    Attributes:
        services: The services by id, those from the strongest place first.
        model: The default model's name, as somebody wrote it.
        theme: The theme's name.
        leader: The key that precedes another in two-key commands.
        keys: The key of each action that does not have its usual one.
        notices: What a person should know about the configuration, one sentence each.
        default_service: The service that oats would ask, where its file says so.
        finish_minutes: For how long answers may go on once the terminal has gone.
        low_bandwidth: Whether bytes are saved on the line to the terminal; None to find out.
        titles: Where the title of a new conversation comes from: "model", or "first line".
        notifications: How the person is told of answers that end unseen: "auto" (as the terminal understands),
            "bell" or "off"; None where nobody says.
    """

    services: dict[str, ServiceSettings] = {}
    model: str | None = None
    theme: str | None = None
    leader: str = "ctrl+x"
    keys: dict[str, str] = {}
    notices: tuple[str, ...] = ()
    default_service: str | None = None
    finish_minutes: float = 15
    low_bandwidth: bool | None = None
    titles: str = TITLES[0]
    notifications: Literal["auto", "bell", "off"] | None = None


@dataclass(slots=True)
class _Draft:
    """What is known of the settings while the places are read, the strongest first."""

    values: dict[str, str | float] = field(default_factory=dict)
    services: dict[str, dict[str, Any]] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)
    low_bandwidth: bool | None = None

    def offer(self, name: str, value: str | float | None) -> None:
        """Keep a value unless a stronger place gave one, or this one gives none."""
        if value:
            self.values.setdefault(name, value)

    def offer_service(self, service_id: str, values: Mapping[str, Any]) -> None:
        """Keep what is told of a service, as far as no stronger place told it."""
        known = self.services.setdefault(service_id, {})
        for name, value in values.items():
            if value is not None:
                known.setdefault(name, value)


def load_settings(model: str | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Gather the settings from the argument, the environment, ``config.toml`` and oats's ``coder.json``.

    What stands earlier in this list is stronger.

    Args:
        model: The model named on the command line.
        environ: The environment.

    Raises:
        ConfigError: A file is malformed, cannot be read, or holds a value of the wrong type.
        OatsError: An environment variable cannot be used.
    """
    draft = _Draft()
    draft.offer("model", model)
    _read_environment(draft, environ)
    _read_config_toml(draft)
    _read_coder_json(draft, environ)
    services: dict[str, ServiceSettings] = {}
    for service_id, values in draft.services.items():
        service = _finished_service(service_id, values, draft, environ)
        if service:
            services[service_id] = service
    told: dict[str, Any] = dict(draft.values)
    return Settings(
        services=services,
        keys=draft.keys,
        notices=tuple(draft.notices),
        low_bandwidth=draft.low_bandwidth,
        **told,
    )


def checked_address(address: str) -> str | None:
    """Return a service's address without the slashes at its end, or None where it is not one.

    An address holds no user, password or query: it is shown in messages, and those are secrets.
    """
    return address.rstrip("/") if _ADDRESS.fullmatch(address) else None


def key_variable(service_id: str) -> str:
    """Return the environment variable that may hold a service's key."""
    return re.sub(r"[^A-Z0-9]", "_", service_id.upper()) + "_API_KEY"


def _read_environment(draft: _Draft, environ: Mapping[str, str]) -> None:
    """Take the model, and the service that OpenAI's own variables describe."""
    draft.offer("model", environ.get("OATS_TUI_MODEL"))
    address, key = environ.get("OPENAI_BASE_URL"), environ.get("OPENAI_API_KEY")
    if not address and not key:
        return
    checked = checked_address(address) if address else None
    if address and not checked:
        raise OatsError(
            "The environment variable OPENAI_BASE_URL cannot be used.",
            "Expected an address such as https://api.openai.com/v1, without a user or a password.",
            "Correct the variable or unset it.",
        )
    draft.offer_service("openai", {"base_url": checked, "api_key": key or None})


def _read_config_toml(draft: _Draft) -> None:
    """Take everything that the person's own file says."""
    file = read_toml(get_config_dir() / "config.toml")
    if file is None:
        return
    top = file.top()
    top.report_unknown(_KNOWN, draft.notices)
    for name in ("model", "theme", "leader"):
        draft.offer(name, top.text(name))
    draft.offer("finish_minutes", top.above_zero("finish_minutes"))
    draft.low_bandwidth = top.flag("low_bandwidth")
    draft.offer("titles", top.one_of("titles", TITLES))
    draft.offer("notifications", top.one_of("notifications", _NOTIFICATIONS))
    keys = top.table("keys")
    if keys:
        draft.keys.update({action: keys.required_text(action) for action in keys.names()})
    providers = top.table("provider")
    for service_id, table in providers.tables() if providers else ():
        table.report_unknown(_KNOWN_OF_PROVIDER, draft.notices)
        values = _service_values(table, draft.notices)
        draft.offer_service(service_id, {**values, "routed": False if values["models"] else None})


def _read_coder_json(draft: _Draft, environ: Mapping[str, str]) -> None:
    """Take oats's services and its default model; what else the file holds is oats's own business."""
    path = find_coder_json()
    named = environ.get("CODER_CONFIG_FILE")
    if named and not os.path.exists(os.path.expanduser(named)):  # noqa: PTH110, PTH111 - Path raises for an unknown user
        draft.notices.append(f"CODER_CONFIG_FILE names {named}, and there is no such file.")
    if path is None:
        return
    top = SettingsFile(path, read_json_config(path)).top()
    providers = top.table("provider")
    for service_id, table in providers.tables() if providers else ():
        draft.offer_service(service_id, {**_service_values(table), "routed": True})
    chosen = top.table("model")
    if chosen is None:
        return
    default_service, model_id = chosen.text("provider_id"), chosen.text("model_id")
    draft.offer("default_service", default_service)
    if model_id:
        draft.offer("model", f"{default_service}/{model_id}" if default_service else model_id)


def _service_values(table: Table, notices: list[str] | None = None) -> dict[str, Any]:
    """Return what one table says about a service; None for what it does not say.

    Args:
        table: The service's table.
        notices: Where to report unknown names of a model's table, or None to pass over them.
    """
    address = table.text("base_url")
    checked = checked_address(address) if address else None
    if address and not checked:
        raise table.wrong("base_url", "an address such as http://localhost:8000/v1, without a user or a password")
    models = []
    for entry in table.list_of_tables("models"):
        if notices is not None:
            entry.report_unknown(_KNOWN_OF_MODEL, notices)
        models.append(
            ModelSettings(
                name=entry.required_text("name"),
                context=entry.positive("context"),
                images=entry.flag("images") is not False,
            )
        )
    return {
        "base_url": checked,
        "api_key": table.text("api_key"),
        "api_key_command": table.text("api_key_command"),
        "enabled": table.flag("enabled"),
        "models": tuple(models) or None,
    }


def _finished_service(
    service_id: str, values: dict[str, Any], draft: _Draft, environ: Mapping[str, str]
) -> ServiceSettings | None:
    """Return the service that was told of in parts, or None (with a notice) where nobody told its address."""
    address: str | None = values.pop("base_url", OPENAI_BASE_URL if service_id == "openai" else None)
    if address is None:
        draft.notices.append(f"The service {service_id} is left out, because it has no base_url.")
        return None
    key = values.pop("api_key", None) or environ.get(key_variable(service_id))
    return ServiceSettings(id=service_id, base_url=address, api_key=SecretStr(key) if key else None, **values)
