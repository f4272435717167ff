from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from oats_tui.core.sanitize import sanitize
from oats_tui.ui.widgets.transcript.items import FoldItem, ImageItem, ToolItem
from oats_tui.ui.widgets.transcript.lines import Line
from oats_tui.ui.widgets.transcript.palette import palette_from
from oats_tui.ui.widgets.transcript.parts.fold import draw_fold
from oats_tui.ui.widgets.transcript.parts.picture import draw_image
from oats_tui.ui.widgets.transcript.parts.tool import draw_tool

PALETTE = palette_from({"foreground": "#f0f0f0", "accent": "#e0a030", "error": "#d04040"}, dark=True)
OWN = {PALETTE.text, PALETTE.dim, PALETTE.model, PALETTE.error, PALETTE.added, PALETTE.removed, PALETTE.cursor}
HARMLESS = ["word ", "\n", "\r\n", "\t", "漢字", "e\u0301", "x" * 90, "{", '"', "👩\u200d🚀"]
DIFFS = ["@@ -1 +1 @@\n", "diff --git a b\n", "--- a\n", "+++ b\n", "- c\n", "+ d\n"]
HOSTILE = ["\x1b[2J", "\u202e", "\x00", "\ud800", "\x85", "\u2028", "\r"]
PIECES = st.sampled_from(HARMLESS + DIFFS + HOSTILE)
TEXTS = st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=50)
MAYBE = st.none() | TEXTS


def check(lines: list[Line], width: int) -> None:
    """Lines fit, and nothing in them is obeyed by a terminal or in a style of somebody else's."""
    assert lines
    for line in lines:
        assert line.width <= max(2, width), (line, width)
        assert sanitize(line.plain).replace("\n", "") == line.plain
        assert {segment.style for segment in line.segments if segment.text.strip()} <= OWN
        assert "\x1b" not in line.copied()


@settings(derandomize=True, deadline=None, max_examples=300)
@given(
    st.builds(ToolItem, TEXTS, TEXTS, MAYBE, TEXTS, MAYBE, MAYBE, st.sampled_from(["", "s1"])),
    st.integers(1, 70),
    st.booleans(),
    st.booleans(),
)
def test_any_call_is_drawn(item: ToolItem, width: int, whole: bool, focused: bool) -> None:
    check(draw_tool(item, width, PALETTE, whole=whole, focused=focused), width)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(
    st.builds(FoldItem, st.sampled_from(["thinking", "summary", "system"]), TEXTS, TEXTS, st.booleans()),
    st.integers(1, 70),
    st.booleans(),
)
def test_anything_folded_is_drawn(item: FoldItem, width: int, whole: bool) -> None:
    check(draw_fold(item, width, PALETTE, whole=whole), width)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.builds(ImageItem, TEXTS, MAYBE, MAYBE), st.integers(1, 70))
def test_any_picture_is_drawn(item: ImageItem, width: int) -> None:
    check(draw_image(item, width, PALETTE), width)
