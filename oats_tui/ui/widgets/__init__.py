"""The regions of a screen, one module for each."""
