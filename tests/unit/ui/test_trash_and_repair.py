"""What was deleted comes back, and a damaged session is repaired, from the screen."""

from __future__ import annotations

import asyncio
from pathlib import Path

from oats_tui.session.session import Session, SessionInfo, get_session_storage
from tests.support.app import Rig, play


def kept(*names: str) -> list[Session]:
    """Sessions on disk, each with a question and an answer."""

    async def keep() -> list[Session]:
        made = []
        for name in names:
            session = Session(info=SessionInfo(title=name, project_dir="/p", working_dir="/p"))
            session.create_user_message(f"about {name}")
            session.create_assistant_message().add_text(f"known of {name}")
            made.append(await get_session_storage().create(session))
        return made

    return asyncio.run(keep())


def test_what_was_deleted_last_comes_back(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        before = rig.file(first.id).read_bytes()
        await rig.press("ctrl+x", "d")
        await rig.until(lambda: rig.top == "ConfirmScreen")
        await rig.press("enter")
        await rig.until(lambda: rig.open_id is None and not rig.file(first.id).exists())
        await rig.press("ctrl+x", "z")
        await rig.until(lambda: rig.open_id == first.id and "known of one" in rig.text())
        assert rig.file(first.id).read_bytes() == before
        assert "brought back “one”" in rig.said

    [first] = kept("one")
    play(scenario, data_dir, resume="last")


def test_an_empty_trash_is_told(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.press("ctrl+x", "z")
        await rig.until(lambda: "The trash is empty." in rig.text())

    play(scenario, data_dir)


def test_a_damaged_session_says_what_can_be_saved_and_is_repaired(data_dir: Path) -> None:
    async def scenario(rig: Rig) -> None:
        await rig.until(lambda: "One message can be saved" in rig.text())
        await rig.press(*"/repair", "enter")
        await rig.until(lambda: "about one" in rig.text() and "repaired: one message saved" in rig.said)
        copies = list((data_dir / "oats_tui" / "quarantine").iterdir())
        assert [copy.read_bytes() for copy in copies] == [damaged]

    [first] = kept("one")
    path = get_session_storage().path_of(first.id)
    damaged = path.read_bytes()[:-300]
    path.write_bytes(damaged)
    play(scenario, data_dir, resume=first.id)
