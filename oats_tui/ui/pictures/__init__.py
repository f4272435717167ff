"""Pictures out of conversations: what they are, small views of them, files made of them, and a screen for each.

Their bytes come from strangers. Nothing is decoded on the event loop, nothing that is larger than it should be,
and whatever a decoder raises means that the picture is damaged.
"""

from oats_tui.ui.pictures.decoding import Facts, half_blocks
from oats_tui.ui.pictures.saving import save_picture
from oats_tui.ui.pictures.screen import show_picture
from oats_tui.ui.pictures.views import (
    THUMBNAIL_COLUMNS,
    THUMBNAIL_ROWS,
    facts_of,
    prepare,
    thumbnail,
    version_of,
)

__all__ = [
    "THUMBNAIL_COLUMNS",
    "THUMBNAIL_ROWS",
    "Facts",
    "facts_of",
    "half_blocks",
    "prepare",
    "save_picture",
    "show_picture",
    "thumbnail",
    "version_of",
]
