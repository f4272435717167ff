"""What is said in the pictures."""

from __future__ import annotations

COPIES = "My photo folder holds many files twice. How do I find the copies without reading every file?"

COPIES_ANSWER = """
### Size first, then content

Equal files have equal sizes, so only files that share one need to be read:

- **Size** comes with the folder's listing and rules out nearly all of them.
- **A digest** of what is left tells which files really are copies.

```python
def alike(paths, key):
    groups = defaultdict(list)
    for path in paths:
        groups[key(path)].append(path)
    return [group for group in groups.values() if len(group) > 1]

for candidates in alike(photos, lambda photo: photo.stat().st_size):
    for copies in alike(candidates, digest):
        print(*copies)
```

| compare by | reads | mistakes |
|---|---|---|
| size | no file | many, with small files |
| SHA-256 | each candidate once | none in practice |
| byte by byte | each pair of candidates | none |
"""

DAYS = "tests/test_days.py fails on my machine and passes in CI. What is different here?"

PYTEST_OUTPUT = """
E       AssertionError: assert '2026-03-13' == '2026-03-12'
1 failed, 4 passed in 0.08s
"""

NO_CONFTEST = "There is no file tests/conftest.py."

GREP_OUTPUT = "src/days.py:14:    moment = datetime.fromtimestamp(seconds)"

DAYS_ANSWER = """
**The time zone.** `fromtimestamp` takes the machine's own where none is named. CI runs in UTC; with you, half
past eleven in the evening there is tomorrow already. Name the zone in line 14:

```python
moment = datetime.fromtimestamp(seconds, UTC)
```

No test sets a zone either: there is no `conftest.py`.
"""

PORT = "Which process holds port 8000?"

PORT_ANSWER = """
On Linux, `ss` tells its name and id:

```sh
ss -ltnp 'sport = :8000'
```
"""

RELEASE = """
Write the release notes for 0.4:

9c41d07 export: write CSV as well
51be2fa search: leave out the archive
e08d3c6 sync: try again after an error
"""

RELEASE_BEGUN = """
### Version 0.4

Nothing has to be done for the update.

- **Export** writes CSV as well as JSON.
- **Search** leaves out the archive; `--all` brings
  it back.
- **Sync** tries again when the"""

DATES = "How do I find ISO dates in a log file with grep?"
