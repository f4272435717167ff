"""The message pane: one widget that draws lines."""
