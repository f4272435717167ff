"""Samples that were cut off, or changed at random: never an exception, and never half a session."""

from __future__ import annotations

import asyncio
import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oats_tui.exchange.importing import import_file
from oats_tui.exchange.report import Report
from oats_tui.session.session import SessionStorage
from tests.support.sessions import session
from tests.unit.exchange.samples import chatgpt, claude, claude_code, codex, lined, listed, zipped

OATS = json.loads(session("q1", "a1").model_dump_json())
SAMPLES: list[Any] = [[OATS], [chatgpt()], [claude()], claude_code(), codex()]
BYTES = [listed(OATS, chatgpt(), claude()), lined(claude_code()), lined(codex()), zipped(a_json=listed(chatgpt()))]

usual = settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
junk = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3)
anything = junk | st.lists(junk, max_size=2) | st.dictionaries(st.sampled_from(["id", "type", "text"]), junk)


def imported(data: bytes, path: Path) -> Report:
    """What came of some bytes; all that is in the storage afterwards is whole."""
    path.write_bytes(data)
    storage = SessionStorage()

    async def run() -> Report:
        report = await import_file(path, storage)
        for made in report.made:
            found = await storage.get(made.session_id)
            assert found is not None
            assert found.info.message_count == len(found.messages)
        for made in report.made:
            await storage.delete(made.session_id)
        return report

    return asyncio.run(run())


@usual
@given(sample=st.sampled_from(BYTES), data=st.data())
def test_cut_off_anywhere(sample: bytes, data: st.DataObject, data_dir: Path, tmp_path: Path) -> None:
    end = data.draw(st.integers(0, len(sample) - 1))
    imported(sample[:end], tmp_path / "cut")


@usual
@given(sample=st.sampled_from(BYTES), data=st.data())
def test_other_bytes_anywhere(sample: bytes, data: st.DataObject, data_dir: Path, tmp_path: Path) -> None:
    changed = bytearray(sample)
    for _ in range(data.draw(st.integers(1, 4))):
        changed[data.draw(st.integers(0, len(sample) - 1))] = data.draw(st.integers(0, 255))
    imported(bytes(changed), tmp_path / "changed")


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to all values within a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [each for key, item in inner for each in [(*way, key), *places(item, (*way, key))]]


@usual
@given(number=st.integers(0, len(SAMPLES) - 1), data=st.data())
def test_other_values_anywhere(number: int, data: st.DataObject, data_dir: Path, tmp_path: Path) -> None:
    value = copy.deepcopy(SAMPLES[number])
    for _ in range(data.draw(st.integers(1, 3))):
        way = data.draw(st.sampled_from(places(value)))
        target = value
        for key in way[:-1]:
            target = target[key]
        target[way[-1]] = data.draw(anything)
    is_log = number >= 3
    sample = lined(value) if is_log else listed(*value)
    report = imported(sample, tmp_path / "odd")
    assert all("not as its format" not in each.why for each in report.skipped)
