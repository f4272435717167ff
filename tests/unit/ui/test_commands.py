from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Callable
from itertools import chain

import pytest

from oats_tui.core.errors import OatsError
from oats_tui.ui.actions import action
from oats_tui.ui.commands import (
    BY_ID,
    COMMANDS,
    LEADER,
    Command,
    by_leader,
    key_name,
    key_names,
    parse_slash,
    place_bindings,
    screen_bindings,
)


def twice(names: list[str]) -> list[str]:
    """What is there more than once."""
    return [name for name, count in Counter(names).items() if count > 1]


@pytest.mark.parametrize(
    "names_of",
    [
        lambda command: [command.id],
        lambda command: command.leader,
        lambda command: [key for key in command.keys.split(",") if key],
        lambda command: [command.slash] if command.slash else [],
        lambda command: command.places.get("list", "").split(",") if "list" in command.places else [],
        lambda command: command.places.get("transcript", "").split(",") if "transcript" in command.places else [],
    ],
    ids=["id", "leader", "keys", "slash", "list", "transcript"],
)
def test_nothing_means_two_commands(names_of: Callable[[Command], list[str]]) -> None:
    names = list(chain.from_iterable(map(names_of, COMMANDS)))
    assert names
    assert twice(names) == []


@pytest.mark.parametrize("command", [each for each in COMMANDS if each.action], ids=lambda each: each.id)
def test_every_action_is_there_and_takes_what_it_is_given(command: Command) -> None:
    number = command.id.removeprefix("session.")
    name = "numbered_session" if number.isdigit() else command.action
    function = action(name)
    assert inspect.iscoroutinefunction(function)
    assert len(inspect.signature(function).parameters) == 2


def test_what_is_no_action_is_not_found() -> None:
    with pytest.raises(LookupError):
        action("unknown")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda each: each.id)
def test_every_command_can_be_called_and_says_what_it_does(command: Command) -> None:
    assert command.title
    assert list(key_names(command, LEADER))
    assert bool(command.action) or bool(command.typed)


def test_what_a_terminal_takes_away_is_not_required() -> None:
    taken = {"ctrl+h", "ctrl+i", "ctrl+m", "ctrl+left_square_bracket", "ctrl+a", "ctrl+b", "ctrl+k", "ctrl+u"}
    keys = set(chain.from_iterable(command.keys.split(",") for command in COMMANDS))
    assert not keys & taken


def test_bindings_carry_the_ids_of_the_configuration() -> None:
    bindings = screen_bindings()
    assert {binding.id for binding in bindings} == {command.id for command in COMMANDS if command.keys}
    assert all(binding.priority for binding in bindings)
    assert {binding.action for binding in place_bindings("list")} >= {
        "screen.command('session.rename')",
        "screen.command('session.delete')",
    }


@pytest.mark.parametrize(
    ("key", "leader", "expected"),
    [
        ("n", "ctrl+x", "session.new"),
        ("7", "ctrl+x", "session.7"),
        ("ctrl+x", "ctrl+x", "session.last"),
        ("tab", "ctrl+x", "session.last"),
        ("ctrl+o", "ctrl+o", "session.last"),
        ("R", "ctrl+x", "answer.retry"),
        ("question_mark", "ctrl+x", "app.help"),
        ("0", "ctrl+x", None),
        ("escape", "ctrl+x", None),
    ],
)
def test_the_key_behind_the_leader_names_the_command(key: str, leader: str, expected: str | None) -> None:
    command = by_leader(key, leader)
    assert (command.id if command else None) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/new", ("session.new", "")),
        ("/new  ", ("session.new", "")),
        ("/rename  A  title ", ("session.rename", "A  title")),
        ("/model test/other", ("model.choose", "test/other")),
        ("/quit\n", ("app.quit", "")),
        ("/", None),
        (" /unknown", None),
        ("/newer/", None),
        ("/etc/hosts is odd", None),
        ("new", None),
        (" /new", None),
        ("/rename a\nb", None),
    ],
)
def test_only_known_words_behind_a_slash_are_commands(text: str, expected: tuple[str, str] | None) -> None:
    parsed = parse_slash(text)
    assert (parsed and (parsed[0].id, parsed[1])) == expected


@pytest.mark.parametrize("text", ["/unknown", "/newer", "/nonsense with more"])
def test_a_word_behind_a_slash_that_is_no_command_is_told_of(text: str) -> None:
    with pytest.raises(OatsError, match="There is no command /") as caught:
        parse_slash(text)
    assert "/new" in caught.value.detail


def test_keys_are_written_as_people_write_them() -> None:
    assert key_name("ctrl+pagedown") == "ctrl+pgdn"
    assert key_name("question_mark") == "?"
    assert list(key_names(BY_ID["session.last"], "ctrl+o")) == ["ctrl+o ctrl+o", "ctrl+o tab"]
    assert list(key_names(BY_ID["session.rename"], "ctrl+x")) == ["ctrl+x r", "r (list)", "/rename TITLE"]
