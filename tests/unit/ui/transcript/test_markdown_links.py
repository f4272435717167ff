"""Where links lead, what a terminal is told of that, and what a person is shown."""

from __future__ import annotations

import pytest

from oats_tui.ui.widgets.transcript.markdown.links import (
    LONGEST,
    SHOWN,
    address_of,
    is_told,
    links_of,
    shown_address,
)
from tests.unit.ui.transcript.conversations import PALETTE
from tests.unit.ui.transcript.test_markdown_text import copy_of, drawn, shown

HOSTILE = [
    "javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "file:///etc/passwd", "vbscript:x",
    "ssh://host", "x-man-page://ls", "ftp://example.org", "//example.org", "/etc/passwd", "#top", "", "http:", "http://",
    "mailto:", "http://[", "http://[::1", "https:///path", "\x1b]8;;http://x\x07", " ", "http:x", "http://:80", "http://%5B",
]  # fmt: skip


def addresses(text: str) -> set[str]:
    """What a terminal is told of where the runs of a text lead."""
    runs = (run for line in drawn(text, 60) for run in line.segments)
    return {run.style.link for run in runs if run.style is not None and run.style.link}


@pytest.mark.parametrize("href", HOSTILE)
def test_only_some_schemes_are_links(href: str) -> None:
    assert address_of(href) is None
    assert addresses(f"[words](<{href}>) ![words](<{href}>)") == set()
    assert "words" in copy_of(f"[words](<{href}>)")


@pytest.mark.parametrize(
    "href", ["http://x.org", "HTTPS://X.org/a", "Mailto:a@x.org", "https://x.org:8080/?q=1#f", "http://[::1]:80/"]
)
def test_addresses_that_may_be_opened(href: str) -> None:
    assert address_of(href) == href


def test_a_terminal_is_told_printable_ascii_only() -> None:
    address = address_of("https://x.org/a b\x1b]0;t\x07\x9c\u202e\"'<>`\\^{|}é\ud800")
    assert address == ("https://x.org/a%20b%1B]0;t%07%C2%9C%E2%80%AE%22%27%3C%3E%60%5C%5E%7B%7C%7D%C3%A9?")
    assert address_of("https://x.org/" + "a" * LONGEST) is None
    assert address_of("https://x.org/" + "é" * (LONGEST // 4)) is None


def test_the_address_stands_behind_words_that_do_not_tell_it() -> None:
    assert shown("See [here](https://example.org/a?b=c).", 60) == ["See here (https://example.org/a?b=c)."]
    assert shown("See [a file](src/a.py) or [a part](#part).", 60) == ["See a file (src/a.py) or a part (#part)."]
    assert shown("[](https://example.org)", 60) == ["(https://example.org)"]
    assert shown("[javascript](javascript:x)", 60) == ["[javascript](javascript:x)"]


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/a",
        "<https://example.org/a>",
        "<me@example.org>",
        "[example.org](https://example.org/a)",
        "[https://EXAMPLE.org/b](https://example.org/a)",
    ],
)
def test_the_address_does_not_stand_there_twice(text: str) -> None:
    assert "(" not in shown(text, 60)[0]
    assert len(addresses(text)) == 1


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("https://good.example", "https://evil.example"),
        ("good.example", "https://good.example.evil.example"),
        ("good.example", "https://good.example@evil.example"),
        ("https://good.example@evil.example", "https://good.example@evil.example/x"),
        ("evil.example and more", "https://evil.example"),
        ("good.example\\@evil.example", "https://evil.example"),
        ("gооd.example", "https://xn--gd-6mcb.example"),
        ("ｇood.example", "https://good.example"),
        ("good.example", "https://good.example:8443"),
        ("me@good.example", "mailto:me@evil.example"),
    ],
)
def test_words_that_tell_another_address_do_not_hide_it(text: str, href: str) -> None:
    assert not is_told(text, href)


def test_long_addresses_are_clipped_so_that_the_host_is_seen() -> None:
    assert shown_address("https://example.org/" + "a" * 100) == "https://example.org/" + "a" * 39 + "…"
    long = shown_address("https://good.example." + "a" * 100 + ".evil.example/path")
    assert len(long) <= SHOWN
    assert ".evil.example" in long
    assert shown_address("https://good.example" + "b" * 60 + "@evil.example/") == "https://…@evil.example/"
    assert shown_address("x:" + "y\x1b[2J" * 50).endswith("…")


def test_pictures_are_links() -> None:
    assert shown("![a cat](https://example.org/cat.png)", 60) == ["▣ a cat (https://example.org/cat.png)"]
    assert addresses("![a *cat*](https://example.org/cat.png)") == {"https://example.org/cat.png"}
    assert shown("![](https://example.org/cat.png)", 60) == ["▣ (https://example.org/cat.png)"]
    assert shown("[![build](https://a.example/b.svg)](https://b.example)", 60) == ["▣ build (https://b.example)"]
    assert addresses("[![build](https://a.example/b.svg)](https://b.example)") == {"https://b.example"}


def test_links_have_the_style_of_links() -> None:
    run = next(run for run in drawn("[here](https://example.org)", 60)[0].segments if run.text == "here")
    assert run.style is not None
    assert run.style.color == PALETTE.link.color
    assert run.style.underline


def test_a_link_over_two_lines_is_one_link() -> None:
    runs = [run for line in drawn("[one two three](https://example.org)", 8) for run in line.segments]
    ids = {run.style.link_id for run in runs if run.style is not None and run.style.link}
    assert len(ids) == 1


def test_links_of_a_message_are_listed_in_order() -> None:
    text = """[one *two*][ref] and https://bare.example, ![a cat](http://cat.example/c.png)

| a | b |
|---|---|
| [in a table](https://table.example) | [no](ftp://x) |

- > [nested](mailto:me@x.example), ^[in a [note](https://note.example)]

```
[no](https://code.example)
```

[ref]: https://ref.example/%20 "title"
"""
    assert links_of(text) == [
        ("one two", "https://ref.example/%20"),
        ("https://bare.example", "https://bare.example"),
        ("a cat", "http://cat.example/c.png"),
        ("in a table", "https://table.example"),
        ("nested", "mailto:me@x.example"),
        ("note", "https://note.example"),
    ]
    assert links_of("[a\x07b\u202e](https://x.example)") == [("a␇b⟨RLO⟩", "https://x.example")]
    assert links_of("") == []
