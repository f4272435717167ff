from __future__ import annotations

import base64
import hashlib
import itertools
import re
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oats_tui.exchange.export import exported, suffix
from oats_tui.exchange.rendering import Rendering, block
from oats_tui.session.about import About
from oats_tui.session.meta import Outcome, SessionMeta
from oats_tui.session.models import Session, SessionInfo
from tests.support.hostile import Attacker
from tests.support.sessions import sessions
from tests.unit.exchange.pages import Page
from tests.unit.exchange.samples import PNG

_CHARACTERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def said(*texts: str) -> Session:
    """A session in which these texts are said."""
    session = Session(info=SessionInfo(title="T", project_dir="/p", working_dir="/p"))
    for text in texts:
        session.create_user_message(text)
    return session


def page_of(session: Session, meta: SessionMeta | None = None) -> Page:
    """The page of a session, which has no offences."""
    source = exported(session, meta or SessionMeta(), "html")
    assert not _CHARACTERS.search(source)
    page = Page(source)
    assert page.offences == []
    return page


HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</article></main><iframe src='https://e.example'></iframe>",
    "</style><script>1</script>",
    "<!-- x --><base href='https://e.example'>",
    "[a](javascript:alert(1)) [b](JaVaScRiPt:alert(1)) [c](java\tscript:1) [d](vbscript:1) [e](data:text/html,x)",
    "[a](//e.example) [b](file:///etc/passwd) [c](/x) [d](#x) <javascript:alert(1)>",
    "![a](https://e.example/x.png) ![b](//e.example) ![c](data:image/svg+xml;base64,PHN2Zz4=)",
    f'![a](data:image/png;base64,{base64.b64encode(b"<script>").decode()} "t")',
    '[a](https://e.example/"onmouseover="alert(1)) [b](<https://e.example/ x> "t\\" onclick=1")',
    '```html onclick=1\n<script>1</script>\n```\n\n```"><script>\nx\n```',
    "| a |\n|:-:|\n| <b onclick=1> |",
    "[x]\n\n[x]: javascript:alert(1)",
    "- [ ] <input onfocus=1 autofocus>\n- [x] b",
    "&lt;script&gt; &#60;script&#62; &#x3c;img onerror=1&#x3e;",
    "a\x00b\x1b[31m\x9b\ud800\u202e",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_page_does_anything_wherever_the_text_stands(text: str) -> None:
    session = said(text, f"> {text}", f"- {text}", f"*{text}*", f"# {text}", f"[{text}](https://e.example)")
    session.info.title = session.info.project_dir = session.info.model_id = text
    answer = session.create_assistant_message()
    answer.model = text
    answer.add_tool_call(text, text, {text: [text]})
    answer.add_tool_result(text, text, text, text, error=text + "!")
    answer.add_image(text, data=text)
    answer.add_image(text, url=text)
    outcome = Outcome(state="failed", title=text, detail=text)
    about = About(thinking=text)
    page_of(session, SessionMeta(outcomes={answer.id: outcome}, notes={answer.id: text}, about={answer.id: about}))


@given(session=sessions())
def test_nothing_in_the_page_of_any_session_does_anything(session: Session) -> None:
    page_of(session)


@settings(max_examples=40)
@given(seed=st.integers(0, 10_000), pieces=st.lists(st.sampled_from(HOSTILE), max_size=5))
def test_nothing_in_a_page_of_attacks_does_anything(seed: int, pieces: list[str]) -> None:
    attacker = Attacker(Random(seed))
    page_of(said(attacker.markdown(), "".join(pieces), attacker.text(9)))


def test_the_policy_allows_the_styles_of_the_page_and_no_more() -> None:
    page = page_of(said("x"))
    mark = base64.b64encode(hashlib.sha256(page.rules.encode()).digest()).decode()
    assert f"style-src 'sha256-{mark}';" in page.policy
    assert page.policy.startswith("default-src 'none'; ")
    assert "unsafe" not in page.policy
    assert "http" not in page.policy
    assert "url(" not in page.rules
    assert "@import" not in page.rules
    assert "prefers-color-scheme: dark" in page.rules
    assert "@media print" in page.rules


def test_links_lead_to_the_web_and_to_mail() -> None:
    page = page_of(
        said("[a](https://e.example/?a=1&b=2) <http://e.example> <mailto:a@e.example> [c](ftp://e.example)")
    )
    assert page.links == ["https://e.example/?a=1&b=2", "http://e.example", "mailto:a@e.example"]
    assert "[c](ftp://e.example)" in page.text


def test_pictures_are_shown_if_they_are_some() -> None:
    session = said(f"![in the text](data:image/jpeg;base64,{PNG}) ![elsewhere](https://e.example/a.png)")
    message = session.messages[0]
    message.add_image("image/svg+xml", data=PNG)
    message.add_image("image/png", data=base64.b64encode(b"<svg/>").decode())
    message.add_image("image/png", url="https://e.example/b.png")
    page = page_of(session)
    assert page.pictures == [f"data:image/png;base64,{PNG}"] * 2
    assert "[Picture: elsewhere (https://e.example/a.png)]" in page.text
    assert "not in this file" in page.text
    assert "https://e.example/b.png" in page.text


def test_what_was_said_thought_and_done_is_on_the_page() -> None:
    session = said("Hello **you**\n\n```python\nprint(1)\n```\n\n~~gone~~\n\n| a |\n|--:|\n| 1 |")
    answer = session.create_assistant_message()
    answer.model = "model-7"
    answer.add_tool_call("c", "bash", {"command": "ls <dir>"})
    answer.add_tool_result("c", "bash", "ls", "file-a", error="it broke")
    meta = SessionMeta(about={answer.id: About(thinking="Let me think.")}, notes={answer.id: "A note."})
    page = page_of(session, meta)
    for text in ("Hello you", "print(1)", "gone", "model-7", "ls <dir>", "file-a", "it broke", "(failed)"):
        assert text in page.text
    assert "Let me think." in page.text
    assert "A note." in page.text
    source = exported(session, meta, "html")
    assert '<span class="p-' in source
    assert '<td class="right">' in source


@pytest.mark.parametrize(
    "text", ["[" * 100_000, ">" * 100_000, "*a " * 60_000, "`" * 3 + "py\n" + "(" * 59_000, "x" * 10**6]
)
def test_texts_that_are_hard_to_read_are_a_page_too(text: str) -> None:
    page_of(said(text))


def test_colouring_stops_when_its_time_is_over() -> None:
    ticks = itertools.count()
    rendering = Rendering(seconds=100, clock=lambda: float(next(ticks)))
    assert '<span class="p-' in rendering.coloured("x = 1", "python")
    assert rendering.coloured("x = 1\n" * 100, "python") == block("x = 1\n" * 100)
    assert rendering.coloured("x = 1", "python") == block("x = 1")


def test_each_kind_has_its_suffix() -> None:
    assert [suffix("markdown"), suffix("html"), suffix("json")] == [".md", ".html", ".json"]
