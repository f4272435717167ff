"""The program at the end of a real ssh line, which is slow or drops."""
