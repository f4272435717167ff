"""What an exported page would do if a browser opened it."""

from __future__ import annotations

import re
from html.parser import HTMLParser

# All that a page needs; a tag or attribute that is not here is an offence, whatever it does.
_HEAD = {"html", "head", "meta", "title", "style", "body"}
_FRAME = {"h1", "dl", "dt", "dd", "main", "article", "header", "h2", "time", "details", "summary", "div", "span"}
_TEXT = {
    "h3",
    "h4",
    "h5",
    "h6",
    "p",
    "pre",
    "code",
    "a",
    "img",
    "em",
    "strong",
    "s",
    "ul",
    "ol",
    "li",
    "blockquote",
}
_TABLE = {"hr", "br", "table", "thead", "tbody", "tr", "th", "td", "input"}
TAGS = _HEAD | _FRAME | _TEXT | _TABLE
_ATTRIBUTES: dict[str, frozenset[str]] = {
    "a": frozenset({"href", "rel", "target"}),
    "img": frozenset({"src", "alt"}),
    "meta": frozenset({"charset", "http-equiv", "content", "name"}),
    "input": frozenset({"checked", "class", "disabled", "type"}),
    "html": frozenset({"lang"}),
    "ol": frozenset({"start"}),
}
_USUAL = frozenset({"class", "dir"})
_PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+")
_ADDRESS = re.compile(r"(https?://|mailto:)\S+", re.IGNORECASE)
_VOID = frozenset({"meta", "img", "br", "hr", "input"})


class Page(HTMLParser):
    """Reads a page.

    Attributes:
        offences: What it must not have.
        links: Where its links lead.
        pictures: The addresses of its pictures.
        text: What is read in it.
        rules: Its styles.
        policy: What its policy says.
    """

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.offences: list[str] = []
        self.links: list[str] = []
        self.pictures: list[str] = []
        self.text = ""
        self.rules = ""
        self.policy = ""
        self._open: list[str] = []
        self.feed(source)
        self.close()
        if self._open:
            self.offences.append(f"open at the end: {self._open}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take the beginning of an element."""
        if tag not in TAGS:
            self.offences.append(f"the tag {tag}")
        allowed = _ATTRIBUTES.get(tag, _USUAL)
        self.offences += [f"the attribute {name} of {tag}" for name, _ in attrs if name not in allowed]
        told = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in told:
            self.links.append(told["href"])
            if not _ADDRESS.fullmatch(told["href"]) or "noopener" not in told.get("rel", ""):
                self.offences.append(f"a link to {told['href']}")
        if tag == "img":
            self.pictures.append(told.get("src", ""))
            if not _PICTURE.fullmatch(told.get("src", "")):
                self.offences.append(f"a picture from {told.get('src')}")
        if tag == "meta" and "http-equiv" in told:
            self.policy = told["content"]
            if told["http-equiv"] != "Content-Security-Policy":
                self.offences.append(f"the meta tag {told}")
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Take the end of an element."""
        if self._open and self._open[-1] == tag:
            self._open.pop()
        elif tag not in _VOID:
            self.offences.append(f"the end of {tag} where {self._open[-1:]} is open")

    def handle_data(self, data: str) -> None:
        """Take a text."""
        if self._open[-1:] == ["style"]:
            self.rules += data
        else:
            self.text += data

    def handle_comment(self, data: str) -> None:
        """A comment has no place here."""
        self.offences.append(f"a comment: {data[:40]}")
