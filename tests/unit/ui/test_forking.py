"""Sessions forked from the keyboard, and the way back."""

from __future__ import annotations

from pathlib import Path

import pytest

from oats_tui.session.session import Session, get_session_storage
from tests.support.app import Rig, play
from tests.unit.ui.sessions import keep, make


async def on_disk(session_id: str) -> Session:
    """A session as it is in its file."""
    found = await get_session_storage().get(session_id)
    assert found is not None
    return found


def titles(rig: Rig) -> list[str]:
    """The titles that the list shows."""
    return [row.title for row in rig.screen.sidebar.rows]


def test_a_fork_from_the_messages_ends_at_the_cursor(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id == one)
        await rig.press("ctrl+x", "k", "g", "j", "f")
        await rig.until(lambda: rig.open_id != one)
        fork = await on_disk(rig.open_id or "")
        assert [message.get_text_content() for message in fork.messages] == ["q1", "a1"]
        assert fork.title == "one (fork)"
        assert fork.info.parent_session_id == one
        await rig.until(lambda: "one (fork)" in titles(rig))
        assert rig.app.focused is rig.screen.prompt
        assert len((await on_disk(one)).messages) == 4

    one = keep(make("one", "q1", "a1", "q2", "a2"))
    play(scenario, data_dir, resume="last")


@pytest.mark.parametrize("keys", [["ctrl+s", "f"], ["ctrl+x", "f"]])
def test_a_fork_from_elsewhere_has_all(data_dir: Path, keys: list[str]) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id == one)
        await rig.press(*keys)
        await rig.until(lambda: rig.open_id != one)
        assert len((await on_disk(rig.open_id or "")).messages) == 4

    one = keep(make("one", "q1", "a1", "q2", "a2"))
    play(scenario, data_dir, resume="last")


def test_a_fork_tells_where_it_comes_from_and_leads_there(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id == one)
        await rig.press("ctrl+x", "f")
        await rig.until(lambda: rig.open_id != one and "Forked here from “one”." in "\n".join(rig.shown))
        assert rig.said == "forked: ctrl+x h goes back to the other session"
        await rig.press("ctrl+x", "h")
        await rig.until(lambda: rig.open_id == one)
        assert "Forked here" not in "\n".join(rig.shown)

    one = keep(make("one", "q1", "a1"))
    play(scenario, data_dir, resume="last")


def test_where_a_session_comes_from_may_be_nowhere_or_gone(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id == lost)
        await rig.press("ctrl+x", "h")
        await rig.until(lambda: any("is gone" in note.title for note in rig.app._notifications))
        await rig.press("ctrl+s", "j")
        await rig.until(lambda: rig.screen.desk.subject() == alone)
        await rig.press("ctrl+x", "h")
        await rig.until(lambda: any("was not made" in note.message for note in rig.app._notifications))
        assert rig.open_id == lost

    orphan = make("orphan", "q1", "a1")
    orphan.info.parent_session_id = "nobody"
    alone = keep(make("alone", "q1", "a1", age=1))
    lost = keep(orphan)
    play(scenario, data_dir, resume="last")


def test_where_the_parent_is_gone_the_root_is_opened(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: rig.open_id == below)
        await rig.press("ctrl+x", "h")
        await rig.until(lambda: rig.open_id == root)

    root = keep(make("root", "q1", "a1", age=1))
    made = make("below", "q1", "a1")
    made.info.parent_session_id, made.info.root_session_id = "nobody", root
    below = keep(made)
    play(scenario, data_dir, resume="last")
