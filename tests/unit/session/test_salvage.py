from __future__ import annotations

import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oats_tui.session.message import Message
from oats_tui.session.models import Session, SessionInfo
from oats_tui.session.store.codec import encode, split
from oats_tui.session.store.salvage import Salvaged, salvaged

TEXTS = ("plain", 'quotes " and \\ and {"id": 1}', "{", "[", "} ]", "é€😀", "line\n    {\n    }\n  ]\n}", "\t\x01")


def conversation(count: int = 8, session_id: str = "s", seed: int = 1) -> Session:
    """A session with messages of every kind."""
    chance = random.Random(seed)
    session = Session(info=SessionInfo(id=session_id, title='A "title" {', project_dir="/p", working_dir="/p"))
    for number in range(count):
        message = Message(id=f"m{number}", session_id=session_id, role="assistant" if number % 2 else "user")
        message.add_text(chance.choice(TEXTS) * chance.randint(1, 4))
        if number % 4 == 3:
            message.add_tool_call("c", "n", {"list": [{"id": "x"}, {}, []], "number": 1234.5e-3})
            message.add_tool_result("c", "n", "t", "[{", metadata={"deep": [[[{"a": None}]]]})
            message.usage = {"total_tokens": 123456}
        session.add_message(message)
    return session


def texts(saved: Salvaged | None) -> dict[str, Any]:
    """By key, the JSON values of what was saved."""
    return {} if saved is None else {key: json.loads(raw) for key, raw in saved.version.messages.items()}


def whole_before(data: bytes, session: Session, end: int) -> list[str]:
    """The ids of the messages whose JSON ends before a place."""
    ids, position = [], 0
    for raw, message in zip(split(data).messages, session.messages, strict=True):
        position = data.index(raw, position) + len(raw)
        if position <= end:
            ids.append(message.id)
    return ids


def test_fault_12_of_a_file_cut_anywhere_every_whole_message_is_saved_byte_for_byte() -> None:
    session = conversation()
    data = encode(session)
    raws = dict(zip((m.id for m in session.messages), split(data).messages, strict=True))
    places = sorted({*random.Random(2).sample(range(len(data)), 400), len(data), len(data) - 1})
    for place in places:
        saved = salvaged(data[:place])
        ids = whole_before(data, session, place)
        assert (list(saved.version.messages) if saved else []) == ids, place
        if saved is not None:
            assert list(saved.version.messages.values()) == [raws[id_] for id_ in ids]
            assert saved.id == "s"
            assert saved.version.info == split(data).info


@pytest.mark.parametrize("indent", [None, 1, 4])
def test_a_file_of_another_form_is_saved_in_the_usual_one(indent: int | None) -> None:
    session = conversation()
    data = json.dumps(session.model_dump(mode="json"), indent=indent).encode()
    raws = dict(zip((m.id for m in session.messages), split(data).messages, strict=True))
    for place in random.Random(3).sample(range(len(data)), 200):
        saved = salvaged(data[:place])
        found = saved.version.messages if saved else {}
        assert found == dict(list(raws.items())[: len(found)])
        # The closing brace of the last saved one is there, that of the next is not.
        assert data[:place].count(b'"created_at"') >= len(found) >= data[:place].count(b'"created_at"') - 1
    assert salvaged(data) is not None
    assert list(texts(salvaged(data))) == list(raws)


def test_a_number_that_was_cut_is_never_believed() -> None:
    session = conversation(4)
    data = encode(session)
    place = data.index(b"123456") + 2
    saved = salvaged(data[:place])
    assert list(texts(saved)) == ["m0", "m1", "m2"]
    info = b'{"info": {"id": "s", "project_dir": "/p", "working_dir": "/p", "total_tokens": 12'
    assert salvaged(info) is None
    assert salvaged(info + b"}") is not None


@pytest.mark.parametrize("tail", [b"\0" * 5000, b"\0" * 4096 + b"\n", b"\xff" * 100, b"garbage", b'{"id": "m0"}'])
@pytest.mark.parametrize("place", [1.0, 0.6])
def test_fault_12_what_follows_the_end_or_a_cut_changes_nothing(tail: bytes, place: float) -> None:
    data = encode(conversation())
    data = data[: int(len(data) * place)]
    assert texts(salvaged(data + tail)) == texts(salvaged(data))


def test_fault_12_behind_a_shorter_new_version_the_rest_of_a_longer_old_one_is_saved_too() -> None:
    old = encode(conversation(40))
    new_session = conversation(6, seed=9)
    new_session.messages[2].id = "new"
    new = encode(new_session)
    saved = salvaged(new + old[len(new) :])
    ids = list(texts(saved))
    first = next(n for n in range(40) if old.index(f'"id": "m{n}"'.encode()) > len(new))
    assert ids == ["m0", "m1", "new", "m3", "m4", "m5", *(f"m{n}" for n in range(first, 40))]
    assert texts(saved)["m3"] == json.loads(split(new).messages[3])


