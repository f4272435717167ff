"""How an exported page looks: in light and dark, on a phone, and on paper."""

from __future__ import annotations

from oats_tui.exchange.rendering import colours

_BASE = """
:root { color-scheme: light dark; --ground: #fff; --text: #1f2328; --quiet: #59636e; --line: #d1d9e0;
  --raised: #f6f8fa; --mine: #eaf2fd; --link: #0550ae; --failed: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ground: #15181c; --text: #e3e6ea; --quiet: #9aa4af;
  --line: #343b44; --raised: #1d2127; --mine: #1a2738; --link: #7ab7ff; --failed: #ff8a80; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0 auto; padding: 1rem; max-width: 52rem; background: var(--ground); color: var(--text);
  font: 1rem/1.55 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 1rem 0; }
a { color: var(--link); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 0 0 1.5rem;
  color: var(--quiet); font-size: .875rem; }
dd { margin: 0; }
article { border: 1px solid var(--line); border-radius: .6rem; padding: .75rem 1rem; margin: 0 0 1rem; }
article.user { background: var(--mine); }
article > header { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: baseline; }
article > header h2 { font-size: 1rem; margin: 0; }
time, .absent, .remark { color: var(--quiet); font-size: .875rem; }
.failed { color: var(--failed); }
pre { background: var(--raised); border: 1px solid var(--line); border-radius: .4rem; padding: .6rem .8rem;
  overflow-x: auto; font-size: .85rem; line-height: 1.45; tab-size: 4; }
article.user pre { background: var(--ground); }
code { font-family: ui-monospace, monospace; }
:not(pre) > code { background: var(--raised); border-radius: .25rem; padding: .1em .3em; font-size: .9em; }
pre.words { white-space: pre-wrap; overflow-wrap: anywhere; }
blockquote { margin: 0; padding-left: 1rem; border-left: .25rem solid var(--line); color: var(--quiet); }
table { border-collapse: collapse; display: block; overflow-x: auto; max-width: 100%; }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; }
.left { text-align: left; } .center { text-align: center; } .right { text-align: right; }
img { max-width: 100%; height: auto; }
details { margin: .5rem 0; }
summary { cursor: pointer; color: var(--quiet); }
@media (max-width: 30rem) { body { padding: .6rem; } article { padding: .6rem .7rem; }
  dl { grid-template-columns: 1fr; } dt { font-weight: 600; } }
"""
_PRINT = """
@media print { :root { color-scheme: light; --ground: #fff; --text: #000; --quiet: #444; --line: #bbb;
  --raised: #fff; --mine: #fff; --link: #000; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  h1, h2, h3, summary { break-after: avoid; } img, tr { break-inside: avoid; }
  details::details-content { content-visibility: visible; block-size: auto; } }
"""


def style() -> str:
    """The rules of the page."""
    dark = f"@media screen and (prefers-color-scheme: dark) {{\n{colours('github-dark')}\n}}"
    return "\n".join((_BASE.strip(), colours("default"), dark, _PRINT.strip()))
