"""Sessions put away, and sessions made from others."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from oats_tui.session.facts import facts_of
from oats_tui.session.filing import fork_of, fork_title, put_away
from oats_tui.session.session import SessionStorage
from tests.support.sessions import session

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def test_putting_away_and_bringing_back_leaves_the_last_activity() -> None:
    kept = session("q1")
    before = kept.info.time.updated
    done = [put_away(kept, NOW), put_away(kept, datetime(2026, 6, 1, tzinfo=UTC))]
    assert (done, kept.info.time.archived) == ([True, False], NOW)
    done = [put_away(kept, None), put_away(kept, None)]
    assert (done, kept.info.time.archived) == ([True, False], None)
    assert kept.info.time.updated == before


def test_a_fork_has_copies_up_to_a_message() -> None:
    above = session("q1", "a1", "q2", "a2", model_id="m", provider_id="p")
    fork = fork_of(above, "q2", "Other", NOW)
    assert [message.get_text_content() for message in fork.messages] == ["q1", "a1", "q2"]
    assert {message.session_id for message in fork.messages} == {fork.id}
    assert not {message.id for message in fork.messages} & {message.id for message in above.messages}
    info = fork.info
    assert (info.parent_session_id, info.root_session_id, info.title) == (above.id, above.id, "Other")
    assert (info.project_dir, info.working_dir, info.model_id, info.provider_id) == ("/p", "/w", "m", "p")
    assert (info.message_count, info.time.created, info.time.archived) == (3, NOW, None)
    fork.messages[0].parts.clear()
    assert above.messages[0].parts
    assert fork_of(fork, None, "x", NOW).info.root_session_id == above.id
    with pytest.raises(LookupError):
        fork_of(above, "gone", "x", NOW)


def test_a_fork_is_a_session_like_any_other(data_dir: Path) -> None:
    async def scenario() -> None:
        storage = SessionStorage()
        above = await storage.create(session("q1", "a1"))
        fork = await storage.create(fork_of(above, None, "x", NOW))
        read = await storage.get(fork.id)
        assert read is not None
        assert [message.get_text_content() for message in read.messages] == ["q1", "a1"]
        fork.create_user_message("more")
        await storage.update(fork)
        again = await storage.get(above.id)
        assert again is not None
        assert len(again.messages) == 2

    asyncio.run(scenario())


def test_a_fork_s_title_is_nobody_else_s() -> None:
    assert fork_title("A", {"A"}) == "A (fork)"
    assert fork_title("A", {"A", "A (fork)"}) == "A (fork 2)"
    assert fork_title("A (fork)", {"A (fork)", "A (fork 2)"}) == "A (fork 3)"
    assert fork_title("", set()) == " (fork)"


def test_facts_of_a_session(tmp_path: Path) -> None:
    kept = session("q1", "a1", "q2", "a2", "a3")
    for message, model in zip(kept.messages[1::2], ("big", "small"), strict=True):
        message.model, message.provider = model, "p"
    kept.messages[4].model = "small"
    kept.messages[4].provider = "p"
    kept.messages[1].usage = {"prompt_tokens": 10, "completion_tokens": 3}
    kept.messages[3].usage = {"input_tokens": 5, "output_tokens": 4}
    path = tmp_path / "s.json"
    path.write_bytes(b"x" * 1234)
    facts = facts_of(kept, path, "Above", 2)
    assert facts.roles == {"user": 2, "assistant": 3}
    assert facts.models == ["p/small", "p/big"]
    assert (facts.tokens_in, facts.tokens_out, facts.size) == (15, 7, 1234)
    assert facts_of(kept, tmp_path / "gone", None, 0).size is None
