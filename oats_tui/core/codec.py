"""Models ↔ the bytes of a file. Whatever a model holds can be saved; what is not JSON is kept as text."""

from __future__ import annotations

import json
import math
from datetime import date, datetime, time
from pathlib import PurePath
from typing import TYPE_CHECKING, Annotated, Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, PlainSerializer, ValidationError
from pydantic_core import from_json, to_json, to_jsonable_python

_M = TypeVar("_M", bound=BaseModel)

# Parsers refuse deep nesting (about 200 levels), so nothing that deep may be written.
_MAX_DEPTH = 100
# Python itself refuses to write longer numbers.
_MAX_INT_BITS = 14_000
_TOO_DEEP = "recursion limit"
_WITH_ONE_FORM = (datetime, date, time, PurePath, UUID)
_REFUSALS = (ValueError, TypeError, RecursionError)


class NotJsonError(ValueError):
    """The bytes are not JSON: perhaps they are cut off, because another program is writing them now."""


class TooDeepError(NotJsonError):
    """They may be JSON, but are nested too deeply to be understood."""


def replace_surrogates(text: str) -> str:
    """The text with each lone surrogate, which UTF-8 cannot express, replaced by U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def to_plain(value: Any) -> Any:
    """The value as JSON can hold it.

    Lone surrogates become U+FFFD, NaN and the infinities None, keys strings, moments and paths their
    text; bytes, other objects, what contains itself and what is nested more than 100 levels deep become
    their repr.
    """
    return _plain(value, ())


Plain = Annotated[Any, PlainSerializer(to_plain, when_used="json")]
"""The type of a value from anybody, in a field of a model that is saved."""

PlainDict = Annotated[dict[str, Any], PlainSerializer(to_plain, when_used="json")]
"""The type of a dictionary of such values."""


class StoredModel(BaseModel):
    """A model that is kept in a file; fields it does not know are kept with it."""

    model_config = ConfigDict(extra="allow", protected_namespaces=())
    if not TYPE_CHECKING:  # a checker would take it for an argument
        __pydantic_extra__: dict[str, Plain]


def encode(model: BaseModel) -> bytes:
    """The model as UTF-8 JSON, indented by 2, its fields in the order of their declaration."""
    try:
        return model.model_dump_json(indent=2, warnings="none", fallback=_safe_repr).encode()
    except _REFUSALS:
        # Something in it is not JSON: the thorough way, which is slower.
        return to_json(to_plain(_dump(model)), indent=2)


def decode(data: bytes, model_class: type[_M]) -> _M:
    """The model that bytes hold.

    Raises:
        NotJsonError: The bytes are not JSON.
        pydantic.ValidationError: They are, but not of such a model.
    """
    return model_class.model_validate(parse(data))


def parse(data: bytes) -> Any:
    """The JSON value that bytes hold.

    Raises:
        NotJsonError: They hold none.
    """
    if not data:
        raise NotJsonError("The file is empty.")
    try:
        return from_json(data)
    except ValueError as error:
        is_deep = _TOO_DEEP in str(error)
        if b"\\u" not in data or is_deep:
            raise (TooDeepError if is_deep else NotJsonError)(f"The file is not JSON: {error}.") from None
        return _parse_leniently(data, error)


def _parse_leniently(data: bytes, first: ValueError) -> Any:
    """Parse what may hold escapes of lone surrogates, which other programs write and ours refuses."""
    try:
        value = json.loads(data)
        # What would be written otherwise than it was read is not understood.
        if _depth(value) > _MAX_DEPTH:
            raise TooDeepError(f"The file is nested more than {_MAX_DEPTH} levels deep.")
    except RecursionError:
        raise TooDeepError(f"The file is nested too deeply: {first}.") from None
    except TooDeepError:
        raise
    except ValueError:
        raise NotJsonError(f"The file is not JSON: {first}.") from None
    return to_plain(value)


def _dump(model: BaseModel) -> Any:
    """The model as plain values, or itself if that cannot be had; then it is taken apart field by field."""
    try:
        return model.model_dump(mode="json", warnings="none", fallback=_safe_repr)
    except _REFUSALS:
        return model


def _plain(value: Any, above: tuple[int, ...]) -> Any:
    """One value and what is in it; `above` are the identities of the containers that it is in."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return replace_surrogates(str(value))
    if isinstance(value, int):
        return int(value) if value.bit_length() <= _MAX_INT_BITS else _safe_repr(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if len(above) < _MAX_DEPTH and id(value) not in above:
        return _plain_container(value, (*above, id(value)))
    return _safe_repr(value)


def _plain_container(value: Any, above: tuple[int, ...]) -> Any:
    """A value that may have others in it."""
    if isinstance(value, BaseModel):
        fields = {name: getattr(value, name, None) for name in type(value).model_fields}
        value = fields | (value.model_extra or {})
    if isinstance(value, dict):
        return {_plain_key(key): _plain(each, above) for key, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(each, above) for each in value]
    if isinstance(value, _WITH_ONE_FORM):
        return replace_surrogates(str(value if isinstance(value, PurePath) else to_jsonable_python(value)))
    return _safe_repr(value)


def _plain_key(key: Any) -> str:
    """A key of a JSON object."""
    return replace_surrogates(key if isinstance(key, str) else _safe_repr(key))


def _safe_repr(value: Any) -> str:
    """The repr of anything; what cannot even tell that is named by its type."""
    try:
        return replace_surrogates(repr(value))
    except Exception:  # noqa: BLE001 - repr runs foreign code, and a save must not fail for it
        return f"<{type(value).__name__}>"


def fault(error: Exception) -> str:
    """What is wrong with an item, in words that quote nothing of it."""
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    place = ".".join(str(step) for step in first["loc"])
    return f"{place}: {first['msg']}"


def _depth(value: Any) -> int:
    """How many containers are in each other at the deepest place of a parsed value."""
    depth, level = 0, [value]
    while level := [each for each in level if isinstance(each, (dict, list))]:
        depth += 1
        level = [each for outer in level for each in (outer.values() if isinstance(outer, dict) else outer)]
    return depth
