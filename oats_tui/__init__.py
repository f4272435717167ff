"""A terminal chat client whose truth is a folder of plain files."""

__version__ = "0.1.0"
