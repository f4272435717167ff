"""What must hold after a fault, whatever the fault was."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

from tests.support.disk import SESSION, Plan, Run, Side
from tests.support.disk_state import State

Steps: TypeAlias = Sequence[Sequence[Any]]

LIFE: Steps = (("create", "m0"), ("update", "m1"), ("update", "m2"), ("delete",))
"""One program alone."""

SHARED: Steps = (
    ("create", "m0"),
    ("foreign", "f0"),
    ("update", "m1"),
    ("get",),
    ("foreign", "f1"),
    ("update", "m2"),
    ("delete",),
)
"""Another program adds messages in between, which the next save must not take away."""


def acknowledged(steps: Steps, done: int) -> list[str]:
    """The messages that were saved when so many steps had been done."""
    return [each for name, *ids in steps[:done] if name in ("create", "update", "foreign") for each in ids]


def held(state: State, id_: str = SESSION) -> list[str] | None:
    """The messages of the session wherever it is kept; None if it is not kept, or not whole."""
    found = state.sessions.get(id_)
    return state.trash.get(id_) if found is None else found


def assert_kept(state: State, steps: Steps, done: int) -> None:
    """The session is whole, old or new, with every message that was acknowledged.

    Args:
        state: What lies on the disk.
        steps: The steps of the plan.
        done: How many were done; the next one may have been done as well, or in part.
    """
    assert None not in state.sessions.values()
    assert None not in state.trash.values()
    if not done and SESSION not in state.sessions:
        return
    tried = steps[done] if done < len(steps) else ("end",)
    if tried[0] not in ("delete", "end"):
        assert SESSION in state.sessions
    kept = held(state)
    assert kept is not None
    old = acknowledged(steps, done)
    assert sorted(kept) in (sorted(old), sorted(old + acknowledged(steps, done + 1)[len(old) :]))


def assert_deleted(state: State, messages: Sequence[str]) -> None:
    """The session has left the list, and nothing of it is lost."""
    assert SESSION not in state.sessions
    assert sorted(state.trash[SESSION] or []) == sorted(messages)


def assert_usable(side: Side, data_dir: Path, expected: Sequence[str]) -> None:
    """A fresh program finds the messages, can save another one, and can delete the session."""
    steps = (("list",), ("get",), ("update", "last"), ("get",), ("delete",), ("list",))
    run = side.run(Plan(str(data_dir), steps))
    assert (run.exit, run.failures, run.trouble) == (0, [], [])
    listed, found, _, again, deleted, left = run.values
    assert listed == ([SESSION] if found is not None else [])
    assert set(expected) <= set(found or [])
    assert len(set(found or [])) == len(found or [])
    # A session that went to the trash when its program was stopped may have left its journal, which counts then.
    assert again == [*(again[:-1] if found is None else found), "last"]
    assert (deleted, left) == (True, [])


def done_before(run: Run) -> int:
    """How many steps were done before the first failure, or the end of the process."""
    names = [record.get("returned", "!") for record in run.records if "returned" in record or "failed" in record]
    return names.index("!") if "!" in names else len(names)
