"""Two windows of ours and two programs that write whole old copies, for many rounds, lose nothing (fault 23)."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from oats_tui.session.message import TextPart
from oats_tui.session.store.places import Places
from oats_tui.session.store.reading import load
from oats_tui.session.store.recovery import recover
from tests.support.sessions import loaded, message, raw, saved, session

START = ("q1", "a1", "q2", "a2")
STEPS = ("add", "add", "edit", "delete", "load", "rename", "other adds", "other adds", "other reads")


class Table:
    """A session that four programs have open, and what is to be in it at the end."""

    def __init__(self, data_dir: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.places = Places(data_dir / str(seed), "s")
        saved(self.places, session(*START))
        self.windows = [load(self.places), load(self.places)]
        self.others = [self.places.file.read_bytes()] * 2
        self.texts = {name: name for name in START}
        self.deleted: set[str] = set()
        self.at = 1000.0

    def step(self, what: str) -> None:
        """Let one of the programs do something."""
        self.at += 1.0
        which = self.random.randrange(2)
        if what == "other reads":
            self.others[which] = self.places.file.read_bytes()
        elif what == "other adds":
            self._other_adds(which)
        elif what == "load":
            self.windows[which] = load(self.places)
        else:
            self._act(what, which)
            self.windows[which] = saved(self.places, self.windows[which], self.at)

    def _act(self, what: str, which: int) -> None:
        """Change a session as a person in one of our windows does."""
        made, name = self.windows[which], f"q{self.at:.0f}"
        if what == "add":
            made.add_message(message(name, at=self.at))
            self.texts[name] = name
        elif what == "rename":
            made.update_title(name)
        elif what == "delete" and made.messages:
            gone = made.messages.pop(self.random.randrange(len(made.messages)))
            self.deleted.add(gone.id)
        elif what == "edit" and made.messages:
            said = self.random.choice(made.messages)
            said.parts = [TextPart(id="edited", content=name)]
            # Who edits what another window deleted says it again.
            self.texts[said.id] = name
            self.deleted.discard(said.id)

    def _other_adds(self, which: int) -> None:
        """Another program appends to what it once read, and writes that over what one of ours has just seen."""
        self.windows[0] = saved(self.places, load(self.places), self.at)
        name, value = f"q{self.at:.0f}", json.loads(self.others[which])
        value["messages"].append(json.loads(raw(name, at=self.at)))
        self.others[which] = json.dumps(value, indent=2).encode()
        self.places.file.write_bytes(self.others[which])
        self.texts[name] = name

    def finish(self) -> dict[str, str]:
        """What every message says once all have stopped; checks that reading and recovering come to the same."""
        read = [each.id for each in load(self.places).messages]
        recover(self.places, lambda: self.at)
        found = load(self.places)
        assert [each.id for each in found.messages] == read == list(dict.fromkeys(read))
        assert found == loaded(self.places.file.read_bytes())
        return {each.id: each.get_text_content() for each in found.messages}


@pytest.mark.parametrize("steps", [STEPS, tuple(each for each in STEPS if each not in ("edit", "delete"))])
def test_fault_23_what_four_programs_wrote_is_there_and_what_ours_deleted_is_not(
    tmp_path: Path, steps: tuple[str, ...]
) -> None:
    for seed in range(30):
        table = Table(tmp_path, seed)
        for _ in range(15):
            table.step(table.random.choice(steps))
        expected = {name: text for name, text in table.texts.items() if name not in table.deleted}
        assert table.finish() == expected, seed
