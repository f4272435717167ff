"""Markdown: cut into blocks as it grows, and drawn block by block."""
