from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oats_tui.exchange.splitting import Oversized, TornError, elements, lines

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.sampled_from('a"\\[]{},: \n\u20ac'), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('k"\\]', max_size=3), inner, max_size=3),
    max_leaves=8,
)


def cut(data: bytes, size: int) -> list[bytes]:
    """Bytes in pieces."""
    return [data[start : start + size] for start in range(0, len(data), size)]


@given(values=st.lists(VALUES, max_size=5), indent=st.none() | st.integers(0, 2), size=st.integers(1, 9))
def test_the_elements_of_a_list_are_the_same_however_it_comes(
    values: list[Any], indent: int | None, size: int
) -> None:
    data = json.dumps(values, indent=indent, ensure_ascii=False).encode()
    assert [json.loads(each) for each in elements(cut(data, size), 10_000) if isinstance(each, bytes)] == values


@given(values=st.lists(VALUES, min_size=1, max_size=3), size=st.integers(1, 9), data=st.data())
def test_a_list_that_ends_in_the_middle_is_torn(values: list[Any], size: int, data: st.DataObject) -> None:
    whole = json.dumps(values).encode()
    torn = whole[: data.draw(st.integers(0, len(whole) - 1))]
    with pytest.raises(TornError):
        list(elements(cut(torn, size), 10_000))


@given(size=st.integers(1, 40))
def test_what_is_too_large_is_left_out_and_the_rest_is_not(size: int) -> None:
    data = json.dumps(["a" * 5, "b" * 50, {"c": 1}]).encode()
    found = list(elements(cut(data, size), 20))
    assert [each if isinstance(each, Oversized) else each.strip() for each in found] == [
        b'"aaaaa"',
        Oversized(53),
        b'{"c": 1}',
    ]


@given(data=st.binary(max_size=40).map(lambda each: each.replace(b"a", b"\n")), size=st.integers(1, 9))
def test_lines_are_those_between_line_ends(data: bytes, size: int) -> None:
    expected = data.split(b"\n")
    if expected[-1] == b"":
        expected.pop()
    assert list(lines(cut(data, size), 100)) == expected


def test_a_line_without_an_end_stays_within_the_limit() -> None:
    assert list(lines((b"x" * 1000 for _ in range(100)), 10)) == [Oversized(100_000)]


def test_an_element_without_an_end_is_torn_and_not_kept() -> None:
    with pytest.raises(TornError):
        list(elements([b"[", *(b'"' + b"\\" * 999 for _ in range(100))], 10))
