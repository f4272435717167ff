from __future__ import annotations

import asyncio
import io
import json
import os
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from oats_tui.core.errors import OatsError
from oats_tui.exchange.importing import import_file
from oats_tui.exchange.limits import USUAL
from oats_tui.exchange.report import Report
from oats_tui.session.session import SessionStorage
from tests.unit.exchange.conftest import Take, kept, only
from tests.unit.exchange.samples import chatgpt, claude, claude_code, codex, lined, listed, node, zipped


def whys(report: Report) -> list[str]:
    """Why things were skipped."""
    return [each.why for each in report.skipped]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "it is empty"),
        (b" \n\t", "it is empty"),
        (b"\x00" * 5000, "its format is not known"),
        (b"hello", "its format is not known"),
        (b"[]", "there is no conversation in it"),
        (b"[", "it ends in the middle"),
        (b'{"a": 1}', "its format is not known"),
        (b"{", "it is not JSON, or cut off"),
        (b'{\n  "mapping": {', "it is not JSON, or cut off"),
        (b"[1, 2, 3]", "its format is not known"),
        (b'[{"version": 99, "chats": []}]', "its format is not known"),
        (b'{"info": {"id": "x"}}', "its format is not known"),
        (b'{"mapping": {}, "id": "x"}', "it has no messages"),
        (b"\xff\xfe[\x00]\x00", "its format is not known"),
        (b"PK\x03\x04 no archive", "it is damaged, or packed in an unknown way (BadZipFile)"),
    ],
)
def test_what_is_no_conversation_is_told_in_one_line(take: Take, data: bytes, why: str) -> None:
    report = take(data)
    assert (report.made, report.known, whys(report)) == ([], 0, [why])
    assert not SessionStorage().storage_dir.exists()


def test_bad_conversations_do_not_keep_the_good_ones_out(take: Take) -> None:
    deep = b'{"mapping": ' + b"[" * 5000 + b"]" * 5000 + b"}"
    data = b"[" + b", ".join(
        [json.dumps(chatgpt()).encode(), b"{torn}", deep, b"7", json.dumps(claude()).encode()]
    )
    report = take(data)
    assert len(report.made) == 2
    assert whys(report) == [
        "it is not JSON, or cut off",
        "it is nested too deeply",
        "its format is not known",
        "it ends in the middle",
    ]
    assert report.skipped[0].what == "some file, conversation 2"


def test_bad_lines_are_told_together_and_the_rest_is_imported(take: Take) -> None:
    good = lined(codex()).splitlines(keepends=True)
    report = take(b"{torn\n" + b"".join(good[:4]) + b"\x00\xff\n" + b"".join(good[4:]) + b'{"type": "respon')
    assert [(each.what, each.why) for each in report.skipped] == [
        ("some file, lines 1, 6, 13", "3 lines cannot be understood")
    ]
    assert len(only().messages) == 3


def test_nan_lone_surrogates_and_strange_times_are_no_obstacle(take: Take) -> None:
    value = chatgpt()
    value["create_time"], value["update_time"] = float("nan"), 1e300
    value["title"] = "lone \ud800 half"
    for name, time in {"q1": -5, "c1": "never", "a1": True, "q2": 10**400}.items():
        value["mapping"][name]["message"]["create_time"] = time
    assert whys(take(json.dumps([value]).encode())) == []
    assert only().title == "lone \ufffd half"
    assert len(only().messages) == 4


def test_a_circle_of_messages_is_told(take: Take) -> None:
    value = chatgpt()
    value["mapping"]["q1"]["parent"] = "a1"
    report = take(listed(value, claude()))
    assert [(each.what, each.why) for each in report.skipped] == [
        ("some file, conversation 1 “A picture”", "its messages refer to each other in a circle")
    ]
    assert len(report.made) == 1


def test_without_the_last_node_the_newest_branch_is_taken(take: Take) -> None:
    value = chatgpt() | {"current_node": "gone"}
    assert take(listed(value)).skipped == []
    assert only().messages[-1].get_text_content() == "Thanks"


def test_messages_with_one_id_are_all_kept(take: Take) -> None:
    value = claude()
    value["chat_messages"][1]["uuid"] = "m1"
    assert whys(take(listed(value))) == ["1 of its messages have the id of another; they were given their own"]
    assert len(only().messages) == 2
    assert take(listed(value)).known == 1


def test_two_conversations_with_one_id_are_one(take: Take) -> None:
    report = take(listed(chatgpt(), chatgpt()))
    assert (len(report.made), report.known, report.skipped) == (1, 1, [])


