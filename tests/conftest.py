"""What holds for every test."""

from __future__ import annotations

from hypothesis import settings

# The same examples at each run, whatever machine: a failure that comes and goes teaches nobody.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.load_profile("repeatable")
