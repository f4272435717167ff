"""Sessions out to files that others read, and the conversations of other programs in."""