@pytest.mark.parametrize("is_usual", [True, False])
def test_fault_12_garbage_in_the_middle_costs_only_the_messages_that_it_hits(is_usual: bool) -> None:
    session = conversation(20)
    data = encode(session) if is_usual else session.model_dump_json().encode()
    chance = random.Random(4)
    for _ in range(200):
        start = chance.randrange(data.index(b'"messages"'), len(data))
        end = min(len(data), start + chance.choice((1, 20, 600)))
        garbage = bytes(chance.choice((0, 7, 255)) for _ in range(end - start))
        saved = list(texts(salvaged(data[:start] + garbage + data[end:])))
        expected = untouched(data, session, start, end)
        assert [id_ for id_ in saved if id_ in expected] == expected
        assert saved == sorted(saved, key=lambda id_: int(id_[1:]))


@pytest.mark.parametrize("is_usual", [True, False])
def test_fault_12_where_a_piece_is_missing_all_outside_of_it_is_saved(is_usual: bool) -> None:
    session = conversation(20)
    data = encode(session) if is_usual else session.model_dump_json().encode()
    chance = random.Random(5)
    for _ in range(200):
        start = chance.randrange(data.index(b'"messages"') + 12, len(data))
        end = min(len(data), start + chance.choice((1, 100, 1500)))
        saved = texts(salvaged(data[:start] + data[end:]))
        expected = untouched(data, session, start, end)
        # Where two halves fit together, they may hide one neighbour: nobody can tell.
        assert len(set(expected) - saved.keys()) <= 1, (start, end)
        for id_ in expected:
            assert id_ not in saved or saved[id_]["id"] == id_


def untouched(data: bytes, session: Session, start: int, end: int) -> list[str]:
    """The ids of the messages of which no byte lies in a range."""
    names = [f'"id":{blank}"{m.id}"'.encode() for m in session.messages for blank in ("", " ")]
    marks = [data.rindex(b"{", 0, data.index(name)) for name in names if name in data]
    spans = zip(session.messages, marks, [*marks[1:], len(data)], strict=True)
    return [message.id for message, first, behind in spans if behind <= start or end <= first]


def test_a_message_that_cannot_be_understood_is_saved_where_the_list_is_whole_up_to_it() -> None:
    strange = b'{\n      "id": "odd",\n      "role": "wizard"\n    }'
    data = encode(conversation(3)).replace(b"\n  ]\n}", b",\n    " + strange + b"\n  ]\n}")
    saved = salvaged(data[:-3])
    assert saved is not None
    assert saved.version.messages["odd"] == strange


def test_what_only_looks_like_a_message_is_none() -> None:
    session = conversation(2)
    double = json.loads(Message(id="double", session_id="other", role="user").model_dump_json())
    session.messages[1].add_tool_call("c", "n", {"messages": [double, double], "more": 1})
    data = encode(session)
    assert list(texts(salvaged(data))) == ["m0", "m1"]
    for place in range(data.index(b'"double"'), len(data) - 5, 7):
        assert "double" not in texts(salvaged(data[:place]))
        assert "double" not in texts(salvaged(data[:place] + b"\0" + data[place + 1 :]))


def test_a_byte_that_is_no_text_costs_a_character_and_not_the_message() -> None:
    data = encode(conversation(3)).replace(b"m1", b"m1", 1)
    place = data.index(b'"content": "', data.index(b'"m1"')) + 14
    saved = texts(salvaged(data[:place] + b"\xfe" + data[place + 1 :]))
    assert list(saved) == ["m0", "m1", "m2"]
    assert "\ufffd" in saved["m1"]["parts"][0]["content"]


def test_fields_that_nobody_knows_are_saved_where_the_session_is_whole() -> None:
    data = encode(conversation(2)).removesuffix(b"\n}") + b',\n  "later": [\n    {\n      "id": "x"\n    }\n  ]\n}'
    saved = salvaged(data + b"\0\0rest")
    assert saved is not None
    assert saved.version.rest == split(data).rest
    assert list(saved.version.messages) == ["m0", "m1"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"null",
        b'{"info": {}, "messages": []}',
        b"\0" * 100,
        b'"\xff',
        b'{"messages": [{}]}',
    ],
)
def test_where_there_is_nothing_nothing_is_saved(data: bytes) -> None:
    assert salvaged(data) is None


@given(st.binary(max_size=200), st.integers(0, 3000), st.integers(0, 300))
def test_nothing_makes_it_fail(garbage: bytes, start: int, length: int) -> None:
    data = encode(conversation(4))
    saved = salvaged(data[:start] + garbage + data[start + length :])
    if saved is not None:
        values = [json.loads(raw) for raw in saved.version.messages.values()]
        assert all(isinstance(value, dict) for value in values)
    salvaged(garbage)


def test_of_eleven_megabytes_only_the_message_that_was_cut_is_missing() -> None:
    session = Session(info=SessionInfo(id="s", project_dir="/p", working_dir="/p"))
    for number in range(5000):
        session.create_user_message(f"{number} " + 'words {and "more"}\n' * 95)
    data = encode(session)
    assert len(data) > 11_000_000
    saved = salvaged(data[:-100])
    assert saved is not None
    assert len(saved.version.messages) == 4999
