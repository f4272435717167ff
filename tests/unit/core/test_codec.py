from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from oats_tui.core.codec import (
    NotJsonError,
    PlainDict,
    StoredModel,
    decode,
    encode,
    parse,
    replace_surrogates,
    to_plain,
)
from oats_tui.date import utc

modest = settings(deadline=None, derandomize=True, max_examples=60)

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.text(st.characters(codec=None, categories=["Cs", "Ll"]))
)
FOREIGN = st.recursive(
    SCALARS | st.binary() | st.builds(object) | st.builds(utc),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.integers(), inner),
    max_leaves=10,
)


class Item(StoredModel):
    name: str = ""
    count: int = 0
    extras: PlainDict = Field(default_factory=dict)


class Unprintable:
    def __repr__(self) -> str:
        raise RuntimeError("no words")


@modest
@given(st.text(), st.integers(), st.dictionaries(st.text(), FOREIGN), FOREIGN)
def test_whatever_is_accepted_can_be_saved_and_saving_it_again_gives_the_same_bytes(
    name: str, count: int, extras: dict[str, Any], unknown: Any
) -> None:
    item = Item.model_validate({"name": name, "count": count, "extras": extras, "unknown": unknown})
    data = encode(item)
    again = decode(data, Item)
    assert encode(again) == data
    assert (again.name, again.count) == (name, count)


@modest
@given(FOREIGN)
def test_what_is_made_plain_is_json(value: Any) -> None:
    plain = to_plain(value)
    text = json.dumps(plain, allow_nan=False, ensure_ascii=False)
    assert json.loads(text.encode()) == plain


def test_the_form_is_utf8_indented_by_2_in_the_order_of_declaration_without_a_newline_at_the_end() -> None:
    data = encode(Item(count=1, name="é\u2028"))
    assert data.decode() == '{\n  "name": "é\u2028",\n  "count": 1,\n  "extras": {}\n}'


def test_unknown_fields_are_kept() -> None:
    item = decode(b'{"name": "a", "later": {"x": [1, 2.5, null]}, "model_dump": 1}', Item)
    item.name = "b"
    assert json.loads(encode(item)) == {
        "name": "b",
        "count": 0,
        "extras": {},
        "later": {"x": [1, 2.5, None]},
        "model_dump": 1,
    }


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (math.nan, None),
        (math.inf, None),
        (b"ab", "b'ab'"),
        ("x\ud800y", "x\ufffdy"),
        ("\ud83d\ude00", "\U0001f600"),
        ({1: 2, b"k": 3, "\udfff": 4}, {"1": 2, "b'k'": 3, "\ufffd": 4}),
        ((1, [2]), [1, [2]]),
        (2**70, 2**70),
        (True, True),
        (Path("/a"), "/a"),
        ([10**6000], ["<int>"]),
        (Unprintable(), "<Unprintable>"),
    ],
)
def test_what_json_cannot_hold_becomes_something_it_can(value: Any, plain: Any) -> None:
    assert to_plain(value) == plain
    assert json.loads(encode(Item(extras={"v": value})))["extras"]["v"] == plain


def test_an_object_becomes_its_repr() -> None:
    marker = object()
    assert to_plain([marker]) == [repr(marker)]


def test_integers_of_any_size_come_back_as_they_were() -> None:
    assert decode(encode(Item(count=2**200 + 1)), Item).count == 2**200 + 1


def test_what_contains_itself_can_be_saved() -> None:
    loop: list[Any] = [1]
    loop.extend([loop, loop])
    data = encode(Item(extras={"loop": loop}))
    assert json.loads(data)["extras"]["loop"][0] == 1
    assert encode(decode(data, Item)) == data


def test_nesting_too_deep_to_be_read_is_cut_off() -> None:
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    data = encode(Item(extras={"deep": deep}, name="\ud800"))
    assert decode(data, Item).name == "\ufffd"


def test_a_value_that_a_field_was_never_meant_to_hold_can_still_be_saved() -> None:
    item = Item()
    item.name = b"\xff"  # type: ignore[assignment]
    item.count = object()  # type: ignore[assignment]
    assert json.loads(encode(item))["name"] == "b'\\xff'"


def test_a_wrong_value_warns_nobody(recwarn: pytest.WarningsRecorder) -> None:
    item = Item()
    item.count = "three"  # type: ignore[assignment]
    encode(item)
    assert not recwarn.list


@pytest.mark.parametrize("data", [b"", b"{", b'{"name": "a"', b"\xff", b"\x00" * 10, b"[" * 10_000, b'"\\ud800'])
def test_what_is_not_json_is_told_as_such(data: bytes) -> None:
    with pytest.raises(NotJsonError):
        decode(data, Item)


def test_json_of_something_else_is_told_as_something_else() -> None:
    with pytest.raises(ValidationError):
        decode(b'{"count": "many"}', Item)
    with pytest.raises(ValidationError):
        decode(b"[]", Item)


def test_escapes_of_lone_surrogates_from_other_programs_are_read() -> None:
    assert parse(b'{"a": "x\\ud800y", "b": "\\u00e9"}') == {"a": "x\ufffdy", "b": "é"}


def test_text_without_surrogates_is_returned_as_it_is() -> None:
    text = "é\U0001f600"
    assert replace_surrogates(text) is text
