"""The embedded model: an answer with no key, no account and, once its file is there, no network."""

from __future__ import annotations

from importlib.util import find_spec

DEFAULT_MODEL = "smollm2-135m"


def is_available() -> bool:
    """Whether the extra ``local`` is installed. Imports nothing."""
    return find_spec("xllamacpp") is not None
