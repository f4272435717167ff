"""How one session is kept: its file, what several writers did to it, and what we add, written down at once."""
