"""What is asked for is found: in which messages, in which order, and how it is shown."""

from __future__ import annotations

import asyncio
import os

import pytest

from oats_tui.session.search import SearchIndex
from oats_tui.session.session import SessionStorage
from tests.unit.session.search.library import Library, keep, marked, told, with_tool


def test_all_words_have_to_be_there_the_newest_message_first(library: Library) -> None:
    keep(
        told("s1", "a zebra in the zoo", "zoo"),
        told("s2", "the ZEBRA of another Zoo", hours=2),
        told("s3", "zoologists", hours=4),
    )
    assert library.ids("zebra zoo ") == ["s2-0", "s1-0"]
    assert library.ids("zoo ") == ["s2-0", "s1-1", "s1-0"]
    assert library.ids("unicorn") == []


def test_the_word_that_is_typed_may_go_on(library: Library) -> None:
    keep(told("s1", "parser"), told("s2", "parsed", hours=1), told("s3", "pars", hours=2), told("s4", "sparse"))
    assert library.ids("pars") == ["s3-0", "s2-0", "s1-0"]
    assert library.ids("pars ") == ["s3-0"]
    assert library.ids("7") == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ('"red fox" ', ["s1-0"]),
        ('"fox red"', []),
        ("fox -the", ["s2-0"]),
        ('fox -"red fox"', ["s2-0"]),
        ("role:assistant hen", ["s2-1"]),
        ("-role:assistant hen", []),
        ("title:first fox", ["s1-0"]),
        ("-title:first fox", ["s2-0"]),
        ("title:first", ["s1"]),
        ("project:elsewhere fox", ["s2-0"]),
        ("model:gpt-big fox", ["s2-0"]),
        ("fox after:2026-03-02", ["s2-0"]),
        ("fox before:2026-03-02", ["s1-0"]),
        ("before:2026-03-02 role:user", ["s1-0"]),
        ("fox after:2026-03-04", []),
    ],
)
def test_phrases_what_is_unwanted_and_filters(library: Library, query: str, expected: list[str]) -> None:
    keep(
        told("s1", "the red fox", title="First"),
        told(
            "s2", "a fox, and red", "a hen", hours=48, title="Other", project_dir="/elsewhere", model_id="GPT-Big"
        ),
    )
    if expected == ["s2-0"] and "-red" in query:
        keep(told("s3", "no red fox", hours=50))
        expected = [] if "red fox" not in query else expected
    assert library.ids(query) == expected


def test_parts_of_names_in_code_and_what_tools_were_given_and_gave(library: Library) -> None:
    keep(told("s1", "call `read_settled_version` of HTTPServer.handleRequest(x)"))
    for query in (
        "read_settled_version",
        "settled",
        "settled_ver",
        "handlerequest",
        "Request ",
        '"handle request"',
    ):
        assert library.ids(query) == ["s1-0"], query
    keep(with_tool(told("s2", hours=1), "run_shell", {"command": "make sandwich"}, "no rule to make target"))
    assert library.ids("sandwich ") == ["s2-tool"]
    assert library.ids('"no rule"') == ["s2-tool"]
    assert library.ids("run_shell") == ["s2-tool"]


def test_pictures_are_not_words(library: Library) -> None:
    session = told("s1", "look")
    session.messages[0].parts.append(
        session.messages[0].parts[0].model_validate({"type": "text", "id": "t", "content": "at this"})
    )
    keep(session)
    data = (library.data_dir / "sessions" / "s1.json").read_text()
    picture = '{"type": "image", "id": "i", "data": "c2VjcmV0d29yZA", "media_type": "image/png"},\n'
    (library.data_dir / "sessions" / "s1.json").write_text(data.replace('"parts": [', '"parts": [' + picture, 1))
    assert library.ids("look this") == ["s1-0"]
    assert library.ids("c2VjcmV0d29yZA") == []


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        ("自然言語処理を学ぶ", ["言語", "語", "自然言語処理", "学", "学ぶ"]),
        ("カタカナとひらがな", ["タカ", "ひらがな"]),
        ("한국어 검색은 어렵다", ["검색", "한국", "어렵다"]),
        ("Über die Brücke, naïve Ça", ["uber", "BRUCKE", "naive", "ca"]),
        ("Привет Мир", ["привет", "МИР"]),
        ("word漢字mixed", ["漢字", "word", "mixed", "word漢字mixed"]),
    ],
)
def test_words_of_other_scripts_are_found(library: Library, text: str, queries: list[str]) -> None:
    keep(told("s1", text), told("s2", "nothing of that: 理処語言然自, 색검", hours=1))
    for query in queries:
        assert "s1-0" in library.ids(query), query
    assert library.ids("語処然") == []
    assert library.ids("言語 -自然") == []