def test_unknown_content_is_told_and_its_text_kept(take: Take) -> None:
    value = chatgpt()
    value["mapping"]["a1"] = node("a1", "r1", "assistant", {"content_type": "hologram", "text": "shimmering"}, 7)
    assert whys(take(listed(value))) == ["1 of its messages have content of the unknown kind 'hologram'"]
    assert only().messages[2].get_text_content() == "shimmering"


def test_what_is_too_large_is_skipped_alone(take: Take) -> None:
    big = claude()
    big["chat_messages"][0]["content"][0]["text"] = "x" * 20_000
    small = replace(USUAL, conversation=10_000)
    report = take(listed(big, chatgpt()), limits=small)
    assert (len(report.made), len(report.skipped)) == (1, 1)
    assert "larger than" in report.skipped[0].why
    long = [*claude_code(), *(line | {"uuid": f"n{n}"} for n, line in enumerate(claude_code()[3:4] * 40))]
    assert ["larger than" in why for why in whys(take(lined(long), limits=small))] == [True]


def test_an_archive_that_unpacks_without_end_is_stopped(take: Take) -> None:
    bomb = zipped(a_json=listed(chatgpt()), b_json=b"[" + b" " * 30_000_000)
    report = take(bomb, limits=replace(USUAL, slack=1_000_000, ratio=20))
    assert len(report.made) == 1
    assert ["larger than any export" in why for why in whys(report)] == [True]


def _archive(**changes: Any) -> bytes:
    """An archive whose entry is changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo("a.json")
        for name, value in changes.items():
            setattr(entry, name, value)
        archive.writestr(entry, listed(chatgpt()))
    return out.getvalue()


def test_odd_archives_are_told(take: Take) -> None:
    assert whys(take(_archive(compress_type=zipfile.ZIP_BZIP2))) == ["it is packed in a way that is not read here"]
    assert whys(take(_archive(external_attr=0o120777 << 16))) == ["it is a link"]
    encrypted = bytearray(_archive())
    encrypted[encrypted.rindex(b"PK\x01\x02") + 8] |= 1
    assert whys(take(bytes(encrypted))) == ["it is encrypted"]
    torn = bytearray(_archive())
    torn[200] ^= 255
    assert whys(take(bytes(torn))) == [
        "it cannot be read to its end: it is damaged, or packed in an unknown way (BadZipFile)"
    ]
    assert whys(take(_archive(), limits=replace(USUAL, directory=30))) == ["its table of contents is too large"]
    assert whys(take(zipped(a_json=b"1", b_json=b"2"), limits=replace(USUAL, entries=1))) == [
        "it has more than 1 files"
    ]


def test_pipes_links_and_folders_are_never_waited_for(take: Take, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    (folder / "sub.json").mkdir(parents=True)
    os.mkfifo(folder / "a.json")
    (folder / "b.json").symlink_to("/dev/zero")
    (folder / "loop").symlink_to(folder)
    (folder / "c.json").write_bytes(listed(chatgpt()))
    report = take(folder)
    assert (len(report.made), [each.what for each in report.skipped]) == (1, ["a.json", "b.json"])
    assert whys(take(folder / "a.json")) == ["it is not a regular file"]
    assert whys(take(folder / "b.json")) == ["it is not a regular file"]
    (tmp_path / "link").symlink_to(folder / "c.json")
    assert take(tmp_path / "link").known == 1


def test_a_path_where_nothing_is_raises(take: Take, tmp_path: Path) -> None:
    for path in (tmp_path / "nowhere", tmp_path / "a\0b"):
        with pytest.raises(OatsError, match="no such file"):
            asyncio.run(import_file(path, SessionStorage()))
    assert kept() == []


def test_a_file_of_lines_without_sense_is_left_in_time(take: Take) -> None:
    first = lined([chatgpt()])
    stopped = "the rest was not looked at, because too much of it cannot be understood"
    for junk, last in ((b"x\n", stopped), (b"\n", stopped), (b"{}\n", "they are too many to be listed")):
        report = take(first + junk * 200_000)
        assert len(report.made) + report.known == 1
        assert whys(report)[-1] == last
        assert len(report.skipped) <= 501


def test_a_million_bad_things_are_not_a_million_lines(take: Take) -> None:
    report = take(b"[" + json.dumps(chatgpt()).encode() + b",1" * 100_000 + b"]")
    assert len(report.made) == 1
    assert len(report.skipped) == 501
    assert whys(report)[-1] == "they are too many to be listed"
