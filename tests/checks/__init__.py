"""Checks of the checkout itself: its style, types, layers, sizes and files."""
