r"""The records of a journal as bytes, and their forms.

A record is `\n<CRC-32 of the JSON, as 8 hexadecimal digits> <JSON>\n`. The line end in front keeps one that was
torn from spoiling the next. What fails its check, or is of no known form, is no record.

Most records are objects, told apart by their first field, with the time (`at`, in seconds since 1970):

- `m`: a message of ours, whole, with its `key` where that is not its id, the key of the one before it (`after`),
  and what it was before where we changed another's (`old`; `older`: marks of earlier states). It may be another's:
  where that stood in the session's file, `sums` are the summaries that stood with it;
- `drop`: the key of a message that we deleted;
- `info`: the name of a fact that we changed, its value before (`old`) and after (`new`);
- `folded`: the version of the file (time in ns, size, inode) that holds `count` of the three above, which together
  have the `mark`; `prev`: likewise the file that was there before it; `end`: how long the log was when it was read
  for that; `open`: how many answers had not ended;
- `foreign`: when another program's version was found; `seen`: the keys of our messages in it; `missed`: the keys
  of those that had been seen and are neither in it nor in a summary of it; `sums`: the keys of its summaries;
- `begin`: an answer begins: the message without its parts, the number `n` by which it is called from here on, the
  id of the message that is `asked`, the key of the one before it (`after`) and who writes it (`by`);
- `part`: part `p` of answer `n`, whole;
- `queue`: the id of a message that waits until nobody answers in the session, and who will ask it then (`by`); it
  waits no more once an answer to it begins, or there is the same record without `by`.

A list `[n, offset, text]` is a piece of the text in the first part of answer `n`, which begins at so many
characters; `[n, offset, text, p]` is one in part `p`, counted from 0.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator
from pydantic_core import PydanticSerializationError, to_json

from oats_tui.core.codec import NotJsonError, parse, to_plain
from oats_tui.core.files import Signature
from oats_tui.session.message import Message

_CRC_LENGTH = 8
_MARK_LENGTH = 16
_FACTS = frozenset(
    {
        "title",
        "project_dir",
        "working_dir",
        "time.archived",
        "model_id",
        "provider_id",
        "root_session_id",
        "parent_session_id",
    }
)

At = Annotated[float, Field(ge=0, le=1e11, allow_inf_nan=False)]
"""A moment in seconds since 1970, of the first three thousand years."""

_Count = Annotated[int, Field(ge=0, le=10**15)]
_Place = tuple[int, int, int]


class Record(BaseModel):
    """What all records have in common."""

    model_config = ConfigDict(extra="ignore", strict=True)


class MessageRecord(Record):
    """A message of ours, or another's that we saw."""

    m: dict[str, Any]
    after: str | None
    at: At
    key: str = ""
    old: Any = None
    older: list[str] = []
    sums: list[str] | None = None

    @model_validator(mode="after")
    def _is_message(self) -> MessageRecord:
        """What cannot be understood as a message is none."""
        self.key = self.key or Message.model_validate(self.m).id
        return self


class DropRecord(Record):
    """A deletion."""

    drop: str
    at: At


class FactRecord(Record):
    """A change of a fact."""

    info: str
    old: Any
    new: Any
    at: At

    @model_validator(mode="after")
    def _is_known(self) -> FactRecord:
        """Only what a person or a program changes is a fact; the rest follows from the messages."""
        if self.info not in _FACTS or not isinstance(self.new, str | None):
            raise ValueError("no fact")
        return self


class FoldedRecord(Record):
    """A version of the file."""

    folded: list[int] = Field(min_length=3, max_length=3)
    count: _Count
    mark: int | None = None
    end: int = -1
    open: int = 0
    prev: Annotated[list[int], Field(min_length=3, max_length=3)] | None = None
    at: At = 0.0


class ForeignRecord(Record):
    """Another program's version."""

    foreign: At
    seen: list[str]
    sums: list[str]
    missed: list[str] = []


class BeginRecord(Record):
    """The beginning of an answer."""

    begin: dict[str, Any]
    n: _Count
    asked: str
    after: str | None
    by: dict[str, Any]
    at: At = 0.0

    @model_validator(mode="after")
    def _is_message(self) -> BeginRecord:
        """What cannot be understood as a message, or has no id to know it by, is none."""
        Message.model_validate(self.begin)
        if "id" not in self.begin:
            raise ValueError("no id")
        return self


class PartRecord(Record):
    """A part of an answer."""

    part: dict[str, Any]
    n: _Count
    p: _Count

    @model_validator(mode="after")
    def _is_part(self) -> PartRecord:
        """What cannot be a part of a message is none: the answer could never be brought to its end with it."""
        Message.model_validate({"session_id": "", "role": "assistant", "parts": [self.part]})
        return self


class QueueRecord(Record):
    """A message waits for its turn, or does so no more."""

    queue: str
    by: dict[str, Any] | None = None
    at: At = 0.0


class TextRecord(Record):
    """A piece of the text of an answer."""

    n: _Count
    offset: _Count
    text: str
    p: _Count = 0


AnyRecord: TypeAlias = (
    MessageRecord
    | DropRecord
    | FactRecord
    | FoldedRecord
    | ForeignRecord
    | BeginRecord
    | PartRecord
    | QueueRecord
    | TextRecord
)

_FORMS: dict[str, TypeAdapter[Any]] = {
    "m": TypeAdapter(MessageRecord),
    "drop": TypeAdapter(DropRecord),
    "info": TypeAdapter(FactRecord),
    "folded": TypeAdapter(FoldedRecord),
    "foreign": TypeAdapter(ForeignRecord),
    "begin": TypeAdapter(BeginRecord),
    "part": TypeAdapter(PartRecord),
    "queue": TypeAdapter(QueueRecord),
}
_TEXT: TypeAdapter[TextRecord] = TypeAdapter(TextRecord)
_TEXT_FIELDS = ("n", "offset", "text", "p")


def record_of(value: Any) -> bytes:
    """The bytes of a record."""
    try:
        json = to_json(value)
    except (PydanticSerializationError, ValueError):
        json = to_json(to_plain(value))
    return b"\n%08x %b\n" % (zlib.crc32(json), json)


def records(data: bytes) -> Iterator[AnyRecord]:
    """The records in some bytes; what is none is left out."""
    for line in data.split(b"\n"):
        if line[_CRC_LENGTH : _CRC_LENGTH + 1] != b" ":
            continue
        json = line[_CRC_LENGTH + 1 :]
        try:
            if int(line[:_CRC_LENGTH], 16) == zlib.crc32(json):
                yield _formed(parse(json))
        except (ValueError, NotJsonError, ValidationError, OverflowError):
            continue


def _formed(value: Any) -> AnyRecord:
    """The record that a JSON value is.

    Raises:
        ValueError: It is none.
    """
    if isinstance(value, list) and len(value) in (len(_TEXT_FIELDS) - 1, len(_TEXT_FIELDS)):
        return _TEXT.validate_python(dict(zip(_TEXT_FIELDS, value, strict=False)))
    kind = next(iter(value), None) if isinstance(value, dict) else None
    if kind not in _FORMS:
        raise ValueError("no record")
    record: AnyRecord = _FORMS[str(kind)].validate_python(value)
    return record


def listed(signature: Signature) -> list[int]:
    """A version of a file as it stands in a record."""
    return [signature.mtime_ns, signature.size, signature.inode]


def mark_of(value: Any) -> str:
    """A mark of a message's content, by which it is known again."""
    return mark_of_json(to_json(value))


def mark_of_json(json: bytes) -> str:
    """The mark of compact JSON."""
    return hashlib.sha256(json).hexdigest()[:_MARK_LENGTH]
