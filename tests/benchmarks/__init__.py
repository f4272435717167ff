"""Measures oats-tui from the outside, in a pseudo-terminal, beside what Textual itself costs."""
