from __future__ import annotations

import asyncio
import base64
import io

import pytest
from PIL import Image

from oats_tui.ui import pictures
from oats_tui.ui.widgets.transcript.items import ImageItem
from oats_tui.ui.widgets.transcript.lines import copied
from oats_tui.ui.widgets.transcript.palette import palette_from
from oats_tui.ui.widgets.transcript.parts.picture import draw_image, version_of

PALETTE = palette_from({"foreground": "#f0f0f0", "background": "#102030", "accent": "#e0a030"}, dark=True)


def picture(shade: int, padding: int = 0) -> ImageItem:
    """A grey picture of 640 by 480, half of it transparent, in a file of about so many bytes."""
    file = io.BytesIO()
    made = Image.new("RGBA", (640, 480), (shade, shade, shade, 255))
    made.paste((0, 0, 0, 0), (0, 0, 640, 240))
    made.save(file, "PNG")
    content = file.getvalue()
    return ImageItem("image/jpeg", base64.b64encode(content + bytes(max(0, padding - len(content)))).decode())


@pytest.mark.parametrize(
    ("width", "first"),
    [
        (28, "▣ image · PNG · 640×480 · 4…"),
        (60, "▣ image · PNG · 640×480 · 48 KB · o shows it, s saves it"),
        (100, "▣ image · PNG · 640×480 · 48 KB · o shows it, s saves it"),
    ],
)
def test_a_picture_is_one_line_until_it_is_prepared(width: int, first: str) -> None:
    item = picture(width, 48_000)
    lines = draw_image(item, width, PALETTE)
    assert ([line.plain for line in lines], version_of(item)) == ([first], 0)
    asyncio.run(pictures.prepare(item))
    lines = draw_image(item, width, PALETTE)
    assert version_of(item) == 1
    assert lines[0].plain == first
    assert [line.plain for line in lines[1:]] == ["▀" * 27] * 10
    assert copied(lines) == first.removeprefix("▣ ")
    assert lines[1].segments[0].style is not None
    assert str(lines[1].segments[0].style) == "#102030 on #102030"
    grey = f"{width:02x}" * 3
    assert str(lines[10].segments[0].style) == f"#{grey} on #{grey}"


def test_a_narrow_pane_has_a_smaller_view() -> None:
    item = picture(3)
    asyncio.run(pictures.prepare(item))
    assert [line.plain for line in draw_image(item, 8, PALETTE)] == ["▣ image…", *["▀" * 8] * 3]
    for width in range(1, 40):
        assert all(line.width <= width for line in draw_image(item, width, PALETTE))


@pytest.mark.parametrize(("size", "words"), [(999, "999 B"), (1500, "1.5 KB"), (2_340_000, "2.3 MB")])
def test_sizes_are_for_people(size: int, words: str) -> None:
    item = ImageItem("x", base64.b64encode(b"GIF89a\1\0\1\0" + bytes(size - 10)).decode())
    assert draw_image(item, 60, PALETTE)[0].plain == f"▣ image · GIF · 1×1 · {words} · o shows it, s saves it"


def test_an_address_is_shown_and_not_fetched() -> None:
    item = ImageItem("image/png", url="https://x.example/\x1b[2J" + "y" * 90)
    lines = draw_image(item, 60, PALETTE)
    assert [line.plain for line in lines] == ["▣ image · https://x.example/␛[2J" + "y" * 27 + "…"]
    assert {segment.style for line in lines for segment in line.segments if segment.text.strip()} == {PALETTE.dim}
    assert draw_image(ImageItem("image/png"), 60, PALETTE)[0].plain == "▣ image · no data"


def test_what_cannot_be_shown_says_why() -> None:
    item = ImageItem("image/svg+xml\x1b[2J", base64.b64encode(b"<svg/>").decode())
    asyncio.run(pictures.prepare(item))
    assert [line.plain for line in draw_image(item, 100, PALETTE)] == [
        "▣ image · image/svg+xml␛[2J · 6 B · not a picture of a known kind"
    ]
    cut = ImageItem("image/png", (picture(9).data or "")[:80])
    asyncio.run(pictures.prepare(cut))
    assert draw_image(cut, 100, PALETTE)[0].plain == "▣ image · PNG · 640×480 · 60 B · damaged"


def test_the_sign_is_in_the_cursor_s_colour_under_the_cursor() -> None:
    line = draw_image(picture(4), 60, PALETTE, focused=True)[0]
    assert (line.segments[0].text, line.segments[0].style) == ("▣", PALETTE.cursor)
