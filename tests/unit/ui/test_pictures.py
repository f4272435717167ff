from __future__ import annotations

import asyncio
import base64
import io
import random
import struct
import threading
import time
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from oats_tui.ui import pictures
from oats_tui.ui.pictures import decoding, views
from oats_tui.ui.widgets.transcript.items import ImageItem

RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)
KINDS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")


def item(content: bytes, media_type: str = "image/png") -> ImageItem:
    """A picture of these bytes."""
    return ImageItem(media_type, base64.b64encode(content).decode())


def file_of(picture: Image.Image, kind: str, exif: Image.Exif | None = None) -> bytes:
    """A picture as a file."""
    file = io.BytesIO()
    if exif is None:
        picture.save(file, kind)
    else:
        picture.save(file, kind, exif=exif)
    return file.getvalue()


def prepared(image: ImageItem, columns: int = 32, rows: int = 10) -> decoding.Grid | None:
    """The small view of a picture."""
    asyncio.run(pictures.prepare(image))
    return pictures.thumbnail(image, columns, rows, ground=WHITE)


def chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG file."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_of_size(width: int, height: int) -> bytes:
    """A PNG file that says it is of this size, and holds next to nothing."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(9999))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", KINDS)
def test_the_first_bytes_tell_kind_and_size_whatever_the_media_type_says(kind: str) -> None:
    content = file_of(Image.new("RGB", (64, 47), RED), kind)
    image = item(content, "image/svg+xml")
    expected = pictures.Facts(kind, len(content), 64, 47)
    assert pictures.facts_of(image) == expected
    grid = prepared(image)
    assert pictures.facts_of(image) == expected
    assert grid is not None
    assert (len(grid), {len(row) for row in grid}) == (10, {27})
    assert all(abs(a - b) < 4 for cell in grid[0] for colour in cell for a, b in zip(colour, RED, strict=True))


@pytest.mark.parametrize(
    "quality", [{"lossless": True}, {"lossless": False}, {"lossless": True, "exif": b"Exif\0\0"}]
)
def test_the_three_forms_of_webp_are_measured(quality: dict[str, bool]) -> None:
    file = io.BytesIO()
    Image.new("RGBA", (300, 200), (1, 2, 3, 4)).save(file, "WEBP", **quality)
    facts = pictures.facts_of(item(file.getvalue()))
    assert (facts.kind, facts.width, facts.height) == ("WEBP", 300, 200)


def test_a_picture_is_drawn_in_halves_of_cells_over_the_ground() -> None:
    picture = Image.new("RGBA", (2, 3), (0, 0, 0, 0))
    picture.putpixel((0, 0), (*RED, 255))
    picture.putpixel((1, 1), (*BLUE, 255))
    assert prepared(item(file_of(picture, "PNG"))) == [
        [(RED, WHITE), (WHITE, BLUE)],
        [(WHITE, WHITE), (WHITE, WHITE)],
    ]


@pytest.mark.parametrize(
    ("width", "height", "cells"), [(640, 480, (27, 10)), (1000, 10, (32, 1)), (10, 1000, (1, 10))]
)
def test_its_shape_is_kept(width: int, height: int, cells: tuple[int, int]) -> None:
    grid = prepared(item(file_of(Image.new("RGB", (width, height)), "PNG")))
    assert grid is not None
    assert (len(grid[0]), len(grid)) == cells


@pytest.mark.parametrize(("orientation", "corner"), list(enumerate([(0, 0), (1, 0), (1, 1), (0, 1)], 1)))
def test_a_picture_stands_upright(orientation: int, corner: tuple[int, int]) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = Image.new("RGB", (2, 2), BLUE)
    picture.putpixel(corner, RED)
    assert prepared(item(file_of(picture, "PNG", exif))) == [[(RED, BLUE), (BLUE, BLUE)]]


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_a_picture_that_lies_is_put_on_its_feet(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image = item(file_of(Image.new("RGB", (60, 20), RED), "JPEG", exif))
    grid = prepared(image)
    assert grid is not None
    assert (len(grid[0]), len(grid)) == (7, 10)
    facts = pictures.facts_of(image)
    assert (facts.width, facts.height) == (20, 60)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "RGBA"])
def test_pictures_of_every_mode_keep_their_brightness(mode: str) -> None:
    picture = Image.new("L", (8, 8), 255).convert(mode) if mode != "I;16" else Image.new("I;16", (8, 8), 0xFFFF)
    assert prepared(item(file_of(picture, "PNG"))) == [[(WHITE, WHITE)] * 8] * 4
    if mode == "I;16":
        grid = prepared(item(file_of(Image.new("I;16", (8, 8), 0x4000), "PNG")))
        assert grid is not None
        assert 0x38 <= grid[0][0][0][0] <= 0x48


@pytest.mark.parametrize(
    ("content", "kind", "problem"),
    [
        (b"", "", "not a picture of a known kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "", "not a picture of a known kind"),
        (b"%PDF-1.7", "", "not a picture of a known kind"),
        (png_of_size(60_000, 60_000), "PNG", "too large to be shown: 3,600 megapixels"),
        (png_of_size(2**31 - 1, 2**31 - 1), "PNG", "too large to be shown: 4,611,686,014,132 megapixels"),
        (png_of_size(0, 0), "PNG", "damaged"),
        (png_of_size(5000, 5000), "PNG", "damaged"),
        (b"\x89PNG\r\n\x1a\n", "PNG", "damaged"),
        (file_of(Image.new("RGB", (99, 99)), "PNG")[:60], "PNG", "damaged"),
        (b"GIF89a\xff\xff\xff\xff\x00\x00\x00", "GIF", "too large to be shown: 4,294 megapixels"),
        (b"\xff\xd8\xff" + b"\xff" * 70_000, "JPEG", "damaged"),
        (b"\xff\xd8\xff\xe0\x00\x00\xff\xe0\x00\x00", "JPEG", "damaged"),
        (b"BM" + b"\xff" * 60, "BMP", "damaged"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00\x00\x00\x00\x00" + b"\xff" * 6, "WEBP", "too large"),
    ],
)
def test_what_is_hostile_or_damaged_is_told_and_not_drawn(content: bytes, kind: str, problem: str) -> None:
    image = item(content)
    pictures.facts_of(image)
    begun = time.monotonic()
    assert prepared(image) is None
    assert time.monotonic() - begun < 5
    facts = pictures.facts_of(image)
    assert facts.kind == kind
    assert facts.problem.startswith(problem)


@pytest.mark.parametrize("kind", KINDS)
def test_truncated_and_spoilt_files_raise_nothing(kind: str) -> None:
    chance = random.Random(3)
    content = file_of(Image.effect_noise((90, 70), 60).convert("RGB"), kind)
    for _ in range(40):
        spoilt = bytearray(content[: chance.randrange(len(content))] if chance.random() < 0.5 else content)
        for _ in range(chance.randrange(6)):
            spoilt[chance.randrange(min(200, len(spoilt))) if spoilt else 0 :][:1] = b"\xff"
            if spoilt:
                spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
        image = item(bytes(spoilt))
        facts, picture = decoding.decode(image.data or "", 32, 20)
        assert (picture is None) == bool(facts.problem)


@pytest.mark.parametrize(
    "spoil", [lambda data: data[:-3], lambda data: f"data:image/png;base64,{data}", "\n".join]
)
def test_base64_is_read_as_it_comes(spoil: Callable[[str], str]) -> None:
    data = base64.b64encode(file_of(Image.new("RGB", (4, 4), RED), "BMP") + bytes(5)).decode()
    assert prepared(ImageItem("image/bmp", spoil(data))) == [[(RED, RED)] * 4] * 2


@pytest.mark.parametrize("data", ["ä" * 8, "\ud800" * 8, "====", "!!!!", "A"])
def test_what_is_no_base64_is_no_picture(data: str) -> None:
    assert prepared(ImageItem("image/png", data)) is None
    assert pictures.facts_of(ImageItem("image/png", data)).problem == "not a picture of a known kind"


def test_a_file_that_is_too_large_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "LONGEST", 100)
    image = item(file_of(Image.effect_noise((20, 20), 9), "PNG"))
    assert pictures.facts_of(image).problem == "too large a file to be shown"
    assert prepared(image) is None


def test_pictures_are_decoded_once_and_off_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[threading.Thread] = []

    def noting(*arguments: object) -> object:
        threads.append(threading.current_thread())
        return decoding.decode(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(views, "decode", noting)
    image = item(file_of(Image.new("RGB", (5, 6), RED), "PNG") + b"once")
    assert (pictures.version_of(image), pictures.thumbnail(image, 32, 10)) == (0, None)

    async def thrice() -> None:
        await asyncio.gather(*(pictures.prepare(image) for _ in range(3)))

    asyncio.run(thrice())
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()
    assert pictures.version_of(image) == 1


def test_an_address_is_not_prepared() -> None:
    image = ImageItem("image/png", url="http://x/y.png")
    asyncio.run(pictures.prepare(image))
    assert pictures.version_of(image) == 0


def test_only_the_newest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "_KEPT", 2)
    images = [item(file_of(Image.new("RGB", (3, 3), (number, 7, 7)), "BMP")) for number in range(3)]
    for image in images:
        asyncio.run(pictures.prepare(image))
    assert [pictures.version_of(image) for image in images] == [0, 1, 1]
