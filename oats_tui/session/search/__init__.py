"""Full-text search over all sessions."""

from oats_tui.session.search.found import Found, Hit, Progress
from oats_tui.session.search.index import SearchIndex

__all__ = ["Found", "Hit", "Progress", "SearchIndex"]
