"""Faults 1 and 3 while something is asked and answered: what is written down beside the session's file lasts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.faults._disk_checks import Steps, assert_usable, done_before
from tests.support.disk import SESSION, Plan, Run, Side
from tests.support.disk_pool import Sides, quick_folder
from tests.support.syscalls import EXIT_CODE, Call, Fault, number_of

ERRORS = ("EIO", "ENOSPC", "EACCES", "EROFS", "EMFILE", "EDQUOT")
ASKED: Steps = (
    ("create", "m0"),
    ("write_down", "m1"),
    ("answer", "a0", "m1", "one ", "two"),
    ("update",),
    ("write_down", "m2"),
    ("answer", "a1", "m2", "three ", "four"),
)
MESSAGES = ["m0", "m1", "a0", "m2", "a1"]
DELETED: Steps = (*ASKED, ("update",), ("delete",))


@pytest.fixture(scope="module")
def sides() -> Iterator[Sides]:
    with Sides() as running:
        yield running


@pytest.fixture
def place() -> Iterator[Path]:
    with quick_folder() as folder:
        yield folder


def safe_after(done: int) -> list[str]:
    """The messages that nothing may take away once so many steps of `ASKED` were done."""
    return MESSAGES[: (0, 1, 2, 3, 3, 4, 5)[done]]


def stop_at_each(sides: Sides, place: Path, before: Steps, steps: Steps) -> list[tuple[Path, Call, Run]]:
    """Do some steps, then in another process others, which ends at each change in turn.

    Returns:
        For each, where it was, the call before which it ended, and what came of the steps until then.
    """

    def prepare(side: Side, data_dir: Path) -> None:
        """Do the steps before."""
        if before:
            assert side.run(Plan(str(data_dir), before, is_quiet=True)).failures == []

    with sides.one() as side:
        prepare(side, place / "whole")
        whole = side.run(Plan(str(place / "whole"), steps, is_recorded=True))
    assert (whole.exit, whole.failures) == (0, [])
    stopped: list[tuple[Path, Call, Run]] = []

    def stop(side: Side, pair: tuple[str, Call]) -> None:
        """End the process at one of the changes."""
        kind, call = pair
        data_dir = place / f"{kind}-{call.number}"
        prepare(side, data_dir)
        run = side.run(Plan(str(data_dir), steps, Fault(kind, call.number), is_recorded=True))
        assert (run.exit, run.trouble) == (EXIT_CODE, [])
        stopped.append((data_dir, call, run))

    changes = [call for call in whole.calls if call.is_change]
    pairs = [("exit", call) for call in changes] + [("tear", call) for call in changes if call.size]
    sides.each(stop, pairs)
    assert len(stopped) > 6
    return stopped


def assert_recovers(side: Side, data_dir: Path, safe: Sequence[str]) -> None:
    """A fresh program brings the file up to date, once, and has everything that was safe, in its order."""
    steps = (("get",), ("recover",), ("get",), ("recover",), ("texts",))
    run = side.run(Plan(str(data_dir), steps))
    assert (run.exit, run.failures) == (0, [])
    before, _, found, again, texts = run.values
    assert again == [0, []]
    assert set(before or []) <= set(found or [])
    assert [each for each in found or [] if each in safe] == list(safe)
    assert [each for each in MESSAGES if each in (found or [])] == (found or [])
    for id_, text in (("a0", "one two"), ("a1", "three four")):
        assert text.startswith(texts.get(id_, ""))
        assert id_ not in safe or texts[id_] == text
    assert run.states[-1].sessions.get(SESSION, []) == (found or [])
    assert_usable(side, data_dir, safe)


def recover_each(sides: Sides, stopped: list[tuple[Path, Call, Run]], least: int | None = None) -> None:
    """See that a fresh program has everything, wherever the one before it ended."""

    def look(side: Side, each: tuple[Path, Call, Run]) -> None:
        """See it for one."""
        data_dir, call, run = each
        try:
            assert_recovers(side, data_dir, safe_after(done_before(run) if least is None else least))
        except AssertionError as error:
            error.add_note(f"before {call}")
            raise

    sides.each(look, stopped)


def test_fault_01_a_stop_while_something_is_asked_and_answered_loses_nothing_that_was_written_down(
    sides: Sides, place: Path
) -> None:
    recover_each(sides, stop_at_each(sides, place, (), ASKED))


def test_fault_01_a_stop_at_any_step_of_recovering_loses_nothing(sides: Sides, place: Path) -> None:
    recover_each(sides, stop_at_each(sides, place, ASKED, [("recover",)]), least=len(ASKED))


def test_fault_01_a_stop_at_any_step_of_restoring_loses_nothing(sides: Sides, place: Path) -> None:
    stopped = stop_at_each(sides, place, DELETED, [("restore",)])

    def look(side: Side, each: tuple[Path, Call, Run]) -> None:
        """A fresh program restores what is not restored yet."""
        data_dir, call, _ = each
        run = side.run(Plan(str(data_dir), [("restore",), ("get",), ("update", "more"), ("get",)]))
        try:
            assert (run.exit, run.failures) == (0, [])
            assert run.values[1] == MESSAGES
            assert run.values[3] == [*MESSAGES, "more"]
            assert run.states[-1].trash == {}
        except AssertionError as error:
            error.add_note(f"before {call}")
            raise

    sides.each(look, stopped)


def fail_each(sides: Sides, place: Path, names: Sequence[str], is_each: bool) -> None:
    """Let each call of asking, deleting and restoring fail in turn."""
    steps = (*DELETED, ("restore",), ("calm",), ("get",), ("recover",), ("texts",))
    with sides.one() as side:
        whole = side.run(Plan(str(place / "whole"), steps, is_recorded=True))
    assert (whole.exit, whole.failures, list(whole.values[-1])) == (0, [], MESSAGES)
    # Reading alone may give nothing when it fails; so nothing fails then.
    end = next(n for n, record in enumerate(whole.records) if record.get("returned") == "calm")
    calls = [call for call in Run(records=whole.records[:end]).calls if call.name != "close"]
    pairs = [(call, name) for call in calls for name in names]
    # The short form lets every other call fail, with one error after the other.
    chosen = pairs if is_each else pairs[:: 2 * len(names) + 1]

    def survive(side: Side, pair: tuple[Call, str]) -> None:
        """Let one call fail."""
        call, name = pair
        data_dir = place / f"{name}-{call.number}"
        fault = Fault("errno", call.number, number_of(name))
        run = side.run(Plan(str(data_dir), steps, fault, is_recorded=True, is_retried=True))
        try:
            assert (run.exit, run.trouble) == (0, [])
            assert None not in [each for state in run.states for each in state.sessions.values()]
            assert run.values[-1] == whole.values[-1]
            assert run.states[-1].sessions == {SESSION: MESSAGES}
        except AssertionError as error:
            error.add_note(f"{name} at call {call}")
            raise

    sides.each(survive, chosen)


def test_fault_03_an_error_of_any_call_while_something_is_asked_deleted_and_restored_loses_nothing(
    sides: Sides, place: Path
) -> None:
    fail_each(sides, place, ERRORS[:3], is_each=False)


@pytest.mark.full
@pytest.mark.parametrize("name", ERRORS)
def test_fault_03_every_error_while_something_is_asked_deleted_and_restored_loses_nothing(
    sides: Sides, place: Path, name: str
) -> None:
    fail_each(sides, place, [name], is_each=True)
