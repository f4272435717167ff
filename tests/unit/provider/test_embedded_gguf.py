"""The head of a GGUF file tells the model's context; a damaged or hostile one tells nothing."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oats_tui.provider.embedded.gguf import is_gguf, trained_context


def text(value: bytes) -> bytes:
    return struct.pack("<Q", len(value)) + value


def entry(name: bytes, kind: int, value: bytes) -> bytes:
    return text(name) + struct.pack("<I", kind) + value


HEAD = b"GGUF" + struct.pack("<IQQ", 3, 10, 5)
BEFORE = (
    entry(b"general.architecture", 8, text(b"llama"))
    + entry(b"general.languages", 9, struct.pack("<IQ", 8, 2) + text(b"en") + text(b"de"))
    + entry(b"general.some", 9, struct.pack("<IQ", 6, 3) + bytes(12))
    + entry(b"general.flag", 7, b"\1")
)


@pytest.mark.parametrize(
    ("rest", "context"),
    [
        (entry(b"llama.context_length", 4, struct.pack("<I", 4096)), 4096),
        (entry(b"llama.context_length", 10, struct.pack("<Q", 131072)), 131072),
        (entry(b"llama.context_length", 5, struct.pack("<i", -1)), None),
        (entry(b"llama.context_length", 8, text(b"many")), None),
        (entry(b"tokens", 9, struct.pack("<IQ", 8, 50000)), None),
        (entry(b"odd", 99, b""), None),
        (struct.pack("<Q", 2**60), None),
        (b"", None),
    ],
)
def test_the_context_is_found_among_the_first_entries(tmp_path: Path, rest: bytes, context: int | None) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(HEAD + BEFORE + rest)
    assert is_gguf(path)
    assert trained_context(path) == context


@given(rest=st.binary(max_size=300))
def test_nothing_that_follows_a_head_raises(tmp_path_factory: pytest.TempPathFactory, rest: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.gguf"
    path.write_bytes(HEAD + rest)
    found = trained_context(path)
    assert found is None or found > 0


def test_other_files_have_none(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    path.write_text("hello")
    assert not is_gguf(path)
    assert trained_context(path) is None
    assert trained_context(tmp_path) is None
    assert trained_context(tmp_path / "none") is None