def test_snippets_show_the_first_match_on_one_line(library: Library) -> None:
    keep(told("s1", "Lead.\n\n" + "before " * 40 + "the\n\tneedle and the Needle" + " after" * 60))
    (hit,) = library.find("needle").hits
    assert "\n" not in hit.snippet
    assert "  " not in hit.snippet
    assert [hit.snippet[start:stop] for start, stop in hit.marks] == ["needle", "Needle"]
    assert hit.marks[0][0] < 60
    assert (hit.session_id, hit.title, hit.project, hit.role) == ("s1", "T s1", "/p", "user")


def test_marks_are_where_the_matches_are_whatever_stands_before(library: Library) -> None:
    keep(told("s1", "e\u0301" * 30 + " \u00c5ngstro\u0308m 漢字\u3000 検索 x"))
    assert marked(library.find("angstrom")) == ["\u00c5ngstro\u0308m"]
    assert marked(library.find("検索")) == ["検索"]


def test_titles_are_found_and_tell_no_message(library: Library) -> None:
    keep(told("s1", "nothing", title="The great escape"))
    (hit,) = library.find("escape").hits
    assert (hit.message_id, hit.role, hit.snippet) == ("", "", "The great escape")


def test_no_more_than_asked_for_and_the_newest_of_them(library: Library) -> None:
    keep(*(told(f"s{number}", "word", hours=number) for number in range(9)))
    assert [hit.session_id for hit in library.find("word", limit=3).hits] == ["s8", "s7", "s6"]


def test_many_messages_of_the_same_moment_are_all_found(library: Library) -> None:
    session = told("s1", *["alike"] * 300)
    for message in session.messages:
        message.created_at = session.messages[0].created_at
    keep(session)
    assert len(library.find("alike", limit=500).hits) == 300


def test_the_last_question_counts(library: Library) -> None:
    keep(told("s1", "one"), told("s2", "two"))

    async def scenario(index: SearchIndex) -> None:
        await index.catch_up()
        first, second = await asyncio.gather(index.find("one"), index.find("two"))
        assert [hit.session_id for hit in second.hits] == ["s2"]
        assert not first.is_complete or [hit.session_id for hit in first.hits] == ["s1"]

    library.run(scenario)


def test_what_is_in_the_trash_is_not_found_until_it_is_back(library: Library) -> None:
    keep(told("s1", "zebra"))
    assert library.ids("zebra") == ["s1-0"]
    asyncio.run(SessionStorage().delete("s1"))
    assert library.ids("zebra") == []
    keep(told("s2", "zebra"))
    assert library.ids("zebra") == ["s2-0"]


def test_long_words_are_found_whole_and_only_they(library: Library) -> None:
    one, other = "ab" * 64, "ab" * 63 + "cd"
    keep(told("s1", f"the hash {one} of it"), told("s2", f"the hash {other} of it", hours=1))
    assert library.ids(one) == ["s1-0"]
    assert library.ids(f'"{other} of"') == ["s2-0"]
    assert library.ids(f"hash {other} ") == ["s2-0"]
    assert library.ids(one[:65] + " ") == []
    assert library.ids(one[:64]) == ["s2-0", "s1-0"]


def test_what_is_typed_begins_any_word_not_only_usual_ones(library: Library) -> None:
    keep(told("s1", "one foobar"), told("s2", "two foob12345", hours=1), told("s3", "foob" + "x" * 30, hours=2))
    assert library.ids("foob") == ["s3-0", "s2-0", "s1-0"]


def test_words_that_are_not_in_a_row_are_no_phrase(library: Library) -> None:
    keep(told("s1", "abc fooBar end"), told("s2", "lazy中dog", hours=1))
    assert library.ids('"end bar"') == library.ids('"end foo"') == library.ids('"lazy dog"') == []
    assert library.ids('"foo bar"') == ["s1-0"]
    assert library.ids('"abc foobar end"') == ["s1-0"]


def test_the_newest_come_first_however_many_have_the_same_time(library: Library) -> None:
    old = told("s1", *["alpha"] * 400)
    for message in old.messages:
        message.created_at = old.messages[0].created_at
    keep(old, told("s2", "alpha", hours=48))
    assert [hit.session_id for hit in library.find("alpha ", limit=2).hits] == ["s2", "s1"]


def test_a_file_from_another_century_is_found_as_well(library: Library) -> None:
    keep(told("s1", "zebra"), told("s2", "zebra", hours=1))
    os.utime(library.data_dir / "sessions" / "s1.json", (13_569_465_600, 13_569_465_600))
    assert library.ids("zebra") == ["s2-0", "s1-0"]
    assert library.find("zebra").is_complete
